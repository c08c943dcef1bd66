"""What must hold between the parts of one project: codes exist, fronts lie in their sections, and so on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from projects.catalog.facts import AlignmentFacts, DemoWard, FrontFacts, Project, SectionFacts
from projects.catalog.reading import unknown_en, unknown_vi
from projects.catalog.routes import end_m
from projects.catalog.schedules import TemplateShape, covers, expanded_codes
from projects.errors import Fault

# A route without published length is measured here on a local plane and in EPSG:5897 elsewhere.
SLACK = 1.001


def check_project(
    project: Project,
    wards: frozenset[str],
    template: TemplateShape | None,
    data_date: date,
    faults: list[Fault],
) -> None:
    """Add every contradiction inside `project` to `faults`."""
    noted = _Notes(project.source_file, faults)
    _check_codes(project, noted)
    _check_plan(project, noted)
    _check_wards(project, wards, noted)
    alignments = {item.code: item for item in project.alignments}
    sections = {item.code: item for item in project.sections}
    _check_sections(project, alignments, noted)
    for front in project.fronts:
        _check_front(front, sections.get(front.section), template, noted)
    _check_overlaps(project.fronts, sections, noted)
    if template is not None:
        _check_activities(project, expanded_codes(template, project.fronts), noted)
    for row in project.progress:
        if max(row.actual_start or date.min, row.actual_finish or date.min) > data_date:
            noted.add(
                f"progress[{row.activity}]",
                f"ngày thực tế sau ngày số liệu {data_date}",
                f"an actual date lies after the data date {data_date}",
                demo=row.demo,
            )
    if project.demo is not None:
        for ward in project.demo.wards:
            _check_demo_ward(ward, project, alignments, sections, noted)


class _Notes:
    """Collects the faults of one project, each under the file that its part is written in."""

    def __init__(self, filename: str, faults: list[Fault]) -> None:
        self._filename = filename
        self._faults = faults

    def add(self, path: str, vi: str, en: str, *, demo: bool = False) -> None:
        part = path.partition("[")[0].partition(".")[0]
        suffix = {"claim": ".claims.toml", "demo": ".demo.toml"}.get(part, ".toml")
        filename = self._filename.removesuffix(".toml") + (".demo.toml" if demo else suffix)
        self._faults.append(Fault(f"{filename}: {path}", vi, en))

    def add_unknown(self, path: str, value: str, known: Iterable[str]) -> None:
        allowed = list(known)
        self.add(path, unknown_vi(value, allowed), unknown_en(value, allowed))


def _check_codes(project: Project, noted: _Notes) -> None:
    lists: dict[str, list[str]] = {
        "component": [item.code for item in project.components],
        "alignment": [item.code for item in project.alignments],
        "section": [item.code for item in project.sections],
        "front": [item.code for item in project.fronts],
        "milestone": [item.code for item in project.milestones],
        "claim": [item.code for item in project.claims],
        "ward": [item.code for item in project.wards],
        "resettlement": [item.code for item in project.resettlement],
        "progress": [item.activity for item in project.progress],
        "demo.ward": [item.code for item in project.demo.wards] if project.demo else [],
    }
    for key, codes in lists.items():
        for code, count in Counter(codes).items():
            if count > 1:
                noted.add(f"{key}[{code}]", f"mã xuất hiện {count} lần", f"the code occurs {count} times")
    if project.kind == "programme":
        for key in ("alignment", "section", "front", "progress", "demo.ward"):
            if lists[key]:
                noted.add(
                    key, "chương trình không có tuyến, mũi, đất", "a programme has no route, front or land"
                )
        if project.template is not None:
            noted.add("template", "chương trình không có mẫu tiến độ", "a programme has no template")
    else:
        if project.template is None:
            noted.add("template", "thiếu mẫu tiến độ", "the network template is missing")
        if not project.fronts:
            noted.add("front", "thiếu mũi thi công", "there is no work front")


def _check_plan(project: Project, noted: _Notes) -> None:
    if project.planned_finish is not None and project.planned_source is None:
        noted.add("planned_source", "ngày kế hoạch phải có nguồn", "a planned date needs its source")
    if project.planned_finish is None and (project.planned_source or project.planned_label_vi):
        noted.add("planned_finish", "thiếu ngày kế hoạch", "the planned date is missing")
    if project.started_on and project.planned_finish and project.planned_finish <= project.started_on:
        noted.add("planned_finish", "trước ngày khởi công", "before the start of the works")


def _check_wards(project: Project, wards: frozenset[str], noted: _Notes) -> None:
    own = {item.code for item in project.wards}
    for crossing in project.wards:
        if crossing.code not in wards:
            noted.add_unknown(f"ward[{crossing.code}]", crossing.code, wards)
    named = [(f"claim[{item.code}].ward", item.ward) for item in project.claims]
    if project.demo is not None:
        named += [(f"demo.ward[{item.code}]", item.code) for item in project.demo.wards]
    for site in project.resettlement:  # often far from the project
        if site.ward is not None and site.ward not in wards:
            noted.add_unknown(f"resettlement[{site.code}].ward", site.ward, wards)
    for path, code in named:
        if code is not None and code not in wards:
            noted.add_unknown(path, code, wards)
        elif code is not None and code not in own:
            noted.add(path, f"{code} chưa có trong [[ward]]", f"{code} is not listed under [[ward]]")


def _check_sections(project: Project, alignments: Mapping[str, AlignmentFacts], noted: _Notes) -> None:
    components = {item.code for item in project.components}
    for section in project.sections:
        path = f"section[{section.code}]"
        if section.component is not None and section.component not in components:
            noted.add_unknown(f"{path}.component", section.component, components)
        if section.alignment is None:
            continue
        alignment = alignments.get(section.alignment)
        if alignment is None:
            noted.add_unknown(f"{path}.alignment", section.alignment, alignments)
        elif section.from_m is not None and section.to_m is not None and alignment.points:
            _check_inside(path, (section.from_m, section.to_m), (alignment.start_m, _end(alignment)), noted)


def _check_front(
    front: FrontFacts, section: SectionFacts | None, template: TemplateShape | None, noted: _Notes
) -> None:
    path = f"front[{front.code}]"
    if template is not None and front.kind not in template.front_kinds:
        noted.add_unknown(f"{path}.kind", front.kind, template.front_kinds)
    if section is None:
        noted.add(
            f"{path}.section", f"không có đoạn {front.section!r}", f"there is no section {front.section!r}"
        )
        return
    if section.alignment is None:
        if front.area is None or front.from_m is not None:
            noted.add(
                f"{path}.area", "mũi trong vùng cần area", "a front in an area needs an area of its own"
            )
        if template is not None and any(a.per_km and covers(a, front.kind) for a in template.activities):
            noted.add(
                f"{path}.kind",
                f"loại {front.kind!r} tính thời lượng theo km, vùng không có km",
                f"kind {front.kind!r} has durations per km and an area has none",
            )
    elif front.area is not None or (front.from_m is None and front.to_m is None):
        vi, en = "mũi trên tuyến cần from_m, to_m", "a front on a line needs from_m and to_m"
        noted.add(f"{path}.from_m", vi, en)
    elif front.from_m is not None and front.to_m is not None and (within := _interval(section)) is not None:
        _check_inside(path, (front.from_m, front.to_m), within, noted)


def _check_overlaps(
    fronts: Iterable[FrontFacts], sections: Mapping[str, SectionFacts], noted: _Notes
) -> None:
    placed = sorted(
        (section.alignment, front.from_m, front.to_m, front.code)
        for front in fronts
        if (section := sections.get(front.section)) is not None
        and section.alignment is not None
        and front.from_m is not None
        and front.to_m is not None
    )
    for (line, _, end, code), (next_line, start, _, next_code) in pairwise(placed):
        if line == next_line and start < end:
            noted.add(f"front[{next_code}].from_m", f"chồng lên mũi {code}", f"overlaps front {code}")


def _check_activities(project: Project, codes: frozenset[str], noted: _Notes) -> None:
    named = [(f"milestone[{item.code}].activity", item.activity, False) for item in project.milestones]
    named += [(f"progress[{item.activity}]", item.activity, item.demo) for item in project.progress]
    for path, code, demo in named:
        if code is not None and code not in codes:
            vi, en = f"mạng không có công việc {code!r}", f"the network has no activity {code!r}"
            noted.add(path, vi, en, demo=demo)


def _check_demo_ward(
    ward: DemoWard,
    project: Project,
    alignments: Mapping[str, AlignmentFacts],
    sections: Mapping[str, SectionFacts],
    noted: _Notes,
) -> None:
    path = f"demo.ward[{ward.code}]"
    if ward.section is not None:
        section = sections.get(ward.section)
        if section is None or section.area is None:
            noted.add(
                f"{path}.section", f"không có vùng {ward.section!r}", f"there is no area {ward.section!r}"
            )
        return
    if ward.alignment is None and len(alignments) != 1:
        noted.add(f"{path}.alignment", "dự án có nhiều tim tuyến: phải nêu", "name one of the alignments")
        return
    code = ward.alignment or next(iter(alignments))
    if code not in alignments:
        noted.add_unknown(f"{path}.alignment", code, alignments)
        return
    if ward.from_m is None or ward.to_m is None:
        return
    _check_inside(path, (ward.from_m, ward.to_m), (alignments[code].start_m, _end(alignments[code])), noted)
    on_line = [_interval(item) for item in project.sections if item.alignment is not None]
    if None in on_line or any(
        item.alignment not in alignments for item in project.sections if item.alignment
    ):
        return  # said already, at the section
    if not any(within and within[0] < ward.to_m and ward.from_m < within[1] for within in on_line):
        noted.add(path, "không chạm đoạn nào của dự án", "touches no section of the project")


def _interval(section: SectionFacts) -> tuple[float, float] | None:
    """The chainage of a section if it has a sound one."""
    if section.from_m is None or section.to_m is None or section.to_m <= section.from_m:
        return None
    return section.from_m, section.to_m


def _end(alignment: AlignmentFacts) -> float:
    end = end_m(alignment)
    return end if alignment.published_length_m is not None else end * SLACK


def _check_inside(path: str, inner: tuple[float, float], outer: tuple[float, float], noted: _Notes) -> None:
    if inner[0] < outer[0] or inner[1] > outer[1]:
        noted.add(
            f"{path}.from_m" if inner[0] < outer[0] else f"{path}.to_m",
            f"lý trình {inner[0]:g}–{inner[1]:g} ngoài khoảng {outer[0]:g}–{outer[1]:.0f}",
            f"chainage {inner[0]:g}–{inner[1]:g} lies outside {outer[0]:g}–{outer[1]:.0f}",
        )
