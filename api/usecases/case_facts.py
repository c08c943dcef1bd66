"""Facts of cases: read with the steps of their history, recorded, and declared void. Each write is one event."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.documents import is_of_case
from api.usecases.entries import MAX_TEXT, SHA256, already_written, key_once, plain
from api.usecases.may import is_command, require, sight
from geo.access import access_case, project_code_of
from geo.history import own_key, record, statements_of, touch
from geo.tables import CaseFact, ClearanceCase
from projects.errors import Fault, InvalidInput, NotFound
from projects.history import Statement, changed, standing
from projects.law.facts import KINDS, LANDS, STEP_FACTS, Fact
from projects.steps import rests_on

AMOUNT = "amount_vnd"
MOST_FACTS = 40  # of one entry
MOST_VND = Decimal(10) ** 15
EARLIEST = date(2010, 1, 1)
TEXTS = ("party", "value", "document", "signer", "body")
_COLUMNS = (
    CaseFact.id, CaseFact.kind, CaseFact.happened_on, CaseFact.land, CaseFact.party, CaseFact.value, CaseFact.amount,
    CaseFact.until_on, CaseFact.document, CaseFact.signer, CaseFact.body, CaseFact.file, CaseFact.with_step,
)  # fmt: skip
NOT_A_KIND = ("Không có loại sự việc này.", "There is no such kind of fact.")


@dataclass(frozen=True, slots=True)
class Entered:
    """A fact as it stands in a case: `id` of its row, 0 for a step; `void_reason` where it was declared void."""

    fact: Fact
    is_demo: bool = False
    void_reason: str | None = None


def facts_of(session: Session, ctx: Context, codes: Sequence[str]) -> dict[str, tuple[Fact, ...]]:
    """The facts that stand, per case, by day: steps of the history and rows beside it. Cases out of reach are left out.

    Two queries whatever the number of cases. Amounts are None where the reader's role does not see them.
    """
    events = statements_of(session, codes)
    # Columns, not objects: a ward's worklist reads the facts of thousands of cases at once.
    rows = session.execute(
        select(ClearanceCase.code, *_COLUMNS)
        .join(CaseFact, ClearanceCase.id == CaseFact.case_id)
        .where(ClearanceCase.code.in_(codes), CaseFact.void_reason.is_(None))
        .order_by(CaseFact.happened_on, CaseFact.id)
    ).all()
    beside: dict[str, list[Fact]] = {}
    details: dict[str, list[Fact]] = {}
    for row in rows:
        (details if row.with_step else beside).setdefault(row.code, []).append(_fact(row))
    money = _sees_money(ctx)
    found: dict[str, tuple[Fact, ...]] = {}
    for code in dict.fromkeys([*events, *beside]):
        taken = _detailed(step_facts(events.get(code, ())), details.get(code, ()))
        known = {(fact.kind, fact.on) for fact in taken}
        facts = [*taken, *(fact for fact in beside.get(code, ()) if (fact.kind, fact.on) not in known)]
        if not money:
            facts = [replace(fact, amount=None) for fact in facts]
        found[code] = tuple(sorted(facts, key=lambda fact: (fact.on, fact.id)))
    return found


def entered_of(session: Session, ctx: Context, code: str) -> tuple[Entered, ...]:
    """All rows of one case beside its headline, void ones too, newest first. Raises NotFound."""
    case = access_case(session, code)
    money = _sees_money(ctx)
    rows = session.scalars(
        select(CaseFact)
        .where(CaseFact.case_id == case.id)
        .order_by(CaseFact.happened_on.desc(), CaseFact.id.desc())
    )
    return tuple(
        Entered(
            _fact(row) if money else replace(_fact(row), amount=None),
            row.is_demo,
            row.void_reason,
        )
        for row in rows
    )


def step_facts(events: Sequence[Statement]) -> list[Fact]:
    """The steps that a history tells of, as facts. A notice taken again (S20 → S20) is one that was reissued."""
    found: list[Fact] = []
    for event in standing(events):
        before, after = event.before, event.after or {}
        step = after.get("step")
        again = event.kind == "case.step" and before is not None and before.get("step") == step
        if step not in STEP_FACTS or not (again or "step" in changed(before, after)):
            continue
        kind = "notice.reissued" if again and step == "S20" else STEP_FACTS[step]
        on = date.fromisoformat(after["step_on"]) if before is None else event.effective_on
        found.append(Fact(kind, on, document=event.document or "", file=event.document_hash or ""))
    return found


def record_facts(
    session: Session,
    ctx: Context,
    code: str,
    facts: Sequence[Fact],
    *,
    key: str | None,
    reason: str | None = None,
) -> list[int]:
    """Adds facts to a case as one event and gives their numbers.

    The same `key` with the same facts answers as the first time. Raises NotFound, Forbidden, InvalidInput with every
    fault, KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "fact.record", ward=case.ward_code, project=project)
    request = _fingerprint("fact.record", code, [asdict(fact) for fact in facts])
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return [int(number) for number in (done.after or {})["ids"]]
    faults = check_facts(facts, today=ctx.today())
    # A case that came in at a step has no record of those before: they are told as facts; what lies ahead is a step.
    behind = {STEP_FACTS[step] for step in rests_on(case.step) | {case.step} if step in STEP_FACTS}
    faults += [
        Fault(
            f"facts[{n}].kind", "Bước chưa đến thì ghi ở mẫu ghi bước.", "A step ahead is recorded as a step."
        )
        for n, fact in enumerate(facts)
        if fact.kind in STEP_FACTS.values() and fact.kind not in behind
    ]
    faults += [
        Fault(f"facts[{n}].file", "Không có giấy tờ này trong hồ sơ.", "The case has no such paper.")
        for n, fact in enumerate(facts)
        if fact.file and not is_of_case(session, case, fact.file)
    ]
    if faults:
        raise InvalidInput(faults)
    touch(session, case.project_id)
    with key_once(session, key):
        rows = add_rows(session, case, facts)
        record(
            session,
            kind="fact.record",
            object_type="fact",
            object_code=code,
            project_code=project,
            actor=ctx.principal.account,
            effective_on=max(fact.on for fact in facts),
            after={"ids": [row.id for row in rows], "facts": told(facts)},
            document=next((fact.document for fact in facts if fact.document), None),
            reason=(reason or "").strip() or None,
            idempotency_key=own_key(ctx.principal.account, key),
            request_hash=request if key else None,
        )
    return [row.id for row in rows]


def void_fact(
    session: Session, ctx: Context, code: str, number: int, *, reason: str, key: str | None
) -> None:
    """Declares a fact of a case void; it stays to be read, with the reason. Void already: nothing is written.

    Raises NotFound, Forbidden, InvalidInput without a reason, KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "fact.void", ward=case.ward_code, project=project)
    why = reason.strip()
    if not why or len(why) > MAX_TEXT:
        vi = f"Phải nêu lý do, tối đa {MAX_TEXT} ký tự."
        raise InvalidInput([Fault("reason", vi, f"A reason is needed, at most {MAX_TEXT} characters.")])
    request = _fingerprint("fact.void", code, [number, why])
    if already_written(session, ctx.principal.account, key, request) is not None:
        return
    row = session.scalar(select(CaseFact).where(CaseFact.id == number, CaseFact.case_id == case.id))
    if row is None:
        raise NotFound("fact", str(number))
    if row.void_reason is not None:
        return
    touch(session, case.project_id)
    with key_once(session, key):
        row.void_reason = why
        session.flush()
        record(
            session,
            kind="fact.void",
            object_type="fact",
            object_code=code,
            project_code=project,
            actor=ctx.principal.account,
            effective_on=ctx.today(),
            before={"ids": [row.id], "facts": told([_fact(row)])},
            after={"ids": [row.id], "void": True},
            reason=why,
            idempotency_key=own_key(ctx.principal.account, key),
            request_hash=request if key else None,
        )


def add_rows(
    session: Session, case: ClearanceCase, facts: Sequence[Fact], *, step: str | None = None
) -> list[CaseFact]:
    """Adds checked facts without an event of their own: the caller's event tells of them. Flushes.

    A fact of the kind of `step`, the step just taken, is a detail of that step.
    """
    if not facts:
        return []
    rows = [
        CaseFact(
            case_id=case.id,
            project_id=case.project_id,
            ward_code=case.ward_code,
            kind=fact.kind,
            happened_on=fact.on,
            land=fact.land,
            party=fact.party,
            value=fact.value,
            amount=fact.amount,
            until_on=fact.until,
            document=fact.document,
            signer=fact.signer,
            body=fact.body,
            file=fact.file,
            with_step=step is not None and fact.kind == STEP_FACTS.get(step),
            is_demo=False,
        )
        for fact in facts
    ]
    session.add_all(rows)
    session.flush()
    return rows


def check_facts(facts: Sequence[Fact], *, today: date, where: str = "facts") -> list[Fault]:
    """What is wrong with facts before any law is asked: kinds, days, what a kind must carry, lengths, hashes."""
    faults: list[Fault] = []
    if not facts or len(facts) > MOST_FACTS:
        faults.append(Fault(where, f"Cần 1–{MOST_FACTS} sự việc.", f"1–{MOST_FACTS} facts are needed."))
    for n, fact in enumerate(facts):
        faults += _faults(fact, f"{where}[{n}]", today)
    return faults


def told(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Facts as an event keeps them: without amounts (they are protected) and without what is not said."""
    return [
        {name: plain(value) for name, value in asdict(fact).items() if value and name not in ("id", "amount")}
        for fact in facts
    ]


def _faults(fact: Fact, at: str, today: date) -> list[Fault]:
    faults: list[Fault] = []
    kind = KINDS.get(fact.kind)
    if kind is None and fact.kind not in STEP_FACTS.values():
        return [Fault(f"{at}.kind", *NOT_A_KIND)]
    if not EARLIEST <= fact.on <= today:
        vi, en = "Ngày phải từ 01/01/2010 đến hôm nay.", "The day must lie between 2010-01-01 and today."
        faults.append(Fault(f"{at}.on", vi, en))
    if fact.until is not None and not fact.on <= fact.until <= date(2045, 12, 31):
        vi, en = "Thời hạn phải sau ngày của sự việc.", "The later day must follow the day of the fact."
        faults.append(Fault(f"{at}.until", vi, en))
    if kind is not None:
        vi, en = f"“{kind.label_vi}” phải có mục này.", f"“{kind.label_en}” must have this."
        faults += [Fault(f"{at}.{name}", vi, en) for name in kind.wants if not getattr(fact, name)]
    if fact.land and fact.land not in LANDS:
        faults.append(Fault(f"{at}.land", "Loại đất: agri hoặc non_agri.", "Land: agri or non_agri."))
    if fact.amount is not None and not (
        fact.amount.is_finite()
        and 0 < fact.amount <= MOST_VND
        and fact.amount == fact.amount.to_integral_value()
    ):
        faults.append(Fault(f"{at}.amount", "Số tiền là số đồng nguyên dương.", "Whole đồng above 0."))
    if fact.file and not SHA256.fullmatch(fact.file):
        vi, en = "Mã băm SHA-256 gồm 64 chữ số thập lục phân.", "SHA-256: 64 hexadecimal digits."
        faults.append(Fault(f"{at}.file", vi, en))
    for name in TEXTS:
        text = getattr(fact, name)
        if len(text) > MAX_TEXT or any(ord(c) < 32 for c in text):
            vi, en = "Dài quá hoặc có ký tự điều khiển.", "Too long, or control characters."
            faults.append(Fault(f"{at}.{name}", vi, en))
    return faults


def _fact(row: Any) -> Fact:
    """A row of the table, or its columns."""
    return Fact(
        kind=row.kind,
        on=row.happened_on,
        land=row.land,
        party=row.party,
        value=row.value,
        amount=row.amount,
        until=row.until_on,
        document=row.document,
        signer=row.signer,
        body=row.body,
        file=row.file,
        id=row.id,
    )


def _detailed(steps: Sequence[Fact], rows: Sequence[Fact]) -> list[Fact]:
    """Steps with what the row that came with each of them adds."""
    details = {(fact.kind, fact.on, fact.document): fact for fact in rows}
    found = []
    for step in steps:
        row = details.get((step.kind, step.on, step.document))
        found.append(step if row is None else replace(row, id=0, file=row.file or step.file))
    return found


def _sees_money(ctx: Context) -> bool:
    return is_command(ctx) or sight(ctx, AMOUNT) == "hiện"


def _fingerprint(kind: str, code: str, said: Any) -> str:
    body = json.dumps([kind, code, said], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()
