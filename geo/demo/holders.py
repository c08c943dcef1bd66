"""Invented holders for demo cases: names from a list, numbers that no authority gives out, amounts from the area.

The same case always gets the same person. ID numbers begin with 000 (no province has it), telephone numbers with 0000,
addresses name no street, mail goes to `.invalid`: nobody real can be met here by chance.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.history import record

_FAMILY = "{Nguyễn,Trần,Lê,Phạm,Hoàng,Phan,Vũ,Đặng,Bùi,Đỗ}"
_MIDDLE = "{Văn,Thị,Minh,Hoạ,Đức,Thu,Quang,Ngọc}"
_GIVEN = "{An,Bình,Chi,Dũng,Giang,Hà,Khánh,Lan,Nam,Oanh,Phúc,Sơn,Tâm,Uyên,Yến}"
DONG_PER_M2 = 25_000_000  # an assumption of the demo, said to be one wherever it shows
# Steps at and after the approval of the plan.
APPROVED = ("S80", "S85", "S90", "S95", "S97", "S100", "S101", "S105")

_ADD = text(
    """
    with wanted as (
        select c.id, c.project_id, c.ward_code, c.code, ('x' || substr(md5(c.code), 1, 8))::bit(32)::bigint as seed,
               coalesce(sum(p.area_m2), 0) as area, c.step
        from clearance_case c left join parcel p on p.case_id = c.id
        where c.is_demo and c.project_id = :project and not exists (select from holder h where h.case_id = c.id)
        group by c.id
    )
    insert into holder (case_id, project_id, ward_code, full_name, id_number, birth_date, phone, email, address,
                        bank_account, amount_vnd, is_demo)
    select id, project_id, ward_code,
           (cast(:family as text[]))[1 + seed % 10] || ' ' || (cast(:middle as text[]))[1 + seed / 10 % 8] || ' '
               || (cast(:given as text[]))[1 + seed / 80 % 15],
           '000' || lpad((seed % 1000000000)::text, 9, '0'), date '1950-01-01' + (seed % 18000)::int,
           '0000' || lpad((seed / 7 % 1000000)::text, 6, '0'), 'ho.' || lower(code) || '@minh-hoa.invalid',
           'Địa chỉ minh hoạ của hồ sơ ' || code, 'MH' || lpad((seed / 3 % 100000000)::text, 10, '0'),
           case when step = any (:approved) then round((area * :price)::numeric, -3) end, true
    from wanted order by code
    """
)


def add_demo_holders(session: Session, project_id: int, project: str, *, actor: str, day: date) -> int:
    """Gives every demo case of a project that has none an invented holder; gives how many were made."""
    done: Any = session.execute(
        _ADD,
        {
            "project": project_id,
            "family": _FAMILY,
            "middle": _MIDDLE,
            "given": _GIVEN,
            "price": DONG_PER_M2,
            "approved": list(APPROVED),
        },
    )
    made = int(done.rowcount)
    if made:
        record(
            session,
            kind="holders.demo",
            object_type="project",
            object_code=project,
            project_code=project,
            actor=actor,
            effective_on=day,
            after={"holders": made},
        )
    return made
