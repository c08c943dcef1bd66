"""The two roles of the application, who may be them, and bringing an older cluster up to that.

`duonggang` owns the tables, migrates and loads. `duonggang_app` is what the web process connects as: it owns
nothing, may make nothing and is a member of nothing. Neither can become the other.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from geo.server import processes
from geo.server.places import APP_ROLE, ROLE, SUPERUSER, Places, major_of
from geo.server.programs import Account, choose, failed, installed, run

ADVISORY_LOCK = 7_205_132
_ATTRIBUTES = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
# For the superuser in the database postgres, as often as one likes. PUBLIC may enter a new database and make
# temporary tables in it until it is told otherwise. On one line, because single-user mode wants it so.
SETTLE = " ".join(
    f"""
    DO $$ DECLARE db name; BEGIN
      PERFORM pg_advisory_xact_lock({ADVISORY_LOCK});
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN CREATE ROLE {APP_ROLE}; END IF;
      ALTER ROLE {APP_ROLE} {_ATTRIBUTES};
      FOR db IN SELECT datname FROM pg_database WHERE datdba = '{ROLE}'::regrole
        AND (has_database_privilege('public', oid, 'CONNECT, TEMPORARY')
          OR NOT has_database_privilege('{APP_ROLE}', oid, 'CONNECT'))
      LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', db);
        EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO {ROLE}', db);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO {APP_ROLE}', db);
      END LOOP;
      IF has_database_privilege('public', 'postgres', 'CONNECT') THEN
        REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
      END IF;
    END $$;
    """.split()
)
# In each database with PostGIS: the one operator that row-level security must let the planner look up in an index
# first. It gives true or false and fails for no value, so it tells nothing of a row (migration 0009).
LEAKPROOF = "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF"
OWN_DATABASES = f"SELECT datname FROM pg_database WHERE datdba = '{ROLE}'::regrole"
_MARKER = "duonggang.roles"  # in the data directory: which SETTLE was done here
_LOGIN_SECONDS = 10.0


def write_access(places: Places) -> None:
    """Peer only: the server's user and root may be the roles of the application; nobody comes by network."""
    _write(places, "pg_hba.conf", "local all all peer map=duonggang\n")
    _write(places, "pg_ident.conf", _ident(places))


def settle(places: Places, sockets: Path) -> None:
    """Make roles and rights on the running server what they should be; notes it once the new role can sign in."""
    as_superuser(places.account, places.data, sockets, SETTLE, what=("tạo vai trò", "create a role"))
    listed = _psql(places.account, places.data, sockets, SUPERUSER, "postgres", OWN_DATABASES, bare=True)
    for database in ("template1", *listed.stdout.split()):
        done = _psql(places.account, places.data, sockets, SUPERUSER, database, LEAKPROOF)
        if (
            done.returncode and "does not exist" not in done.stderr
        ):  # a database of the owner's without PostGIS
            raise failed("đánh dấu toán tử", "mark an operator", done.stderr)
    for _ in processes.pauses(_LOGIN_SECONDS):  # a server reads changed files when it gets round to it
        done = _psql(places.account, places.data, sockets, APP_ROLE, ROLE, "SELECT 1")
        if done.returncode == 0:
            return _write(places, _MARKER, _digest())
    raise failed(f"vào bằng vai trò {APP_ROLE}", f"sign in as the role {APP_ROLE}", done.stderr)


def catch_up(places: Places, sockets: Path, pid: int) -> None:
    """Settle a running server that an earlier version made or started; else it only reads two small files."""
    if _read(places, _MARKER) == _digest() and _read(places, "pg_ident.conf") == _ident(places):
        return
    # The note goes first: whoever dies between here and the end leaves the work to the next one.
    (places.data / _MARKER).unlink(missing_ok=True)
    write_access(places)
    processes.reload(pid)
    settle(places, sockets)


def as_superuser(
    account: Account, data: Path, sockets: Path, *statements: str, what: tuple[str, str]
) -> None:
    """Run each statement in a transaction of its own; `what` it is for, in both languages, is in the ClusterError."""
    done = _psql(account, data, sockets, SUPERUSER, "postgres", *statements)
    if done.returncode:
        raise failed(*what, done.stderr)


def _psql(
    account: Account,
    data: Path,
    sockets: Path,
    role: str,
    database: str,
    *statements: str,
    bare: bool = False,
) -> subprocess.CompletedProcess[str]:
    binaries = choose(installed(), data_major=major_of(data))
    server = ["-h", str(sockets), "-p", "5432", "-U", role, "-d", database]
    commands = [part for statement in statements for part in ("-c", statement)]
    plain = ["-A", "-t"] if bare else []
    return run(
        account, [binaries.path("psql"), "-X", "-q", *plain, "-v", "ON_ERROR_STOP=1", *server, *commands]
    )


def _ident(places: Places) -> str:
    names = dict.fromkeys(("root", places.account.name))
    return "".join(f'duonggang "{name}" {role}\n' for name in names for role in (ROLE, APP_ROLE, SUPERUSER))


def _digest() -> str:
    return hashlib.sha256(f"{SETTLE};{LEAKPROOF}".encode()).hexdigest()


def _read(places: Places, name: str) -> str | None:
    try:
        return (places.data / name).read_text()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _write(places: Places, name: str, text: str) -> None:
    path = places.data / name
    path.write_text(text)
    if not places.account.is_me:
        os.chown(path, places.account.uid, places.account.gid)
