"""A list joins parcels by series, sheet and number; what fits nothing, twice or several is named, never chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.importers.limits import Limits
from geo.importers.lists import Join, join, read_list
from projects.errors import InvalidInput
from tests.unit import format_files as files
from tests.unit.importer_files import WARDS, english, parcels, save

HEAD = ["STT", "Số tờ", "Số thửa", "Loại đất", "Diện tích", "Ghi chú"]


def test_a_workbook_with_titles_above_its_heading_is_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["UBND PHƯỜNG YÊN HOÀ"],
        [],
        [*HEAD],
        [1, 12, 7, "ODT", 100.5, "x"],
        [],
        [2, "12", "8a", "luc", None, None],
    ]
    found = read_list(files.workbook(tmp_path / "a.xlsx", rows), ward_codes=WARDS)
    assert (found.rows["sheet"], found.rows["number"]) == (["12", "12"], ["7", "8a"])
    assert (found.rows["land_use"], found.rows["area_stated_m2"]) == (["ODT", "LUC"], [100.5, None])
    assert found.lines == (4, 6)
    assert found.unused == ("STT", "Ghi chú")
    assert found.faults == ()


def test_faults_of_rows_are_told_with_the_row(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEAD], [1, 12, None, "XXX", "abc", None]]
    said = [f.en for f in read_list(files.workbook(tmp_path / "a.xlsx", rows), ward_codes=WARDS).faults]
    assert len(said) == 3


def test_a_list_is_no_map_and_a_map_is_no_list(tmp_path: Path) -> None:
    assert (
        "has no WKT column"
        in english(files.workbook(tmp_path / "a.xlsx", [HEAD, [1, 1, 1, "ODT", 1, ""]]))[0]
    )
    with pytest.raises(InvalidInput, match="must be an XLSX or a CSV"):
        read_list(save(parcels(1), tmp_path / "a.gpkg"), ward_codes=WARDS)


def test_a_csv_list_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    text = "Số tờ;Số thửa;Bản đồ\n1;2;Bản đồ Đống Đa\n"
    (tmp_path / "a.csv").write_bytes(text.encode())
    assert read_list(tmp_path / "a.csv", ward_codes=WARDS).rows["map_series"] == ["Bản đồ Đống Đa"]
    old = "so_to;so_thua;ban_do\n1;2;" + files.to_tcvn3("Bản đồ Đống Đa") + "\n"
    (tmp_path / "b.csv").write_bytes(old.encode("latin-1"))
    assert read_list(tmp_path / "b.csv", ward_codes=WARDS).rows["map_series"] == ["Bản đồ Đống Đa"]


@pytest.mark.parametrize("name", ["XFD1048576", "A1048576", "ZZ99999"])
def test_a_single_cell_far_away_is_refused_before_the_sheet_is_spread_out(tmp_path: Path, name: str) -> None:
    row = f'<row r="1"><c r="A1"><v>1</v></c><c r="{name}"><v>1</v></c></row>'
    sheet = f"<worksheet><sheetData>{row}</sheetData></worksheet>"
    with pytest.raises(InvalidInput, match="The sheet spans"):
        read_list(
            files.workbook(tmp_path / "a.xlsx", [], sheet=sheet),
            ward_codes=WARDS,
            limits=Limits(cells=100_000),
        )


def test_a_workbook_that_grows_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    sheet = f"<worksheet><sheetData>{row * 200_000}</sheetData></worksheet>"
    path = files.workbook(tmp_path / "a.xlsx", [], sheet=sheet)
    assert path.stat().st_size < 100_000
    with pytest.raises(InvalidInput, match="grows more than 60 times"):
        read_list(path, ward_codes=WARDS)
    with pytest.raises(InvalidInput, match="The sheet spans"):  # the second wall: rows are counted
        read_list(path, ward_codes=WARDS, limits=Limits(zip_ratio=10_000, rows=1_000))


KEYS = st.tuples(
    st.sampled_from(["A", "B"]), st.sampled_from(["1", "02", "3"]), st.sampled_from(["1", "2", "3a"])
)
ROWS = st.tuples(
    st.sampled_from(["A", "B", None]),
    st.sampled_from(["1", "2", "3", None]),
    st.sampled_from(["1", "02", "9"]),
)


@given(st.lists(ROWS, max_size=12), st.lists(KEYS, unique=True, max_size=12))
def test_a_join_is_what_comparing_every_row_with_every_parcel_gives(
    rows: list[tuple[str | None, str | None, str]], parcels: list[tuple[str, str, str]]
) -> None:
    def same(row: tuple[str | None, str | None, str], parcel: tuple[str, str, str]) -> bool:
        return (
            row[1] is not None
            and row[0] in (None, parcel[0])
            and row[1].lstrip("0") == parcel[1].lstrip("0")
            and row[2].lstrip("0") == parcel[2].lstrip("0")
        )

    fits = {i: [j for j, p in enumerate(parcels) if same(row, p)] for i, row in enumerate(rows)}
    found: Join = join([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], parcels)
    one = {i: js[0] for i, js in fits.items() if len(js) == 1}
    alone = {(i, j) for i, j in one.items() if sum(k == j for k in one.values()) == 1}
    assert set(found.matched) == alone
    assert set(found.rows_without_parcel) == {
        i for i, js in fits.items() if not js and rows[i][1] is not None
    }
    assert set(found.ambiguous) == {i for i, js in fits.items() if len(js) > 1}
    assert {i for group in found.duplicates for i in group} == set(one) - {i for i, _ in alone}
    assert set(found.parcels_without_row) == set(range(len(parcels))) - set(one.values())
