"""Findings of the checks: a count with its denominator and limit, who is meant by name, and the gate of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still good. DCMA's published limits; `age_days`: GAO asks for an update every month."""

    missing_logic: float = 0.05
    lags: float = 0.05
    finish_to_start: float = 0.90
    hard_constraints: float = 0.05
    high_float: float = 0.05
    high_duration: float = 0.05
    missed: float = 0.05
    index: float = 0.95
    long_days: int = 44  # working days above which a float or a duration is high
    test_days: int = 600  # working days that the critical path test adds
    age_days: int = 31
    every_day: float = 0.05


@dataclass(frozen=True, slots=True)
class Offender:
    """One that fails a check: the activities it is about, and in words what is wrong."""

    codes: tuple[str, ...]
    vi: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `count` offenders of `of`; `value` is what is held against `limit` (a share, an index, a
    number), `upper` says that more is worse. `state`: pass | fail | unknown, then `why_*` says why it is not judged.

    `gate`: without it the dates of the schedule are not to be trusted.
    """

    code: str
    state: str
    count: int | None
    of: int | None
    value: float | None
    limit: float | None
    upper: bool = True
    offenders: tuple[Offender, ...] = ()
    why_vi: str = ""
    why_en: str = ""
    gate: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """The verdict for a stamp: `ok` ("ĐẠT"), or not enough to rely on ("KHÔNG ĐỦ TIN CẬY") because of `failed`."""

    ok: bool
    failed: tuple[str, ...]
    passed: int
    failing: int
    unknown: int

    @property
    def stamp_vi(self) -> str:
        """What the stamp says."""
        return "ĐẠT" if self.ok else "KHÔNG ĐỦ TIN CẬY"

    @property
    def stamp_en(self) -> str:
        """The same in English."""
        return "PASSED" if self.ok else "NOT RELIABLE"


@dataclass(frozen=True, slots=True)
class Quality:
    """All findings in the order of the standard, and the gate."""

    findings: tuple[Finding, ...]
    gate: Gate
    judged: int  # activities that the checks are about
    left_out: int  # land nodes, which are forecasts and no plan
    limits: Limits = field(default_factory=Limits)

    def finding(self, code: str) -> Finding:
        """The finding of one check."""
        return next(f for f in self.findings if f.code == code)


def gate_of(findings: Sequence[Finding]) -> Gate:
    """The gate: closed by a failed check that is marked for it."""
    failed = tuple(f.code for f in findings if f.gate and f.state == FAIL)
    counts = [sum(f.state == state for f in findings) for state in (PASS, FAIL, UNKNOWN)]
    return Gate(not failed, failed, *counts)


def share(code: str, offenders: Sequence[Offender], of: int, limit: float, *, gate: bool = False) -> Finding:
    """A check that allows a share of offenders; of nothing it passes."""
    value = len(offenders) / of if of else 0.0
    state = PASS if value <= limit else FAIL
    return Finding(code, state, len(offenders), of, value, limit, True, tuple(offenders), gate=gate)


def none_of(code: str, offenders: Sequence[Offender], of: int, *, gate: bool = False) -> Finding:
    """A check that allows no offender."""
    state = FAIL if offenders else PASS
    count = len(offenders)
    return Finding(code, state, count, of, float(count), 0.0, True, tuple(offenders), gate=gate)


def index(
    code: str,
    value: float,
    limit: float,
    count: int | None,
    of: int | None,
    offenders: Sequence[Offender] = (),
) -> Finding:
    """An index that must not fall below its limit."""
    return Finding(code, PASS if value >= limit else FAIL, count, of, value, limit, False, tuple(offenders))


def unknown(code: str, vi: str, en: str) -> Finding:
    """A check that cannot be judged, and why."""
    return Finding(code, UNKNOWN, None, None, None, None, why_vi=vi, why_en=en)
