"""The contacts log of a case: who spoke with the holder, when and how, what was said, when to speak again.

A row is never changed: a new one corrects it. What was said is people's data: seen and written by those who may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from api.context import Context
from api.usecases.desk import cleaned, code_fault, day_fault, request_of, text_faults
from api.usecases.entries import already_written, key_once, plain
from api.usecases.may import require
from geo.access import access_case, project_code_of
from geo.history import own_key, record
from geo.tables import CaseContact, ClearanceCase
from projects.errors import Fault, InvalidInput, NotFound

WAYS: dict[str, tuple[str, str]] = {
    "meeting": ("Gặp trực tiếp", "In person"),
    "phone": ("Điện thoại", "Telephone"),
    "letter": ("Thư, văn bản", "Letter"),
    "loudspeaker": ("Loa phường", "Loudspeaker"),
}
NO_PERSUASION = "loudspeaker"  # tells everybody, persuades nobody
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Contact:
    """One row of the log; `corrected_by` is the row that counts in its place."""

    id: int
    met_on: date
    way: str
    with_whom: str
    said: str
    next_on: date | None
    actor: str
    corrects: int | None
    corrected_by: int | None
    is_demo: bool


def contacts_of(session: Session, case: ClearanceCase) -> tuple[Contact, ...]:
    """The contacts of a case that the reader may see, the newest day first."""
    later = aliased(CaseContact)
    rows = session.execute(
        select(CaseContact, later.id)
        .outerjoin(later, later.corrects == CaseContact.id)
        .where(CaseContact.case_id == case.id)
        .order_by(CaseContact.met_on.desc(), CaseContact.id.desc())
    )
    return tuple(
        Contact(
            id=row.id, met_on=row.met_on, way=row.way, with_whom=row.with_whom, said=row.said, next_on=row.next_on,
            actor=row.actor, corrects=row.corrects, corrected_by=by, is_demo=row.is_demo,
        )
        for row, by in rows
    )  # fmt: skip


def add_contact(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], *, key: str | None
) -> dict[str, Any]:
    """Adds a row (`met_on`, `way`, `with_whom`, `said`, maybe `next_on`, `corrects`) and gives its state.

    Raises NotFound (also for a row to correct that is none of this case), Forbidden, InvalidInput, KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "contact.add", ward=case.ward_code, project=project)
    values = cleaned(entered)
    request = request_of("contact.add", code, values)
    actor = ctx.principal.account
    if (done := already_written(session, actor, key, request)) is not None:
        return {k: v for k, v in (done.after or {}).items() if k != "protected"}
    faults = [
        *text_faults(values, "with_whom", needed=("with_whom",)),
        *text_faults(values, "said", needed=("said",), most=LONGEST),
        *code_fault("way", values.get("way"), WAYS),
        *day_fault("met_on", values.get("met_on"), last=ctx.today()),
        *day_fault("next_on", values.get("next_on"), first=values.get("met_on") or date.min),
    ]
    if values.get("met_on") is None:
        faults.append(Fault("met_on", "Chưa nhập ngày.", "The day is missing."))
    corrects = values.get("corrects")
    if corrects is not None:
        _check_correctable(session, case, corrects, faults)
    if faults:
        raise InvalidInput(faults)
    names = ("met_on", "way", "with_whom", "said", "next_on", "corrects")
    row = CaseContact(
        case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, is_demo=False, actor=actor,
        **{name: values.get(name) for name in names},
    )  # fmt: skip
    with key_once(session, key):
        session.add(row)
        session.flush()
        shown = {"id": row.id} | {n: plain(values.get(n)) for n in ("met_on", "way", "next_on", "corrects")}
        record(
            session, kind="contact.correct" if corrects else "contact.add", object_type="contact", object_code=code,
            project_code=project, actor=actor, effective_on=row.met_on,
            after=shown | {"protected": {"with_whom": row.with_whom, "said": row.said}},
            idempotency_key=own_key(actor, key), request_hash=request if key else None,
        )  # fmt: skip
    return shown


def persuasions(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """How often the holders of these cases were spoken with, corrected rows counted once, the loudspeaker not.

    Cases without a contact, or of which the reader may read none, are missing.
    """
    later = aliased(CaseContact)
    query = (
        select(ClearanceCase.code, func.count())
        .join(CaseContact, CaseContact.case_id == ClearanceCase.id)
        .outerjoin(later, later.corrects == CaseContact.id)
        .where(ClearanceCase.code.in_(list(codes)), CaseContact.way != NO_PERSUASION, later.id.is_(None))
        .group_by(ClearanceCase.code)
    )
    return dict(session.execute(query).all())


def _check_correctable(session: Session, case: ClearanceCase, number: int, faults: list[Fault]) -> None:
    row = session.scalar(select(CaseContact).where(CaseContact.id == number, CaseContact.case_id == case.id))
    if row is None:
        raise NotFound("contact", str(number))
    if session.scalar(select(CaseContact.id).where(CaseContact.corrects == number)) is not None:
        vi = "Dòng này đã được đính chính; đính chính dòng mới nhất."
        faults.append(Fault("corrects", vi, "This row is corrected already; correct the newest one."))
