"""The child process is limited, and its parent believes nothing that it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geo.importers import reading, sandbox, shapes
from geo.importers.cells import pack_columns, unpack_columns
from geo.importers.limits import DEFAULT, Limits
from geo.importers.messages import refusal
from geo.importers.precheck import Refused
from geo.importers.reading import read_vector
from geo.importers.values import Cell
from projects.errors import InvalidInput
from tests.unit.importer_files import bow_tie, english, parcels, save, square

ROOT = Path(__file__).resolve().parents[2]


def limited(code: str, limits: Limits = DEFAULT) -> subprocess.CompletedProcess[str]:
    """Code that runs in a process which has limited itself as the child does."""
    start = "from geo.importers.child import limit_process\nfrom geo.importers.limits import Limits\n"
    start += f"limit_process({limits!r})\n"
    return subprocess.run(
        [sys.executable, "-c", start + code],
        capture_output=True,
        text=True,
        env=sandbox.environment(Path(tempfile.gettempdir())),
        check=False,
    )


def test_the_child_cannot_take_more_memory_than_it_may() -> None:
    assert "MemoryError" in limited("b = bytearray(3 * 1024**3)").stderr
    assert limited("b = bytearray(1024**2)").returncode == 0


def test_the_child_cannot_run_longer_than_it_may() -> None:
    assert limited("while True: pass", replace(DEFAULT, cpu_seconds=1)).returncode < 0


def test_the_child_cannot_fill_the_disk(tmp_path: Path) -> None:
    code = f"open({str(tmp_path / 'x')!r}, 'wb', 0).write(bytes(5000))"
    limited(code, replace(DEFAULT, output_bytes=1000))
    assert (tmp_path / "x").stat().st_size == 1000
    limited(code)
    assert (tmp_path / "x").stat().st_size == 5000


def test_the_childs_limits_cannot_be_lifted_again_by_an_ordinary_user() -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_NPROC))"
    most = DEFAULT.memory_bytes
    assert limited(code).stdout.strip() == f"({most}, {most}) (0, 0)"


def test_the_child_inherits_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUONGGANG_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("GDAL_DRIVER_PATH", "/somewhere")
    inherited = sandbox.environment(Path("/out"))
    assert set(inherited) <= {
        "PATH",
        "LANG",
        "HOME",
        "TMPDIR",
        "PYTHONPATH",
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "LD_LIBRARY_PATH",
    }


def test_the_child_is_isolated_as_far_as_the_machine_allows(tmp_path: Path) -> None:
    """With bubblewrap: no file of ours, no network, no place to write but its own folder."""
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    code = (
        "import os, socket\n"
        f"print(os.path.exists({str(tmp_path / 'secret.txt')!r}), os.path.exists({str(ROOT / 'api')!r}),"
        " [n for _, n in socket.if_nameindex() if n != 'lo'], os.access('/usr', os.W_OK), len(os.listdir('/tmp')))"
    )
    plain = [sys.executable, "-P", "-s", "-c", code]
    wrapped = [*sandbox.bubblewrap(tmp_path / "in", tmp_path / "out"), *plain]
    if not sandbox.has_bubblewrap():
        # The machine has no bubblewrap: then that is what the door must know, and the plain child must do.
        path = save(parcels(1), tmp_path / "a.gpkg")
        assert read_vector(path, purpose="parcels", limits=DEFAULT).rows == 1
        return
    seen = subprocess.run(
        wrapped, capture_output=True, text=True, env=sandbox.environment(tmp_path / "out"), check=True
    ).stdout.split()
    assert seen[:3] == ["False", "False", "[]"]
    control = subprocess.run(plain, capture_output=True, text=True, check=True).stdout.split()
    assert control[:2] == ["True", "True"]


def test_a_file_is_read_alike_with_and_without_bubblewrap(tmp_path: Path) -> None:
    path = save(parcels(4), tmp_path / "a.gpkg")
    plain = read_vector(path, purpose="parcels", limits=DEFAULT, isolate=False)
    as_allowed = read_vector(path, purpose="parcels", limits=DEFAULT)
    assert plain.columns == as_allowed.columns
    assert shapely.equals(plain.shapes, as_allowed.shapes).all()


def test_a_child_that_takes_too_long_is_ended_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "private"))
    (tmp_path / "private").mkdir()
    path = save(parcels(1), tmp_path / "a.gpkg")
    assert "took too long" in english(path, limits=replace(DEFAULT, seconds=0.01))[0]
    assert list((tmp_path / "private").iterdir()) == []


def test_a_child_without_memory_is_one_sentence(tmp_path: Path) -> None:
    said = english(save(parcels(1), tmp_path / "a.gpkg"), limits=replace(DEFAULT, memory_bytes=60 * 1024**2))
    assert len(said) == 1


def answering(code: str) -> Callable[..., list[str]]:
    """A taken-over child: runs `code` with `out` set to the folder of its answer."""

    def command(
        request: Path, source: Path, out: Path, *, wrapped: bool, module: str = sandbox.CHILD, **_: object
    ) -> list[str]:
        return [sys.executable, "-c", f"import os, json; out = {str(out)!r}\n{code}"]

    return command


@pytest.mark.parametrize(
    "code",
    [
        "",
        "os._exit(3)",
        "os.kill(os.getpid(), 11)",
        "open(out + '/answer.json', 'w').write('[' * 100000)",
        "open(out + '/answer.json', 'w').write('[]')",
        "open(out + '/answer.json', 'w').write('{}')",
        "os.symlink('/etc/passwd', out + '/answer.json')",
        "os.mkfifo(out + '/answer.json')",
        "json.dump({'refused': 'no such code', 'values': 5}, open(out + '/answer.json', 'w'))",
        "json.dump({'rows': 10**9, 'columns': {}}, open(out + '/answer.json', 'w'))",
        "json.dump({'rows': 1, 'columns': {'sheet': [{}]}}, open(out + '/answer.json', 'w'))",
        "json.dump({'rows': 1, 'columns': {}}, open(out + '/answer.json', 'w'))\n"
        "os.symlink('/dev/zero', out + '/kinds.bin')",
    ],
)
def test_a_child_that_lies_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(sandbox, "command", answering(code))
    said = english(save(parcels(1), tmp_path / "a.gpkg"))
    assert len(said) == 1
    assert "the reading process broke down" in said[0]


class Enough(Exception):
    """Somebody no longer waits."""


def test_who_watches_ends_the_child_by_raising(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "open(out + '/pid', 'w').write(str(os.getpid())); import time; time.sleep(60)"
    monkeypatch.setattr(sandbox, "command", answering(code))

    def watch() -> None:
        if (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text():
            raise Enough

    with pytest.raises(Enough):
        sandbox.run_child(tmp_path / "request", tmp_path, tmp_path, DEFAULT, isolate=False, watch=watch)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    # The control: one who only looks lets it come to its own end.
    monkeypatch.setattr(sandbox, "command", answering("import time; time.sleep(1.2); os._exit(3)"))
    seen: list[int] = []
    with pytest.raises(sandbox.ChildFailed, match="crash"):
        sandbox.run_child(
            tmp_path / "request", tmp_path, tmp_path, DEFAULT, isolate=False, watch=lambda: seen.append(1)
        )
    assert seen


def test_values_of_a_refusal_cannot_reach_into_our_sentences() -> None:
    vi, en = refusal("rows", {"rows": "{limit.__class__}", "limit": "\x1b[2J"})
    assert en == "The file has {limit.__class__} rows, the limit is \ufffd[2J."
    assert refusal("rows", None)[1] == "The file has – rows, the limit is –."
    assert vi != en


def packed(tmp_path: Path, **changes: Any) -> Path:
    hole = square(3, side=10).difference(square(3, side=4).buffer(-1))
    wkb: Any = shapely.to_wkb(np.array([square(0), shapely.MultiPolygon([square(1), square(2)]), hole]))
    whole = shapes.pack(wkb)
    replace(whole, **changes).write(tmp_path)
    return tmp_path


def test_shapes_arrive_as_they_were_sent(tmp_path: Path) -> None:
    kinds, arrived, longest = shapes.unpack(packed(tmp_path), 3, DEFAULT)
    assert kinds.tolist() == [shapes.POLYGON, shapes.MULTIPOLYGON, shapes.POLYGON]
    assert arrived[0].equals(square(0))
    assert [part.equals(square(i)) for i, part in enumerate(arrived[1].geoms, start=1)] == [True, True]
    assert len(arrived[2].interiors) == 1
    assert longest.tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    "changes",
    [
        {"kinds": np.array([1, 2, 2], dtype=np.uint8)[:2]},
        {"kinds": np.array([1, 1, 1], dtype=np.uint8)},
        {"kinds": np.array([0, 2, 1], dtype=np.uint8)},
        {"coordinates": np.full((30, 2), np.nan)},
        {"coordinates": np.zeros((7, 2))},
        {"rings": np.array([0, 5, 10, 15, 20, 10**9])},
        {"rings": np.array([0, 5, 4, 15, 20, 25])},
        {"rings": np.array([-5, 5, 10, 15, 20, 25])},
        {"rings": np.array([0, 3, 10, 15, 20, 25])},
        {"polygons": np.array([0, 0, 2, 3, 5])},
        {"polygons": np.array([0, 1, 2, 3, 2**60])},
        {"owners": np.array([0, 1, 1, 7])},
        {"owners": np.array([2, 1, 1, 0])},
        {"owners": np.array([0, 1, 1])},
        {"rings": np.zeros(0, dtype=np.int64)},
    ],
)
def test_arrays_that_do_not_fit_together_never_reach_geos(
    tmp_path: Path, changes: dict[str, np.ndarray]
) -> None:
    with pytest.raises(shapes.Damaged):
        shapes.unpack(packed(tmp_path, **changes), 3, DEFAULT)


def test_arrays_beyond_the_limits_are_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(shapes.Damaged):
        shapes.unpack(packed(tmp_path), 3, replace(DEFAULT, vertices=5))


def test_every_kind_of_geometry_is_told_apart() -> None:
    unclosed = bytearray(shapely.to_wkb(square(0)))
    unclosed[-16:-8] = b"\x00" * 8
    not_a_number = bytearray(shapely.to_wkb(square(0)))
    not_a_number[13 + 16 : 13 + 24] = np.float64("nan").tobytes()  # x of the second vertex
    wkb = np.array(
        [
            shapely.to_wkb(bow_tie(0)),
            None,
            shapely.to_wkb(shapely.Polygon()),
            shapely.to_wkb(shapely.Point(1, 2)),
            bytes(unclosed),
            b"\x01\x03",
            bytes(not_a_number),
        ],
        dtype=object,
    )
    whole = shapes.pack(wkb)
    expected = ("POLYGON", "NULL", "EMPTY", "OTHER", "UNCLOSED", "UNREADABLE", "NOT_FINITE")
    assert whole.kinds.tolist() == [getattr(shapes, name) for name in expected]
    assert whole.types == {3: "Point"}
    assert whole.owners.tolist() == [0]


def test_the_private_copy_is_readable_by_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look(request: Path, source: Path, out: Path, limits: Limits, *, isolate: bool | None) -> None:
        seen.extend(os.stat(folder).st_mode & 0o777 for folder in (source.parent, source, out))
        assert sorted(p.name for p in source.iterdir()) == ["input.gpkg", "request.json"]
        assert json.loads(request.read_text())["path"].endswith("/in/input.gpkg")
        raise sandbox.ChildFailed("crash", "")

    monkeypatch.setattr(reading.sandbox, "run_child", look)
    with pytest.raises(InvalidInput):
        read_vector(save(parcels(1), tmp_path / "a.gpkg"), purpose="parcels", limits=DEFAULT)
    assert seen == [0o700] * 3


def columns_of(folder: Path, answer: object, cells: str, codes: list[int]) -> dict[str, list[Cell]]:
    (folder / "column_0.json").write_text(cells)
    np.array(codes, dtype="<i4").tofile(folder / "column_0.bin")
    return unpack_columns(answer, folder, 2, DEFAULT)


def test_columns_arrive_as_they_were_sent(tmp_path: Path) -> None:
    """Equal is not the same: 1, 1.0, True and "1" are four cells."""
    sent: dict[str, list[Cell]] = {"a": [1, 1.0, True, "1", None, 1, "ặ\ud7ff", -0.5], "b": ["x"] * 8}
    got = unpack_columns(pack_columns(sent, tmp_path, DEFAULT), tmp_path, 8, DEFAULT)
    assert [[(type(c), c) for c in cells] for cells in got.values()] == [
        [(type(c), c) for c in cells] for cells in sent.values()
    ]
    with pytest.raises(Refused):
        pack_columns(sent, tmp_path, replace(DEFAULT, text_bytes=20))


@pytest.mark.parametrize(
    ("answer", "cells", "codes"),
    [
        (["a"], '["x"]', [0, 1]),
        (["a"], '["x"]', [0, -1]),
        (["a"], '["x"]', [0]),
        (["a"], '["x"]', [0, 0, 0]),
        (["a"], '[["x"]]', [0, 0]),
        (["a"], '{"x": 1}', [0, 0]),
        (["a"], "[" * 100_000, [0, 0]),
        (["a", "a"], '["x"]', [0, 0]),
        (["a", "b"], '["x"]', [0, 0]),
        ({"a": ["x", "x"]}, '["x"]', [0, 0]),
    ],
)
def test_columns_that_do_not_fit_together_are_refused(
    tmp_path: Path, answer: object, cells: str, codes: list[int]
) -> None:
    assert columns_of(tmp_path, ["a"], '["x"]', [0, 0]) == {"a": ["x", "x"]}  # the control
    with pytest.raises((ValueError, TypeError, OSError)):
        columns_of(tmp_path, answer, cells, codes)


def test_shapes_packed_in_pieces_are_those_packed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = [
        square(0),
        None,
        shapely.MultiPolygon([square(1), square(2)]),
        shapely.Point(1, 2),
        shapely.Polygon(),
    ]
    wkb: Any = shapely.to_wkb(
        np.array([*mixed, bow_tie(3), square(4).difference(square(4).buffer(-2)), None])
    )
    whole = shapes.pack(wkb)
    for size in (1, 2, 3, 5):
        monkeypatch.setattr(shapes, "PIECE", size)
        pieces = shapes.pack(wkb)
        for name in shapes.ARRAYS:
            assert np.array_equal(getattr(pieces, name), getattr(whole, name)), name
        assert (pieces.types, pieces.with_z) == (whole.types, whole.with_z)
