"""The demo's secret is made once, whole, and for its owner alone."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest

from api import secretfile
from api.secretfile import demo_secret, with_demo_secret
from api.settings import Settings
from projects.errors import InvalidInput


def test_it_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = demo_secret(tmp_path / "home")
    assert demo_secret(tmp_path / "home") == first
    assert len(first) >= 48
    path = tmp_path / "home" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "home").iterdir()] == ["secret"], "no draft is left"


def test_starts_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        made = pool.map(demo_secret, [tmp_path] * 16)
    assert len(set(made)) == 1


def test_who_comes_second_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both found nothing; the first has finished while the second was still writing."""
    real = secretfile._make

    def late(path: Path) -> None:
        real(path)  # the first
        real(path)  # the second, which had looked before

    monkeypatch.setattr(secretfile, "_make", late)
    first = demo_secret(tmp_path)
    monkeypatch.undo()
    assert demo_secret(tmp_path) == first


def test_with_a_rename_the_second_would_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""
    monkeypatch.setattr(secretfile.os, "link", lambda draft, path: Path(path).write_bytes(draft.read_bytes()))
    secretfile._make(tmp_path / "secret")
    first = (tmp_path / "secret").read_text()
    secretfile._make(tmp_path / "secret")
    assert (tmp_path / "secret").read_text() != first


@pytest.mark.parametrize("text", ["", "short\n", "x" * 31, "đ" * 40, "a" * 40 + "\nsecond line"])
def test_another_content_is_refused_in_words_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / "secret").write_text(text)
    with pytest.raises(InvalidInput, match="delete this file"):
        demo_secret(tmp_path)
    assert (tmp_path / "secret").read_text() == text


def test_a_secret_that_is_set_is_used_and_outside_demo_mode_none_is_made(tmp_path: Path) -> None:
    own = "k3ep-this-0ne-out-of-the-repository-please"
    assert with_demo_secret(Settings(_env_file=None, home=tmp_path, demo=True, secret=own)).secret == own
    assert with_demo_secret(Settings(_env_file=None, home=tmp_path)).secret is None
    assert list(tmp_path.iterdir()) == []
