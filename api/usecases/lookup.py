"""A household looks up its own case: by the code of the case and a secret that stands on its papers.

The secret follows from this installation's key, the case and how often it was made anew: nothing of it is stored. A
wrong code, a case that does not exist and one that was never told apart get the same answer. Tries are counted like
those of signing in, per case and per network.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from limits import RateLimitItemPerSecond
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.legal import clocks_of_cases
from api.usecases.may import require
from api.usecases.signin import MINUTE, Door
from geo import scope
from geo.access import access_case, portfolio_state, project_code_of
from geo.history import record
from geo.tables import CaseLookup, ClearanceCase, Project, Satisfaction, Ward
from geo.throttle import hit, wait
from projects.errors import Fault, InvalidInput, TooMany
from projects.rights import Principal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: nothing that is read wrong
LENGTH = 8  # of 32 letters each: 40 bits, with 10 tries in 15 minutes
LOOKS_LIKE = str.maketrans("ILO", "110")
CASE = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,63}")
TRIES_PER_CASE, FAILURES_PER_NETWORK, WINDOW = 10, 60, 15 * MINUTE
LONGEST_WORDS = 500
CITIZEN = "người dân"  # who speaks in the history: nobody signed in
WRONG = Fault(
    "",
    "Mã hồ sơ và mã tra cứu không khớp. Xem lại hai mã trên giấy mời, thông báo, hoặc hỏi phường, xã.",
    "The two codes do not fit. Look at your paper again, or ask your ward.",
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A lawful deadline: what, until when, and by which article; `level` says how well the figure was verified."""

    label_vi: str
    label_en: str
    day: date
    days_left: int | None
    basis: str
    level: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a household is told of its case: nothing of who they are, nothing of money."""

    code: str
    project: tuple[str, str]
    ward: str
    step: str
    step_on: date
    deadlines: tuple[Deadline, ...]
    data_date: date
    is_demo: bool
    asked: bool  # this step was judged already


def lookup_code(secret: str, case: str, epoch: int) -> str:
    """The secret of a case, "7KQ2-MX9P"."""
    digest = hmac.new(secret.encode(), f"lookup\0{case}\0{epoch}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = "".join(ALPHABET[number >> 5 * at & 31] for at in range(LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def code_of_case(session: Session, secret: str, case: ClearanceCase) -> str:
    """The secret of a case as it is now."""
    row = session.get(CaseLookup, case.id)
    return lookup_code(secret, case.code, row.epoch if row is not None else 0)


def renew(session: Session, ctx: Context, secret: str, code: str) -> str:
    """Makes the secret of a case anew: the old one opens nothing more. Raises NotFound, Forbidden."""
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "holder.change", ward=case.ward_code, project=project)
    row = session.get(CaseLookup, case.id)
    if row is None:
        row = CaseLookup(case_id=case.id, epoch=0)
        session.add(row)
    row.epoch += 1
    session.flush()
    record(
        session, kind="lookup.renew", object_type="paper", object_code=code, project_code=project,
        actor=ctx.principal.account, effective_on=ctx.today(), after={"times": row.epoch},
    )  # fmt: skip
    return lookup_code(secret, code, row.epoch)


def look_up(
    session: Session, ctx: Context, ways: Door, secret: str, *, case: str, code: str, network: str
) -> Found:
    """What the case is at, for whoever holds its secret. Raises InvalidInput(WRONG), TooMany.

    `session` sees nothing of its own; it looks at the one case as a calculation does.
    """
    wanted = plain_case(case)
    per_case = RateLimitItemPerSecond(TRIES_PER_CASE, WINDOW)
    per_network = RateLimitItemPerSecond(FAILURES_PER_NETWORK, WINDOW)
    limiter = ways.limiter
    locked = 0
    if not limiter.test(per_network, "lookup-network", network):
        locked = wait(limiter, per_network, "lookup-network", network)
    # Counted before the code is looked at, for cases that do not exist as well.
    if locked := max(locked, hit(limiter, per_case, "lookup", wanted)):
        raise TooMany(locked)
    found = _fitting(session, secret, wanted, code)
    if found is None:
        hit(limiter, per_network, "lookup-network", network)
        raise InvalidInput([WRONG])
    limiter.clear(per_case, "lookup", wanted)
    return told(session, ctx, found)


def told(session: Session, ctx: Context, code: str) -> Found:
    """What is told of a case whose secret was shown."""
    today = portfolio_state(session).data_date
    with scope.calculating(session):
        case = access_case(session, code)
        clocks = clocks_of_cases(session, ctx, [code], today=today).get(code, ())
        asked = session.scalar(
            select(func.count()).where(Satisfaction.case_id == case.id, Satisfaction.step == case.step)
        )
    project = session.get_one(Project, case.project_id)
    ward = session.get_one(Ward, case.ward_code)
    deadlines = [
        Deadline(c.label_vi, c.label_en, c.due, c.days_left, c.basis, c.level)
        for c in clocks
        if c.open and c.due is not None
    ]
    return Found(
        code=case.code,
        project=(project.name_vi, project.name_en),
        ward=f"{ward.unit_type} {ward.name}",
        step=case.step,
        step_on=case.step_on,
        deadlines=tuple(dict.fromkeys(sorted(deadlines, key=lambda d: d.day))),
        data_date=today,
        is_demo=case.is_demo,
        asked=bool(asked),
    )


def proof_of(secret: str, found: Found) -> str:
    """What the question of satisfaction sends back in place of the secret: good for this case at this step only."""
    said = f"satisfied\0{found.code}\0{found.step}".encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def say_satisfied(
    session: Session, ctx: Context, ways: Door, secret: str, entered: Mapping[str, str], *, network: str
) -> Found:
    """Keeps the answer to the question, once per case and step; the same again changes nothing.

    `entered`: `case`, `proof`, `score` 1–5, `said`. Raises InvalidInput, TooMany.
    """
    item = RateLimitItemPerSecond(FAILURES_PER_NETWORK, WINDOW)
    if locked := hit(ways.limiter, item, "satisfied", network):
        raise TooMany(locked)
    code = plain_case(entered.get("case", ""))
    with scope.calculating(session):
        case = session.scalar(select(ClearanceCase).where(ClearanceCase.code == code))
    expected = f"satisfied\0{code}\0{case.step if case is not None else ''}".encode()
    good = hmac.new(secret.encode(), expected, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(good.encode(), entered.get("proof", "").encode()) or case is None:
        raise InvalidInput([WRONG])
    score, said = entered.get("score", ""), entered.get("said", "").strip()
    faults = []
    if score not in ("1", "2", "3", "4", "5"):
        faults.append(Fault("score", "Chọn từ 1 đến 5.", "Choose 1 to 5."))
    if len(said) > LONGEST_WORDS or any(ord(c) < 32 and c not in "\n\t\r" for c in said):
        vi = f"Tối đa {LONGEST_WORDS} ký tự."
        faults.append(Fault("said", vi, f"At most {LONGEST_WORDS} characters."))
    if faults:
        raise InvalidInput(faults)
    scope.enter(session, Principal(CITIZEN, CITIZEN, ctx.principal.role))
    with scope.calculating(session):
        row = {"case_id": case.id, "step": case.step, "score": int(score), "said": said}
        try:
            with session.begin_nested():
                session.execute(insert(Satisfaction).values(**row).inline())
                record_score(session, ctx, case, int(score))
        except IntegrityError:
            pass  # said already, here or in another window: the first answer stays
    return told(session, ctx, code)


def record_score(session: Session, ctx: Context, case: ClearanceCase, score: int) -> None:
    """The event of an answer: its score, not its words."""
    record(
        session, kind="satisfaction.say", object_type="paper", object_code=case.code,
        project_code=session.get_one(Project, case.project_id).code, actor=CITIZEN, effective_on=ctx.today(),
        after={"step": case.step, "score": score},
    )  # fmt: skip


def plain_case(text: str) -> str:
    """A case's code as people type it; an empty one for what no code looks like."""
    code = "".join(text.split()).upper()[:64]
    return code if CASE.fullmatch(code) else ""


def _fitting(session: Session, secret: str, case: str, code: str) -> str | None:
    """The code of the case when the secret is right. The same work is done whether or not there is such a case."""
    with scope.calculating(session):
        epoch = session.scalar(
            select(CaseLookup.epoch)
            .join(ClearanceCase, ClearanceCase.id == CaseLookup.case_id)
            .where(ClearanceCase.code == case)
        )
        there = session.scalar(select(ClearanceCase.code).where(ClearanceCase.code == case))
    right = lookup_code(secret, case, epoch or 0).replace("-", "")
    typed = "".join(c for c in code.upper() if c.isalnum()).translate(LOOKS_LIKE)[:64]
    fits = hmac.compare_digest(right.encode(), typed.encode())
    return there if fits else None
