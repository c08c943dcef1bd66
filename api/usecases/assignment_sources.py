"""The form of an assignment filled from the line that it is made from: a case, an obstacle, a line of the report, …"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.assignments import access_assignment, code_of
from api.usecases.calculation import calculate, resolve_day
from geo.access import access_case, access_project, access_ward, portfolio_state, project_code_of
from geo.tables import Assignment, CaseObstacle, ClearanceCase, Conclusion, Project, Ward
from projects.bottlenecks import BOTTLENECKS
from projects.codes import OBSTACLES
from projects.duties import BODY_KINDS
from projects.errors import NotFound
from projects.steps import STEPS
from projects.tiers import TIERS

USUAL_DAYS = 14


def filled(
    session: Session, ctx: Context, kind: str, code: str, *, ward: str = "", day: date | None = None
) -> dict[str, Any]:
    """What the form holds for a line: of the six what the line says. Raises NotFound for a line not in reach."""
    today = min(portfolio_state(session).data_date, ctx.today())
    usual = {"due_on": today + timedelta(days=USUAL_DAYS), "source_kind": kind or "free", "source_code": code}
    match kind:
        case "case":
            case = access_case(session, code)
            main = session.scalar(
                select(CaseObstacle).where(
                    CaseObstacle.case_id == case.id,
                    CaseObstacle.resolved_on.is_(None),
                    CaseObstacle.cause == case.obstacle,
                )
            )
            said = usual | _of_case(session, case, main, today)
        case "obstacle":
            row = session.get(CaseObstacle, int(code)) if code.isdecimal() and len(code) < 19 else None
            if row is None:
                raise NotFound("obstacle", code)
            case = session.get_one(ClearanceCase, row.case_id)
            said = usual | _of_case(session, case, row, today)
        case "report":
            said = usual | _of_report(session, ctx, code, ward, day)
        case "conclusion":
            found = session.get(Conclusion, int(code)) if code.isdecimal() and len(code) < 19 else None
            if found is None:
                raise NotFound("conclusion", code)
            said = usual | {"conclusion_id": found.id, "authority": found.chair, "source_code": found.number}
        case "bottleneck":
            if code not in BOTTLENECKS:
                raise NotFound("item", code)
            said = usual | {
                "what": f"Xử lý điểm nghẽn “{BOTTLENECKS[code][0]}”: ", "body_kind": "department",
                "authority": "UBND Thành phố",
            }  # fmt: skip
        case "parent":
            said = usual | _of_parent(session, code)
        case _:
            said = usual | {"source_kind": "free", "source_code": ""}
    return said | _people(session, said)


def ward_body(ward: Ward) -> str:
    """The body of a ward: "UBND phường Hồng Hà"."""
    return f"UBND {ward.unit_type} {ward.name}"


def _of_case(
    session: Session, case: ClearanceCase, obstacle: CaseObstacle | None, today: date
) -> dict[str, Any]:
    step = STEPS[case.step].label_vi if case.step in STEPS else case.step
    said: dict[str, Any] = {
        "case": case.code, "project": project_code_of(session, case), "ward_code": case.ward_code,
        "body_kind": "ward", "authority": TIERS["ward"][0],
        "what": f"Đưa hồ sơ {case.code} qua bước sau “{step}”",
        "product": f"Văn bản của bước kế tiếp của hồ sơ {case.code}",
    }  # fmt: skip
    if obstacle is not None:
        cause = OBSTACLES[obstacle.cause][0] if obstacle.cause in OBSTACLES else obstacle.cause
        said |= {
            "what": f"Gỡ vướng mắc “{cause}” của hồ sơ {case.code} (đang ở bước “{step}”)",
            "product": f"Văn bản giải quyết xong vướng mắc của hồ sơ {case.code}",
            "authority": TIERS.get(obstacle.tier, TIERS["ward"])[0],
        }
        if obstacle.due_on is not None and obstacle.due_on >= today:
            said["due_on"] = obstacle.due_on
    return said


def _of_report(session: Session, ctx: Context, code: str, ward: str, day: date | None) -> dict[str, Any]:
    """A line of the delay report: a project, or one of its wards with the cases that hold the date."""
    project = access_project(session, code)
    said: dict[str, Any] = {"project": project.code, "authority": TIERS["city"][0], "body_kind": "board"}
    name = project.facts["short_vi"]
    delay = calculate(session, ctx, project, resolve_day(session, day)).delay
    said["what"] = f"Gỡ đất đang giữ đường găng của dự án {name}"
    said["product"] = f"Mặt bằng bàn giao đủ cho dự án {name}"
    if not ward:
        return said
    unit = access_ward(session, ward)
    line = next((w for w in (delay.wards if delay else ()) if w.ward_code == ward), None)
    counted = f" {line.cases_driving} hồ sơ" if line is not None and line.cases_driving else " đất"
    gain = f"; lấy lại {line.days_gained} ngày" if line is not None and line.days_gained > 0 else ""
    return said | {
        "body_kind": "ward", "ward_code": ward, "source_code": f"{code}/{ward}",
        "what": f"Gỡ{counted} giữ đường găng của dự án {name} tại {unit.unit_type} {unit.name}{gain}",
        "product": f"Biên bản bàn giao mặt bằng tại {unit.unit_type} {unit.name}",
    }  # fmt: skip


def _of_parent(session: Session, code: str) -> dict[str, Any]:
    number = code.removeprefix("GV-")
    if not (number.isdecimal() and len(number) < 19):
        raise NotFound("assignment", code)
    row = access_assignment(session, int(number))
    project = session.get(Project, row.project_id) if row.project_id is not None else None
    lower = "ward" if row.body_kind != "city" else "department"
    return {
        "parent_id": row.id, "source_code": code_of(row.id), "body_kind": lower,
        "project": project.code if project else None, "ward_code": row.ward_code, "what": row.what,
        "product": row.product, "authority": row.authority, "due_on": row.due_on, "conclusion_id": row.conclusion_id,
    }  # fmt: skip


def _people(session: Session, said: Mapping[str, Any]) -> dict[str, Any]:
    """The body in words, and who was last responsible there; the head of a ward's committee where nobody was yet."""
    ward = session.get(Ward, said["ward_code"]) if said.get("ward_code") else None
    found: dict[str, Any] = {}
    if said.get("body_kind") == "ward" and ward is not None:
        found["body"] = found["lead"] = ward_body(ward)
        found["person"] = f"Chủ tịch {found['body']}"
    last = session.execute(
        select(Assignment.body, Assignment.person, Assignment.account)
        .where(
            Assignment.body_kind == said.get("body_kind"),
            Assignment.ward_code == ward.code if ward is not None else Assignment.project_id.is_not(None),
            *([] if ward is not None else [Assignment.source_code == said.get("source_code")]),
        )
        .order_by(Assignment.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and said.get("body_kind") in BODY_KINDS:
        found |= {"body": last.body, "lead": last.body, "person": last.person, "account": last.account}
    return found
