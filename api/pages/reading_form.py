"""The form of how a file is read: what stands in its fields, and the reading options that it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from geo.importers.columns import PARCEL_FIELDS
from geo.importers.options import MOST_POINTS, ControlPoint, ReadingOptions, check_options
from geo.importers.textcodes import ENCODINGS
from projects.errors import Fault, InvalidInput

FIELDS = tuple(PARCEL_FIELDS)
_LONGEST = 20_000  # characters of one field: the control points are many lines
_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,6})?$")


@dataclass(frozen=True, slots=True)
class Said:
    """What was entered, as text by field, and the button that was pressed."""

    values: Mapping[str, str]
    task: str


async def read_said(request: Request) -> Said:
    """All text fields of the form. Files are ignored."""
    form = await request.form() if request.method == "POST" else {}
    values = {str(k): v.strip()[:_LONGEST] for k, v in form.items() if isinstance(v, str)}
    return Said(values, values.get("viec", ""))


SaidDep = Annotated[Said, Depends(read_said)]


def options_of(said: Mapping[str, str]) -> ReadingOptions:
    """The options that the fields mean. Raises InvalidInput with every field that cannot be understood."""
    faults: list[Fault] = []
    crs = said.get("epsg", "")
    if crs and not re.fullmatch(r"\d{1,6}", crs):
        faults.append(
            Fault("epsg", f"“{crs[:20]}” không phải mã EPSG.", f"“{crs[:20]}” is not an EPSG code.")
        )
        crs = ""
    points = _points(said.get("diem", ""), faults)
    options = ReadingOptions(
        columns={f: said[f"cot-{f}"] for f in FIELDS if said.get(f"cot-{f}")},
        fixed={f: said[f"chung-{f}"] for f in FIELDS if said.get(f"chung-{f}")},
        layer=said.get("lop") or None,
        crs=int(crs) if crs else None,
        encoding=said.get("bang_ma") or None,
        swapped=said.get("doi_truc") == "1",
        control_points=points,
    )
    if faults:
        raise InvalidInput(faults)
    check_options(options, where="form")
    return options


def fields_of(options: ReadingOptions) -> dict[str, str]:
    """The inverse of `options_of`: what stands in the fields for these options."""
    said = {f"cot-{f}": column for f, column in options.columns.items()}
    said |= {f"chung-{f}": value for f, value in options.fixed.items()}
    said |= {
        "lop": options.layer or "",
        "epsg": "" if options.crs is None else str(options.crs),
        "bang_ma": options.encoding if options.encoding in ENCODINGS else "",
        "doi_truc": "1" if options.swapped else "",
        "diem": "\n".join(
            f"{p.name}; {p.x!r}; {p.y!r}; {p.east!r}; {p.north!r}" for p in options.control_points
        ),
    }
    return said


def _points(text: str, faults: list[Fault]) -> tuple[ControlPoint, ...]:
    """One point a line: name; x; y; east; north."""
    points: list[ControlPoint] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, *numbers = [part.strip() for part in re.split(r"[;\t]", line)]
        if len(numbers) != 4 or not all(_NUMBER.match(n) for n in numbers) or len(points) >= MOST_POINTS:
            faults.append(
                Fault(
                    "diem",
                    f"Dòng {number} của điểm khống chế phải là: tên; x; y; Đông; Bắc (tối đa {MOST_POINTS} điểm).",
                    f"Line {number} of the control points must be: name; x; y; east; north (at most {MOST_POINTS}).",
                )
            )
            continue
        x, y, east, north = (float(n.replace(",", ".")) for n in numbers)
        points.append(ControlPoint(name[:40], x, y, east, north))
    return tuple(points)
