"""All faults of a network template and of its fit to a project's work fronts. The format: `projects.templates`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from projects.errors import Fault
from projects.model import LinkType, NodeKind, WorkFront

# The pairings that fit the scopes of predecessor and successor; the first is the default.
PAIRS_OF: dict[tuple[str, str], tuple[str, ...]] = {
    ("front", "front"): ("same_front", "next_front"),
    ("front", "project"): ("all_to_one",),
    ("project", "front"): ("one_to_all",),
    ("project", "project"): ("one_to_one",),
}
_PAIRS = tuple(name for names in PAIRS_OF.values() for name in names)
_TOP = {"code", "name_vi", "name_en", "note", "finish", "front_kind", "activity", "link"}
_FRONT_KIND = {"code", "name_vi", "name_en"}
_ACTIVITY = {
    "code",
    "scope",
    "front_kinds",
    "name_vi",
    "name_en",
    "kind",
    "duration",
    "duration_per_km",
    "calendar",
}
_LINK = {"pred", "succ", "type", "lag", "pairs"}
_KINDS = tuple(kind.value for kind in NodeKind if kind is not NodeKind.CASE)


def faults_of(template: Mapping[str, Any], fronts: Sequence[WorkFront]) -> list[Fault]:
    """Everything wrong with the template itself; its fit to the fronts is judged once it is sound."""
    own = [
        *_unknown("template", template, _TOP),
        *_kind_faults(template),
        *_activity_list_faults(template),
        *_link_list_faults(template),
        *_finish_faults(template),
    ]
    return own or list(_fit_faults(template, fronts))


def _rows(template: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables of a list with their place, e.g. 'activity 3 (SUB)'; anything else is named by `_list_faults`."""
    listed = template.get(name, [])
    for place, row in enumerate(listed if isinstance(listed, list) else [], start=1):
        if isinstance(row, Mapping):
            label = row.get("code") or f"{row.get('pred')} → {row.get('succ')}"
            yield f"{name} {place} ({label})", row


def _list_faults(template: Mapping[str, Any], name: str) -> Iterator[Fault]:
    listed = template.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(row, Mapping) for row in listed):
        yield Fault(name, f"Phải là danh sách bảng [[{name}]].", f"Must be a list of tables [[{name}]].")


def _kind_faults(template: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _list_faults(template, "front_kind")
    for where, row in _rows(template, "front_kind"):
        yield from _unknown(where, row, _FRONT_KIND)
        yield from _missing_text(where, row, ("code",))


def _activity_list_faults(template: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _list_faults(template, "activity")
    known = _declared_kinds(template)
    codes = Counter(row.get("code") for _, row in _rows(template, "activity") if _is_text(row.get("code")))
    for code, times in codes.items():
        if times > 1:
            yield Fault(f"activity {code}", f"Mã xuất hiện {times} lần.", f"Code appears {times} times.")
    for where, row in _rows(template, "activity"):
        yield from _unknown(where, row, _ACTIVITY)
        yield from _missing_text(where, row, ("code", "name_vi", "name_en", "calendar"))
        yield from _choice(where, "scope", row.get("scope"), ("front", "project"))
        yield from _choice(where, "kind", row.get("kind"), _KINDS)
        yield from _duration_faults(where, row)
        yield from _front_kinds_faults(where, row, known)


def _front_kinds_faults(where: str, row: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    kinds = row.get("front_kinds")
    if kinds is None:
        return
    if not isinstance(kinds, list) or not kinds or not all(_is_text(kind) for kind in kinds):
        yield Fault(where, "front_kinds phải là danh sách mã.", "front_kinds must be a list of codes.")
        return
    if row.get("scope") == "project":
        yield Fault(
            where,
            "front_kinds chỉ dùng cho công việc của mũi thi công.",
            "front_kinds is only for activities of a front.",
        )
    for kind in kinds:
        if known and kind not in known:
            yield Fault(where, f"Loại mũi {kind!r} chưa khai báo.", f"Front kind {kind!r} is not declared.")


def _duration_faults(where: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    fixed, per_km = row.get("duration"), row.get("duration_per_km")
    if fixed is not None and not (_is_whole(fixed) and fixed >= 0):
        yield Fault(
            where, f"duration {fixed!r} không hợp lệ.", f"duration {fixed!r} must be whole days, 0 or more."
        )
    if per_km is not None and not _is_rate(per_km):
        yield Fault(
            where, f"duration_per_km {per_km!r} không hợp lệ.", f"duration_per_km {per_km!r} must be above 0."
        )
    if fixed is not None and per_km is not None:
        yield Fault(
            where, "Chỉ chọn duration hoặc duration_per_km.", "Give duration or duration_per_km, not both."
        )
    if per_km is not None and row.get("scope") == "project":
        yield Fault(
            where, "duration_per_km cần một mũi thi công.", "duration_per_km needs an activity of a front."
        )
    if row.get("kind") == "task" and fixed is None and per_km is None:
        yield Fault(where, "Công việc thiếu thời lượng.", "A task needs a duration.")
    if row.get("kind") in ("milestone", "possession") and (per_km is not None or fixed not in (None, 0)):
        yield Fault(where, "Mốc phải có thời lượng 0.", "A milestone or possession lasts 0 days.")


def _link_list_faults(template: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _list_faults(template, "link")
    scopes = _scopes(template)
    for where, row in _rows(template, "link"):
        yield from _unknown(where, row, _LINK)
        for end in ("pred", "succ"):
            code = row.get(end)
            if not _is_text(code) or code not in scopes:
                yield Fault(
                    where, f"{end}: không có công việc {code!r}.", f"{end}: unknown activity {code!r}."
                )
        yield from _choice(where, "type", row.get("type", "FS"), tuple(kind.value for kind in LinkType))
        if not _is_whole(row.get("lag", 0)):
            yield Fault(where, "lag phải là số ngày nguyên.", "lag must be a whole number of days.")
        yield from _pairs_faults(where, row, scopes)


def _pairs_faults(where: str, row: Mapping[str, Any], scopes: Mapping[str, str]) -> Iterator[Fault]:
    pairs = row.get("pairs")
    if pairs is not None and pairs not in _PAIRS:
        yield from _choice(where, "pairs", pairs, _PAIRS)
        return
    pred, succ = row.get("pred"), row.get("succ")
    if not isinstance(pred, str) or not isinstance(succ, str):
        return
    fitting = PAIRS_OF.get((scopes.get(pred, ""), scopes.get(succ, "")))
    if fitting is None:
        return
    if pairs is not None and pairs not in fitting:
        yield Fault(
            where,
            f"pairs {pairs!r} không hợp với hai đầu; dùng {', '.join(fitting)}.",
            f"pairs {pairs!r} does not fit its ends; use {', '.join(fitting)}.",
        )
    elif pred == succ and pairs != "next_front":
        yield Fault(where, "Công việc nối với chính nó.", "An activity is linked to itself.")


def _finish_faults(template: Mapping[str, Any]) -> Iterator[Fault]:
    finish = template.get("finish")
    scopes = _scopes(template)
    if not isinstance(finish, str) or not finish:
        yield Fault("finish", "Thiếu mốc hoàn thành.", "The finish is missing.")
    elif scopes.get(finish) != "project":
        yield Fault(
            "finish",
            f"Mốc hoàn thành {finish!r} không phải công việc cấp dự án.",
            f"Finish {finish!r} is not an activity of scope project.",
        )


def _fit_faults(template: Mapping[str, Any], fronts: Sequence[WorkFront]) -> Iterator[Fault]:
    """Fronts that the template cannot build on: no works of their kind, no length, code used twice."""
    for code, times in Counter(front.code for front in fronts).items():
        if times > 1:
            yield Fault(
                f"front {code}", f"Mã mũi xuất hiện {times} lần.", f"Front code appears {times} times."
            )
    rows = [row for _, row in _rows(template, "activity") if row["scope"] == "front"]
    for front in fronts:
        mine = [row for row in rows if row.get("front_kinds") is None or front.kind in row["front_kinds"]]
        if not any(row["kind"] == "task" for row in mine):
            # Its land would silently never matter.
            yield Fault(
                f"front {front.code}",
                f"Mẫu không có công việc cho loại mũi {front.kind!r}.",
                f"The template has no works for front kind {front.kind!r}.",
            )
        measured = front.from_m is not None and front.to_m is not None and front.to_m > front.from_m
        if not measured and any("duration_per_km" in row for row in mine):
            yield Fault(
                f"front {front.code}",
                "Thời lượng theo km cần lý trình from_m < to_m.",
                "A duration per km needs chainages from_m < to_m.",
            )


def _scopes(template: Mapping[str, Any]) -> dict[str, str]:
    rows = (row for _, row in _rows(template, "activity"))
    return {row["code"]: str(row.get("scope")) for row in rows if _is_text(row.get("code"))}


def _declared_kinds(template: Mapping[str, Any]) -> set[str]:
    return {row["code"] for _, row in _rows(template, "front_kind") if _is_text(row.get("code"))}


def _unknown(where: str, row: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    for key in row:
        if key not in known:
            yield Fault(where, f"Không có trường {key!r}.", f"Unknown key {key!r}.")


def _missing_text(where: str, row: Mapping[str, Any], keys: Sequence[str]) -> Iterator[Fault]:
    for key in keys:
        if not _is_text(row.get(key)):
            yield Fault(where, f"Thiếu {key}.", f"{key} is missing.")


def _choice(where: str, key: str, value: object, allowed: Sequence[str]) -> Iterator[Fault]:
    if value not in allowed:
        listed = ", ".join(allowed)
        yield Fault(
            where,
            f"{key} {value!r} phải là một trong: {listed}.",
            f"{key} {value!r} must be one of: {listed}.",
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_rate(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf
