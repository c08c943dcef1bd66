"""What the page says of why a date is what it is (`api.usecases.whys`), as plain parts for the template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.formatting import HANOI_TIME
from api.language import Lang, pick
from api.pages.event_words import kind_words
from api.usecases.whys import Told, WhyView
from projects.why import Step
from projects.why_words import reasons, verdict


@dataclass(frozen=True, slots=True)
class Line:
    """One link of the chain: the step, why it has its date, what a forecast is made of, and the events behind it."""

    step: Step
    name: str
    because: str
    parts: tuple[str, ...]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyPart:
    """Everything that the fragment shows."""

    code: str
    name: str
    on: date
    verdict: str
    chain: tuple[Line, ...]
    onward: tuple[Line, ...]
    hidden: int


def why_part(view: WhyView, lang: Lang) -> WhyPart:
    """The fragment in the page's language."""
    found = view.found
    return WhyPart(
        code=found.step.code,
        name=_name(found.step, lang),
        on=found.row.early_finish,
        verdict=pick(lang, *verdict(found)),
        chain=_lines(view, found.chain, lang, events=True),
        onward=_lines(view, found.onward, lang, events=False)[1:],
        hidden=view.hidden,
    )


def _lines(view: WhyView, steps: Sequence[Step], lang: Lang, *, events: bool) -> tuple[Line, ...]:
    lines = []
    for step, said in zip(steps, reasons(steps, view.found), strict=True):
        forecast = view.found.forecasts.get(step.code)
        told = view.told.get(step.code, ()) if events else ()
        lines.append(
            Line(
                step,
                _name(step, lang),
                pick(lang, *said),
                tuple(pick(lang, *part.said) for part in forecast.parts) if forecast and events else (),
                tuple(_told(one, lang) for one in told),
            )
        )
    return tuple(lines)


def _name(step: Step, lang: Lang) -> str:
    return pick(lang, step.name_vi, step.name_en or step.name_vi)


def _told(one: Told, lang: Lang) -> str:
    """ "Nhập hồ sơ: có hiệu lực 10/03/2026; ghi 27/11/2026 03:52, dòng lệnh"."""
    moment = one.recorded_at.astimezone(HANOI_TIME)
    words = pick(lang, *kind_words(one.kind))
    who = one.actor
    if one.on_behalf_of:
        who += pick(lang, f" (thay {one.on_behalf_of})", f" (for {one.on_behalf_of})")
    text = pick(
        lang,
        f"{words}: đúng từ {one.effective_on:%d/%m/%Y}; ghi {moment:%d/%m/%Y %H:%M}, {who}",
        f"{words}: true from {one.effective_on:%d/%m/%Y}; recorded {moment:%d/%m/%Y %H:%M}, {who}",
    )
    if one.document:
        text += pick(lang, f"; văn bản {one.document}", f"; paper {one.document}")
    return f"{text} (#{one.event})"
