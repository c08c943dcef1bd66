"""The sentences for what stops a file before its rows are judged; the child sends codes, never sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.importers.sandbox import Failure
from geo.importers.values import shorten

FAILURES: Mapping[Failure, tuple[str, str]] = {
    "time": (
        "Đọc tệp quá lâu nên đã dừng; hãy chia nhỏ tệp.",
        "Reading the file took too long and was stopped; split the file.",
    ),
    "killed": (
        "Đọc tệp tốn quá nhiều tài nguyên nên đã dừng; tệp có thể bị hỏng.",
        "Reading the file used too many resources and was stopped; the file may be damaged.",
    ),
    "crash": (
        "Không đọc được tệp: tiến trình đọc đã hỏng; tệp có thể bị hỏng.",
        "The file cannot be read: the reading process broke down; the file may be damaged.",
    ),
}

_REFUSALS: Mapping[str, tuple[str, str]] = {
    "memory": (
        "Đọc tệp tốn quá nhiều bộ nhớ nên đã dừng.",
        "Reading the file used too much memory and was stopped.",
    ),
    "damaged": ("Tệp bị hỏng hoặc bị cắt cụt.", "The file is damaged or cut short."),
    "unreadable": (
        "Không đọc được nội dung tệp ({reason}).",
        "The content of the file cannot be read ({reason}).",
    ),
    "encoding": (
        "Chữ trong tệp không đúng bảng mã UTF-8.",
        "The text in the file is not in its stated encoding (UTF-8).",
    ),
    "geometry_type": (
        "Tệp có kiểu hình học không nhận; chỉ nhận vùng (Polygon, MultiPolygon).",
        "The file has an unsupported geometry type; only Polygon and MultiPolygon are taken.",
    ),
    "column_type": (
        "Cột “{column}” có kiểu dữ liệu không nhận (nhị phân hoặc danh sách).",
        "Column “{column}” has an unsupported type (binary or list).",
    ),
    "rows": ("Tệp có {rows} dòng, giới hạn là {limit}.", "The file has {rows} rows, the limit is {limit}."),
    "vertices": ("Tệp có hơn {limit} đỉnh.", "The file has more than {limit} vertices."),
    "text_bytes": (
        "Chữ và số của các cột chiếm hơn {limit} MB; hãy bớt cột hoặc chia nhỏ tệp.",
        "The text and numbers of the columns take over {limit} MB; remove columns or split the file.",
    ),
    "layers": ("Tệp có hơn {limit} lớp.", "The file has more than {limit} layers."),
    "no_layer": ("Tệp không có lớp bản đồ nào.", "The file has no map layer."),
    "which_layer": (
        "Tệp có nhiều lớp ({layers}); hãy chọn một lớp bằng --layer.",
        "The file has several layers ({layers}); choose one with --layer.",
    ),
    "no_such_layer": (
        "Tệp không có lớp “{wanted}”; có: {layers}.",
        "The file has no layer “{wanted}”; it has: {layers}.",
    ),
    "gpkg_active": (
        "GeoPackage có khung nhìn hoặc bảng ảo “{name}”; hãy xuất lớp dữ liệu ra một GeoPackage mới.",
        "The GeoPackage has a view or virtual table “{name}”; export the layer to a new GeoPackage.",
    ),
    "gpkg_incomplete": ("GeoPackage thiếu bảng bắt buộc.", "The GeoPackage lacks a required table."),
    "shp_counts": (
        "Shapefile không khớp: {shapes} hình nhưng {records} dòng thuộc tính.",
        "The shapefile does not fit together: {shapes} shapes but {records} attribute rows.",
    ),
    "crs_link": (
        "GeoJSON chỉ hệ toạ độ bằng địa chỉ mạng; không nhận.",
        "The GeoJSON names its CRS by a network address; this is not accepted.",
    ),
    "no_such_column": (
        "Tệp không có cột {absent}; có: {columns}.",
        "The file has no column {absent}; it has: {columns}.",
    ),
    "entities": (
        "Tệp KML khai báo thực thể XML (DOCTYPE/ENTITY) hoặc không phải chữ UTF-8; không nhận. Hãy xuất lại từ"
        " Google Earth hay QGIS.",
        "The KML defines XML entities (DOCTYPE/ENTITY) or is not UTF-8; this is not accepted. Export it again from"
        " Google Earth or QGIS.",
    ),
    "tab_link": (
        "Bảng MapInfo này là khung nhìn, bảng ghép hay bảng nối tới tệp khác; hãy dùng Save Copy As để lưu thành một"
        " bảng MapInfo thường (Native).",
        "This MapInfo table is a view, a seamless table or points to other files; use Save Copy As to make a plain"
        " native table of it.",
    ),
    "csv_points": (
        "Tệp CSV chỉ có cột toạ độ X/Y ({columns}): mỗi dòng là một điểm, không phải một thửa. Hãy xuất CSV có cột WKT"
        " (POLYGON).",
        "The CSV only has X/Y columns ({columns}): a row is a point, not a parcel. Export a CSV with a WKT column"
        " (POLYGON).",
    ),
    "no_shapes": (
        "Tệp CSV hay XLSX này không có cột WKT nên không có hình thửa. Danh sách thuộc tính thì ghép vào thửa đã có"
        " theo tờ và thửa.",
        "This CSV or XLSX has no WKT column, so it has no parcel shapes. A list of attributes is joined to existing"
        " parcels by sheet and number.",
    ),
    "table_header": (
        "Không tìm thấy dòng tiêu đề có cột số tờ và số thửa trong 30 dòng đầu.",
        "No heading row with the columns sheet and parcel number is in the first 30 rows.",
    ),
    "table_ragged": (
        "Bảng chữ hỏng: dòng {row} có {found} ô, tiêu đề có {expected}.",
        "The table is damaged: row {row} has {found} cells, the heading has {expected}.",
    ),
    "cells": (
        "Bảng tính trải trên {cells} ô, giới hạn là {limit}; hãy xoá dòng, cột trống định dạng thừa.",
        "The sheet spans {cells} cells, the limit is {limit}; delete empty formatted rows and columns.",
    ),
    "no_outlines": (
        "Bản vẽ không có hình khép kín nào chứa nhãn số thửa: {outlines} hình khép kín, {labels} nhãn, {open} đường gần"
        " khép kín. Hãy tạo vùng (topology) rồi xuất lại.",
        "The drawing has no closed shape that holds a parcel number: {outlines} closed shapes, {labels} labels, {open}"
        " lines that nearly close. Build the polygons, then export again.",
    ),
    "no_boundary": (
        "Bản vẽ (hay lớp đã chọn) không có hình khép kín nào, chỉ có {open} đường gần khép kín. Hãy khép kín ranh giới"
        " rồi xuất lại.",
        "The drawing (or the chosen layer) has no closed shape, only {open} lines that nearly close. Close the"
        " boundary, then export again.",
    ),
    "drivers": (
        "Bộ đọc bản đồ của máy chủ chưa được khoá đúng ({extra}); báo người quản trị.",
        "The server's map reader is not locked as it should be ({extra}); tell the administrator.",
    ),
}


def refusal(code: object, values: object) -> tuple[str, str]:
    """(Vietnamese, English) for a code of the child; its values are foreign text and shortened."""
    return told(_REFUSALS, code, values)


def told(table: Mapping[str, tuple[str, str]], code: object, values: object) -> tuple[str, str]:
    """The sentences of `table` for a code of a child, with its values; a code that nobody knows is a broken child."""
    if not isinstance(code, str) or code not in table:
        return FAILURES["crash"]
    known = _Shown({str(k): _shown(v) for k, v in values.items()} if isinstance(values, dict) else {})
    vi, en = table[code]
    return vi.format_map(known), en.format_map(known)


class _Shown(dict[str, str]):
    """Values for a sentence; one that the child left out shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(shorten(str(item)) for item in value[:20]) or "–"
    return shorten(str(value), 160)


# What a file refers to and is not followed.
NOTES: Mapping[str, tuple[str, str]] = {
    "network_link": (
        "KML có NetworkLink tới địa chỉ khác; không đọc theo.",
        "The KML has a NetworkLink to another address; it is not followed.",
    ),
    "xref": (
        "Bản vẽ tham chiếu bản vẽ khác (XREF); phần đó không được đọc. Dùng BIND để gộp nếu cần.",
        "The drawing refers to another drawing (XREF); that part is not read. Use BIND to merge it if needed.",
    ),
}
