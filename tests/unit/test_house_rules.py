"""Rules of the house that no linter knows."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400
COUNTED = {".py", ".css", ".js", ".toml", ".j2", ".html", ".mako", ".yaml"}
# In two halves each, so that this file does not break its own rule.
PACKAGE_INDEXES = (
    "pypi" + r"\.org",
    "pythonhosted" + r"\.org",
    "registry" + r"\.npmjs",
    "pkg" + r"\.dev",
    r"/simple" + "/",
)
FOREIGN_HOSTS = (
    "jsdelivr" + r"\.net",
    "unpkg" + r"\.com",
    "cloudflare" + r"\.com",
    "googleapis" + r"\.com",
    "gstatic" + r"\.com",
    "bootstrapcdn" + r"\.com",
    "code" + r"\.jquery",
    "rawgit" + r"\.com",
)
MACHINE_PATHS = (r"(?<![\w.])/" + "work/", r"(?<![\w.])/" + "root/", r"(?<![\w.])/" + r"home/[a-z]")


@cache
def our_files() -> tuple[Path, ...]:
    """What is in the repository or about to be: tracked files, and new ones that nobody ignores."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def lines_with(patterns: tuple[str, ...]) -> list[str]:
    wanted = re.compile("|".join(patterns))
    found = []
    for path in our_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for number, line in enumerate(text.splitlines(), 1):
            if match := wanted.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {match[0]}")
    return found


def test_no_file_of_ours_is_longer_than_400_lines() -> None:
    counted = (p for p in our_files() if p.suffix in COUNTED or p.name in ("Makefile", "run"))
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in counted}
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_file_names_a_package_index() -> None:
    assert lines_with(PACKAGE_INDEXES) == []


def test_no_file_names_a_content_network_so_no_page_can_call_one() -> None:
    assert lines_with(FOREIGN_HOSTS) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert lines_with(MACHINE_PATHS) == []


def test_a_lock_pins_every_line_with_a_hash() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "requirements-dev.lock"):
        entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8").strip())
        assert len(entries) > 20
        assert [
            entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry
        ] == []


def test_the_tools_run_beside_exactly_what_the_product_runs_on() -> None:
    pins = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE | re.IGNORECASE)
    runtime = dict(pins.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    tools = dict(pins.findall((ROOT / "requirements-dev.lock").read_text(encoding="utf-8")))
    assert {name: tools.get(name) for name in runtime} == runtime
