"""The sentences for what stops a schedule file; the child sends codes, never sentences."""

from __future__ import annotations

from collections.abc import Mapping

from geo.importers.messages import told
from geo.importers.values import shorten
from projects.errors import Fault

_SAYS: Mapping[str, tuple[str, str]] = {
    "empty": ("Tệp rỗng.", "The file is empty."),
    "unknown": (
        "Nội dung không phải MS Project XML (MSPDI), MPP, Primavera XER hay PMXML.",
        "The content is no MS Project XML (MSPDI), MPP, Primavera XER or PMXML.",
    ),
    "entities": (
        "Tệp XML có DOCTYPE hoặc thực thể; không nhận. Hãy xuất lại từ MS Project hay Primavera.",
        "The XML has a DOCTYPE or entities; it is not taken. Export it again from MS Project or Primavera.",
    ),
    "deep": ("XML lồng nhau quá sâu.", "The XML is nested too deeply."),
    "memory": (
        "Đọc tệp tốn quá nhiều bộ nhớ nên đã dừng; hãy chia nhỏ dự án.",
        "Reading the file took too much memory and was stopped; split the project.",
    ),
    "rows": (
        "Tệp có quá nhiều công việc, giới hạn là {limit}; hãy chia nhỏ dự án.",
        "The file has too many activities, the limit is {limit}; split the project.",
    ),
    "no_project": ("Tệp không có dự án nào.", "The file has no project."),
    "no_java": (
        "Máy chủ chưa có Java để đọc và ghi tiến độ: hãy cài gói default-jre-headless (make setup làm việc này).",
        "The server has no Java for reading and writing schedules: install default-jre-headless (make setup does it).",
    ),
    "unreadable": (
        "Bộ đọc không hiểu tệp ({reason}).",
        "The reader does not understand the file ({reason}).",
    ),
    "xml_broken": (
        "XML bị cắt cụt hoặc hỏng ({reason}).",
        "The XML is cut short or broken ({reason}).",
    ),
    "xml_encoding": ("XML ghi sai bảng mã ({reason}).", "The XML is not in its stated encoding ({reason})."),
    "no_such_end": (
        "Quan hệ {pred} → {succ}: không có công việc {absent}.",
        "Link {pred} → {succ}: there is no activity {absent}.",
    ),
    "no_such_day": (
        "Đường cơ sở của công việc {task}: “{text}” không phải là một ngày.",
        "Baseline of activity {task}: “{text}” is no day.",
    ),
    "xer_encoding": (
        "Byte {byte} không thuộc bảng mã nào mà P6 dùng (UTF-8, Windows-1258, Windows-1252).",
        "Byte {byte} belongs to no encoding that P6 uses (UTF-8, Windows-1258, Windows-1252).",
    ),
    "xer_control": (
        "Dòng có ký tự điều khiển: tệp bị hỏng hoặc sai bảng mã.",
        "The line has control characters: the file is damaged or wrongly encoded.",
    ),
    "xer_twice": (
        "Chữ đã bị mã hoá hai lần (“{text}”): hãy xuất lại từ Primavera, đừng mở rồi lưu bằng chương trình khác.",
        "The text was encoded twice (“{text}”): export it again from Primavera, do not save it with another program.",
    ),
    "xer_cut": (
        "Tệp XER bị cắt cụt: không có dòng cuối %E.",
        "The XER is cut short: its last line %E is missing.",
    ),
    "xer_ragged": (
        "Dòng của bảng {table} có {found} ô, tiêu đề có {expected}.",
        "A row of table {table} has {found} cells, its heading {expected}.",
    ),
    "xer_line": ("Dòng không thuộc bảng nào: “{text}”.", "A line of no table: “{text}”."),
    "xer_table": ("Tệp XER không có bảng này.", "The XER has no such table."),
    "idle": (
        "Lịch “{calendar}” không có giờ làm việc nào.",
        "Calendar “{calendar}” has no working time.",
    ),
    "xer_void": (
        "{table}.{column} chỉ tới {absent}, không có trong tệp (công việc {task}).",
        "{table}.{column} points to {absent}, which is not in the file (activity {task}).",
    ),
}


def sentence(code: object, where: object, values: object) -> Fault:
    """The fault for a code of the child; its values are foreign text and shortened."""
    return Fault(shorten(str(where), 100), *told(_SAYS, code, values))
