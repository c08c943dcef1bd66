"""One project as a value, read from up to three files: what is known, what was published, what is invented.

`vd1.toml` holds the facts, `vd1.claims.toml` the published figures as they were printed, `vd1.demo.toml`
the invented land and progress (design decision 13: facts, claims and inventions are three things).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from projects.catalog.checks import check_project
from projects.catalog.demo import read_demo
from projects.catalog.facts import ClaimFacts, DemoFacts, ProgressFacts, Project
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

CLAIMS_SUFFIX, DEMO_SUFFIX = ".claims.toml", ".demo.toml"
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
    filename: str, documents: Mapping[str, Mapping[str, Any]], known: Known, faults: list[Fault]
) -> Project:
    """The project whose facts are in `filename`, with its claims and demo files where `documents` has them."""
    top = Reader(filename, documents[filename], faults)
    claims = _read_claims(companion(filename, CLAIMS_SUFFIX), documents, faults)
    own_progress = tuple(read_progress(child, demo=False) for child in top.children("progress"))
    demo, demo_progress = _read_demo(companion(filename, DEMO_SUFFIX), documents, faults)
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
        claims=claims,
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


def companion(filename: str, suffix: str) -> str:
    """The file of the same project with another suffix: vd1.toml → vd1.demo.toml."""
    return filename.removesuffix(".toml") + suffix


def _read_claims(
    filename: str, documents: Mapping[str, Mapping[str, Any]], faults: list[Fault]
) -> tuple[ClaimFacts, ...]:
    if filename not in documents:
        return ()
    top = Reader(filename, documents[filename], faults)
    claims = tuple(read_claim(child) for child in top.children("claim"))
    top.close()
    return claims


def _read_demo(
    filename: str, documents: Mapping[str, Mapping[str, Any]], faults: list[Fault]
) -> tuple[DemoFacts | None, tuple[ProgressFacts, ...]]:
    if filename not in documents:
        return None, ()
    top = Reader(filename, documents[filename], faults)
    child = top.child("demo")
    if child is None and not top.has("demo"):
        top.note("demo", "thiếu", "missing")
    demo = None if child is None else read_demo(child)
    progress = tuple(read_progress(row, demo=True) for row in top.children("progress"))
    top.close()
    return demo, progress
