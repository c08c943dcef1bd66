"""Invented past of demo cases: what lies behind the step they stand on, with days that the law allows.

A case is known by its step and the day of it; the acts before are put backwards from that day by fixed distances. Files
whose plan was posted before 2026 keep the longer times of that law. The same case always gets the same past.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.history import record
from projects.codes import LAND_CODES
from projects.law.facts import STEP_FACTS

# Days from the plan of recovery: of the law in force since 2026, and of the law before. From the service of the notice
# to the decision pass what Resolution 254/2025 Art. 3(9)(a) (120 days), or Land Law Art. 85(1) (180), demand.
ROAD: tuple[tuple[str, int, int], ...] = (
    ("plan.made", 0, 0),
    ("meeting.held", 12, 12),
    ("notice.issued", 20, 20),
    ("notice.served", 25, 25),
    ("inventory.done", 60, 70),
    ("origin.confirmed", 70, 90),
    ("draft.made", 84, 150),
    ("posting.started", 88, 155),
    ("posting.ended", 98, 185),
    ("opinions.held", 100, 187),
    ("appraisal.received", 118, 190),
    ("appraisal.done", 130, 205),
    ("approval.decided", 138, 213),
    ("approval.effective", 138, 213),
    ("plan.sent", 141, 216),
    ("recovery.decided", 147, 222),
    ("handover.done", 165, 240),
    ("handover.investor", 168, 243),
)
# Steps beside the road: the last act of the road behind them, days since it, and acts of their own with days before.
BESIDE: dict[str, tuple[str, int, tuple[tuple[str, int], ...]]] = {
    "S31": ("notice.served", 12, (("inventory.persuasion", 0),)),
    "S32": (
        "notice.served",
        45,
        (("inventory.persuasion", 30), ("inventory.persuasion_ended", 14), ("inventory.compelled", 0)),
    ),
    "S33": (
        "notice.served",
        75,
        (
            ("inventory.persuasion", 60),
            ("inventory.persuasion_ended", 44),
            ("inventory.compelled", 25),
            ("inventory.compelled_received", 22),
            ("inventory.enforced", 0),
        ),
    ),
    "S61": ("opinions.held", 1, (("dialogue.opened", 0),)),
    "S85": ("plan.sent", 12, (("refusal.persuasion", 0),)),
    "S95": ("recovery.decided", 22, (("handover.persuasion", 0),)),
    "S97": (
        "recovery.decided",
        45,
        (("handover.persuasion", 24), ("handover.persuasion_ended", 13), ("enforcement.decided", 0)),
    ),
    "S101": ("handover.investor", 40, (("reoccupied", 0),)),
    "X1": ("notice.served", 60, (("paused", 0),)),
    "X2": ("notice.served", 60, (("left", 0),)),
}
# Of land that the investor holds the acts that reports ask for are enough.
OF_HANDED_OVER = frozenset(
    {"notice.issued", "approval.decided", "recovery.decided", "handover.done", "handover.investor"}
)
PAPERS = {"notice": "TB", "inventory": "BB", "approval": "QĐ", "recovery": "QĐ", "enforcement": "QĐ"}
SIGNER, BODY = "Người ký minh hoạ", "Uỷ ban nhân dân (minh hoạ)"
PAID_AFTER = 12  # days from the approval to the money, where it is paid

_ADD = text(
    """
    with wanted as (
        select c.id, c.project_id, c.ward_code, c.code, c.step, c.step_on, h.amount_vnd,
               ('x' || substr(md5(c.code), 1, 6))::bit(24)::int as seed,
               coalesce((select bool_and(l = any (cast(:agri as text[]))) from parcel p,
                         unnest(string_to_array(p.land_use, '+')) l where p.case_id = c.id), false) as agri
        from clearance_case c left join holder h on h.case_id = c.id
        where c.is_demo and c.project_id = :project and not exists (select from case_fact f where f.case_id = c.id)
    ), acts as (
        select * from unnest(cast(:steps as text[]), cast(:kinds as text[]), cast(:days as int[]),
                             cast(:old_days as int[]), cast(:papers as text[])) a (step, kind, days, old_days, paper)
    ), happened as (
        select w.*, a.kind, a.paper,
               w.step_on - case when w.step_on - posted.days < date '2026-01-10' then a.old_days else a.days end as day
        from wanted w join acts a on a.step = w.step
        cross join lateral (
            select coalesce(max(x.days), 0) as days from acts x where x.step = w.step and x.kind = 'posting.started'
        ) posted
        -- Some notices have no record of their service: what a ward finds in its cabinet, and a fault that is listed.
        where a.kind <> 'notice.served' or w.step <> 'S20' or w.seed % 8 > 0
    ), paid as (
        select id, kind, day, amount, paper from (
            select h.id, k.kind, h.day + k.after as day, case when k.money then h.amount_vnd end as amount, k.paper
            from happened h join (values
                ('payment.invited', 5, false, 'TB', 0, 100), ('payment.full', :paid, true, 'PC', 0, 70),
                ('payment.refused', 14, false, 'BB', 70, 84), ('payment.deposited', 28, true, 'CT', 70, 78))
                k (kind, after, money, paper, low, high) on h.seed % 100 >= k.low and h.seed % 100 < k.high
            where h.kind = 'approval.decided' and h.amount_vnd > 0
        ) p where day <= :today
    )
    insert into case_fact (case_id, project_id, ward_code, kind, happened_on, land, amount, until_on, document, signer,
                           body, is_demo)
    select w.id, w.project_id, w.ward_code, e.kind, e.day,
           case when e.kind = 'notice.served' then case when w.agri then 'agri' else 'non_agri' end else '' end,
           e.amount, case when e.kind = 'plan.sent' then e.day + 30 end,
           (1 + w.seed % 900)::text || '/' || e.paper || '-minh hoạ',
           case when e.paper in ('QĐ', 'TB') then :signer else '' end,
           case when e.paper in ('QĐ', 'TB') then :body else '' end, true
    from (select id, kind, day, null::numeric as amount, paper from happened union all select * from paid) e
    join wanted w using (id) where e.day <= :today order by w.code, e.day, e.kind
    """
)


def acts() -> Iterator[tuple[str, str, int, int]]:
    """Step of a case, kind of an act behind it, and its days before that step by today's law and by the law before."""
    road = {kind: (days, old) for kind, days, old in ROAD}
    ends = {step: (kind, 0, ()) for step, kind in STEP_FACTS.items() if kind in road} | BESIDE
    for step, (last, since, own) in ends.items():
        now, then = road[last]
        for kind, (days, old) in road.items():
            if step == "S105" and kind not in OF_HANDED_OVER:
                continue
            if days <= now and not (days == now and kind != last and kind != "approval.effective"):
                yield step, kind, now - days + since, then - old + since
        for kind, before in own:
            yield step, kind, before, before
    yield "S20", "notice.served", -5, -5


def add_demo_past(session: Session, project_id: int, project: str, *, actor: str, day: date) -> int:
    """Gives every demo case of a project that has no facts the acts behind its step; gives how many were made."""
    rows = list(acts())
    done: Any = session.execute(
        _ADD,
        {
            "project": project_id,
            "agri": [code for code, (_, _, kind) in LAND_CODES.items() if kind == "agri"],
            "steps": [step for step, *_ in rows],
            "kinds": [kind for _, kind, *_ in rows],
            "days": [days for *_, days, _ in rows],
            "old_days": [old for *_, old in rows],
            "papers": [PAPERS.get(kind.split(".")[0], "BB") for _, kind, *_ in rows],
            "paid": PAID_AFTER,
            "today": day,
            "signer": SIGNER,
            "body": BODY,
        },
    )
    made = int(done.rowcount)
    if made:
        record(
            session,
            kind="facts.demo",
            object_type="project",
            object_code=project,
            project_code=project,
            actor=actor,
            effective_on=day,
            after={"facts": made},
        )
    return made
