from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from projects.catalog import (
    ClaimFacts,
    apply_progress,
    computed_percent,
    parse_portfolio,
    unit_en,
    work_fronts,
)
from projects.templates import expand
from tests.unit.catalog_files import WARDS, parse, sound_files, sound_template


def claim(*, numerator: str | None = None, denominator: str | None = None) -> ClaimFacts:
    return ClaimFacts(
        code="K",
        subject_vi="",
        subject_en="",
        ward=None,
        value=None if numerator else Decimal(1),
        numerator=Decimal(numerator) if numerator else None,
        denominator=Decimal(denominator) if denominator else None,
        unit="km",
        quoted_percent=None,
        as_of=None,
        as_of_label=None,
        source="s",
        confidence="V",
        note_vi=None,
    )


def test_sound_files_become_frozen_values_with_typed_dates_and_exact_numbers() -> None:
    portfolio = parse(sound_files())
    assert portfolio.data_date == date(2026, 3, 13)
    (project,) = portfolio.projects
    assert (project.code, project.source_file) == ("R1", "r1.toml")
    assert project.investment == Decimal("120.5")
    assert project.planned_finish == date(2027, 6, 30)
    assert project.alignments[0].points == ((21.06, 105.83), (21.07, 105.845))
    assert project.claims[0].numerator == Decimal("57.52")
    assert project.resettlement[0].ward == "00103"
    assert [ward.code for ward in portfolio.wards] == ["00097", "00103"]
    with pytest.raises(AttributeError):
        project.code = "R2"  # type: ignore[misc]  # the point of the test: it is frozen


def test_what_no_source_says_stays_absent() -> None:
    (project,) = parse(sound_files()).projects
    assert project.investor is None
    assert project.length_m is None
    assert project.sections[0].width_m is None
    assert project.milestones[0].actual_on is None


def test_a_claim_keeps_the_printed_percentage_beside_the_computed_one() -> None:
    (project,) = parse(sound_files()).projects
    assert project.claims[0].quoted_percent == "98.84%"
    assert computed_percent(project.claims[0]) == Decimal("98.97")


def test_a_single_value_has_no_percentage() -> None:
    assert computed_percent(claim()) is None
    assert computed_percent(claim(numerator="1", denominator="3")) == Decimal("33.33")


def test_every_unit_of_a_claim_has_english_words() -> None:
    assert unit_en("thửa") == "parcels"
    with pytest.raises(KeyError):
        unit_en("cái")


def test_a_demo_ward_takes_the_width_of_its_project_unless_it_has_its_own() -> None:
    files = sound_files()
    assert parse(files).projects[0].demo.wards[0].width_m == 50  # type: ignore[union-attr]  # it has demo land
    files["r1.demo.toml"]["demo"]["ward"][0]["width_m"] = 30
    assert parse(files).projects[0].demo.wards[0].width_m == 30  # type: ignore[union-attr]  # it has demo land


def test_progress_of_a_demo_file_is_invented_and_that_of_a_project_file_needs_a_source() -> None:
    files = sound_files()
    files["r1.toml"]["progress"] = [{"activity": "SUB-F2", "actual_start": date(2026, 2, 2), "source": "báo"}]
    rows = {row.activity: row for row in parse(files).projects[0].progress}
    assert rows["SUB-F1"].demo
    assert not rows["SUB-F2"].demo


def test_progress_reaches_the_activities_of_the_network() -> None:
    portfolio = parse(sound_files())
    (project,) = portfolio.projects
    fronts = work_fronts(project)
    network = apply_progress(expand(sound_template(), fronts, project=project.code), project.progress)
    started = {activity.code: activity for activity in network.activities}["SUB-F1"]
    assert [front.code for front in fronts] == ["F1", "F2"]
    assert (started.actual_start, started.actual_finish, started.remaining) == (date(2026, 1, 5), None, 12)
    assert all(a.actual_start is None for a in network.activities if a.code != "SUB-F1")


def test_projects_come_in_the_order_of_their_groups_and_sort() -> None:
    files = sound_files()
    groups = files["portfolio.toml"]["group"]
    groups.insert(0, {"code": "late", "name_vi": "Sau", "name_en": "Later", "sort": 9})
    for name, group, sort in (("a1", "late", 1), ("b1", "roads", 0)):
        files[f"{name}.toml"] = files["r1.toml"] | {"code": name.upper(), "group": group, "sort": sort}
    assert [project.code for project in parse(files).projects] == ["B1", "R1", "A1"]


def test_a_programme_needs_no_route_and_no_template() -> None:
    files = sound_files()
    keep = {k: v for k, v in files["r1.toml"].items() if isinstance(v, str | int) and k != "template"}
    files["r2.toml"] = keep | {"code": "R2", "kind": "programme", "sources": ["s"], "planned_source": "s"}
    for key in ("planned_label_vi", "planned_source"):
        del files["r2.toml"][key]
    programme = parse_portfolio(files, WARDS, {"road": sound_template()}).projects[1]
    assert (programme.template, programme.fronts, programme.demo) == (None, (), None)
