"""An event in words: what it changed, field by field, before and after, with protected values masked.

A part of the product that writes events of its own says here what they are called (`tell`) and what its codes mean
(`value_words`); an event that nobody named gets a general sentence and its fields as they stand.

Whatever stands under `protected`, and any protected field wherever it stands, is shown as its mask only: the browser
of events is not where personal data is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api import formatting as fmt
from api.language import Lang, pick
from api.pages.case_parts import say_value
from api.pages.labels import CASE_FIELDS, EVENT_FIELDS, EVENT_KINDS, Pair
from api.pages.people_words import TOKEN_SCOPES
from projects.masking import PROTECTED, mask
from projects.rights import FieldRight, Rights

LONGEST = 300  # characters of one value
HASHES = ("sha256", "files_sha256", "document_hash")
SILENT = ("id", "ids", "version")  # bookkeeping that says nothing to a reader
CODES: dict[str, dict[str, Pair]] = {}  # of a field: what its codes mean
NOTHING: tuple[Any, ...] = (None, "", [], False)


def tell(kind: str, vi: str, en: str, fields: Mapping[str, Pair] | None = None) -> None:
    """Names a kind of event, and the fields of its before and after that have no name yet."""
    EVENT_KINDS[kind] = (vi, en)
    for name, pair in (fields or {}).items():
        EVENT_FIELDS.setdefault(name, pair)


def value_words(field: str, codes: Mapping[str, Pair]) -> None:
    """Says what the codes of a field mean; several parts may use one field with codes of their own."""
    CODES.setdefault(field, {}).update(codes)


def kind_words(kind: str) -> Pair:
    """What a kind of event is called; a general sentence for one that nobody named."""
    return EVENT_KINDS.get(kind, (f"Thay đổi khác ({kind})", f"Another change ({kind})"))


def say_plain(name: str, value: Any, lang: Lang) -> str:
    """A value in words: its code's meaning, a day, a number, else as it stands."""
    if isinstance(value, str) and value in CODES.get(name, {}):
        return pick(lang, *CODES[name][value])
    if (name == "on" or name.endswith("_on")) and isinstance(value, str):
        return _day(value, lang) if value else fmt.UNKNOWN
    try:
        said = say_value(name, value, lang)
    except ValueError:  # a date that is none: shown as it stands
        said = str(value)
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field with its value before and after in words; `differs` also where both masks look the same."""

    label: str
    before: str
    after: str
    differs: bool
    masked: bool = False
    added: tuple[str, ...] = ()  # of a list: what came
    removed: tuple[str, ...] = ()  # of a list: what went


@dataclass(frozen=True, slots=True)
class Words:
    """What codes mean: language, rights table, names of wards and projects."""

    lang: Lang
    rights: Rights
    wards: Mapping[str, str]
    projects: Mapping[str, tuple[str, str]]


def field_changes(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, words: Words
) -> list[FieldChange]:
    """The fields that an event tells of: those that differ, and all of them where there is one side only."""
    old, new = _flat(before or {}), _flat(after or {})
    found: list[FieldChange] = []
    for path in dict.fromkeys((*old, *new)):
        one, other = old.get(path), new.get(path)
        if (one == other and before and after) or (one in NOTHING and other in NOTHING):
            continue
        found.append(_change(path, one, other, words))
    return found


def _change(path: tuple[str, ...], one: Any, other: Any, words: Words) -> FieldChange:
    name = path[-1]
    right = words.rights.fields.get(name)
    label = " · ".join(_label(part, words) for part in path if part != PROTECTED)
    if right is not None or PROTECTED in path:
        said = (mask(name, _text(one)), mask(name, _text(other)))
        return FieldChange(label, said[0] or fmt.UNKNOWN, said[1] or fmt.UNKNOWN, one != other, masked=True)
    if isinstance(one, list) or isinstance(other, list):
        was = [_say(name, item, words) for item in one or ()]
        became = [_say(name, item, words) for item in other or ()]
        return FieldChange(
            label,
            ", ".join(was) or fmt.UNKNOWN,
            ", ".join(became) or fmt.UNKNOWN,
            one != other,
            added=tuple(item for item in became if item not in was),
            removed=tuple(item for item in was if item not in became),
        )
    return FieldChange(label, _say(name, one, words), _say(name, other, words), one != other)


def _flat(state: Mapping[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """The values of a state by the path to them; lists stay whole when they hold plain values."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in state.items():
        here = (*path, str(name))
        if isinstance(value, Mapping):
            found |= _flat(value, here)
        elif isinstance(value, list) and any(isinstance(item, (Mapping, list)) for item in value):
            found |= _flat({str(at): item for at, item in enumerate(value, 1)}, here)
        else:
            found[here] = value
    return found


def _label(name: str, words: Words) -> str:
    right: FieldRight | None = words.rights.fields.get(name)
    pair: Pair = (
        (right.vi, right.en) if right else CASE_FIELDS.get(name) or EVENT_FIELDS.get(name, (name, name))
    )
    return pick(words.lang, *pair)


def _say(name: str, value: Any, words: Words) -> str:
    lang = words.lang
    if isinstance(value, bool):
        return pick(lang, *(("có", "yes") if value else ("không", "no")))
    if value is None or value == "":
        return fmt.UNKNOWN
    text = str(value)
    special: dict[str, Callable[[], str]] = {
        "role": lambda: pick(lang, role.vi, role.en) if (role := words.rights.roles.get(text)) else text,
        "wards": lambda: words.wards.get(text, text),
        "projects": lambda: pick(lang, *words.projects.get(text, (text, text))),
        "scopes": lambda: pick(lang, *TOKEN_SCOPES.get(text, (text, text))),
        "fields": lambda: _label(text, words),
        "starts_on": lambda: _day(text, lang),
        "ends_on": lambda: _day(text, lang),
        "expires_at": lambda: _moment(text, lang),
    }
    if name in special and isinstance(value, str):
        return special[name]()
    if name in HASHES:
        return f"{text[:12]}…"
    return say_plain(name, value, lang)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _day(text: str, lang: Lang) -> str:
    try:
        return fmt.date_text(date.fromisoformat(text), lang)
    except ValueError:
        return text


def _moment(text: str, lang: Lang) -> str:
    try:
        return fmt.moment(datetime.fromisoformat(text), lang)
    except ValueError:
        return text
