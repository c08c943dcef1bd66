"""Operating-system packages: what is missing, and installing it where that is allowed."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence

from api.bootstrap import places
from api.bootstrap.progress import SetupError, run, step
from geo.server import programs

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Debian's package would make and start a cluster `main` that nobody asked for: switched off while we install.
_NO_MAIN = "/etc/postgresql-common/createcluster.d/duonggang-setup.conf"
_INSTALL = f"""
export DEBIAN_FRONTEND=noninteractive
dpkg --configure -a
if [ "$1" = first ]; then
    mkdir -p {os.path.dirname(_NO_MAIN)}
    trap 'rm -f {_NO_MAIN}' EXIT
    echo "create_main_cluster = false" > {_NO_MAIN}
fi
shift
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
"""


def missing(*, browser: bool) -> list[str]:
    """Debian names of the packages that this machine lacks for what is asked."""
    packages: list[str] = []
    if places.uses_own_cluster():
        packages += _missing_postgres()
    if not places.PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        packages.append("python3-venv" if sys.executable == "/usr/bin/python3" else _versioned_venv())
    if browser and chromium() is None:
        packages.append("chromium")
    if browser and not _loads("libatomic.so.1"):  # the program that drives the browser is linked against it
        packages.append("libatomic1")
    # What the PDF printer loads; its wheel has no libraries of its own.
    printing = {"libpango-1.0-0": "libpango-1.0.so.0", "libpangoft2-1.0-0": "libpangoft2-1.0.so.0"}
    packages += [package for package, library in printing.items() if not _loads(library)]
    if not _loads("libharfbuzz-subset.so.0"):
        packages.append("libharfbuzz-subset0")
    if shutil.which("java") is None:
        packages.append("default-jre-headless")  # the library that reads schedule files is written in Java
    return packages


def provide(*, browser: bool) -> bool:
    """Install what is missing; False when nothing was. Raises SetupError naming the packages when it may not."""
    packages = missing(browser=browser)
    if not packages:
        return False
    prefix = _permission()
    if prefix is None:
        names = " ".join(packages)
        raise SetupError(
            f"Máy thiếu gói hệ thống và người dùng này không được tự cài: hãy nhờ quản trị chạy "
            f"`apt-get install {names}`.",
            f"System packages are missing and this user may not install them: have an administrator run "
            f"`apt-get install {names}`.",
        )
    with step("Danh mục gói hệ thống", "list of system packages"):
        run([*prefix, "apt-get", "-q", "update"], cwd=places.ROOT)
    packages = _as_this_release_names(packages)
    if "chromium" in packages and not _has_candidate("chromium"):
        raise SetupError(
            "Bản hệ điều hành này không có gói chromium (chỉ có snap): hãy cài Chromium hoặc Chrome rồi đặt "
            "CHROMIUM=/đường/dẫn để chạy make test.",
            "This release has no package chromium (a snap only): install Chromium or Chrome and set CHROMIUM=/path "
            "to run make test.",
        )
    if shutil.which("bwrap") is None:
        packages.append("bubblewrap")  # one more wall round the reader of foreign files; not needed to run
    with step(f"Cài {' '.join(packages)}", "installing system packages"):
        first = "later" if programs.installed() else "first"
        run([*prefix, "sh", "-e", "-c", _INSTALL, "sh", first, *packages], cwd=places.ROOT)
    left = missing(browser=browser)
    if left:
        raise SetupError(
            f"Đã cài {' '.join(packages)} nhưng vẫn thiếu {' '.join(left)}.",
            f"{' '.join(packages)} is installed, but {' '.join(left)} is still missing.",
        )
    return True


def chromium() -> str | None:
    """The browser for the tests: CHROMIUM if set, else the first one that runs, None when there is none."""
    named = os.environ.get("CHROMIUM")
    found = map(shutil.which, (named,) if named else _CHROMIUM)
    return next((program for program in found if program and _runs(program)), None)


def _runs(program: str) -> bool:
    """Ubuntu's package is a script that only says that the browser is a snap."""
    asked = subprocess.run([program, "--version"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    return asked.returncode == 0


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _missing_postgres() -> list[str]:
    servers = programs.installed()
    try:
        programs.choose(servers)
    except programs.ClusterError:
        recent = [server.major for server in servers if server.major >= programs.OLDEST_MAJOR]
        return [f"postgresql-{recent[0]}-postgis-3"] if recent else ["postgresql", "postgresql-postgis"]
    return []


def _versioned_venv() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _permission() -> list[str] | None:
    """What to put before a command that needs root: nothing, sudo, or None when there is no way."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    return None


def _as_this_release_names(packages: Sequence[str]) -> list[str]:
    """Replace the general PostGIS name by the newest versioned one where the release has no general one."""
    names = list(packages)
    if "postgresql-postgis" in names and not _has_candidate("postgresql-postgis"):
        found = _apt_cache("search", "--names-only", "^postgresql-[0-9]+-postgis-3$")
        majors = sorted(
            int(number) for number in re.findall(r"^postgresql-(\d+)-postgis-3 ", found, re.MULTILINE)
        )
        if majors:
            names = [name for name in names if name not in ("postgresql", "postgresql-postgis")]
            names += [f"postgresql-{majors[-1]}", f"postgresql-{majors[-1]}-postgis-3"]
    return names


def _has_candidate(package: str) -> bool:
    return bool(re.search(r"Candidate: (?!\(none\))", _apt_cache("policy", package)))


def _apt_cache(*arguments: str) -> str:
    done = subprocess.run(
        ["apt-cache", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    return done.stdout
