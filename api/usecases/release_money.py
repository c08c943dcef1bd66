"""What is still to be paid on cases, for who may see amounts: the approved sum, else the lines of the newest plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.case_facts import AMOUNT
from api.usecases.may import sight
from geo.whole_tables import joining_whole

# Row-level security leaves out the holders and plans of cases that the reader may not see.
LEFT = text(
    """
    with paid as (
        select case_id, sum(amount) as amount, bool_or(kind = 'payment.full') as whole from case_fact
        where project_id = :project and void_reason is null
          and kind in ('payment.part', 'payment.full', 'payment.deposited') group by case_id
    ), newest as (
        select case_id, max(plan) as plan from compensation_line where project_id = :project group by case_id
    ), drafted as (
        select n.case_id, sum(case when kind = 'deduction' then -amount_vnd else amount_vnd end) as amount
        from compensation_line l join newest n on n.case_id = l.case_id and n.plan = l.plan group by n.case_id
    )
    select c.code, case when paid.whole then 0
                        else greatest(coalesce(h.amount_vnd, d.amount) - coalesce(paid.amount, 0), 0) end as due,
           h.amount_vnd is null and not coalesce(paid.whole, false) as draft
    from clearance_case c
    left join holder h on h.case_id = c.id
    left join drafted d on d.case_id = c.id
    left join paid on paid.case_id = c.id
    where c.project_id = :project and coalesce(h.amount_vnd, d.amount) is not null and c.code = any(:codes)
    """
)


@dataclass(frozen=True, slots=True)
class Money:
    """Whole đồng still to be paid by case; `drafts`: cases whose sum is that of a plan not yet approved."""

    due: dict[str, int]
    drafts: frozenset[str]


def money_due(session: Session, ctx: Context, project_id: int, codes: Collection[str]) -> Money | None:
    """What is known of these cases; None where the reader's role does not see amounts in clear."""
    if not sees_money(ctx):
        return None
    with joining_whole(session):
        rows = session.execute(LEFT, {"project": project_id, "codes": sorted(codes)}).all()
    return Money({r.code: int(r.due) for r in rows}, frozenset(r.code for r in rows if r.draft))


def sees_money(ctx: Context) -> bool:
    """Whether the reader's role sees amounts in clear."""
    return sight(ctx, AMOUNT) == "hiện"
