"""One project file (and its demo file) as a value, with the checks that need no other project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from projects.catalog.checks import check_project
from projects.catalog.demo import read_demo
from projects.catalog.facts import DemoFacts, ProgressFacts, Project
from projects.catalog.parts import (
    read_claim,
    read_component,
    read_crossing,
    read_milestone,
    read_progress,
    read_resettlement,
)
from projects.catalog.reading import Reader
from projects.catalog.routes import read_alignment, read_front, read_section
from projects.catalog.schedules import TemplateShape
from projects.errors import Fault

PROJECT_KINDS = ("road", "bridge", "lakeside", "site", "programme")


@dataclass(frozen=True, slots=True)
class Known:
    """The codes of the rest of the portfolio that a project file may name."""

    data_date: date
    groups: Sequence[str]
    bottlenecks: Sequence[str]
    wards: frozenset[str]
    templates: Mapping[str, TemplateShape | None]  # None: the template itself is refused


def read_project(
    filename: str,
    table: Mapping[str, Any],
    demo_table: Mapping[str, Any] | None,
    known: Known,
    faults: list[Fault],
) -> Project:
    """The project of `filename`; `demo_table` is the parsed <code>.demo.toml beside it, if any."""
    top = Reader(filename, table, faults)
    own_progress = tuple(read_progress(child, demo=False) for child in top.children("progress"))
    demo, demo_progress = _read_demo_file(filename, demo_table, faults)
    project = Project(
        code=top.code(),
        kind=top.choice("kind", PROJECT_KINDS),
        group=top.choice("group", known.groups),
        sort=top.whole("sort"),
        template=top.choice("template", known.templates) if top.has("template") else None,
        name_vi=top.text("name_vi"),
        name_en=top.text("name_en"),
        short_vi=top.text("short_vi"),
        short_en=top.text("short_en"),
        summary_vi=top.text("summary_vi"),
        summary_en=top.text("summary_en"),
        investor=top.text_or_none("investor"),
        investment=top.decimal_or_none("investment"),
        length_m=top.number_or_none("length_m"),
        area_ha=top.decimal_or_none("area_ha"),
        started_on=top.day_or_none("started_on"),
        planned_finish=top.day_or_none("planned_finish"),
        planned_label_vi=top.text_or_none("planned_label_vi"),
        planned_source=top.text_or_none("planned_source"),
        bottlenecks=top.texts("bottlenecks"),
        parent=top.text_or_none("parent"),
        sources=top.texts("sources"),
        notes_vi=top.texts("notes_vi"),
        components=tuple(read_component(child) for child in top.children("component")),
        alignments=tuple(read_alignment(child) for child in top.children("alignment")),
        sections=tuple(read_section(child) for child in top.children("section")),
        fronts=tuple(read_front(child) for child in top.children("front")),
        milestones=tuple(read_milestone(child) for child in top.children("milestone")),
        claims=tuple(read_claim(child) for child in top.children("claim")),
        wards=tuple(read_crossing(child) for child in top.children("ward")),
        resettlement=tuple(read_resettlement(child) for child in top.children("resettlement")),
        progress=own_progress + demo_progress,
        demo=demo,
        source_file=filename,
    )
    if not project.sources:
        top.note("sources", "thiếu nguồn", "no source")
    for value in project.bottlenecks:
        if value not in known.bottlenecks:
            top.note("bottlenecks", f"không có điểm nghẽn {value!r}", f"no bottleneck {value!r}")
    if project.code and filename != f"{project.code.lower()}.toml":
        top.note(
            "code",
            f"tệp phải tên {project.code.lower()}.toml",
            f"the file must be {project.code.lower()}.toml",
        )
    top.close()
    check_project(project, known.wards, known.templates.get(project.template or ""), known.data_date, faults)
    return project


def _read_demo_file(
    filename: str, table: Mapping[str, Any] | None, faults: list[Fault]
) -> tuple[DemoFacts | None, tuple[ProgressFacts, ...]]:
    if table is None:
        return None, ()
    top = Reader(filename.replace(".toml", ".demo.toml"), table, faults)
    child = top.child("demo")
    if child is None and not top.has("demo"):
        top.note("demo", "thiếu", "missing")
    demo = None if child is None else read_demo(child)
    progress = tuple(read_progress(row, demo=True) for row in top.children("progress"))
    top.close()
    return demo, progress
