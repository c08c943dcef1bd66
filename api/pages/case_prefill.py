"""The form of a case, filled by the button of a worklist: the step or fact that is next, and who signed last."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.orm import Session

from api.context import Context
from api.guard import door_of, principal_of
from api.pages import case_law, case_parts, case_sections
from api.usecases.last_signer import last_signer
from api.usecases.law_now import law_of
from api.views import CaseView
from projects.law.competence import SIGNED, competent
from projects.law.facts import KINDS


def prefilled(
    request: Request, session: Session, ctx: Context, view: CaseView, *, step: str, fact: str
) -> dict[str, str]:
    """What the form of the step holds besides the stored state; nothing for a step that may not follow.

    A fact is left to its own form, which then stands open.
    """
    wanted = next(
        (
            n
            for n in case_parts.next_steps(view, door_of(request).rights, principal_of(request))
            if n.code == step
        ),
        None,
    )
    if fact in KINDS:
        signer, body = last_signer(session, ctx, ward=view.row.ward_code)
        said = {"entered": {"kind": fact, "signer": signer, "body": body}}
        case_sections.say(request, case_law.NAME, said)
    if wanted is None or not wanted.mine:
        return {}
    signer, body = last_signer(session, ctx, ward=view.row.ward_code)
    if not body and step in SIGNED:
        day = max(view.data_date, view.present_on)
        law = law_of(session, ctx, today=day)
        found = competent(law.competences, SIGNED[step], on=day, delegations=law.delegations)
        body = "" if found.warning else found.who_vi  # who is not named by a document is not filled in
    return {"step": step, "signer": signer, "body": body}
