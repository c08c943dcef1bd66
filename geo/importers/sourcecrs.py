"""Settles in which CRS a file's coordinates are: what the file says, what the user says, and when they disagree.

A definition that is not an EPSG code is never guessed at: it is named, with the code that has the same numbers, and
the user may then give that code. The pasted towgs84 parameters that circulate are 0.75 m off (see `geo.crs`).
"""

from __future__ import annotations

from geo.crs import UTM_ZONES, WGS84, is_usable, label
from geo.importers.faults import FaultList
from geo.importers.filecrs import FileCrs


def settle_crs(
    found: FileCrs, given: int | None, faults: FaultList, warnings: FaultList, *, without: str = ""
) -> int | None:
    """The EPSG code to read the coordinates in, or None after a fault that says why there is none.

    `without`: the part of the file that would state it and is missing (".prj").
    """
    if given is not None and not is_usable(given):
        faults.file(
            "crs",
            f"EPSG:{given} không phải là mã hệ toạ độ phẳng hay địa lý dùng được ở đây.",
            f"EPSG:{given} is not the code of a projected or geographic CRS that can be used here.",
        )
        return None
    srid = _settle(found, WGS84 if given == 4979 else given, faults, warnings, without)
    if srid is not None and srid in UTM_ZONES:
        warnings.file(
            "crs",
            f"Tệp theo {label(srid)}, múi 6°. Bản đồ địa chính Hà Nội thường theo {label(5897)}; nhầm hai hệ này"
            " lệch khoảng 700 m.",
            f"The file is in {label(srid)}, a 6° zone. Cadastral maps of Hanoi are usually in {label(5897)}; to take"
            " one for the other is about 700 m off.",
        )
    return srid


def _settle(
    found: FileCrs, given: int | None, faults: FaultList, warnings: FaultList, without: str
) -> int | None:
    if found.kind == "epsg":
        return _stated(found, given, faults, warnings)
    if found.kind in ("none", "unreadable"):
        if given is None:
            vi, en = (
                ("Tệp không ghi hệ toạ độ", "The file does not state its CRS")
                if found.kind == "none"
                else ("Không hiểu hệ toạ độ ghi trong tệp", "The CRS stated in the file cannot be understood")
            )
            if without:
                vi, en = f"{vi} (thiếu tệp {without})", f"{en} ({without} is missing)"
            faults.file(
                "crs",
                f"{vi} và không có mã nào được cho; hãy cho mã EPSG (ví dụ 5897).",
                f"{en} and none was given; give an EPSG code (for example 5897).",
            )
        return given
    return _own_definition(found, given, faults, warnings)


def _stated(found: FileCrs, given: int | None, faults: FaultList, warnings: FaultList) -> int | None:
    if given is None or given == found.srid or found.srid is None:
        return found.srid
    if not found.explicit:
        # RFC 7946 means WGS 84, but many programs leave the "crs" member out; the box of Hanoi decides afterwards.
        warnings.file(
            "crs",
            f"GeoJSON không ghi hệ toạ độ (mặc định là WGS 84); đọc theo {label(given)} như đã cho.",
            f"The GeoJSON states no CRS (the default is WGS 84); read in {label(given)} as given.",
        )
        return given
    faults.file(
        "crs",
        f"Tệp ghi {label(found.srid)} nhưng mã được cho là {label(given)}; hai hệ này mâu thuẫn.",
        f"The file states {label(found.srid)} but {label(given)} was given; they contradict each other.",
    )
    return None


def _own_definition(found: FileCrs, given: int | None, faults: FaultList, warnings: FaultList) -> int | None:
    """A bound or custom definition: acceptable only when the user names the code that has the same numbers."""
    vi, en = _name(found)
    if given is not None and given == found.srid:
        warnings.file(
            "crs",
            f"Tệp ghi {vi}; định nghĩa này bị bỏ qua, toạ độ được đọc theo {label(given)} như đã cho.",
            f"The file states {en}; this is set aside, the coordinates are read in {label(given)} as given.",
        )
        return given
    if given is not None:
        faults.file(
            "crs",
            f"Tệp ghi {vi}; tham số này không phải của {label(given)} đã cho.",
            f"The file states {en}; these are not the parameters of {label(given)}, which was given.",
        )
        return None
    if found.srid is not None:
        hint_vi = f"Nếu toạ độ thật sự theo {label(found.srid)} thì cho mã {found.srid}."
        hint_en = f"If the coordinates really are in {label(found.srid)}, give the code {found.srid}."
    else:
        hint_vi = "Hãy chuyển tệp sang một hệ có mã EPSG."
        hint_en = "Convert the file to a CRS that has an EPSG code."
    faults.file("crs", f"Tệp ghi {vi}. {hint_vi}", f"The file states {en}. {hint_en}")
    return None


def _name(found: FileCrs) -> tuple[str, str]:
    """What a definition is and how far off: measured for its own values where it states them."""
    numbers = f" [{found.numbers}]" if found.numbers else ""
    off_vi = "" if found.off_m is None else f"{found.off_m:.2f}".replace(".", ",")
    if found.kind == "bound":
        values = f" ({found.towgs84})" if found.towgs84 else ""
        vi = f"hệ toạ độ tự khai “{found.name}”{numbers} kèm 7 tham số towgs84{values}; "
        en = f"an own definition “{found.name}”{numbers} with towgs84 parameters{values}; "
        if found.off_m is None:
            return (
                vi + "chuỗi chép từ mạng thường ngược dấu góc xoay và lệch 0,75 m",
                en + "copied ones usually have the rotation signs reversed and are 0.75 m off",
            )
        return (
            vi + f"tham số này lệch {off_vi} m tại Hà Nội so với phép chuyển EPSG{_cause(found.off_m)[0]}",
            en
            + f"they are {found.off_m:.2f} m off in Hanoi against the EPSG operation{_cause(found.off_m)[1]}",
        )
    vi = f"hệ toạ độ tự khai “{found.name}”{numbers} không trùng với mã EPSG nào"
    en = f"an own definition “{found.name}”{numbers} that is no EPSG code"
    if found.off_m is not None:
        vi += f"; đọc như vậy là bỏ phép chuyển hệ quy chiếu VN-2000 và lệch {round(found.off_m)} m"
        en += f"; read so, the datum shift of VN-2000 is left out, which is {round(found.off_m)} m off"
    return vi, en


def _cause(off_m: float) -> tuple[str, str]:
    """Which of the known mistakes a distance is the mark of (measured, see `geo.crs`)."""
    if 0.72 <= off_m <= 0.78:
        return (
            " (góc xoay ngược dấu: chuỗi chép từ mạng)",
            " (rotation signs reversed: copied from a web page)",
        )
    if 0.48 <= off_m <= 0.54:
        return (
            " (tham số cũ, EPSG phép 1, góc xoay ngược dấu)",
            " (older parameters, EPSG operation 1, rotation signs reversed)",
        )
    if 0.66 <= off_m < 0.72:
        return (" (tham số cũ, phép chuyển EPSG thứ nhất)", " (older parameters, EPSG operation 1)")
    return "", ""
