"""What an import came to: our network and what is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from projects.engine.model import LinkType, Net, Options
from projects.engine.shifts import WorkCalendar
from projects.interchange.words import Note

LinkKey = tuple[str, str, LinkType]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the sender says of an activity beside its network: path of summaries, codes, and its own dates."""

    uid: int
    wbs: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    start: datetime | None = None
    finish: datetime | None = None


class Agreed(NamedTuple):
    """What a baseline says of an activity: start, finish, and its duration in usual days of its calendar, if given."""

    start: datetime
    finish: datetime
    days: float | None


@dataclass(frozen=True, slots=True)
class SentBaseline:
    """A baseline of the sender, named as there; `dates` by activity, only sound ones: the notes name the others.

    `date`: when it was set or the data date of it, None where the file does not say.
    """

    number: int
    name: str
    date: datetime | None
    dates: Mapping[str, Agreed]


@dataclass(frozen=True, slots=True)
class Imported:
    """A network with its options and calendars. `percents`: lags that the sender gave in percent."""

    format: str
    application: str
    name: str
    net: Net
    options: Options
    calendars: tuple[WorkCalendar, ...]
    beside: Mapping[str, Beside]
    percents: Mapping[LinkKey, float]
    notes: tuple[Note, ...]
    baselines: tuple[SentBaseline, ...] = ()
