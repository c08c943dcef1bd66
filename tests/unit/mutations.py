"""Damages files at random, reads them through the door and tells what became of their parcels."""

from __future__ import annotations

import random
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.importers.limits import DEFAULT
from geo.importers.options import ReadingOptions
from geo.importers.parcels import read_parcels
from geo.importers.reading import read_vector
from projects.errors import InvalidInput
from tests.unit.importer_files import PLACES, WARDS

Truth = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """`kind`: read | refused. `warned`: whether anything beside the seed's own remarks was said."""

    kind: str
    truth: Truth | None = None
    warned: bool = False
    faults: tuple[str, ...] = field(default=())

    def differences(self, right: Truth) -> list[tuple[Any, Any]]:
        """The rows that are not those of the seed."""
        return [(a, b) for a, b in zip(self.truth or (), right, strict=False) if a != b][:2]


def mutated(path: Path, target: Path, chance: random.Random) -> Path:
    """A damaged copy: bytes overwritten, cut out, doubled or cut short; of a ZIP, one member (packed rightly again)."""
    target.parent.mkdir(exist_ok=True)
    if path.suffix != ".zip":
        target.write_bytes(_damage(path.read_bytes(), chance))
        return target
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    name = chance.choice(sorted(members))
    members[name] = _damage(members[name], chance)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return target


def _damage(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        if not changed:
            break
        at, size = chance.randrange(len(changed)), chance.randrange(1, 12)
        match chance.randrange(5):
            case 0 | 1:
                changed[at : at + size] = chance.randbytes(min(size, len(changed) - at))
            case 2:
                changed[at] ^= 1 << chance.randrange(8)
            case 3:
                del changed[at : at + size]
            case 4:
                changed[at:at] = changed[at : at + size]
    return (
        bytes(changed[: chance.randrange(len(changed))])
        if chance.random() < 0.1 and changed
        else bytes(changed)
    )


def read_with(path: Path, options: ReadingOptions, *, judged: bool = True) -> Outcome:
    """What the door makes of a file. `judged` False leaves the semantic gate out (the control)."""
    try:
        if not judged:
            file = read_vector(path, purpose="parcels", options=options, limits=DEFAULT)
            return Outcome("read", tuple((i,) for i in range(file.rows)))
        table = read_parcels(path, options=options, ward_codes=WARDS, ward_places=PLACES)
    except InvalidInput as error:
        return Outcome("refused", faults=tuple(fault.en for fault in error.faults))
    frame = table.frame
    shapes = table.wgs84().geometry.values
    rows = zip(
        frame["map_series"],
        frame["sheet"],
        frame["number"],
        frame["land_use"],
        frame["ward_code"],
        shapes,
        strict=True,
    )
    truth = tuple(
        (*row[:5], tuple(sorted((round(x, 6), round(y, 6)) for x, y in row[5].geoms[0].exterior.coords)))
        for row in rows
    )
    known = ("heights (Z)", "own definition")
    warned = any(not any(k in warning.en for k in known) for warning in table.warnings)
    return Outcome("read", truth, warned)


def truth_of(outcome: Outcome) -> Truth | None:
    """Keys, codes and shapes (to 0.1 m) of what was read."""
    return outcome.truth
