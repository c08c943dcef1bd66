"""Drawings become parcels only where an outline and a label belong together; the rest is listed with its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from geo.importers.drawing import assemble
from geo.importers.labeltext import Label, join_labels, read_label, sheet_of_layer, sheet_title
from projects.clearance import LAND_CODES
from tests.unit import format_files as files
from tests.unit.importer_files import EAST, NORTH, WARD, english, read, square

CODES = frozenset(LAND_CODES)
FIXED = {"ward_code": WARD, "land_use": "ODT", "sheet": "12"}


def corners(i: int) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in square(i).exterior.coords[:4]]


def middle(i: int, dy: float = 5.0) -> tuple[float, float]:
    return EAST + 12 * i + 4, NORTH + dy


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("12", Label(number="12", whole=("12",))),
        ("12a", Label(number="12a", whole=("12a",))),
        ("ODT 12/345.6", Label(number="12", area="345.6", land_use="ODT")),
        ("ONT+CLN\n7\n1204,5", Label(number="7", area="1204.5", land_use="ONT+CLN", whole=("7",))),
        ("12\\P345", Label(number="12", area="345")),
        ("\\fArial|b0;12/345", Label(number="12", area="345")),
        ("345.6 m2", Label(area="345.6")),
        ("luc", Label(land_use="LUC")),
        ("Tờ bản đồ số: 12", Label(sheet="12")),
        ("Thửa đất số 7, tờ số 3", Label(number="7", sheet="3")),
        ("Đường Láng", Label()),
        ("Số nhà 12", Label()),
        ("12 13 14", Label()),
        ("12/3 ODT 100.0", Label()),  # two areas: the slash may belong to the number
        ("<script>1</script>", Label()),
    ],
)
def test_a_label_is_read_as_offices_write_it(text: str, label: Label) -> None:
    assert read_label(text, CODES) == label


def test_of_two_whole_numbers_the_one_that_is_the_area_is_the_area() -> None:
    labels = [read_label("101", CODES), read_label("12", CODES)]
    assert join_labels(labels, 100.4) == Label(number="12", area="101")
    assert join_labels(labels, 5000.0) is None  # neither: not chosen for them
    assert join_labels([read_label("7", CODES), read_label("7/99.0", CODES)], 99.0) == Label(
        number="7", area="99.0"
    )


def test_the_sheet_is_in_the_layers_name_or_the_one_title() -> None:
    assert [sheet_of_layer(n) for n in ("TO_12", "RANH-TBD7", "TOWER_12", "0", "to 5")] == [
        "12",
        "7",
        None,
        None,
        "5",
    ]
    assert sheet_title(["Tờ bản đồ số 12", "Tờ số: 12", "x"]) == "12"
    assert sheet_title(["Tờ số 1", "Tờ số 2"]) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_every_label_finds_its_own_outline_and_nothing_is_lost(cells: list[int], chance: object) -> None:
    """Parcels in any order, half of them with a label, against what was drawn."""
    shapes: list[shapely.Geometry] = [LineString(square(i).exterior.coords) for i in cells]
    texts: list[str | None] = [None] * len(cells)
    labelled = cells[::2]
    for i in labelled:
        shapes.append(Point(middle(i)))
        texts.append(f"{i + 1}")
    shapes.append(Point(0, 0))
    texts.append("999")
    order = list(range(len(shapes)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    column = np.array([shapes[k] for k in order], dtype=object)
    drawn = assemble(column, [texts[k] for k in order], ["0"] * len(order), land_codes=CODES)
    found = dict(zip(drawn.columns["number"], drawn.shapes, strict=True))
    assert {number: shape.bounds for number, shape in found.items()} == {
        f"{i + 1}": square(i).bounds for i in labelled
    }
    assert drawn.untied.counts == {
        key: n for key, n in {"labels": 1, "outlines": len(cells) - len(labelled)}.items() if n
    }
    assert (0.0, 0.0, "999") in drawn.untied.places["labels"]


def test_a_frame_round_the_map_takes_no_label_from_the_parcels() -> None:
    frame = LineString(box(EAST - 50, NORTH - 50, EAST + 500, NORTH + 50).exterior.coords)
    shapes = np.array([frame, LineString(square(0).exterior.coords), Point(middle(0))], dtype=object)
    drawn = assemble(shapes, [None, None, "7"], ["KHUNG", "TO_3", "0"], land_codes=CODES)
    assert (drawn.columns["number"], drawn.columns["sheet"]) == (["7"], ["3"])
    assert drawn.untied.places["outlines"][0][2] == "KHUNG"


def test_a_dxf_gives_parcels_and_lists_the_rest(tmp_path: Path) -> None:
    entities = [files.polyline(corners(i), layer="TO_12") for i in range(3)]
    entities += [files.text(middle(i), f"ODT {i + 1}/100.0") for i in range(2)]
    entities += [files.polyline([*corners(5), (EAST + 69.95, NORTH)], closed=False)]
    entities += [files.polyline(corners(0)), files.text((EAST - 90, NORTH), "77/12.5")]
    path = files.dxf(tmp_path / "a.dxf", entities)
    table = read(path, crs=5897, fixed={"ward_code": WARD})
    assert table.frame[["sheet", "number", "land_use"]].values.tolist() == [
        ["12", "1", "ODT"],
        ["12", "2", "ODT"],
    ]
    said = [w.en for w in table.warnings]
    assert said[0] == (
        "The drawing also has: 1 labels that belong to no parcel, 1 closed shapes without a parcel number,"
        " 1 lines that nearly close, 1 shapes drawn twice."
    )
    assert any("“77/12.5” at (587910.00, 2328000.00) belongs to no parcel" in s for s in said)
    assert any("with a gap of 0.050 m; it was not closed" in s for s in said)


def test_a_dxf_without_one_tied_parcel_says_what_it_has(tmp_path: Path) -> None:
    path = files.dxf(tmp_path / "a.dxf", [files.polyline(corners(0)), files.text((0, 0), "5")])
    said = english(path, crs=5897, fixed=FIXED)
    assert "1 closed shapes, 1 labels, 0 lines that nearly close" in said[0]


def test_only_the_outlines_of_one_layer_are_taken_when_one_is_named(tmp_path: Path) -> None:
    house = [(EAST + 3, NORTH + 3), (EAST + 7, NORTH + 3), (EAST + 7, NORTH + 7), (EAST + 3, NORTH + 7)]
    entities = [files.polyline(corners(0), layer="RANH"), files.polyline(house, layer="NHA")]
    path = files.dxf(tmp_path / "a.dxf", [*entities, files.text(middle(0), "5")])
    assert read(path, crs=5897, fixed=FIXED).area_m2[0] == pytest.approx(16.0)
    assert read(path, crs=5897, fixed=FIXED, layer="RANH").area_m2[0] == pytest.approx(100.0)
    assert "it has: NHA, NHAN, RANH" in english(path, crs=5897, fixed=FIXED, layer="X")[0]


def test_a_dgn_gives_the_same_parcels_as_a_dxf(tmp_path: Path) -> None:
    shapes = [square(i) for i in range(4)]
    texts = [(middle(i), f"{i + 1}") for i in range(4)] + [(middle(i, 2.0), "100.0") for i in range(4)]
    table = read(files.dgn(tmp_path / "a.dgn", shapes, texts), crs=5897, fixed=FIXED)
    assert table.frame["number"].tolist() == ["1", "2", "3", "4"]
    assert table.frame["area_stated_m2"].tolist() == [100.0] * 4
    assert np.allclose(table.area_m2, 100.0)
    drawn = files.dxf(
        tmp_path / "a.dxf", [files.polyline(corners(i)) for i in range(4)] + [files.text(*t) for t in texts]
    )
    other = read(drawn, crs=5897, fixed=FIXED)
    assert shapely.equals(other.frame.geometry.values, table.frame.geometry.values).all()
    assert other.frame["number"].tolist() == table.frame["number"].tolist()


def test_old_text_in_a_drawing_is_read(tmp_path: Path) -> None:
    title = files.to_tcvn3("Tờ bản đồ số: 12, phường Đống Đa")
    entities = [files.polyline(corners(0)), files.text(middle(0), "5"), files.text((0, 0), title)]
    path = files.dxf(tmp_path / "a.dxf", entities)
    table = read(path, crs=5897, fixed={"ward_code": WARD, "land_use": "ODT"}, encoding="tcvn3")
    assert table.frame["sheet"].tolist() == ["12"]


def test_a_drawing_that_refers_to_another_says_that_it_is_not_read(tmp_path: Path) -> None:
    block = files._pairs(
        (0, "BLOCK"),
        (8, "0"),
        (2, "nen"),
        (70, 4),
        (10, 0),
        (20, 0),
        (3, "nen"),
        (1, "C:\\ban\\nen.dwg"),
        (0, "ENDBLK"),
    )
    entities = [files.polyline(corners(0)), files.text(middle(0), "5")]
    table = read(files.dxf(tmp_path / "a.dxf", entities, blocks=block), crs=5897, fixed=FIXED)
    assert any("XREF" in w.en for w in table.warnings)


def test_only_our_own_drawings_have_holes_and_parts(tmp_path: Path) -> None:
    """A house inside a parcel, or a number twice on a sheet, is never taken for a hole or a part."""
    house = [(EAST + 2, NORTH + 2), (EAST + 5, NORTH + 2), (EAST + 5, NORTH + 5), (EAST + 2, NORTH + 5)]
    lot, label = (
        files.polyline(corners(0)),
        files.text((EAST + 8, NORTH + 8), "7 ODT 91.0", layer="NHAN_A%2F1"),
    )
    for layer, area in (("NHA", 100.0), ("KHOET_ODT", 91.0)):
        path = files.dxf(tmp_path / "a.dxf", [lot, files.polyline(house, layer=layer), label])
        table = read(path, crs=5897, fixed={"ward_code": WARD})
        assert table.frame["sheet"].tolist() == ["A/1"]
        assert table.area_m2[0] == pytest.approx(area, abs=0.01)

    def parts(*marks: str) -> list[str]:
        found = [files.polyline(corners(i)) for i in range(len(marks))]
        return found + [
            files.text(middle(i), f"7 ODT 200.0 {mark}".strip(), layer="NHAN_1")
            for i, mark in enumerate(marks)
        ]

    whole = read(files.dxf(tmp_path / "a.dxf", parts("[1/2]", "[2/2]")), crs=5897, fixed={"ward_code": WARD})
    assert [shape.geom_type for shape in whole.frame.geometry] == ["MultiPolygon"]
    for marks in (("", ""), ("[1/2]", "[1/2]"), ("[1/2]", "[2/2]", "[1/2]", "[2/2]")):
        said = english(files.dxf(tmp_path / "a.dxf", parts(*marks)), crs=5897, fixed={"ward_code": WARD})
        assert any("are the same parcel" in sentence for sentence in said)
