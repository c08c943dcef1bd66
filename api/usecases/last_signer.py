"""Who signed last: what a person typed for signer and office in a ward, so that the phone need not ask again."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.context import Context

_LAST = text(
    """
    select f.signer, f.body from event e
    join clearance_case c on c.code = e.object_code and c.ward_code = :ward
    join case_fact f on f.case_id = c.id and f.happened_on = e.effective_on and f.document = coalesce(e.document, '')
    where e.actor = :actor and e.object_type in ('case', 'fact') and f.signer <> ''
    order by e.id desc, f.id desc limit 1
    """
)


def last_signer(session: Session, ctx: Context, *, ward: str) -> tuple[str, str]:
    """Signer and office of the last paper that this account recorded in the ward; empty before the first."""
    row = session.execute(_LAST, {"actor": ctx.principal.account, "ward": ward}).first()
    return (row.signer, row.body) if row else ("", "")
