"""The filters of the portfolio list: pure functions over the rows of an overview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.views import ProjectSummary

NAMES = ("nhom", "chu-dau-tu", "phuong", "den")
LIGHTS = ("late", "risk", "ok", "none")

Wards = Mapping[str, Sequence[tuple[str, str]]]
"""Project code → (ward code, label) of the wards it crosses."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A select of the filter bar: query key, label and (value, text) options; `names` are Vietnamese always."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    names: bool = True


def matching(rows: Iterable[ProjectSummary], chosen: Mapping[str, str], wards: Wards) -> list[ProjectSummary]:
    """The rows that pass every chosen filter, in their order."""
    return [row for row in rows if all(passes(row, name, value, wards) for name, value in chosen.items())]


def passes(row: ProjectSummary, name: str, value: str, wards: Wards) -> bool:
    """Whether one row passes one filter; an empty value passes everything."""
    if not value:
        return True
    match name:
        case "nhom":
            return row.facts.group_vi == value
        case "chu-dau-tu":
            return row.facts.investor == value
        case "phuong":
            return any(code == value for code, _ in wards.get(row.facts.code, ()))
        case _:
            return row.light == value


def excluding_most(rows: Sequence[ProjectSummary], chosen: Mapping[str, str], wards: Wards) -> str:
    """The name of the filter whose removal brings back the most rows; ties go to the narrower filter."""
    active = [name for name, value in chosen.items() if value]

    def gain(name: str) -> tuple[int, int]:
        rest = {key: value for key, value in chosen.items() if key != name}
        alone = len(matching(rows, {name: chosen[name]}, wards))
        return len(matching(rows, rest, wards)), -alone

    return max(active, key=gain)


def group_options(rows: Iterable[ProjectSummary], lang: str) -> tuple[tuple[str, str], ...]:
    """Groups in the order of the portfolio; the value stays Vietnamese so that a link works in both languages."""
    return tuple(
        dict.fromkeys(
            (r.facts.group_vi, r.facts.group_vi if lang == "vi" else r.facts.group_en) for r in rows
        )
    )


def investor_options(rows: Iterable[ProjectSummary]) -> tuple[tuple[str, str], ...]:
    """Investors by name; projects without a published one do not add an option."""
    names = sorted({row.facts.investor for row in rows if row.facts.investor})
    return tuple((name, name) for name in names)


def ward_options(wards: Wards) -> tuple[tuple[str, str], ...]:
    """Wards and communes by label."""
    return tuple(sorted({ward for group in wards.values() for ward in group}, key=lambda ward: ward[1]))
