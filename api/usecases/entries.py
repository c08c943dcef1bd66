"""What somebody enters about a case: its form, the checks of every field, and the idempotency keys."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geo.history import event_with_key, own_key, statements
from geo.tables import Event
from projects.clearance import OBSTACLES
from projects.errors import Fault, InvalidInput, KeyReused
from projects.history import FIELDS, State, Statement, changed, fold
from projects.law.facts import Fact

MAX_TEXT = 500
MAX_KEY = 100
CONTENT = ("step", "promised_on", "obstacle", "note")  # fields of the case; the others are about the event
EVERYTHING = frozenset({*CONTENT, "document"})
SHA256 = re.compile(r"[0-9a-f]{64}")
ACCOUNT = re.compile(r"[^\W_][\w.@-]{0,63}")


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What a clearance user wants to write: the state as it should be.

    `effective_on` is the day on which it became true (None: the data date); `document` the number of the paper
    behind it and `document_sha256` the hash of its file; `on_behalf_of` the account in whose place the actor
    acts. `signer` and `body` say who signed the paper of a step, for which authority; `facts` are recorded with it.
    `said` names the fields that the user speaks of: the others stay, whatever they hold here.
    """

    step: str = ""
    effective_on: date | None = None
    promised_on: date | None = None
    obstacle: str | None = None
    note: str | None = None
    document: str | None = None
    reason: str | None = None
    document_sha256: str | None = None
    on_behalf_of: str | None = None
    signer: str | None = None
    body: str | None = None
    facts: tuple[Fact, ...] = ()
    said: frozenset[str] = EVERYTHING

    def content(self) -> State:
        """The fields of the case that the user speaks of, as an event keeps them."""
        return {name: plain(getattr(self, name)) for name in CONTENT if name in self.said}

    def cleaned(self) -> CaseChange:
        """The same with the hash in small letters."""
        return replace(self, document_sha256=self.document_sha256.lower() if self.document_sha256 else None)


def plain(value: Any) -> Any:
    """A value as an event keeps it: days as ISO text, amounts as text of digits, collections with such values."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def change_of(body: Mapping[str, Any]) -> CaseChange:
    """A change from the form in which a proposal keeps it. In whose place it was proposed is left out."""
    fields = {name: value for name, value in body.items() if name in CaseChange.__dataclass_fields__}
    for name in ("effective_on", "promised_on"):
        fields[name] = _day(fields.get(name))
    facts = tuple(
        Fact(
            **each
            | {
                "on": date.fromisoformat(each["on"]),
                "until": _day(each["until"]),
                "amount": None if each["amount"] is None else Decimal(each["amount"]),
            }
        )
        for each in fields.get("facts", ())
    )
    return CaseChange(**(fields | {"said": frozenset(body["said"]), "facts": facts, "on_behalf_of": None}))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def stated(state: Mapping[str, Any], change: CaseChange) -> dict[str, Any]:
    """A state with what is said about the event itself, for the answer of a conflict."""
    about = ("effective_on", "document", "reason")
    return {k: v for k, v in state.items() if k != "version"} | {k: plain(getattr(change, k)) for k in about}


def check_entries(change: CaseChange) -> None:
    """Refuses unknown obstacles, texts that are too long or hold control characters, days out of range, bad hashes.

    Raises InvalidInput with all faults at once.
    """
    faults: list[Fault] = []
    if change.obstacle is not None and change.obstacle not in OBSTACLES:
        code = change.obstacle
        faults.append(
            Fault("obstacle", f"Không có mã vướng mắc “{code}”.", f"Unknown obstacle code “{code}”.")
        )
    for field in ("document", "reason", "note", "signer", "body"):
        value = getattr(change, field)
        if value is None:
            continue
        if len(value) > MAX_TEXT:
            faults.append(Fault(field, f"Dài quá {MAX_TEXT} ký tự.", f"Longer than {MAX_TEXT} characters."))
        if any(ord(c) < 32 and c not in "\n\t\r" for c in value):
            faults.append(Fault(field, "Có ký tự điều khiển.", "Contains a control character."))
    if change.promised_on is not None and not date(2015, 1, 1) <= change.promised_on <= date(2045, 12, 31):
        vi, en = "Ngày hẹn phải từ 2015 đến 2045.", "The promised date must be within 2015–2045."
        faults.append(Fault("promised_on", vi, en))
    if change.document_sha256 is not None and not SHA256.fullmatch(change.document_sha256):
        vi = "Mã băm SHA-256 của tệp phải gồm 64 chữ số thập lục phân."
        en = "The SHA-256 of the file must be 64 hexadecimal digits."
        faults.append(Fault("document_sha256", vi, en))
    if faults:
        raise InvalidInput(faults)


def check_account_name(name: str | None) -> None:
    """Refuses what no account can be called. Raises InvalidInput."""
    if name is not None and not ACCOUNT.fullmatch(name):
        vi, en = "Không phải tên tài khoản.", "Not the name of an account."
        raise InvalidInput([Fault("on_behalf_of", vi, en)])


def fingerprint(kind: str, target: str, change: CaseChange, seen: int) -> str:
    """The hash of a request: what must be the same when an idempotency key comes again."""
    request = plain(asdict(change) | {"said": sorted(change.said)})
    body = json.dumps([kind, target, seen, request], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def already_written(session: Session, actor: str, key: str | None, request_hash: str) -> Event | None:
    """The event that this very request has made before, if any.

    Raises KeyReused when another request made it, InvalidInput for a key that is too long or not printable.
    """
    if key is not None and not (key.isprintable() and len(key) <= MAX_KEY):
        vi, en = "Khoá chống ghi trùng không hợp lệ.", "The idempotency key is not valid."
        raise InvalidInput([Fault("key", vi, en)])
    stored = own_key(actor, key)
    done = event_with_key(session, stored) if stored is not None else None
    if done is not None and (done.actor, done.request_hash) != (actor, request_hash):
        raise KeyReused(key or "")
    return done


@contextmanager
def key_once(session: Session, key: str | None) -> Iterator[None]:
    """Undoes what is written inside when the key has just made another event. Raises KeyReused."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        if key is None:
            raise
        raise KeyReused(key) from None


def told(events: Sequence[Statement], state: State, *, seen: int) -> dict[str, Any]:
    """The answer to whoever wrote the last of these events on version `seen`; `state` is the case after it.

    `merged`: what others wrote since `seen`; `overtaken`: the fields for which a value of a later day stands.
    """
    own = events[-1] if events else None
    others = [e for e in events if e.version is not None and seen < e.version < state["version"]]
    fields = changed(own.before, own.after) if own is not None and own.version != seen else frozenset()
    return state | {
        "merged": [
            {"version": e.version, "actor": e.actor, "fields": in_order(changed(e.before, e.after))}
            for e in others
        ],
        "overtaken": [n for n in in_order(fields) if own and state[n] != (own.after or {}).get(n)],
    }


def told_again(session: Session, done: Event, *, seen: int) -> dict[str, Any]:
    """The answer that the author of this event got, from the history alone."""
    events = statements(session, done.object_code, until=done.id)
    state = {name: (done.after or {}).get(name) for name in (*FIELDS, "version")} | fold(events)
    return told(events, state, seen=seen)


def in_order(fields: frozenset[str]) -> list[str]:
    """Fields in the order of the form; a step without its day, which goes with it."""
    return [name for name in FIELDS if name in fields and not (name == "step_on" and "step" in fields)]
