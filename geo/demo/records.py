"""Invented records for a share of the demo cases: people, what stands on the land, lines of the plan, things to move.

All of it follows from the code of the case, so the same case gets the same records; every row is marked as demo. The
plots of a resettlement site are as many as a source publishes, their codes are invented. A few statements a project.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.demo.holders import APPROVED, DONG_PER_M2
from geo.history import record

SHARE = 4  # one in so many demo cases gets records
_WANTED = """
    select c.id, c.project_id, c.ward_code, c.code, c.step, c.holder_kind,
           ('x' || substr(md5('records' || c.code), 1, 7))::bit(28)::bigint as seed
    from clearance_case c where c.is_demo and c.project_id = :project
"""
_OF_SHARE = f"with wanted as (select * from ({_WANTED}) w where seed % {SHARE} = 0) "
STATEMENTS = (
    # P1 is the holder as entered, P2 (two of three) somebody of the household or a tenant.
    f"""
    {_OF_SHARE}, people as (
        select w.*, n, nextval('person_id_seq') as person_id from wanted w, generate_series(1, 2) n
        where n = 1 or w.seed / 8 % 3 > 0
    ), made as (
        insert into person (id, project_id, ward_code, kind, full_name, id_number, birth_date, phone, address,
                            bank_account, is_demo)
        select p.person_id, p.project_id, p.ward_code,
               case when n = 1 and p.holder_kind = 'organisation' then 'organisation' else 'person' end,
               case when n = 1 then h.full_name else split_part(h.full_name, ' ', 1) || ' Thị Minh Hoạ' end,
               case when n = 1 then h.id_number else '000' || lpad((p.seed * 7 % 1000000000)::text, 9, '0') end,
               case when n = 1 then h.birth_date else h.birth_date + 700 end,
               case when n = 1 then h.phone else '0000' || lpad((p.seed % 1000000)::text, 6, '0') end,
               h.address, case when n = 1 then h.bank_account end, true
        from people p join holder h on h.case_id = p.id
        returning id
    )
    insert into case_party (case_id, project_id, ward_code, code, person_id, role, share, relation, reach, signs,
                            is_demo)
    select p.id, project_id, ward_code, 'P' || n, person_id,
           case when n = 1 then 'holder' when seed / 32 % 3 = 0 then 'user' else 'household' end,
           case when n = 1 then 100 end,
           case when n = 2 then case when seed / 32 % 3 = 0 then 'người thuê nhà' else 'vợ/chồng' end end,
           case when n = 1 and seed % 29 = 0 then 'unreachable' when n = 2 and seed % 11 = 0 then 'absent'
                else 'present' end, n = 1, true
    from people p join made m on m.id = p.person_id
    """,
    f"""
    {_OF_SHARE}
    insert into inventory_item (case_id, project_id, ward_code, code, kind, description, quantity, unit, condition,
                                party, measured_on, document, is_demo)
    select id, project_id, ward_code, 'K' || n, (array['house', 'structure', 'tree'])[n],
           (array['Nhà ở một tầng, tường gạch (minh hoạ)', 'Tường rào, sân bê tông (minh hoạ)',
                  'Cây ăn quả (minh hoạ)'])[n],
           (array[40 + seed % 90, 20 + seed % 70, 3 + seed % 25])[n], (array['m²', 'm²', 'cây'])[n],
           case when n < 3 then (array['good', 'worn', 'poor'])[1 + seed % 3] end, 'P1', :day - (30 + seed % 60)::int,
           'BB kiểm kê minh hoạ ' || code, true
    from wanted, generate_series(1, 3) n where step not in ('S00', 'S05', 'S10', 'S20', 'X2') and n <= 1 + seed / 4 % 3
    """,
    f"""
    {_OF_SHARE}
    insert into compensation_plan (case_id, project_id, ward_code, number, opened_step, document, decided_on, is_demo)
    select id, project_id, ward_code, 1, 'S50',
           case when step = any (:approved) then 'QĐ minh hoạ ' || code end,
           case when step = any (:approved) then :day - (40 + seed % 50)::int end, true
    from wanted where step = any (:approved) or step in ('S50', 'S60', 'S61', 'S70')
    """,
    f"""
    {_OF_SHARE}, land as (
        select w.*, coalesce(round(sum(p.area_m2)::numeric, 1), 0) as area from wanted w
        join compensation_plan v on v.case_id = w.id left join parcel p on p.case_id = w.id
        group by w.id, w.project_id, w.ward_code, w.code, w.step, w.holder_kind, w.seed
    ), line as (
        select l.id, project_id, ward_code, 'B1' as code, 'land' as kind, 'Đất trong ranh (minh hoạ)' as description,
               area as quantity, 'm²' as unit, (:price)::numeric as price, 1.0 as coefficient, null as item,
               null as rule
        from land l
        union all
        select l.id, l.project_id, l.ward_code, 'B2', 'structure', 'Nhà, công trình (minh hoạ)', k.quantity, k.unit,
               4500000, 0.8, k.code, null
        from land l join inventory_item k on k.case_id = l.id and k.code = 'K1'
        union all
        select id, project_id, ward_code, 'B3', 'deduction', 'Nghĩa vụ tài chính còn nợ (minh hoạ)', 1, 'khoản',
               1000000 + seed % 5000000, 1, null, 'TT-07' from land where seed % 5 = 0 and area > 1
    )
    insert into compensation_line (case_id, project_id, ward_code, plan, code, kind, description, party, item, quantity,
                                   unit, price_vnd, coefficient, amount_vnd, rule, basis, level, is_demo)
    select id, project_id, ward_code, 1, code, kind, description, 'P1', item, quantity, unit, price, coefficient,
           round(quantity * price * coefficient), rule, 'Đơn giá giả định của dữ liệu minh hoạ', 'U', true from line
    """,
    # Graves and utilities of each ward with demo land; states run like the clearance of the ward.
    """
    with ward as (
        select ward_code, row_number() over (order by ward_code) as at,
               ('x' || substr(md5(min(code)), 1, 6))::bit(24)::int as seed
        from clearance_case where is_demo and project_id = :project group by ward_code
    ), thing as (
        select ward_code, at, seed, n, (array['grave', 'power', 'water', 'telecom'])[n] as kind
        from ward, generate_series(1, 4) n
    )
    insert into relocation (project_id, ward_code, code, kind, description, owner, count, length_m, state, state_on,
                            document, is_demo)
    select :project, ward_code, case when n = 1 then 'M' || at else 'H' || (at - 1) * 3 + n - 1 end, kind,
           (array['Khu mộ trong ranh (minh hoạ)', 'Đường dây trung thế (minh hoạ)', 'Ống cấp nước (minh hoạ)',
                  'Cáp viễn thông (minh hoạ)'])[n],
           (array[null, 'Điện lực (minh hoạ)', 'Công ty nước (minh hoạ)', 'Nhà mạng (minh hoạ)'])[n],
           (array[4 + seed % 60, 2 + seed % 12, 1 + seed % 5, 1 + seed % 7])[n],
           case when n > 1 then 80 + seed % 900 end,
           (array['counted', 'planned', 'paid', 'moved'])[1 + (seed / 8 + n * 3) % 4], :day - (10 + seed % 90),
           'BB minh hoạ', true
    from thing
    """,
    # As many plots as published, of the size that the note of the source gives (80–180 m²).
    """
    insert into resettlement_plot (project_id, site, ward_code, code, kind, area_m2, note, is_demo)
    select s.project_id, s.code, s.ward_code, 'MH-' || lpad(n::text, 3, '0'), 'land', 80 + n * 37 % 101,
           'Mã lô và diện tích minh hoạ', true
    from resettlement_site s, generate_series(1, s.plots) n where s.project_id = :project and s.plots > 0
    """,
    # Entitled families of a project that has a site with plots.
    f"""
    with wanted as ({_WANTED})
    insert into case_fact (case_id, project_id, ward_code, kind, happened_on, value, document, is_demo)
    select id, project_id, ward_code, 'resettlement.needed', :day - (20 + seed % 60)::int, 'land',
           'Danh sách đủ điều kiện minh hoạ', true
    from wanted w where seed % 3 = 0 and holder_kind = 'household' and step = any (:approved)
        and exists (select from resettlement_plot p where p.project_id = w.project_id)
        and exists (select from parcel p where p.case_id = w.id and p.land_use like 'O%')
    """,
)


def add_demo_records(session: Session, project_id: int, project: str, *, actor: str, day: date) -> int:
    """Gives a share of the demo cases of a project their invented records; gives how many rows were made."""
    values = {"project": project_id, "day": day, "approved": list(APPROVED), "price": DONG_PER_M2}
    made = 0
    for statement in STATEMENTS:
        done: Any = session.execute(text(statement), values)
        made += int(done.rowcount)
    if made:
        record(
            session, kind="records.demo", object_type="project", object_code=project, project_code=project,
            actor=actor, effective_on=day, after={"records": made},
        )  # fmt: skip
    return made
