"""What is wrong with this installation, in words: `duonggang doctor`.

Looks and asks, changes nothing, and goes on when one thing is broken. What needs no installed package is
in `api.bootstrap.inspection`, which `make doctor` runs on its own when there is no environment yet.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from api import ports, safety
from api.app import app_engine, for_the_web
from api.bootstrap import inspection
from api.bootstrap.inspection import Finding
from api.settings import REPOSITORY, Settings
from geo import cluster
from geo.db import make_engine
from geo.migrate import current_revision, head_revision

__all__ = ["Finding", "diagnose"]

OLDEST_POSTGIS = (3, 3)


def diagnose(settings: Settings) -> list[Finding]:
    """Every finding, good or bad, from the machine up to the data; the bad ones say what to do."""
    return [
        *inspection.findings(settings.home, own_cluster=settings.database_url is None),
        _libraries(REPOSITORY / "requirements.lock"),
        *safety.of_settings(settings, deploy=False),
        _port(settings),
        *_database(settings),
    ]


def _libraries(lock: Path) -> Finding:
    """Installed versions against the lock; lines for other systems or Pythons (with a marker) do not count."""
    wrong: list[str] = []
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==(\S+) \\$", lock.read_text(), re.MULTILINE
    ):
        try:
            have = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            have = "–"
        if have != version:
            wrong.append(f"{name} {have}≠{version}")
    if not wrong:
        return Finding(True, "Phiên bản thư viện khớp tệp khoá", "library versions match the lock")
    names = ", ".join(wrong[:8]) + (" …" if len(wrong) > 8 else "")
    return Finding(
        False, f"Thư viện lệch tệp khoá: {names}", f"not as locked: {names}", "rm -rf .venv && make setup"
    )


def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    if not ports.in_use(settings.host, settings.port):
        return Finding(True, f"Cổng {where} còn trống", "the port is free")
    who = ports.listener(settings.port)
    if who and "duonggang" in who:
        return Finding(True, f"Đường Găng đang chạy ở {where}: {who}", "the server is running")
    by = who or "chương trình của người dùng khác (another user's program)"
    return Finding(False, f"Cổng {where} đang bị chiếm bởi {by}", "the port is taken", "make run PORT=8010")


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.database_url
    if url is None:
        try:
            seen = cluster.status(settings.home)
        except cluster.ClusterError:
            return  # said already, with the cluster
        if seen.state != "running":
            return
        url = seen.url
    engine = make_engine(url, maintenance=True)
    try:
        with engine.connect() as connection:
            yield Finding(True, "Cơ sở dữ liệu trả lời", "the database answers")
            yield _postgis(connection)
            yield _migrations(have := current_revision(engine))
            yield _portfolio(connection)
        if have == head_revision():
            yield from _as_the_web(settings, url)
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()
        reason = said[0] if said else type(error).__name__
        yield Finding(
            False,
            f"Cơ sở dữ liệu không trả lời: {reason}",
            "the database does not answer",
            "make run" if settings.database_url is None else "DUONGGANG_DATABASE_URL?",
        )
    finally:
        engine.dispose()


def _as_the_web(settings: Settings, url: str) -> Iterator[Finding]:
    """What is wrong with the role of the web server; what is right with it is one line."""
    web = for_the_web(settings, url)
    engine = app_engine(web)
    try:
        found = list(safety.of_database(engine, web, deploy=False))
    finally:
        engine.dispose()
    yield from (finding for finding in found if not finding.ok)
    well = sum(finding.ok for finding in found)
    yield Finding(
        True, f"Vai trò web và lịch sử: {well} điều đúng", f"web role and history: {well} things right"
    )


def _postgis(connection: Connection) -> Finding:
    version = connection.scalar(text("select extversion from pg_extension where extname = 'postgis'"))
    if version is None:
        return Finding(
            False,
            "Cơ sở dữ liệu chưa có PostGIS",
            "the database has no PostGIS",
            "psql … -c 'CREATE EXTENSION postgis'",
        )
    ok = tuple(map(int, re.findall(r"\d+", version)[:2])) >= OLDEST_POSTGIS
    return Finding(ok, f"PostGIS {version}", f"PostGIS {version} (3.3 or later is needed)")


def _migrations(have: str | None) -> Finding:
    want = head_revision()
    if have == want:
        return Finding(True, f"Cấu trúc ở bản mới nhất ({have})", "the schema is current")
    now = have or "–"
    return Finding(
        False,
        f"Cấu trúc ở bản {now}, cần {want}",
        f"the schema is at {now}, not {want}",
        "duonggang db upgrade",
    )


def _portfolio(connection: Connection) -> Finding:
    if connection.scalar(text("select to_regclass('portfolio_state')")) is None:
        return Finding(False, "Chưa có bảng danh mục", "there are no tables yet", "duonggang db upgrade")
    row = connection.execute(
        text("select data_date, (select count(*) from parcel) from portfolio_state")
    ).first()
    if row is None:
        return Finding(False, "Danh mục chưa được nạp", "no portfolio is loaded", "duonggang portfolio load")
    return Finding(
        True, f"Danh mục đến ngày {row[0]:%d/%m/%Y}, {row[1]} thửa", f"portfolio loaded, {row[1]} parcels"
    )
