"""The small parts of a project file, each read and checked by itself."""

from __future__ import annotations

import re
from decimal import Decimal

from projects.catalog.facts import (
    ClaimFacts,
    Component,
    MilestoneFacts,
    ProgressFacts,
    ResettlementFacts,
    WardCrossing,
)
from projects.catalog.reading import Reader
from projects.catalog.units import UNITS

CONFIDENCE = ("V2", "V", "E", "I", "U")
BASES = ("source", "map")
PERCENT = re.compile(r"(?:[≈~>≥<≤]\s?)?\d{1,3}(?:[.,]\d+)?\s?%")


def computed_percent(claim: ClaimFacts) -> Decimal | None:
    """Numerator of denominator in per cent, rounded to two decimals; None for a single value."""
    if claim.numerator is None or not claim.denominator:
        return None
    return (100 * claim.numerator / claim.denominator).quantize(Decimal("0.01"))


def read_component(table: Reader) -> Component:
    """One [[component]]."""
    facts = Component(
        code=table.code(),
        name_vi=table.text("name_vi"),
        name_en=table.text("name_en"),
        investor=table.text_or_none("investor"),
        investment=table.decimal_or_none("investment"),
        note_vi=table.text_or_none("note_vi"),
        source=table.text("source"),
    )
    table.close()
    return facts


def read_milestone(table: Reader) -> MilestoneFacts:
    """One [[milestone]]: planned (day or words), actual, or both."""
    facts = MilestoneFacts(
        code=table.code(),
        name_vi=table.text("name_vi"),
        name_en=table.text("name_en"),
        planned_on=table.day_or_none("planned_on"),
        planned_label_vi=table.text_or_none("planned_label_vi"),
        actual_on=table.day_or_none("actual_on"),
        activity=table.text_or_none("activity"),
        source=table.text("source"),
    )
    if not any(table.has(key) for key in ("planned_on", "planned_label_vi", "actual_on")):
        table.note("planned_on", "mốc không có ngày nào", "the milestone has no date at all")
    table.close()
    return facts


def read_claim(table: Reader) -> ClaimFacts:
    """One [[claim]]: a value, or a numerator with its denominator; never a bare percentage without unit."""
    facts = ClaimFacts(
        code=table.code(),
        subject_vi=table.text("subject_vi"),
        subject_en=table.text("subject_en"),
        ward=table.text_or_none("ward"),
        value=table.decimal_or_none("value"),
        numerator=table.decimal_or_none("numerator"),
        denominator=table.decimal_or_none("denominator"),
        unit=table.choice("unit", UNITS),
        quoted_percent=table.text_or_none("quoted_percent"),
        as_of=table.day_or_none("as_of"),
        as_of_label=table.text_or_none("as_of_label"),
        source=table.text("source"),
        confidence=table.choice("confidence", CONFIDENCE),
        note_vi=table.text_or_none("note_vi"),
    )
    if table.has("numerator") and not table.has("denominator"):
        table.note("denominator", "có tử số mà không có mẫu số", "a numerator without a denominator")
    if table.has("denominator") and not table.has("numerator"):
        table.note("numerator", "có mẫu số mà không có tử số", "a denominator without a numerator")
    if facts.denominator == 0:
        table.note("denominator", "mẫu số bằng 0", "the denominator is 0")
    if table.has("value") == (table.has("numerator") or table.has("denominator")):
        table.note(
            "value",
            "cần value hoặc cặp numerator/denominator, chỉ một trong hai",
            "needs value or numerator/denominator, exactly one of them",
        )
    if facts.quoted_percent is not None and not PERCENT.fullmatch(facts.quoted_percent):
        table.note(
            "quoted_percent",
            f"{facts.quoted_percent!r} không đọc được như một tỷ lệ, ví dụ 98.84%",
            f"{facts.quoted_percent!r} does not read as a percentage such as 98.84%",
        )
    if table.has("as_of") and table.has("as_of_label"):
        table.note("as_of_label", "chỉ một trong as_of, as_of_label", "only one of as_of and as_of_label")
    table.close()
    return facts


def read_crossing(table: Reader) -> WardCrossing:
    """One row of `ward`."""
    facts = WardCrossing(code=table.text("code"), basis=table.choice("basis", BASES))
    table.close()
    return facts


def read_resettlement(table: Reader) -> ResettlementFacts:
    """One [[resettlement]]."""
    facts = ResettlementFacts(
        code=table.code(),
        name_vi=table.text("name_vi"),
        ward=table.text_or_none("ward"),
        plots=table.whole_or_none("plots"),
        area_ha=table.decimal_or_none("area_ha"),
        note_vi=table.text_or_none("note_vi"),
        source=table.text("source"),
    )
    table.close()
    return facts


def read_progress(table: Reader, *, demo: bool) -> ProgressFacts:
    """Actual dates of an activity; those of a demo file are invented and need no source."""
    facts = ProgressFacts(
        activity=table.text("activity"),
        actual_start=table.day_or_none("actual_start"),
        actual_finish=table.day_or_none("actual_finish"),
        remaining=table.whole_or_none("remaining"),
        demo=demo,
        source=table.text_or_none("source") if demo else table.text("source"),
    )
    start, finish = facts.actual_start, facts.actual_finish
    if start is None and not table.has("actual_start"):
        table.note("actual_start", "thiếu", "missing")
    if start is not None and finish is not None and finish < start:
        table.note("actual_finish", "trước ngày bắt đầu", "before the start")
    if finish is not None and facts.remaining:
        table.note("remaining", "đã xong thì không còn ngày nào", "a finished activity has nothing remaining")
    table.close()
    return facts
