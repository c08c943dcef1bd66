"""Which columns of a file mean what: names compared without case, diacritics, spaces and underscores.

Standard library only, because the limited child process uses it to read no more columns than are wanted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

DBF_NAME_LENGTH = 10  # a shapefile cuts its column names here

# Field → names it may have in a file; the field's own name counts too, and wins.
PARCEL_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "map_series": ("ban_do", "ma_ban_do", "bo_ban_do", "ma_xa_cu"),
        "sheet": ("to", "to_bd", "so_to", "to_ban_do", "so_to_ban_do", "so_hieu_to_ban_do", "sh_ban_do"),
        "number": ("thua", "so_thua", "thua_dat", "so_thua_dat", "so_thu_tu_thua", "sh_thua"),
        "map_version": ("version", "phien_ban"),
        "ward_code": ("ward", "phuong", "xa", "phuong_xa", "ma_phuong", "ma_xa", "ma_phuong_xa"),
        "land_use": ("loai_dat", "ma_loai_dat", "land_use_code"),
        "area_stated_m2": ("area", "dien_tich", "area_m2", "dien_tich_m2", "area_stated"),
        "case": ("ho_so", "ma_ho_so", "case_code"),
        "step": ("buoc", "ma_buoc", "step_code"),
        "step_on": ("ngay_buoc",),
        "promised_on": ("hen", "ngay_hen"),
        "obstacle": ("vuong_mac", "ma_vuong_mac"),
        "holder_kind": ("doi_tuong", "doi_tuong_su_dung"),
    }
)
WARD_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "code": ("ma", "ward_code", "ma_xa", "ma_phuong", "ma_phuong_xa", "ma_dvhc"),
        "name": ("ten", "name_vi", "ten_xa", "ten_phuong", "ten_phuong_xa", "ten_dvhc", "ward_name"),
    }
)
ALIGNMENT_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "project": ("project_id", "project_code", "du_an", "ma_du_an"),
        "part": ("doan", "phan", "ma_doan"),
        "accuracy_m": ("accuracy", "sai_so", "do_chinh_xac"),
        "source": ("nguon",),
    }
)
# A list of cases that was downloaded, filled in and sent back; names as they stand in it.
CASE_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "case": ("ma_ho_so", "case_code"),
        "version": ("phien_ban",),
        "step": ("buoc", "ma_buoc"),
        "effective_on": ("ngay_hieu_luc", "effective_date"),
        "promised_on": ("moc_hen", "promised_date"),
        "obstacle": ("vuong_mac", "ma_vuong_mac"),
        "note": ("ghi_chu",),
        "document": ("so_van_ban", "document_number"),
        "signer": ("nguoi_ky",),
        "reason": ("ly_do",),
    }
)
FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "parcels": PARCEL_FIELDS,
        "wards": WARD_FIELDS,
        "alignments": ALIGNMENT_FIELDS,
        "corridor": {},
        "cases": CASE_FIELDS,
    }
)


def fold(name: str) -> str:
    """A column name as compared: 'Số tờ', 'SO_TO' and 'soTo' are all 'soto'."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain.casefold() if c.isascii() and c.isalnum())


def match_columns(
    present: Iterable[str], fields: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """(field → column of the file, field → columns that all claim to be it).

    The field's own name wins over its aliases; two aliases in one file are a contradiction, never a choice of ours.
    """
    columns = list(present)
    chosen: dict[str, str] = {}
    contested: dict[str, list[str]] = {}
    for field, aliases in fields.items():
        names = {fold(field), fold(field[:DBF_NAME_LENGTH])}
        own = [c for c in columns if fold(c) in names]
        also = {fold(alias) for alias in aliases} | {fold(alias[:DBF_NAME_LENGTH]) for alias in aliases}
        hits = own or [c for c in columns if fold(c) in also]
        if len(hits) == 1:
            chosen[field] = hits[0]
        elif hits:
            contested[field] = hits
    return chosen, contested


def choose_columns(
    present: Iterable[str], fields: Mapping[str, tuple[str, ...]], said: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, list[str]], list[str]]:
    """`match_columns`, with what a person `said` (field → column) above the guess.

    The third part are columns that were named but are not there. A column that a person gave to one field is not
    guessed to be another.
    """
    columns = list(present)
    chosen, contested = match_columns(columns, fields)
    absent = [column for field, column in said.items() if field in fields and column not in columns]
    own = {field: column for field, column in said.items() if field in fields and column in columns}
    taken = set(own.values())
    chosen = {field: column for field, column in chosen.items() if column not in taken} | own
    kept = {
        f: c
        for f, names in contested.items()
        if f not in own and len(c := [n for n in names if n not in taken]) > 1
    }
    for field, names in contested.items():
        left = [n for n in names if n not in taken]
        if field not in own and len(left) == 1:
            chosen[field] = left[0]
    return chosen, kept, absent
