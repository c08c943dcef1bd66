"""Says what a drawing holds beside its parcels, each with its place: nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Mapping

from geo.importers.faults import FaultList
from geo.importers.geometry import point_text
from geo.importers.vectorfile import Untied

# Kind → (what one is, how many there are).
_ONE: Mapping[str, tuple[str, str]] = {
    "labels": (
        "Nhãn “{what}” tại ({at}) không gắn được với thửa nào.",
        "The label “{what}” at ({at}) belongs to no parcel.",
    ),
    "outlines": (
        "Hình khép kín tại ({at}) (lớp {what}) không có một số thửa rõ ràng.",
        "The closed shape at ({at}) (layer {what}) has no single parcel number.",
    ),
    "open_lines": (
        "Đường tại ({at}) gần khép kín, còn hở {what}; không tự khép.",
        "The line at ({at}) nearly closes, with a gap of {what}; it was not closed.",
    ),
    "twice": (
        "Hình tại ({at}) vẽ hai lần; chỉ lấy một.",
        "The shape at ({at}) is drawn twice; one was taken.",
    ),
}
_ALL: Mapping[str, tuple[str, str]] = {
    "labels": ("{n} nhãn không gắn được với thửa", "{n} labels that belong to no parcel"),
    "outlines": ("{n} hình khép kín không có số thửa", "{n} closed shapes without a parcel number"),
    "open_lines": ("{n} đường gần khép kín", "{n} lines that nearly close"),
    "twice": ("{n} hình vẽ hai lần", "{n} shapes drawn twice"),
}


def note_untied(untied: Untied, warnings: FaultList) -> None:
    """One sentence with the counts, then one per place (the first of each kind)."""
    there = [kind for kind in _ALL if untied.counts.get(kind)]
    if not there:
        return
    vi = ", ".join(_ALL[kind][0].format(n=untied.counts[kind]) for kind in there)
    en = ", ".join(_ALL[kind][1].format(n=untied.counts[kind]) for kind in there)
    warnings.file("note", f"Bản vẽ còn: {vi}.", f"The drawing also has: {en}.")
    for kind in there:
        for x, y, what in untied.places.get(kind, ()):
            at = point_text(x, y)
            warnings.file(
                "note", _ONE[kind][0].format(at=at, what=what), _ONE[kind][1].format(at=at, what=what)
            )
