"""Who has a part in a case: people seen by the rights table, opened with a reason, added, changed, taken out.

One person may have a part in several cases. What is protected of a person is masked as that of a holder is
(`api.usecases.holders`): the same table, the same masks, the same event on opening.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import holders
from api.usecases.holders import AMOUNT, HolderField
from api.usecases.may import require, sight
from api.usecases.records.fields import Field, plain, read
from api.usecases.records.inventory import need_reason
from api.usecases.records.writing import (
    Answer,
    Said,
    begin,
    edit,
    fingerprint,
    finish,
    next_code,
    row_of,
    state_of,
)
from geo.access import access_case, project_code_of
from geo.history import record, touch
from geo.tables import CaseParty, ClearanceCase, Person
from projects.belongings import PEOPLE, REACH, ROLES
from projects.errors import Fault, Forbidden, InvalidInput, NotFound, StaleVersion
from projects.masking import mask

READ, OPEN, CHANGE = "holder.read", "holder.open", "holder.change"
ROLE_FIELDS = (
    Field("role", "Vai trò", "Role", "choice", required=True, choices=ROLES),
    Field("share", "Phần quyền lợi, %", "Share, %", "decimal", high=Decimal(100), places=2),
    Field("relation", "Quan hệ với chủ sử dụng", "Relation to the holder"),
    Field("reach", "Liên lạc", "Contact", "choice", required=True, choices=REACH),
    Field("signs", "Người ký nhận thay mặt", "Signs", "flag"),
    Field("note", "Ghi chú", "Note", wide=True),
)
PERSON_KIND = Field("kind", "Là", "Is a", "choice", required=True, choices=PEOPLE)
ROLE_NAMES = tuple(field.name for field in ROLE_FIELDS)


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party as a reader sees it; `fields` are the person's by right, `elsewhere` other cases of the person."""

    code: str
    version: int
    person_id: int
    person_version: int
    kind: str
    role: str
    share: Decimal | None
    relation: str | None
    reach: str
    signs: bool
    note: str | None
    is_demo: bool
    fields: tuple[HolderField, ...]
    elsewhere: tuple[str, ...]


def protected_fields(ctx: Context) -> tuple[str, ...]:
    """The protected fields of a person, in the order of the rights table: all but the amount, which is a case's."""
    return tuple(name for name in ctx.rights.fields if name != AMOUNT)


def parties_view(
    session: Session, ctx: Context, case: ClearanceCase, *, opened: Mapping[str, Iterable[str]] | None = None
) -> list[PartyView]:
    """The active parties of a case by number; `opened`: fields just opened, by code of the party."""
    rows = session.execute(
        select(CaseParty, Person)
        .join(Person, Person.id == CaseParty.person_id)
        .where(CaseParty.case_id == case.id, CaseParty.active)
    ).all()
    if not rows:
        return []
    people = [person.id for _, person in rows]
    others: dict[int, list[str]] = {}
    for person_id, code in session.execute(
        select(CaseParty.person_id, ClearanceCase.code)
        .join(ClearanceCase, ClearanceCase.id == CaseParty.case_id)
        .where(CaseParty.person_id.in_(people), CaseParty.active, CaseParty.case_id != case.id)
        .order_by(ClearanceCase.code)
    ):
        others.setdefault(person_id, []).append(code)
    views = [
        PartyView(
            code=row.code, version=row.version, person_id=person.id, person_version=person.version, kind=person.kind,
            role=row.role, share=row.share, relation=row.relation, reach=row.reach, signs=row.signs, note=row.note,
            is_demo=row.is_demo, fields=_fields(ctx, person, (opened or {}).get(row.code, ())),
            elsewhere=tuple(others.get(person.id, ())),
        )
        for row, person in rows
    ]  # fmt: skip
    return sorted(views, key=lambda view: int(view.code[1:]))


def open_party(
    session: Session, ctx: Context, code: str, party: str, names: Iterable[str], reason: str
) -> list[PartyView]:
    """Opens masked fields of a party for this one answer and records it. Raises NotFound, Forbidden, InvalidInput."""
    case = access_case(session, code)
    project = project_code_of(session, case)
    require(ctx, OPEN, ward=case.ward_code, project=project)
    wanted = sorted(set(names))
    known = protected_fields(ctx)
    if not wanted or not set(wanted) <= set(known) or not reason.strip() or len(reason) > holders.LONGEST:
        vi = "Chọn trường và nêu lý do (tới 200 ký tự)."
        raise InvalidInput([Fault("reason", vi, "Choose fields and give a reason (200 characters).")])
    if any(sight(ctx, name) not in ("mở", "hiện") for name in wanted):
        raise Forbidden(OPEN)
    query = select(CaseParty.id).where(CaseParty.case_id == case.id, CaseParty.code == party)
    if session.scalar(query) is None:
        raise NotFound("party", party)
    record(
        session, kind="party.open", object_type="party", object_code=code, project_code=project,
        actor=ctx.principal.account, effective_on=ctx.today(), after={"code": party, "fields": wanted},
        reason=reason.strip(),
    )  # fmt: skip
    return parties_view(session, ctx, case, opened={party: wanted})


def add_party(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], said: Said, *, person_id: int | None = None
) -> Answer:  # fmt: skip
    """Adds somebody to a case and gives the code (P1, P2, …). Raises NotFound, Forbidden, InvalidInput, KeyReused.

    `person_id` names somebody who is known already, whose data then stay as they are. Without it, somebody with the
    same ID number in the reader's reach is found to be the same person.
    """
    body = {name: fingerprint("x", name, {"v": value}) for name, value in entered.items()}
    write = begin(session, ctx, CHANGE, f"party.add {person_id}", code, body, said)
    if write.done is not None:
        return write.done
    protected = set(protected_fields(ctx))
    own = {name: value for name, value in entered.items() if name not in protected}
    values = read((PERSON_KIND, *ROLE_FIELDS), own | _defaults(own, person_id), whole=True)
    kind = values.pop("kind")
    private = {name: entered.get(name) for name in entered if name in protected}
    typed = holders.checked(ctx, private) if private else {}
    person = _known(session, person_id, typed)
    if person is None:
        if not typed.get("full_name"):
            raise InvalidInput([Fault("full_name", "Chưa nhập họ tên.", "The name is missing.")])
        case = write.case
        person = Person(
            project_id=case.project_id,
            ward_code=case.ward_code,
            kind=kind,
            is_demo=False,
            version=1,
            **typed,
        )
        session.add(person)
        session.flush()
        told = {name: holders.plain(value) for name, value in typed.items()}
    else:
        told = {}
    row = _put(session, write.case, person, values)
    after = {
        "code": row.code, "version": row.version, "person": person.id, "protected": told,
        **state_of(row, ROLE_NAMES),
    }  # fmt: skip
    touch(session, write.case.project_id)  # who must be served: the clocks of the case are others now
    return finish(session, ctx, write, "party.add", said, after=after)


def change_party(
    session: Session, ctx: Context, code: str, party: str, entered: Mapping[str, Any], said: Said, *,
    seen: int, person_seen: int,
) -> Answer:  # fmt: skip
    """Changes a part in a case, and the person's own data for all cases. Raises like `add_party`, and StaleVersion.

    A stale change tells both values of fields that are not protected, and masks of those that are.
    """
    body = {name: fingerprint("x", name, {"v": value}) for name, value in entered.items()}
    write = begin(session, ctx, CHANGE, f"party.change {party} {seen} {person_seen}", code, body, said)
    if write.done is not None:
        return write.done
    protected = set(protected_fields(ctx))
    row = row_of(session, CaseParty, "party", party, CaseParty.case_id == write.case.id)
    values = read(ROLE_FIELDS, {k: v for k, v in entered.items() if k not in protected}, whole=False)
    private = {name: entered[name] for name in entered if name in protected}
    typed = holders.checked(ctx, private) if private else {}
    if not (values or typed):
        raise InvalidInput([Fault("fields", "Không có gì để ghi.", "Nothing to write.")])
    name = f"{code} {party}"
    before, after = edit(row, values, seen=seen, name=name) if values else ({}, {})
    if typed:
        person = session.get_one(Person, row.person_id, with_for_update=True, populate_existing=True)
        if person.version != person_seen:
            current: Answer = {field: mask(field, getattr(person, field)) for field in typed}
            wanted: Answer = {field: mask(field, value) for field, value in typed.items()}
            differs = [field for field, value in typed.items() if getattr(person, field) != value]
            raise StaleVersion(
                name, person_seen, current | {"person_version": person.version}, wanted, differs
            )
        before |= {"protected": {field: holders.plain(getattr(person, field)) for field in typed}}
        for field, value in typed.items():
            setattr(person, field, value)
        person.version += 1
        after |= {"protected": {field: holders.plain(value) for field, value in typed.items()}}
    about = {"code": party, "version": row.version}
    if "role" in after:
        touch(session, write.case.project_id)
    return finish(session, ctx, write, "party.change", said, before=before, after=after | about)


def drop_party(session: Session, ctx: Context, code: str, party: str, said: Said, *, seen: int) -> Answer:
    """Takes somebody out of a case, with a reason; the code stays theirs. Raises like `change_party`."""
    write = begin(session, ctx, CHANGE, f"party.drop {party} {seen}", code, {}, said)
    if write.done is not None:
        return write.done
    row = row_of(session, CaseParty, "party", party, CaseParty.case_id == write.case.id)
    need_reason(said)
    edit(row, {"active": False}, seen=seen, name=f"{code} {party}")
    after = {"code": party, "version": row.version, "active": False}
    touch(session, write.case.project_id)
    return finish(session, ctx, write, "party.drop", said, before={"active": True}, after=after)


def _defaults(own: Mapping[str, Any], person_id: int | None) -> dict[str, str]:
    given = {} if own.get("reach") else {"reach": "present"}
    # Somebody who is known keeps the kind that they have.
    return given | ({"kind": "person"} if person_id is not None and not own.get("kind") else {})


def _known(session: Session, person_id: int | None, typed: Mapping[str, Any]) -> Person | None:
    if person_id is not None:
        found = session.get(Person, person_id)
        if found is None:
            raise InvalidInput([Fault("person", "Không có người này.", "There is no such person.")])
        return found
    number = typed.get("id_number")
    if not number:
        return None
    return session.scalar(select(Person).where(Person.id_number == number).order_by(Person.id).limit(1))


def _put(session: Session, case: ClearanceCase, person: Person, values: Mapping[str, Any]) -> CaseParty:
    """The person's row in the case, made or taken up again."""
    query = select(CaseParty).where(CaseParty.case_id == case.id, CaseParty.person_id == person.id)
    row = session.scalar(query.with_for_update())
    if row is not None and row.active:
        vi, en = f"Người này đã có trong hồ sơ ({row.code}).", f"This person is in the case ({row.code})."
        raise InvalidInput([Fault("full_name", vi, en)])
    if row is None:
        code = next_code(session, CaseParty, "P", CaseParty.case_id == case.id)
        row = CaseParty(
            case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, is_demo=False, version=1,
            code=code, person_id=person.id, active=True, **values,
        )  # fmt: skip
        session.add(row)
        return row
    for name, value in {**values, "active": True, "version": row.version + 1}.items():
        setattr(row, name, value)
    return row


def _fields(ctx: Context, person: Person, opened: Iterable[str]) -> tuple[HolderField, ...]:
    found = []
    shown_now = frozenset(opened)
    for name in protected_fields(ctx):
        how = sight(ctx, name)
        if how == ".":
            continue
        value = getattr(person, name)
        clear = how == "hiện" or (how == "mở" and name in shown_now)
        right = ctx.rights.fields[name]
        shown = holders.plain(value) if clear else mask(name, value)
        masked = not clear and value is not None
        found.append(
            HolderField(name, right.vi, right.en, shown, masked, how == "mở" and not clear and value is not None)
        )  # fmt: skip
    return tuple(found)


__all__ = ["PartyView", "add_party", "change_party", "drop_party", "open_party", "parties_view", "plain"]
