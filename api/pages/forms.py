"""What forms share: faults beside their fields, plain text, and codes that were typed or ticked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Form

from api.language import Lang, pick
from projects.errors import Fault, InvalidInput

Faults = Mapping[str, Sequence[str]]
"""Field name → sentences; "" holds what belongs to no field."""

# More than any field takes: what is too long is refused beside its field, not with a page of its own.
Text = Annotated[str, Form(max_length=4000)]
Many = Annotated[list[str], Form(max_length=400)]
NOTHING: tuple[str, ...] = ()

_KIND = re.compile(r"^(p|x|phuong|xa)[\s.]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: its code and what it is called, "00097" and "P. Hồng Hà"."""

    code: str
    label: str


def by_field(
    faults: Iterable[Fault] | InvalidInput, lang: Lang, fields: Mapping[str, str]
) -> dict[str, list[str]]:
    """The sentences by field of the form; `fields` names the field for each place of a fault."""
    found: dict[str, list[str]] = {}
    for fault in faults.faults if isinstance(faults, InvalidInput) else faults:
        found.setdefault(fields.get(fault.where, ""), []).append(pick(lang, fault.vi, fault.en))
    return found


def plain(text: str) -> str:
    """The text without surrounding blanks and control characters: none of them means anything in one line."""
    return "".join(c for c in text if unicodedata.category(c) != "Cc").strip()


def day_of(entered: str, where: str, faults: list[Fault]) -> date | None:
    """The day that was entered, None for nothing; what is no day is a fault."""
    text = entered.strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.append(Fault(where, f"Không phải ngày: “{text[:40]}”.", f"Not a date: “{text[:40]}”."))
        return None


def chosen(
    ticked: Iterable[str], typed: str, choices: Sequence[Choice], where: str
) -> tuple[tuple[str, ...], list[Fault]]:
    """The codes that were ticked and those typed as codes or names between commas; a fault for each unknown part."""
    codes = [plain(code)[:40] for code in ticked if plain(code)]
    faults: list[Fault] = []
    by_code = {choice.code.casefold(): choice.code for choice in choices}
    for part in re.split(r"[,;\n]", typed):
        part = plain(part)
        if not part:
            continue
        found = {by_code[part.casefold()]} if part.casefold() in by_code else _named(part, choices)
        if len(found) == 1:
            codes += found
        elif found:
            several = ", ".join(sorted(found))
            faults.append(
                Fault(
                    where, f"“{part[:40]}” có ở nhiều mã: {several}.", f"“{part[:40]}” is any of {several}."
                )
            )
        else:
            faults.append(Fault(where, f"Không có “{part[:40]}”.", f"There is no “{part[:40]}”."))
    return tuple(dict.fromkeys(codes)), faults


def _named(part: str, choices: Sequence[Choice]) -> set[str]:
    """The codes whose name is `part`: first as it is written, then without tone marks, then without P. or X."""
    for level in (0, 1, 2):
        found = {c.code for c in choices if _key(c.label, level) == _key(part, level)}
        if found:
            return found
    return set()


def _key(text: str, level: int) -> str:
    text = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    if level == 0:
        return text
    flat = unicodedata.normalize("NFD", text.replace("đ", "d"))
    flat = "".join(c for c in flat if not unicodedata.combining(c))
    return _KIND.sub("", flat) if level == 2 else flat
