"""Making a cluster: two roles, one database, PostGIS; complete or not there at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from geo.server import processes
from geo.server.places import ROLE, SUPERUSER, Places, own_folder
from geo.server.programs import Account, Binaries, choose, failed, installed, run
from geo.server.roles import LEAKPROOF, SETTLE


def create(places: Places, settings: Mapping[str, str]) -> None:
    """Build the cluster beside its final place and move it there when it is complete."""
    binaries = choose(installed())
    new = places.base / "pg.new"
    processes.end_orphans(new, patience=2.0)  # of an initdb that was interrupted
    shutil.rmtree(new, ignore_errors=True)
    own_folder(new, places.account)
    command = [binaries.path("initdb"), "-D", str(new), f"--username={SUPERUSER}", "--encoding=UTF8"]
    command += ["--auth=peer", "--data-checksums", *(["--no-sync"] if settings.get("fsync") == "off" else [])]
    done = run(places.account, [*command, "--locale=C.UTF-8"])
    if "invalid locale name" in done.stderr:
        done = run(places.account, [*command, "--locale=C"])
    if done.returncode:
        raise failed("tạo cụm cơ sở dữ liệu", "create the database cluster", done.stderr)
    # PostGIS goes into the template, so that every later database has it and no role needs to be a superuser.
    _single_user(
        binaries, places.account, new, settings, "template1", f"CREATE EXTENSION postgis;\n{LEAKPROOF};"
    )
    make = f"CREATE ROLE {ROLE} LOGIN;\nCREATE DATABASE {ROLE} OWNER {ROLE};\n{SETTLE}"
    _single_user(binaries, places.account, new, settings, "postgres", make)
    new.rename(places.data)


def _single_user(
    binaries: Binaries, account: Account, data: Path, settings: Mapping[str, str], database: str, sql: str
) -> None:
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [binaries.path("postgres"), "--single", "-D", str(data), *options, database]
    done = run(account, command, stdin=sql + "\n", cwd=data)
    # Its exit code says nothing of failed commands (and exit_on_error ends also at errors that PostGIS handles).
    if done.returncode or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise failed("tạo cơ sở dữ liệu PostGIS", "create the PostGIS database", done.stderr)
