"""Old districts, wards and communes and the wards of today that they became: published rows, each with its source."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from geo.tables import Ward, WardHistory
from projects.errors import Fault, InvalidInput

COLUMNS = ("old_level", "old_name", "old_district", "old_code", "ward_code", "share", "source")
LEVELS = ("", "quận", "huyện", "thị xã", "phường", "xã", "thị trấn")
SHARES = ("", "whole", "part")
MOST_ROWS = 5_000
MOST_LETTERS = 300


@dataclass(frozen=True, slots=True)
class Became:
    """One old unit and one ward that has land of it.

    `old_level`, `old_district` and `old_code` are '' where the source is silent; `share` says whether the whole old
    unit went there or a part ('' where the source does not say).
    """

    old_level: str
    old_name: str
    old_district: str
    old_code: str
    ward_code: str
    share: str
    source: str


def read_rows(raw: bytes, *, name: str, ward_codes: Collection[str]) -> tuple[Became, ...]:
    """The rows of a CSV in UTF-8. Raises InvalidInput with every fault; `name` is what it calls the file."""
    faults: list[Fault] = []
    rows: list[Became] = []
    for place, row in _dictionaries(raw, name):
        where = f"{name}: {place}"
        if None in row or set(row) != set(COLUMNS) or None in row.values():
            listed = ", ".join(COLUMNS)
            raise InvalidInput(
                [Fault(where, f"Cần đúng các cột {listed}.", f"Needs exactly the columns {listed}.")]
            )
        found = Became(**{column: row[column].strip() for column in COLUMNS})
        before = len(faults)
        for wrong, vi, en in (
            (found.ward_code not in ward_codes, f"không có phường, xã {found.ward_code!r}", "no such ward"),
            (found.old_level not in LEVELS, f"cấp {found.old_level!r} không biết", "unknown level"),
            (
                found.share not in SHARES,
                "share phải là whole, part hoặc để trống",
                "share is whole, part or empty",
            ),
            (not found.old_name, "thiếu tên cũ", "the old name is missing"),
            (not found.source, "thiếu nguồn", "the source is missing"),
            (
                max(map(len, row.values())) > MOST_LETTERS,
                f"dài quá {MOST_LETTERS} chữ",
                "a value is too long",
            ),
        ):
            if wrong:
                faults.append(Fault(where, vi, en))
        if len(faults) == before:
            rows.append(found)
    if faults:
        raise InvalidInput(faults)
    return tuple(rows)


def put_rows(session: Session, rows: Collection[Became]) -> int:
    """Adds the rows; one that is there (old name, old district, ward) gets the new values. Gives their number."""
    for row in rows:
        values = asdict(row)
        added = insert(WardHistory).values(values)
        session.execute(
            added.on_conflict_do_update(
                index_elements=["old_name", "old_district", "ward_code"],
                set_={name: added.excluded[name] for name in ("old_level", "old_code", "share", "source")},
            )
        )
    return len(rows)


def known_wards(session: Session) -> frozenset[str]:
    """The codes of the wards of today."""
    return frozenset(session.scalars(select(Ward.code)))


def histories(session: Session, wards: Collection[str]) -> Mapping[str, tuple[Became, ...]]:
    """Ward code → the old units that it has land of, by name; a ward of which nothing was loaded is not there."""
    found = session.scalars(
        select(WardHistory)
        .where(WardHistory.ward_code.in_(wards))
        .order_by(WardHistory.old_district, WardHistory.old_name)
    )
    told: dict[str, tuple[Became, ...]] = {}
    for row in found:
        became = Became(*(getattr(row, column) for column in COLUMNS))
        told[row.ward_code] = (*told.get(row.ward_code, ()), became)
    return told


def _dictionaries(raw: bytes, name: str) -> list[tuple[int, dict[str, str]]]:
    try:
        rows = list(enumerate(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), strict=True), start=2))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput([Fault(name, "Không phải CSV chữ UTF-8.", "Not a CSV in UTF-8.")]) from error
    if not rows or len(rows) > MOST_ROWS:
        raise InvalidInput([Fault(name, f"Cần từ 1 đến {MOST_ROWS} dòng.", f"Needs 1 to {MOST_ROWS} rows.")])
    return rows
