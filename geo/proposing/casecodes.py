"""Codes of cases for rows of a file that names none: short ones first, never one that is or was somebody else's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.tables import ClearanceCase

_NAMELESS = text(
    "select row, map_series, sheet, number, map_version from proposal_parcel "
    "where proposal_id = :proposal and case_code is null and kind = 'added' order by row"
)
_SAID = text(
    "select distinct case_code from proposal_parcel where proposal_id = :proposal and case_code is not null"
)
_ONCE = text(
    "select distinct object_code from event where object_type = 'case' and starts_with(object_code, :prefix)"
)
_NAME = text(
    "update proposal_parcel r set case_code = told.code from unnest(cast(:rows as int[]), cast(:codes as text[])) "
    "as told(row, code) where r.proposal_id = :proposal and r.row = told.row"
)


def name_cases(session: Session, proposal: int, project_code: str) -> None:
    """Gives every new row of a proposal without a case code a case of its own."""
    rows = [dict(row) for row in session.execute(_NAMELESS, {"proposal": proposal}).mappings()]
    if not rows:
        return
    prefix = f"{project_code}-P"
    taken = set(session.scalars(_SAID, {"proposal": proposal}))
    taken |= set(session.scalars(select(ClearanceCase.code).where(ClearanceCase.code.startswith(prefix))))
    taken |= set(session.scalars(_ONCE, {"prefix": prefix}))
    codes = case_codes(prefix, rows, taken)
    session.execute(_NAME, {"proposal": proposal, "rows": [row["row"] for row in rows], "codes": codes})


def case_codes(prefix: str, rows: Sequence[Mapping[str, Any]], taken: Collection[str]) -> list[str]:
    """A code per row: `<prefix><sheet>-<number>`.

    Where that is taken (another map series or version has the same numbers), series, version and at last a count are
    added, in the order of the rows.
    """
    gone = set(taken)
    codes: list[str] = []
    for row in rows:
        short = f"{prefix}{plain(row['sheet'])}-{plain(row['number'])}"
        longer = f"{short}-{plain(row['map_series'])}"
        longest = f"{longer}-v{plain(row['map_version'])}"
        code = next((option for option in (short, longer, longest) if option not in gone), "")
        count = 2
        while not code:
            code = "" if f"{longest}-{count}" in gone else f"{longest}-{count}"
            count += 1
        gone.add(code)
        codes.append(code)
    return codes


def plain(words: str) -> str:
    """A sheet or parcel number as part of an address: 'Đ 12/3' becomes 'D12-3', at most 12 characters."""
    ascii_only = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^A-Za-z0-9]+", "-", re.sub(r"[^\x20-\x7e]|\s", "", ascii_only)).strip("-")[:12]
