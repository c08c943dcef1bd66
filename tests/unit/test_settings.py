"""Settings: what is documented, and what is refused with every sentence at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import EXAMPLE_SECRET, Settings, UncheckedSettings, not_ready, unsafe

ROOT = Path(__file__).resolve().parents[2]
SECRET = "k3ep-this-0ne-out-of-the-repository-please"
NAMES = {f"DUONGGANG_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("file", ["README.md", ".env.example"])
def test_every_setting_is_documented_and_no_other(file: str) -> None:
    named = set(re.findall(r"DUONGGANG_[A-Z_]+[A-Z]", (ROOT / file).read_text(encoding="utf-8")))
    assert named == NAMES


def test_the_example_may_be_copied_as_it_is_and_its_secret_may_not() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    assert f"#DUONGGANG_SECRET={EXAMPLE_SECRET}" in lines
    with pytest.raises(ValidationError, match="mẫu"):
        Settings(_env_file=None, secret=EXAMPLE_SECRET)


def test_everything_unsafe_is_said_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(
            _env_file=None,
            demo=True,
            host="0.0.0.0",
            origin="http://duonggang.example",
            secret="short",
            trusted_proxies="everybody",
        )
    for name in ("HOST", "ORIGIN", "SECRET", "TRUSTED_PROXIES"):
        assert f"DUONGGANG_{name}" in str(refused.value)


def test_a_refusal_does_not_repeat_a_secret() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, secret="canary-short", database_url="mysql://u:canary@h/d")
    assert "canary" not in str(refused.value)
    assert "canary" not in repr(Settings(_env_file=None, secret=SECRET + "-canary"))


@pytest.mark.parametrize("name", ["secret", "origin", "anchor", "database_url", "app_database_url"])
def test_an_empty_line_means_that_nothing_is_set(name: str) -> None:
    assert getattr(Settings(_env_file=None, **{name: "  "}), name) is None  # type: ignore[arg-type]


def test_a_demo_needs_nothing_and_a_server_in_earnest_says_what_it_needs() -> None:
    assert not_ready(Settings(_env_file=None, demo=True)) == []
    assert [fault.where for fault in not_ready(Settings(_env_file=None))] == ["DUONGGANG_SECRET"]
    own = Settings(_env_file=None, database_url="postgresql://duonggang@db.example/d", secret=SECRET)
    assert [fault.where for fault in not_ready(own)] == ["DUONGGANG_APP_DATABASE_URL"]
    ready = own.model_copy(update={"app_database_url": "postgresql://duonggang_app@db.example/d"})
    assert not_ready(ready) == []


@pytest.mark.parametrize(
    "origin",
    [
        "https://duonggang.example",
        "https://duonggang.example:8443/",
        "http://127.0.0.1:8000",
        "http://localhost",
    ],
)
def test_an_origin_is_https_or_this_machine(origin: str) -> None:
    assert unsafe(UncheckedSettings(_env_file=None, origin=origin)) == []


@pytest.mark.parametrize(
    "origin",
    [
        "duonggang.example", "ftp://duonggang.example", "https://", "https://duonggang.example/x",
        "https://duonggang.example?x", "https://duonggang.example#x", "https://u:p@duonggang.example",
        "https://duonggang.example:0", "https://duonggang.example:x", "http://10.0.0.1", "*",
    ],
)  # fmt: skip
def test_anything_else_is_none(origin: str) -> None:
    faults = unsafe(UncheckedSettings(_env_file=None, origin=origin))
    assert {fault.where for fault in faults} == {"DUONGGANG_ORIGIN"}


def test_the_demo_stays_on_this_machine_whichever_way() -> None:
    for changed in ({"host": "10.1.2.3"}, {"origin": "https://duonggang.example"}):
        assert unsafe(UncheckedSettings(_env_file=None, demo=True, **changed))  # type: ignore[arg-type]
    assert unsafe(UncheckedSettings(_env_file=None, demo=True, origin="http://localhost:8000")) == []
