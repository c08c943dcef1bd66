"""The reading side of bars I1–I4: damaged and hostile files of every format, each defence with its control.

Damage runs through the real child code in forked processes (no start of Python each), so hundreds take seconds;
DUONGGANG_MUTATIONS sets how many per format (the nightly run takes thousands).
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import shapely

from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import ReadingOptions
from tests.unit import format_files as files
from tests.unit.fork_reader import fork_reader
from tests.unit.hostile import run
from tests.unit.importer_files import EAST, NORTH, WARD, english, parcels, read, save, square
from tests.unit.mutations import Outcome, mutated, read_with, truth_of

MUTATIONS = int(os.environ.get("DUONGGANG_MUTATIONS", "25"))
SILENT = 0.02  # share of damaged files in which one good value became another good one
FIXED = {"ward_code": WARD, "land_use": "ODT", "sheet": "12"}
OPTIONS = {
    "csv": ReadingOptions(crs=5897),
    "mif": ReadingOptions(crs=5897),
    "tab": ReadingOptions(crs=5897),
    "dxf": ReadingOptions(crs=5897, fixed=FIXED),
    "dgn": ReadingOptions(crs=5897, fixed=FIXED),
}
KINDS = ("gpkg", "geojson", "shp", "kml", "tab", "mif", "dxf", "dgn", "csv")


def seed(kind: str, folder: Path) -> Path:
    """A right file of 12 parcels with everything that this format can say of them, areas stated."""
    frame = parcels(12, dien_tich=[100.0] * 12)
    labels = [((EAST + 12 * i + 4, NORTH + 5), f"{i + 1}/100.0") for i in range(12)]
    shapes = [square(i) for i in range(12)]
    rings = [[(float(x), float(y)) for x, y in s.exterior.coords[:4]] for s in shapes]
    if kind == "dxf":
        return files.dxf(
            folder / "a.dxf", [files.polyline(r) for r in rings] + [files.text(*t) for t in labels]
        )
    if kind == "dgn":
        return files.dgn(folder / "a.dgn", shapes, labels)
    if kind in ("tab", "mif"):
        return files.mapinfo(frame, folder / f"{kind}.zip", f".{kind}")
    if kind == "kml":
        return files.kml(frame, folder / "a.kml")
    if kind == "csv":
        return files.table(frame, folder / "a.csv")
    return save(frame, folder / {"gpkg": "a.gpkg", "geojson": "a.geojson", "shp": "shp.zip"}[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_refused_or_flagged_or_changes_nothing(tmp_path: Path, kind: str) -> None:
    """I1 and I2: every file ends in parcels or in sentences, and a changed parcel does not pass without a word.

    A digit that became another good digit is another parcel to everyone; that alone can pass (`SILENT`).
    """
    options = OPTIONS.get(kind, ReadingOptions())
    path = seed(kind, tmp_path)
    chance = random.Random(f"{kind}-2026")
    seen: Counter[str] = Counter()
    silent: list[str] = []
    with fork_reader(kind) as statuses:
        right = truth_of(read_with(path, options))
        assert right is not None
        for i in range(MUTATIONS):
            found: Outcome = read_with(mutated(path, tmp_path / "damaged" / path.name, chance), options)
            seen[found.kind] += 1
            if found.kind == "read" and truth_of(found) != right and not found.warned:
                silent.append(f"{i}: {found.differences(right)}")
    assert sum(seen.values()) == MUTATIONS
    assert len(silent) <= SILENT * MUTATIONS, silent
    assert len(statuses) <= MUTATIONS + 1
    assert seen["refused"] > 0  # else nothing was damaged


def test_without_the_gate_changed_parcels_pass_silently(tmp_path: Path) -> None:
    """The control of I2: the same damage to a GeoJSON, judged by "it parsed" alone, lets changed parcels through."""
    path = seed("geojson", tmp_path)
    text = path.read_text()
    moved = tmp_path / "moved.geojson"
    moved.write_text(text.replace(f"{EAST + 10}", f"{EAST + 14}", 1))  # one corner, one digit
    assert read_with(moved, ReadingOptions(), judged=False).kind == "read"
    found = read_with(moved, ReadingOptions())
    assert found.kind == "refused" or found.warned


def test_a_crash_of_the_child_is_one_sentence_and_the_parent_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I1: the reader dies of a signal, as GDAL would of memory corruption."""
    from geo.importers import sandbox

    path = save(parcels(1), tmp_path / "a.gpkg")
    real = sandbox.command

    def dying(*arguments: object, **more: object) -> list[str]:
        command = real(*arguments, **more)  # type: ignore[arg-type]
        at = command.index("-m")
        code = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
        return [*command[:at], "-c", code]

    monkeypatch.setattr(sandbox, "command", dying)
    assert "the reading process broke down" in english(path)[0]
    monkeypatch.setattr(sandbox, "command", real)
    assert len(read(path).frame) == 1
    assert signal.getsignal(signal.SIGSEGV) == signal.SIG_DFL


def page(body: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def placemark(name: str) -> str:
    corners = "105.8486,21.0434 105.8487,21.0434 105.8487,21.0435 105.8486,21.0434"
    data = "".join(
        f'<Data name="{k}"><value>{v}</value></Data>'
        for k, v in (("to", "12"), ("thua", name), ("loai_dat", "ODT"), ("phuong", WARD))
    )
    return (
        f"<Placemark><ExtendedData>{data}</ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>{corners}"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


def test_entities_of_a_kml_are_refused_whatever_they_would_do(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary-7731")
    outside = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}">]>'
    laughs = '<!DOCTYPE kml [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12)
    )
    path = tmp_path / "a.kml"
    for head, name in ((outside, "&x;"), (laughs + "]>", "&m;")):
        path.write_text(page(placemark(name), head))
        said = english(path)
        assert len(said) == 1
        assert "defines XML entities" in said[0]
        assert "canary" not in said[0]
    path.write_bytes(page(placemark("1"), outside).encode("utf-16"))  # hidden from a look at single bytes
    assert len(english(path)) == 1
    path.write_text(page(placemark("1")))  # the control: the same file without entities
    assert read(path).frame["number"].tolist() == ["1"]
    path.write_text(page(placemark("&x;"), '<!DOCTYPE kml [<!ENTITY x "canary-7731">]>'))
    plainly = "import sys, pyogrio; print(pyogrio.raw.read(sys.argv[1])[3])"
    alone = run(plainly, str(path))  # the second wall: the reader gives up at an entity by itself
    assert "canary-7731" not in alone.stdout
    assert alone.returncode != 0 or "parsing aborted" in alone.stderr
    assert "defines XML entities" in english(path)[0]


def test_a_seamless_mapinfo_table_reads_no_table_outside(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    parcels(1, ban_do=["canary-7731"]).to_file(
        tmp_path / "secret" / "s.tab", driver="MapInfo File", engine="pyogrio"
    )
    folder = tmp_path / "a"
    path = files.mapinfo(parcels(1, Table=["../secret/s.tab"]), tmp_path / "a.zip")
    seamless = b'\nbegin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n'
    table = folder / "thua.tab"
    table.write_bytes(table.read_bytes() + seamless)
    plainly = "import sys, pyogrio; print(pyogrio.raw.read(sys.argv[1])[3])"
    assert "canary-7731" in run(plainly, str(table)).stdout  # control: GDAL as it comes reads the other table
    said = english(rezipped(path, "thua.tab", table.read_bytes()), crs=5897)
    assert "points to other files" in said[0]


def test_a_network_link_is_told_and_not_followed(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    path = tmp_path / "a.kml"
    path.write_text(page(link + placemark("1")))
    assert any("NetworkLink" in w.en for w in read(path).warnings)


def rezipped(path: Path, name: str, change: bytes | None) -> Path:
    """The same ZIP with one member's content replaced."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    if change is not None:
        members[name] = change
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


@pytest.mark.parametrize(
    "table",
    [
        b'!table\n!version 300\n\nDefinition Table\n  File "/etc/passwd"\n  Type NATIVE Charset "Neutral"\n',
        b'!table\n!version 100\n\nOpen Table "../secret" Hide\nCreate View x As Select * From secret\n',
        b"!table\n!version 300\n\nDefinition Table\n  Type LINKED\n",
        b"!table\n!version 300\n\nDefinition Table\n  Type NATIVE\n  Fields 1\n\nbegin_metadata\n"
        b'"\\IsSeamless" = "TRUE"\nend_metadata\n',
    ],
)
def test_a_mapinfo_table_that_points_elsewhere_is_refused(tmp_path: Path, table: bytes) -> None:
    path = files.mapinfo(parcels(1), tmp_path / "a.zip")
    assert len(read(rezipped(path, "", None), crs=5897).frame) == 1  # control
    assert "Save Copy As to make a plain" in english(rezipped(path, "thua.tab", table), crs=5897)[0]


def test_a_dbf_that_claims_two_gigabytes_is_refused(tmp_path: Path) -> None:
    path = save(parcels(2), tmp_path / "a.zip")
    with zipfile.ZipFile(path) as archive:
        table = bytearray(archive.read("thua_dat.dbf"))
    table[4:8] = (2**31 - 1).to_bytes(4, "little")
    start = time.monotonic()
    assert len(english(rezipped(path, "thua_dat.dbf", bytes(table)))) == 1
    assert time.monotonic() - start < 20


def test_a_drawing_whose_blocks_repeat_without_end_is_stopped(tmp_path: Path) -> None:
    """A block of blocks of blocks: ten thousand million lines from a few hundred bytes."""
    blocks = ""
    for level in range(10):
        inner = (
            files.polyline([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)])
            if level == 0
            else "".join(f"0\nINSERT\n8\n0\n2\nB{level - 1}\n10\n{i}\n20\n0\n" for i in range(10))
        )
        blocks += f"0\nBLOCK\n8\n0\n2\nB{level}\n70\n0\n10\n0\n20\n0\n{inner}0\nENDBLK\n8\n0\n"
    path = files.dxf(tmp_path / "a.dxf", ["0\nINSERT\n8\n0\n2\nB9\n10\n0\n20\n0\n"], blocks=blocks)
    small = Limits(seconds=8.0, cpu_seconds=4, memory_bytes=700 * 1024**2)
    start = time.monotonic()
    assert len(english(path, crs=5897, fixed=FIXED, limits=small)) == 1
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("kind", ["geojson", "csv"])
def test_coordinates_that_are_no_numbers_are_named_by_row(tmp_path: Path, kind: str) -> None:
    if kind == "geojson":
        path = save(parcels(2), tmp_path / "a.geojson")
        data = json.loads(path.read_text())
        data["features"][1]["geometry"]["coordinates"][0][1][0] = float("nan")
        path.write_text(json.dumps(data))
        said = english(path)
    else:
        path = files.table(parcels(2), tmp_path / "a.csv")
        path.write_text(path.read_text().replace(str(int(EAST + 22)), "nan", 1))
        said = english(path, crs=5897)
    assert said
    assert any("finite" in s or "cannot be read" in s or "unreadable" in s for s in said), said


def test_mixed_empty_and_high_shapes_are_told_apart(tmp_path: Path) -> None:
    frame = parcels(4)
    frame["geometry"] = [square(0), square(1).centroid, square(2).boundary, None]
    path = files.table(frame[:3], tmp_path / "a.csv")
    said = english(path, crs=5897)
    assert [s.split(":")[0] for s in said] == ["#2", "#3"]
    high = tmp_path / "b.csv"
    high.write_text(f'WKT,to,thua,loai_dat,phuong\n"{_high(square(0))}",12,1,ODT,{WARD}\n')
    assert any("heights (Z) of 1 shapes" in w.en for w in read(high, crs=5897).warnings)
    (tmp_path / "c.csv").write_text("WKT,to,thua,loai_dat,phuong\n,12,1,ODT," + WARD + "\n")
    assert english(tmp_path / "c.csv", crs=5897)


def _high(shape: shapely.Polygon) -> str:
    return str(shapely.to_wkt(shapely.force_3d(shape, 7.0)))


def test_a_name_with_markup_is_text_and_a_table_of_one_huge_cell_is_refused(tmp_path: Path) -> None:
    frame = parcels(1, ban_do=["<script>alert(1)</script>"])
    assert (
        read(files.table(frame, tmp_path / "a.csv"), crs=5897).frame["map_series"][0]
        == "<script>alert(1)</script>"
    )
    path = tmp_path / "b.csv"
    path.write_text("WKT,to,thua\n" + "x" * (17 * 1024 * 1024) + ",1,2\n")
    assert len(english(path, crs=5897)) >= 1


def test_a_ragged_table_is_named_with_its_row(tmp_path: Path) -> None:
    path = files.table(parcels(2), tmp_path / "a.csv")
    path.write_text(path.read_text() + "1,2\n")
    assert "row 4 has 2 cells, the heading has 5" in english(path, crs=5897)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_canary_beside_the_file_is_never_in_an_answer(tmp_path: Path, kind: str) -> None:
    """I3: members that climb out, links and archives within are refused in every zipped format."""
    path = seed(kind, tmp_path)
    if path.suffix != ".zip":
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.write(path, path.name)
        path = tmp_path / "x.zip"
    assert len(read(path, **_said(kind)).frame) == 12  # control: packed rightly it is read
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../canary.txt", b"x")
    assert "has a path that leaves it" in english(path, **_said(kind))[0]
    assert not list(tmp_path.parent.rglob("canary.txt"))


def _said(kind: str) -> dict[str, object]:
    options = OPTIONS.get(kind)
    return {} if options is None else {"crs": options.crs, "fixed": options.fixed}


def test_the_limits_reach_the_child() -> None:
    assert DEFAULT.cells < 12_000_000  # what a workbook of 1.1 MB was seen to hold
    assert DEFAULT.sheet_bytes < DEFAULT.unpacked_bytes
