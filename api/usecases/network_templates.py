"""The parameters of a project's template, and new durations from other ones: a change of the network like any other."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.network_edits import Answer, change_network
from api.usecases.records.writing import Said
from geo.access import access_project
from geo.networks import load_stored
from geo.store import load_fronts
from geo.tables import Project
from projects.editing import Step, value_of
from projects.errors import Fault, InvalidInput, NotFound
from projects.plan_rows import rows_of
from projects.template_parameters import Parameter, parameters_of
from projects.templates import expand


@dataclass(frozen=True, slots=True)
class Offered:
    """The template of a project and its parameters; none for a template without them."""

    name: str
    title_vi: str
    title_en: str
    parameters: tuple[Parameter, ...]


def offered(project: Project, folder: Path) -> Offered | None:
    """What the project's template offers; None for a project without one. `folder` holds `templates/`."""
    template = _template(project, folder)
    if template is None:
        return None
    return Offered(
        str(project.template),
        str(template.get("name_vi", "")),
        str(template.get("name_en", "")),
        parameters_of(template),
    )


def apply_parameters(
    session: Session, ctx: Context, code: str, folder: Path, given: Mapping[str, float], said: Said
) -> Answer:
    """Gives the activities of the template the durations that the parameters make.

    Only activities whose duration hangs on a parameter are written, and only if they are still in the network;
    progress, links and constraints stay. Raises what `change_network` raises, and NotFound for a project
    without template or network.
    """
    project = access_project(session, code)
    template = _template(project, folder)
    stored = load_stored(session, project, ctx.calendars)
    if template is None or stored is None:
        raise NotFound("network", code)
    if not stored.plan.whole_days:
        vi, en = "Mạng nhập từ tệp không theo mẫu.", "An imported network does not follow a template."
        raise InvalidInput([Fault("parameters", vi, en)])
    fronts = load_fronts(session, project)
    made = {a.code: a.duration for a in expand(template, fronts, project=code, parameters=given).activities}
    usual = {a.code: a.duration for a in expand(template, fronts, project=code).activities}
    ruled = {
        a.code
        for named in parameters_of(template)
        for end in (named.least, named.most)
        for a in expand(template, fronts, project=code, parameters={named.code: end}).activities
        if a.duration != usual[a.code]
    }
    rows = rows_of(stored.plan).activities
    steps = [
        Step("change", each, seen=stored.versions[each], fields={"duration": made[each]})
        for each in sorted(ruled & rows.keys())
        if value_of(rows[each], "duration") != made[each]
    ]
    if not steps:
        vi, en = "Không có thời lượng nào đổi.", "No duration would change."
        raise InvalidInput([Fault("parameters", vi, en)])
    return change_network(session, ctx, code, steps, said)


def _template(project: Project, folder: Path) -> dict[str, Any] | None:
    if project.template is None:
        return None
    file = folder / "templates" / f"{project.template}.toml"
    if not file.is_file():
        return None
    return tomllib.loads(file.read_text(encoding="utf-8"))
