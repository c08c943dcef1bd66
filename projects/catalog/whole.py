"""The portfolio as a whole: every file read, every fault of every file in one refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from projects.catalog.facts import Bottleneck, Group, Portfolio, Project
from projects.catalog.places import read_wards
from projects.catalog.project import CLAIMS_SUFFIX, DEMO_SUFFIX, Known, read_project
from projects.catalog.reading import Reader
from projects.catalog.schedules import read_template
from projects.errors import Fault, InvalidInput

TOP = "portfolio.toml"


def parse_portfolio(
    documents: Mapping[str, Mapping[str, Any]],
    wards: Sequence[Mapping[str, str]],
    templates: Mapping[str, Mapping[str, Any]],
) -> Portfolio:
    """The checked portfolio; projects come sorted by group and their own `sort`.

    `documents` are the parsed files of data/portfolio by file name: portfolio.toml, and per project
    <code>.toml with <code>.claims.toml (published figures) and <code>.demo.toml (invented land) beside
    it; parse them with `parse_float=Decimal` to keep the digits as printed. `wards` are the rows of
    wards.csv as text, `templates` the parsed files of data/templates by name without suffix. Raises
    `InvalidInput` with every fault of every file; `Fault.where` is "file: key path".
    """
    faults: list[Fault] = []
    top = Reader(TOP, documents.get(TOP, {}), faults)
    if TOP not in documents:
        top.note("", "thiếu tệp", "the file is missing")
    data_date, demo_seed, groups, bottlenecks = _read_top(top)
    ward_facts = read_wards(wards, faults)
    shapes = {name: read_template(name, table, faults) for name, table in sorted(templates.items())}
    known = Known(
        data_date=data_date,
        groups=[group.code for group in groups],
        bottlenecks=[item.code for item in bottlenecks],
        wards=frozenset(ward.code for ward in ward_facts),
        templates=shapes,
    )
    names = [name for name in documents if name != TOP and not name.endswith((CLAIMS_SUFFIX, DEMO_SUFFIX))]
    projects = [read_project(name, documents, known, faults) for name in sorted(names)]
    _check_together(projects, documents, faults)
    if faults:
        raise InvalidInput(faults)
    order = {group.code: group.sort for group in groups}
    return Portfolio(
        data_date=data_date,
        demo_seed=demo_seed,
        groups=tuple(sorted(groups, key=lambda group: group.sort)),
        bottlenecks=bottlenecks,
        wards=ward_facts,
        projects=tuple(sorted(projects, key=lambda item: (order[item.group], item.sort, item.code))),
        templates=templates,
    )


def _read_top(top: Reader) -> tuple[date, int, tuple[Group, ...], tuple[Bottleneck, ...]]:
    data_date = top.day_or_none("data_date")
    if data_date is None and not top.has("data_date"):
        top.note("data_date", "thiếu", "missing")
    demo_seed = top.whole("demo_seed")
    groups = tuple(_read_group(child) for child in top.children("group"))
    bottlenecks = tuple(_read_bottleneck(child) for child in top.children("bottleneck"))
    for key, codes in (("group", [g.code for g in groups]), ("bottleneck", [b.code for b in bottlenecks])):
        if len(set(codes)) < len(codes):
            top.note(key, "mã trùng nhau", "a code occurs twice")
    top.close()
    return data_date or date.max, demo_seed, groups, bottlenecks


def _read_group(table: Reader) -> Group:
    group = Group(table.text("code"), table.text("name_vi"), table.text("name_en"), table.whole("sort"))
    table.close()
    return group


def _read_bottleneck(table: Reader) -> Bottleneck:
    bottleneck = Bottleneck(table.text("code"), table.text("name_vi"), table.text("name_en"))
    table.close()
    return bottleneck


def _check_together(
    projects: Sequence[Project], documents: Mapping[str, Mapping[str, Any]], faults: list[Fault]
) -> None:
    files: dict[str, str] = {}
    for project in projects:
        first = files.setdefault(project.code, project.source_file)
        if first != project.source_file:
            faults.append(
                Fault(
                    f"{project.source_file}: code",
                    f"mã {project.code} đã có trong {first}",
                    f"code {project.code} is already in {first}",
                )
            )
    for project in projects:
        if project.parent is not None and (project.parent not in files or project.parent == project.code):
            faults.append(
                Fault(
                    f"{project.source_file}: parent",
                    f"không có dự án mẹ {project.parent!r}",
                    f"there is no parent project {project.parent!r}",
                )
            )
    for name in documents:
        for suffix in (CLAIMS_SUFFIX, DEMO_SUFFIX):
            if name.endswith(suffix) and name.removesuffix(suffix) + ".toml" not in documents:
                faults.append(Fault(name, "không có tệp dự án đi kèm", "there is no project file beside it"))
