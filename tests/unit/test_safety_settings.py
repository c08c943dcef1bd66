"""Each check of settings and files is green on a good installation, and red when the thing it guards is broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from api.rightsfile import rights
from api.routes.static import PACKAGES
from api.safety import Finding, of_settings, stopping
from api.settings import EXAMPLE_SECRET, Settings, UncheckedSettings

SECRET = "k3ep-this-0ne-out-of-the-repository-please"
APP_URL = "postgresql://duonggang_app:x@127.0.0.1/duonggang"
OWNER_URL = "postgresql://duonggang:x@127.0.0.1/duonggang"
SAFETY = "api.safety.settings_checks"


@dataclass(frozen=True)
class Place:
    """An installation in a folder of its own: settings, and what is looked at besides."""

    settings: Settings
    env_file: Path
    assets: Path
    data: Path
    patch: pytest.MonkeyPatch

    def changed(self, **values: object) -> Place:
        """With other settings; whatever is not safe passes, as it does for `duonggang check`."""
        wanted = self.settings.model_dump() | values
        return replace(self, settings=UncheckedSettings.model_validate(wanted))

    def findings(self) -> list[Finding]:
        return list(
            of_settings(
                self.settings,
                deploy=True,
                env_file=self.env_file,
                assets=self.assets,
                data_directory=self.data,
            )
        )

    def red(self) -> set[str]:
        return {finding.name for finding in self.findings() if not finding.ok}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for folder in ("home", "mount", "data", "assets"):
        (tmp_path / folder).mkdir(mode=0o700)
    for package in PACKAGES:
        (tmp_path / "assets" / package).mkdir(parents=True)
        (tmp_path / "assets" / package / "package.json").write_text("{}")
    (tmp_path / ".env").write_text(f"DUONGGANG_SECRET={SECRET}\n")
    (tmp_path / ".env").chmod(0o600)
    # What no test can have: another user, another disk, a disk with room.
    monkeypatch.setattr(f"{SAFETY}.os.geteuid", lambda: 1000)
    monkeypatch.setattr(f"{SAFETY}.device_of", lambda path: 2 if "mount" in str(path) else 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=50))
    for name in ("PYTHONASYNCIODEBUG", "DUONGGANG_HOME", "DUONGGANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings(
        _env_file=None,
        home=tmp_path / "home",
        anchor=tmp_path / "mount" / "anchor.jsonl",
        database_url=OWNER_URL,
        app_database_url=APP_URL,
        secret=SECRET,
        host="10.1.2.3",
        origin="https://duonggang.example",
        trusted_proxies="10.1.2.4, 10.1.3.0/24",
    )
    return Place(settings, tmp_path / ".env", tmp_path / "assets", tmp_path / "data", monkeypatch)


def readable_by_others(place: Place) -> Place:
    place.env_file.chmod(0o644)
    return place


def an_open_secret_file(place: Place) -> Place:
    (place.settings.home / "secret").write_text(SECRET)
    (place.settings.home / "secret").chmod(0o640)
    return place


def an_open_home(place: Place) -> Place:
    place.settings.home.chmod(0o777)
    return place


def in_development_mode(place: Place) -> Place:
    place.patch.setenv("PYTHONASYNCIODEBUG", "1")
    return place


def as_root(place: Place) -> Place:
    place.patch.setattr(f"{SAFETY}.os.geteuid", lambda: 0)
    return place


def a_package_is_missing(place: Place) -> Place:
    (place.assets / "leaflet" / "package.json").unlink()
    return place


def a_route_has_no_name(place: Place) -> Place:
    known = rights()
    less = {key: action for key, action in known.routes.items() if key != ("GET", "/danh-muc")}
    place.patch.setattr(f"{SAFETY}.rights", lambda: replace(known, routes=less))
    return place


def a_table_that_cannot_be_read(place: Place) -> Place:
    def fails() -> None:
        raise ValueError("rights table: missing section")

    place.patch.setattr(f"{SAFETY}.rights", fails)
    return place


def a_full_disk(place: Place) -> Place:
    place.patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=100, free=9))
    return place


def a_missing_mount(place: Place) -> Place:
    return place.changed(anchor=place.settings.home.parent / "not mounted" / "anchor.jsonl")


def a_folder_for_an_anchor(place: Place) -> Place:
    return place.changed(anchor=place.settings.anchor_file.parent)


MISTAKES: list[tuple[str, Callable[[Place], Place]]] = [
    ("secret", lambda p: p.changed(secret=None)),
    ("secret", lambda p: p.changed(secret=EXAMPLE_SECRET)),
    ("secret", lambda p: p.changed(secret="a" * 40)),
    ("secret", lambda p: p.changed(secret="short-0123456789")),
    ("host", lambda p: p.changed(origin=None, trusted_proxies="")),
    ("origin", lambda p: p.changed(origin="http://duonggang.example")),
    ("origin", lambda p: p.changed(origin="https://duonggang.example/path")),
    ("origin", lambda p: p.changed(origin="https://user@duonggang.example")),
    ("origin", lambda p: p.changed(origin="https://duonggang.example:99999")),
    ("proxies", lambda p: p.changed(trusted_proxies="10.1.2.4, proxy.example")),
    ("proxies", lambda p: p.changed(trusted_proxies="*")),
    ("proxies", lambda p: p.changed(trusted_proxies="0.0.0.0/0")),
    ("app-url", lambda p: p.changed(app_database_url=None)),
    ("two-roles", lambda p: p.changed(app_database_url=OWNER_URL)),
    ("proxy-named", lambda p: p.changed(trusted_proxies="")),
    ("sessions", lambda p: p.changed(session_idle_minutes=600)),
    ("sessions", lambda p: p.changed(session_hours=48)),
    ("basemap", lambda p: p.changed(basemap_url="http://t.example/{z}/{x}/{y}.png", basemap_attribution="t")),
    ("debug", in_development_mode),
    ("user", as_root),
    ("env-file", readable_by_others),
    ("secret-file", an_open_secret_file),
    ("home", an_open_home),
    ("rights", a_route_has_no_name),
    ("rights", a_table_that_cannot_be_read),
    ("assets", a_package_is_missing),
    ("disk", a_full_disk),
    ("anchor-writable", a_folder_for_an_anchor),
    ("anchor-elsewhere", lambda p: p.changed(anchor=p.settings.home / "anchor.jsonl")),
]
# These cannot be broken alone.
TOGETHER: list[tuple[set[str], Callable[[Place], Place]]] = [
    ({"demo", "host", "origin"}, lambda p: p.changed(demo=True)),
    ({"anchor-writable", "anchor-elsewhere"}, a_missing_mount),
    ({"anchor-outside", "anchor-elsewhere"}, lambda p: p.changed(anchor=p.data / "anchor.jsonl")),
]
STOP = {"secret", "host", "origin", "proxies", "app-url", "rights", "env-file", "secret-file"}


def test_a_good_installation_is_green_throughout(place: Place) -> None:
    assert {finding.name: finding.vi for finding in place.findings() if not finding.ok} == {}


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_one_mistake_makes_its_check_red_and_no_other(
    place: Place, name: str, mistake: Callable[[Place], Place]
) -> None:
    broken = mistake(place)
    assert broken.red() == {name}
    (finding,) = (f for f in broken.findings() if not f.ok)
    assert finding.vi
    assert finding.en
    assert bool(stopping([finding])) == (name in STOP)


@pytest.mark.parametrize(("names", "mistake"), TOGETHER)
def test_a_mistake_of_two_sides_makes_both_red(
    place: Place, names: set[str], mistake: Callable[[Place], Place]
) -> None:
    assert mistake(place).red() == names


def test_every_check_has_a_mistake_that_it_finds(place: Place) -> None:
    tried = {name for name, _ in MISTAKES} | {name for names, _ in TOGETHER for name in names}
    assert {finding.name for finding in place.findings()} == tried


def test_a_demo_on_this_machine_needs_nothing_of_a_server_in_earnest(tmp_path: Path) -> None:
    demo = Settings(_env_file=None, home=tmp_path, demo=True)
    assert stopping(of_settings(demo, deploy=False, env_file=tmp_path / "none")) == []
    in_earnest = Settings(_env_file=None, home=tmp_path, demo=False)
    assert stopping(of_settings(in_earnest, deploy=True, env_file=tmp_path / "none"))


def test_no_sentence_repeats_a_secret(place: Place) -> None:
    broken = place.changed(secret="short-0123456789", app_database_url=OWNER_URL.replace(":x@", ":canary@"))
    said = " ".join(f"{f.vi} {f.en} {f.fix}" for f in broken.findings())
    assert "short-0123456789" not in said
    assert "canary" not in said
