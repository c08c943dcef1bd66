"""What a form answers when it is refused: one set of sentences, one status, both values of a conflict.

422 for what was entered wrong; 409 where somebody else was faster, or the form had been sent with other content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.language import Lang
from api.pages.event_words import say_plain
from api.pages.forms import by_field
from api.pages.labels import Pair
from projects.errors import DuongGangError, Fault, InvalidInput, KeyReused, StaleVersion

REUSED = Fault(
    "",
    "Mẫu này đã được gửi với nội dung khác; lần trước đã được ghi.",
    "This form was already sent with other content, which was saved.",
)
STALE = Fault(
    "",
    "Mục này vừa được người khác sửa; chưa có gì của bạn được ghi. So hai giá trị bên dưới rồi ghi lại nếu vẫn muốn.",
    "Somebody else has just changed this; nothing of yours was written. Compare both values below, then save again.",
)
REFUSED = (
    InvalidInput,
    StaleVersion,
    KeyReused,
)  # what a form answers by itself; anything else is a page of its own


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why by field of the form, the status, and of a conflict both values of each field."""

    faults: dict[str, list[str]]
    status: int
    both: list[dict[str, Any]] = field(default_factory=list)


def refusal(
    error: DuongGangError, lang: Lang, fields: Sequence[str] | Mapping[str, str], *,
    words: Mapping[str, Pair] | None = None, stale: Fault = STALE,
) -> Refusal:  # fmt: skip
    """What a form with these fields (or: field by place of a fault) answers to an error of `REFUSED`.

    `words`: names of the fields of which a conflict shows both values; `stale`: another sentence for it.
    """
    names = fields if isinstance(fields, Mapping) else {name: name for name in fields}
    both = []
    if isinstance(error, StaleVersion) and words is not None:
        both = [
            {
                "label": words[name],
                "current": say_plain(name, error.current.get(name), lang),
                "wanted": say_plain(name, error.wanted.get(name), lang),
            }
            for name in (error.fields or tuple(names))
            if name in words
        ]
    return Refusal(by_field(faults_of(error, stale), lang, names), status_of(error), both)


def faults_of(error: DuongGangError, stale: Fault = STALE) -> Sequence[Fault]:
    """The sentences of an error of `REFUSED`."""
    if isinstance(error, InvalidInput):
        return error.faults
    return (stale,) if isinstance(error, StaleVersion) else (REUSED,)


def status_of(error: DuongGangError) -> int:
    """422 for what was entered wrong, else 409."""
    return 422 if isinstance(error, InvalidInput) else 409
