"""Collects what is wrong with a file: everything is counted, the first few hundred are told in full."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from projects.errors import Fault, InvalidInput

# What a kind of fault is called in the closing line that counts the faults which are not listed.
KINDS: dict[str, tuple[str, str]] = {
    "file": ("lỗi của tệp", "faults of the file"),
    "crs": ("lỗi hệ toạ độ", "faults of the coordinate system"),
    "place": ("vị trí sai", "wrong places"),
    "geometry": ("lỗi hình học", "faults of geometry"),
    "duplicate": ("thửa trùng số", "repeated parcel numbers"),
    "missing": ("thiếu giá trị", "missing values"),
    "ward": ("mã phường, xã sai", "wrong ward codes"),
    "land_use": ("mã loại đất sai", "wrong land-use codes"),
    "area": ("diện tích sai", "wrong areas"),
    "step": ("bước sai", "wrong steps"),
    "case": ("hồ sơ mâu thuẫn", "contradicting cases"),
    "note": ("ghi chú", "remarks"),
    "value": ("giá trị không đọc được", "unreadable values"),
}


@dataclass(slots=True)
class FaultList:
    """Faults (or warnings) found so far. `limit` is how many are kept in full, per kind and in the report."""

    filename: str
    limit: int = 500
    counts: Counter[str] = field(default_factory=Counter)
    kept: dict[str, list[tuple[int, Fault]]] = field(default_factory=dict)

    def file(self, kind: str, vi: str, en: str) -> None:
        """Something wrong with the file as a whole."""
        self._add(kind, 0, Fault(self.filename, vi, en))

    def row(self, kind: str, row: int, vi: str, en: str) -> None:
        """Something wrong with one feature; `row` counts from 1."""
        self._add(kind, row, Fault(f"#{row}", vi, en))

    def __bool__(self) -> bool:
        return bool(self.counts)

    def listed(self) -> tuple[Fault, ...]:
        """The faults in the order of the file, file-wide ones first; what is left out is counted by kind."""
        ordered = sorted((pair for pairs in self.kept.values() for pair in pairs), key=lambda pair: pair[0])
        total = sum(self.counts.values())
        shown = [fault for _, fault in ordered[: self.limit]]
        if total > len(shown):
            shown.append(self._remainder(total - len(shown), len(shown)))
        return tuple(shown)

    def raise_if_any(self) -> None:
        """Raises InvalidInput with `listed()` when something is wrong."""
        if self:
            raise InvalidInput(self.listed())

    def _add(self, kind: str, row: int, fault: Fault) -> None:
        self.counts[kind] += 1
        kept = self.kept.setdefault(kind, [])
        if len(kept) < self.limit:
            kept.append((row, fault))

    def _remainder(self, more: int, shown: int) -> Fault:
        vi = ", ".join(f"{n} {KINDS[kind][0]}" for kind, n in self.counts.most_common())
        en = ", ".join(f"{n} {KINDS[kind][1]}" for kind, n in self.counts.most_common())
        return Fault(
            self.filename,
            f"Trên đây là {shown} mục đầu; còn {more} mục nữa. Tổng cộng: {vi}.",
            f"The first {shown} entries are listed; {more} more. In all: {en}.",
        )


def refuse(filename: str, vi: str, en: str) -> InvalidInput:
    """The refusal of a file that cannot be judged row by row."""
    return InvalidInput([Fault(filename, vi, en)])
