"""Lines cross from the child as numbers, and numbers that are no lines are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, Point, Polygon

from geo.importers.limits import DEFAULT
from geo.importers.lines import pack_lines, unpack_lines
from geo.importers.shapes import Damaged

SHAPES = [
    LineString([(0, 0), (1, 1), (2, 0)]),
    Point(1, 1),
    MultiLineString([[(5, 5), (6, 6)], [(7, 7), (8, 8), (9, 9)]]),
    Polygon([(0, 0), (1, 0), (1, 1)]),
    LineString(),
    LineString([(0, 0, 5), (1, 1, 6)]),
]


def packed(folder: Path) -> None:
    wkb = np.array([*(shapely.to_wkb(shape) for shape in SHAPES), None], dtype=object)
    assert pack_lines(wkb, folder) == 10


def test_lines_come_out_as_they_went_in_and_everything_else_as_none(tmp_path: Path) -> None:
    packed(tmp_path)
    found = unpack_lines(tmp_path, 7, DEFAULT)
    assert [None if shape is None else shape.wkt for shape in found] == [
        "MULTILINESTRING ((0 0, 1 1, 2 0))",
        None,
        "MULTILINESTRING ((5 5, 6 6), (7 7, 8 8, 9 9))",
        None,
        None,
        "MULTILINESTRING ((0 0, 1 1))",
        None,
    ]


def change(name: str, edit: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / f"{name}.bin"
        values = np.fromfile(path, dtype="<f8" if name == "line_points" else "<i8")
        edit(values).tofile(path)

    return apply


def put(values: np.ndarray, at: int, value: float) -> np.ndarray:
    values[at] = value
    return values


@pytest.mark.parametrize(
    "damage",
    [
        change("line_points", lambda v: put(v, 3, np.nan)),
        change("line_points", lambda v: v[:-1]),
        change("line_points", lambda v: v[:-2]),
        change("line_parts", lambda v: put(v, 1, 1)),
        change("line_parts", lambda v: put(v, 0, 1)),
        change("line_parts", lambda v: v[:-1]),
        change("line_owners", lambda v: put(v, 0, -1)),
        change("line_owners", lambda v: put(v, -1, 7)),
        change("line_owners", lambda v: v[::-1]),
        lambda folder: (folder / "line_owners.bin").write_bytes(b"abc"),
    ],
)
def test_numbers_that_do_not_fit_together_are_refused(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    packed(tmp_path)
    damage(tmp_path)
    with pytest.raises(Damaged):
        unpack_lines(tmp_path, 7, DEFAULT)


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    packed(tmp_path)
    real = tmp_path / "elsewhere"
    (tmp_path / "line_owners.bin").rename(real)
    (tmp_path / "line_owners.bin").symlink_to(real)
    with pytest.raises(Damaged):
        unpack_lines(tmp_path, 7, DEFAULT)
