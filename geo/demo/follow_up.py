"""Invented follow-up of demo cases: who owns an obstacle until when, contacts with holders, a few complaints.

The same case always gets the same. Owners are bodies, not persons; what was said names nobody.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.history import record

_SEED = "('x' || substr(md5(c.code || o.cause), 1, 7))::bit(28)::int"
# Due dates lie from five weeks before the data date to eight weeks after it, one in eight obstacles has none.
_OWN = text(
    f"""
    update case_obstacle o set
        owner = (cast(:owners as text[]))[1 + {_SEED} % 3], version = o.version,
        solution = (cast(:solutions as text[]))[1 + {_SEED} / 3 % 4],
        due_on = case when {_SEED} / 12 % 8 > 0
                 then greatest(o.opened_on + 7, cast(:day as date) - 35 + {_SEED} / 96 % 91) end
    from clearance_case c
    where c.id = o.case_id and c.project_id = :project and o.is_demo and o.owner is null and o.resolved_on is null
    """
)
_TALK = text(
    """
    insert into case_contact (case_id, project_id, ward_code, met_on, way, with_whom, said, next_on, actor, is_demo)
    select c.id, c.project_id, c.ward_code, cast(:day as date) - (9 * n + seed % 9)::int,
           (array['meeting', 'phone', 'meeting', 'letter'])[1 + (seed + n) % 4], 'Đại diện hộ (minh hoạ)',
           (cast(:said as text[]))[1 + (seed + n) % 4],
           case when n = 1 then cast(:day as date) + (seed % 14)::int end, 'minh hoạ', true
    from (select k.*, ('x' || substr(md5(k.code), 1, 7))::bit(28)::int as seed from clearance_case k) c
    cross join lateral generate_series(1, 1 + c.seed % 3) n
    where c.project_id = :project and c.is_demo and c.obstacle in ('KHONG_PHOI_HOP', 'DON_GIA', 'KHIEU_NAI')
      and not exists (select from case_contact t where t.case_id = c.id)
    order by c.code, n
    """
)
_OWNERS = ["Tổ GPMB phường, xã", "Ban QLDA – phòng GPMB", "Phòng Kinh tế, Hạ tầng và Đô thị"]
_SOLUTIONS = [
    "Họp với hộ, đối chiếu hồ sơ địa chính (minh hoạ)",
    "Báo cáo cấp trên hướng dẫn chính sách (minh hoạ)",
    "Đo lại, lập trích lục bổ sung (minh hoạ)",
    "Bố trí tạm cư trong khi chờ quỹ tái định cư (minh hoạ)",
]
_SAID = [
    "Hộ đề nghị xem lại đơn giá; đã giải thích chính sách.",
    "Hộ hẹn trả lời sau khi bàn trong gia đình.",
    "Đã đưa thông báo, hộ chưa đồng ý ký.",
    "Hộ đề nghị bố trí tái định cư trước khi bàn giao.",
]


def projects_without_follow_up(session: Session) -> list[tuple[int, str]]:
    """Projects with demo obstacles that nobody owns: their numbers and codes."""
    rows = session.execute(
        text(
            "select p.id, p.code from project p where exists (select from case_obstacle o where o.project_id = p.id "
            "and o.is_demo and o.owner is null and o.resolved_on is null) order by p.code"
        )
    )
    return [(row.id, row.code) for row in rows]


def add_demo_follow_up(session: Session, project_id: int, project: str, *, actor: str, day: date) -> int:
    """Gives the demo obstacles of a project an owner and a due date, and some holders contacts; how many obstacles."""
    given = {"project": project_id, "day": day}
    owned: Any = session.execute(_OWN, given | {"owners": _OWNERS, "solutions": _SOLUTIONS})
    talked: Any = session.execute(_TALK, given | {"said": _SAID})
    made = int(owned.rowcount)
    if made:
        record(
            session,
            kind="follow_up.demo",
            object_type="project",
            object_code=project,
            project_code=project,
            actor=actor,
            effective_on=day,
            after={"obstacles": made, "contacts": int(talked.rowcount)},
        )
    return made
