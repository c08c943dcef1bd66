"""One selection of a project, as text that an address carries: cases, parcels, an activity, or a stretch of an axis.

`ho-so:QL6-0042,QL6-0043`, `thua:<id>,<id>`, `viec:A120`, `doan:T1:526.3-1757`: what is chosen on the map, on the
time–location chart or on the Gantt is the same thing on all of them.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from enum import StrEnum

from projects.errors import Fault, InvalidInput

MOST = 200  # cases or parcels in one selection
LONGEST = 9000  # characters, as many parcels need
_RUN = re.compile(r"(.{1,64}):(\d{1,7}(?:\.\d{1,3})?)-(\d{1,7}(?:\.\d{1,3})?)")


class Kind(StrEnum):
    """What is chosen; the value is how the text begins."""

    CASES = "ho-so"
    PARCELS = "thua"
    ACTIVITY = "viec"
    RUN = "doan"


@dataclass(frozen=True, slots=True)
class Choice:
    """`codes`: of cases, ids of parcels, of one activity or of one alignment; `run` its measures in m, from < to."""

    kind: Kind
    codes: tuple[str, ...]
    run: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        """How the address says it."""
        if self.run is None:
            return f"{self.kind}:{','.join(self.codes)}"
        return run_text(self.codes[0], *self.run)


def run_text(alignment: str, from_m: float, to_m: float) -> str:
    """The choice of a stretch, to the millimetre."""
    a, b = (f"{metres:.3f}".rstrip("0").rstrip(".") for metres in (from_m, to_m))
    return f"{Kind.RUN}:{alignment}:{a}-{b}"


def parse_choice(text: str) -> Choice:
    """The choice that a text says. Raises InvalidInput."""
    name, _, rest = text.strip().partition(":")
    if name not in list(Kind) or not rest or len(text) > LONGEST:
        raise _refused(text)
    kind = Kind(name)
    if kind is Kind.ACTIVITY:
        return Choice(kind, (rest,))
    if kind is Kind.RUN:
        found = _RUN.fullmatch(rest)
        if found is None or float(found[2]) >= float(found[3]):
            raise _refused(text)
        return Choice(kind, (found[1],), (float(found[2]), float(found[3])))
    codes = tuple(dict.fromkeys(part.strip() for part in rest.split(",")))
    if "" in codes or len(codes) > MOST or (kind is Kind.PARCELS and not all(map(_is_id, codes))):
        raise _refused(text)
    return Choice(kind, codes)


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _refused(text: str) -> InvalidInput:
    shown = text if len(text) <= 80 else f"{text[:79]}…"
    return InvalidInput(
        [
            Fault(
                "chon",
                f"Không hiểu lựa chọn “{shown}”: cần ho-so:…, thua:…, viec:… hoặc doan:TIM:từ-đến.",
                f"The selection “{shown}” is not of the form ho-so:…, thua:…, viec:… or doan:AXIS:from-to.",
            )
        ]
    )
