"""Set-up says what is missing in one sentence, skips what is done, and redoes what was interrupted."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from api.bootstrap import __main__, chores, environment, places, progress, system
from api.bootstrap.progress import SetupError
from geo.server import programs

POSTGRES_15 = programs.Binaries(Path("/usr/lib/postgresql/15/bin"), 15, postgis=True)
BARE_16 = programs.Binaries(Path("/usr/lib/postgresql/16/bin"), 16, postgis=False)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout in the place of this one."""
    for name, inside in (
        ("ROOT", ""),
        ("VENV", ".venv"),
        ("PYTHON", ".venv/bin/python"),
        ("ASSETS", "maps/assets"),
    ):
        monkeypatch.setattr(places, name, tmp_path / inside)
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).write_text(f"{name}\n")
    monkeypatch.setattr(places, "RUNTIME_LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(places, "DEV_LOCK", tmp_path / "requirements-dev.lock")
    monkeypatch.setattr(environment, "_STAMPS", tmp_path / ".venv" / ".duonggang")
    monkeypatch.setattr(environment, "_INSTALLING", tmp_path / ".venv" / ".duonggang" / "installing")
    monkeypatch.setattr(environment, "_NODE_MODULES", tmp_path / "maps" / "assets" / "node_modules")
    (tmp_path / "maps" / "assets").mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        (tmp_path / "maps" / "assets" / name).write_text("{}\n")
    for name in ("DUONGGANG_HOME", "DUONGGANG_DATABASE_URL", "CHROMIUM"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def commands(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The programs that set-up calls, none of which runs; the environment answers as if they had."""
    called: list[str] = []

    def note(command: Sequence[str | Path], *, cwd: Path, env: object = None) -> None:
        called.append(" ".join(Path(str(part)).name for part in command))
        if "venv" in command:
            shutil.rmtree(checkout / ".venv", ignore_errors=True)
            (checkout / ".venv" / "bin").mkdir(parents=True)
            (checkout / ".venv" / "bin" / "python").touch()
        if "-e" in command:
            (checkout / ".venv" / "bin" / "duonggang").touch()
        if "ci" in command:
            (checkout / "maps" / "assets" / "node_modules").mkdir(exist_ok=True)

    def answer(code: str) -> str | None:
        return "3.11.2" if (checkout / ".venv" / "bin" / "python").exists() else None

    monkeypatch.setattr(environment, "run", note)
    monkeypatch.setattr(environment, "_output", answer)
    monkeypatch.setattr(programs, "installed", lambda: (POSTGRES_15,))
    return called


def test_a_fresh_checkout_gets_environment_libraries_command_and_assets_in_this_order(
    commands: list[str],
) -> None:
    environment.setup(dev=False, browser=False)
    assert steps(commands) == ["--clear", "--require-hashes", "-e", "ci"]
    assert commands[1].endswith("requirements.lock")
    assert "--no-build-isolation" in commands[2]


def test_a_second_set_up_runs_no_program(commands: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    environment.setup(dev=False, browser=False)
    commands.clear()
    environment.setup(dev=False, browser=False)
    assert commands == []
    assert "everything is in place" in capsys.readouterr().out


def test_a_changed_lock_installs_the_libraries_again_and_nothing_else(
    checkout: Path, commands: list[str]
) -> None:
    environment.setup(dev=False, browser=False)
    commands.clear()
    places.RUNTIME_LOCK.write_text("other\n")
    environment.setup(dev=False, browser=False)
    assert len(commands) == 1
    assert "--require-hashes" in commands[0]


def test_the_tools_bring_the_libraries_with_them(commands: list[str]) -> None:
    environment.setup(dev=True, browser=False)
    commands.clear()
    environment.setup(dev=False, browser=False)
    assert commands == []


def test_an_installation_that_was_cut_off_begins_with_a_fresh_environment(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert after_trouble(KeyboardInterrupt(), commands, monkeypatch) == [
        "--clear",
        "--require-hashes",
        "-e",
        "ci",
    ]


def test_an_installation_without_network_is_tried_again_in_the_same_environment(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert after_trouble(SetupError("", ""), commands, monkeypatch) == ["--require-hashes", "-e", "ci"]


def after_trouble(trouble: BaseException, commands: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps of the set-up that follows one in which `trouble` befell pip."""
    willing = environment.run

    def troubled(command: Sequence[str | Path], *, cwd: Path, env: object = None) -> None:
        if "--require-hashes" in command:
            raise trouble
        willing(command, cwd=cwd)

    monkeypatch.setattr(environment, "run", troubled)
    with pytest.raises(type(trouble)):
        environment.setup(dev=False, browser=False)
    monkeypatch.setattr(environment, "run", willing)
    commands.clear()
    environment.setup(dev=False, browser=False)
    return steps(commands)


def steps(commands: list[str]) -> list[str]:
    """The word that tells each step, in the order of the calls."""
    return [
        word
        for line in commands
        for word in ("--clear", "--require-hashes", "-e", "ci")
        if word in line.split()
    ]


def test_a_user_who_may_not_install_is_told_the_packages_in_one_sentence(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "installed", tuple)
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    with pytest.raises(SetupError) as refused:
        system.provide(browser=True)
    for sentence in (refused.value.vi, refused.value.en):
        assert "postgresql postgresql-postgis" in sentence
        assert "chromium" in sentence
        assert sentence.count(". ") == 0


def test_a_server_without_postgis_asks_for_the_postgis_of_its_own_version(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "installed", lambda: (BARE_16,))
    assert "postgresql-16-postgis-3" in system.missing(browser=False)


def test_a_given_database_needs_no_server_on_this_machine(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "installed", tuple)
    (checkout / ".env").write_text(
        '# ours\nDUONGGANG_DATABASE_URL="postgresql://db.example/x" # the city\'s\n'
    )
    assert not [name for name in system.missing(browser=False) if name.startswith("postgresql")]


def test_the_environment_wins_over_the_env_file(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert places.home() == checkout / ".duonggang"
    (checkout / ".env").write_text("export DUONGGANG_HOME=/srv/one\n")
    assert places.home() == Path("/srv/one")
    monkeypatch.setenv("DUONGGANG_HOME", "/srv/two")
    assert places.home() == Path("/srv/two")


def test_a_failing_program_shows_its_last_words_and_refuses_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SetupError, match="code 3"):
        progress.run([sys.executable, "-c", "print('no space left'); raise SystemExit(3)"], cwd=tmp_path)
    assert "no space left" in capsys.readouterr().out


def test_a_python_that_is_too_old_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["api.bootstrap", "setup"])
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert __main__.main() == 1
    assert "Python 3.11" in capsys.readouterr().err


def test_ctrl_c_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*, dev: bool, browser: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["api.bootstrap", "setup"])
    monkeypatch.setattr(environment, "setup", interrupted)
    assert __main__.main() == 130
    assert "Traceback" not in capsys.readouterr().err


def test_clean_keeps_the_data_unless_it_is_named(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".duonggang").mkdir()
    (checkout / ".duonggang" / "demo.gpkg").touch()
    chores.clean(data=False)
    assert not (checkout / ".venv").exists()
    assert (checkout / ".duonggang" / "demo.gpkg").exists()
    chores.clean(data=True)
    assert not (checkout / ".duonggang").exists()


def test_clean_leaves_foreign_files_in_a_data_folder_that_the_user_chose(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path_factory.mktemp("chosen")
    (chosen / "letter.txt").touch()
    monkeypatch.setenv("DUONGGANG_HOME", str(chosen))
    chores.clean(data=True)
    assert [path.name for path in chosen.iterdir()] == ["letter.txt"]


def test_a_script_that_stands_in_for_a_browser_is_no_browser(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout / "chromium").write_text("#!/bin/sh\necho the browser is a snap\nexit 1\n")
    (checkout / "chromium").chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(checkout / "chromium"))
    assert system.chromium() is None
    assert "chromium" in system.missing(browser=True)


def test_a_release_without_a_browser_package_is_told_to_name_one(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "missing", lambda *, browser: ["chromium"])
    monkeypatch.setattr(system, "_permission", list)
    monkeypatch.setattr(system, "_apt_cache", lambda *arguments: "chromium:\n  Candidate: (none)\n")
    monkeypatch.setattr(system, "run", lambda command, *, cwd: None)
    with pytest.raises(SetupError, match="CHROMIUM="):
        system.provide(browser=True)


def test_a_release_without_the_general_postgis_name_gets_its_newest_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = "postgresql-9-postgis-3 - old\npostgresql-16-postgis-3 - new\n"
    monkeypatch.setattr(system, "_apt_cache", lambda *arguments: found if arguments[0] == "search" else "")
    wanted = system._as_this_release_names(["postgresql", "postgresql-postgis", "python3-venv"])
    assert wanted == ["python3-venv", "postgresql-16", "postgresql-16-postgis-3"]
