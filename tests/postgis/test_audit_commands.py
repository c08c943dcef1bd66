"""`duonggang audit` on a real database: exit codes, sentences, clean JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from api.cli import app
from geo.db import make_engine
from geo.migrate import upgrade

ROW = (
    "insert into event (effective_on, actor, kind, object_type, object_code) "
    "values ('2026-03-13', 't', 'case.step', 'case', 'TULIEN-0001')"
)


@dataclass(frozen=True)
class Shell:
    """Runs `duonggang audit` on a database of its own, with an anchor file outside the data directory."""

    engine: Engine
    anchor: Path

    def __call__(self, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["audit", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    def sql(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def tamper(self, statement: str) -> None:
        self.sql("alter table event disable trigger user", statement, "alter table event enable trigger user")


@pytest.fixture
def shell(
    make_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Shell]:
    url = make_database()
    (tmp_path / "mount").mkdir()
    made = Shell(make_engine(url, maintenance=True), tmp_path / "mount" / "neo.jsonl")
    monkeypatch.setenv("DUONGGANG_DATABASE_URL", url)
    monkeypatch.setenv("DUONGGANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DUONGGANG_ANCHOR", str(made.anchor))
    upgrade(made.engine)
    yield made
    made.engine.dispose()


def test_a_whole_history_is_one_sentence_with_rows_and_head(shell: Shell) -> None:
    shell.sql(ROW, ROW, ROW)
    code, _, said = shell("anchor")
    assert (code, len(shell.anchor.read_text().splitlines())) == (0, 1), said
    code, short, _ = shell("head")
    assert (code, len(short.strip())) == (0, 12)
    code, out, said = shell("verify")
    assert (code, said) == (0, "")
    assert len(out.splitlines()) == 1
    assert "3 dòng" in out
    assert short.strip() in out
    assert "khớp 1 neo" in out


def test_the_first_wrong_row_is_named_and_the_exit_code_says_so(shell: Shell) -> None:
    shell.sql(ROW, ROW, ROW)
    shell.tamper("update event set actor = 'x' where id = 2")
    code, out, said = shell("verify")
    assert code == 1
    assert "Dòng 2 đã bị sửa" in out
    assert "Row 2 was changed" in out
    assert "Chưa có neo" in said
    code, out, _ = shell("verify", "--json")
    answer = json.loads(out)
    assert (code, answer["clean"], answer["rows"]) == (1, False, 1)
    assert (answer["fault"]["kind"], answer["fault"]["event_id"]) == ("changed", 2)


def test_a_cut_tail_is_red_with_the_anchor_and_green_without(shell: Shell) -> None:
    shell.sql(ROW, ROW, ROW)
    shell("anchor")
    shell.tamper("delete from event where id = 3")
    code, out, _ = shell("verify")
    assert code == 1
    assert "Đuôi lịch sử đã bị cắt" in out
    shell.anchor.unlink()
    assert shell("verify")[0] == 0  # the control: it was the anchor that knew


def test_a_torn_line_of_the_anchor_file_is_a_warning(shell: Shell) -> None:
    shell.sql(ROW)
    shell("anchor")
    shell.anchor.write_text(shell.anchor.read_text() + '{"at": "2026')
    code, out, said = shell("verify", "--json")
    assert code == 0
    assert "neo.jsonl:2" in said
    assert json.loads(out)["warnings"][0]["where"] == "neo.jsonl:2"


def test_an_anchor_file_that_was_falsified_is_not_passed_over(shell: Shell) -> None:
    shell.sql(ROW)
    shell.anchor.write_text('{"hash": "00"}\n')
    code, out, said = shell("verify")
    assert (code, out) == (1, "")
    assert "neo.jsonl:1" in said


def test_a_missing_mount_is_one_sentence(shell: Shell) -> None:
    shell.sql(ROW)
    shell.anchor.parent.rmdir()
    code, _, said = shell("anchor")
    assert code == 1
    assert "DUONGGANG_ANCHOR" in said


def test_without_the_setting_the_anchor_lies_in_the_data_directory(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell.sql(ROW)
    monkeypatch.setenv("DUONGGANG_ANCHOR", "")
    assert shell("anchor")[0] == 0
    assert (tmp_path / "home" / "anchor.jsonl").read_text().count("\n") == 1


def test_an_empty_history_has_nothing_to_anchor(shell: Shell) -> None:
    assert shell("anchor")[0] == 0
    assert not shell.anchor.exists()
    assert shell("verify")[0] == 0
    assert shell("head")[0] == 1
