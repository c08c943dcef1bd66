"""Checking the history against its anchors, and writing the next anchor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from geo import chain
from geo.anchor import append_anchor, read_anchors
from projects.errors import Fault


@dataclass(frozen=True, slots=True)
class Audit:
    """What a check found, with how many anchors, and what is odd about the anchor file."""

    verdict: chain.Verdict
    anchors: int
    warnings: tuple[Fault, ...]


def check_history(session: Session, anchor_file: Path) -> Audit:
    """Computes the chain again and compares it with every anchor. Raises InvalidInput for a damaged anchor file."""
    # First the anchors, then the rows: never an anchor for a row that this session cannot see yet.
    known = read_anchors(anchor_file)
    return Audit(chain.verify(session, known.anchors), len(known.anchors), known.warnings)


def anchor_history(session: Session, anchor_file: Path, *, now: datetime) -> tuple[chain.Head | None, bool]:
    """Writes the present head to the anchor file; gives it, and whether a line was added. Raises OSError.

    Call it in a transaction of its own: the head must be committed.
    """
    found = chain.head(session)
    return found, found is not None and append_anchor(anchor_file, found, at=now)
