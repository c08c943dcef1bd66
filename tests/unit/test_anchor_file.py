"""The anchor file: lines are only added, a torn one is survived, a false one is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo.anchor import append_anchor, read_anchors
from geo.chain import Head
from projects.errors import InvalidInput

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


def head(event_id: int) -> Head:
    return Head(event_id, bytes([event_id]) * 32, NOW, event_id)


def test_anchors_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "anchor.jsonl"
    assert append_anchor(path, head(1), at=NOW)
    assert append_anchor(path, head(2), at=NOW + timedelta(minutes=5))
    found = read_anchors(path)
    assert found.warnings == ()
    assert [(a.event_id, a.hash, a.rows, a.at) for a in found.anchors] == [
        (1, b"\1" * 32, 1, NOW),
        (2, b"\2" * 32, 2, NOW + timedelta(minutes=5)),
    ]


def test_a_head_that_did_not_move_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "anchor.jsonl"
    append_anchor(path, head(1), at=NOW)
    before = path.read_bytes()
    assert not append_anchor(path, head(1), at=NOW + timedelta(minutes=5))
    assert path.read_bytes() == before


def test_what_was_written_stays_when_a_line_is_added(tmp_path: Path) -> None:
    path = tmp_path / "anchor.jsonl"
    append_anchor(path, head(2), at=NOW)
    before = path.read_bytes()
    assert append_anchor(path, head(1), at=NOW)  # a head that went back is written down too
    assert path.read_bytes().startswith(before)


@pytest.mark.parametrize("kept", [1, 20, 90])
def test_a_torn_last_line_is_a_warning_and_does_not_swallow_the_next(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "anchor.jsonl"
    append_anchor(path, head(1), at=NOW)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    found = read_anchors(path)
    assert len(found.anchors) == 1
    assert [w.where for w in found.warnings] == ["anchor.jsonl:2"]
    append_anchor(path, head(2), at=NOW)
    assert [a.event_id for a in read_anchors(path).anchors] == [1, 2]


@pytest.mark.parametrize(
    "line",
    ["{}", '{"at": "2026-11-22T07:00:00+00:00", "event_id": 1, "hash": "ab", "rows": 1}', "not json}"],
)
def test_a_whole_line_that_is_no_anchor_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "anchor.jsonl"
    append_anchor(path, head(1), at=NOW)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InvalidInput) as caught:
        read_anchors(path)
    assert [f.where for f in caught.value.faults] == ["anchor.jsonl:2"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = read_anchors(tmp_path / "none.jsonl")
    assert found.anchors == ()
    assert "Chưa có neo" in found.warnings[0].vi


def test_a_mount_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        append_anchor(tmp_path / "gone" / "anchor.jsonl", head(1), at=NOW)
