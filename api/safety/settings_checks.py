"""Checks that need no database: settings, files and their rights, the rights table, what the browser loads."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from api.app import create_app
from api.bootstrap.inspection import Finding
from api.rightsfile import rights
from api.routes.static import PACKAGES, VENDOR
from api.safety.saying import say
from api.secretfile import NAME as SECRET_NAME
from api.settings import REPOSITORY, Settings, not_ready, unsafe
from api.usecases.readiness import FREE_SHARE, disk

LONGEST_IDLE_MINUTES, LONGEST_HOURS = 240, 24
# Each setting with what is said when nothing is wrong with it.
_NAMED = (
    (
        "secret",
        "SECRET",
        "Chuỗi bí mật đủ dài, không phải chuỗi mẫu",
        "the secret is long and not the example",
    ),
    ("host", "HOST", "Máy chủ nghe đúng nơi được phép", "the server listens where it may"),
    ("origin", "ORIGIN", "Địa chỉ công khai là https hoặc chỉ trên máy này", "the origin is https or local"),
    ("proxies", "TRUSTED_PROXIES", "Địa chỉ proxy viết đúng", "trusted proxies are well formed"),
    (
        "app-url",
        "APP_DATABASE_URL",
        "Máy chủ web có đường vào riêng",
        "the web server has an address of its own",
    ),
)


def of_settings(
    settings: Settings,
    *,
    deploy: bool,
    env_file: Path = REPOSITORY / ".env",
    assets: Path = VENDOR,
    data_directory: Path | None = None,
) -> Iterator[Finding]:
    """Every check, good or bad. `data_directory` is the database's own, where it is known."""
    yield from _named(settings, deploy=deploy)
    if deploy:
        yield from _in_earnest(settings)
    yield _closed("env-file", env_file, needed=_has_secret(settings))
    yield _closed("secret-file", settings.home / SECRET_NAME, needed=True)
    yield _home(settings.home)
    yield _rights()
    yield _assets(assets)
    yield _anchor(settings.anchor_file)
    if data_directory is not None:
        yield _anchor_outside(settings.anchor_file, data_directory)
        if deploy:
            yield _anchor_elsewhere(settings.anchor_file, data_directory)
    found = disk(settings.home)
    yield Finding(
        found.ok, f"Đĩa còn trống {found.figure}", f"{found.figure} of the disk is free",
        "" if found.ok else f"df -h {settings.home} (≥ {FREE_SHARE:.0%})", "disk",
    )  # fmt: skip


def unnamed_routes(app: FastAPI) -> list[str]:
    """Routes of the application that the rights table does not name: they would be refused."""
    named = rights().routes
    return sorted(
        f"{method} {route.path}"
        for route in _routes(app.routes)
        for method in (route.methods or set()) - {"HEAD"}
        if (method, route.path) not in named
    )


def _named(settings: Settings, *, deploy: bool) -> Iterator[Finding]:
    asked = settings.model_copy(update={"demo": False}) if deploy else settings
    faults = unsafe(settings) + not_ready(asked)
    for name, key, vi, en in _NAMED:
        wrong = [fault for fault in faults if fault.where == f"DUONGGANG_{key}"]
        if wrong:
            yield Finding(
                False,
                f"DUONGGANG_{key}: " + "; ".join(fault.vi for fault in wrong),
                "; ".join(fault.en for fault in wrong),
                name=name,
                stops=True,
            )
        else:
            yield Finding(True, vi, en, name=name, stops=True)


def _in_earnest(settings: Settings) -> Iterator[Finding]:
    yield say(not settings.demo, "demo", "Chế độ trình diễn tắt", "demo mode is off", "DUONGGANG_DEMO=false")
    yield say(
        not sys.flags.dev_mode and not os.environ.get("PYTHONASYNCIODEBUG"), "debug",
        "Chế độ gỡ lỗi của Python tắt", "Python's development mode is off", "unset PYTHONDEVMODE PYTHONASYNCIODEBUG",
    )  # fmt: skip
    yield say(os.geteuid() != 0, "user", "Không chạy bằng root", "not run as root", "systemd: User=duonggang")
    yield say(
        settings.origin is None or bool(settings.proxies), "proxy-named",
        "Proxy trước máy chủ có tên trong cài đặt", "the proxy in front is named",
        "DUONGGANG_TRUSTED_PROXIES=… (không có thì mọi người dùng là một địa chỉ)",
    )  # fmt: skip
    yield say(
        _user(settings.app_database_url) is None
        or _user(settings.app_database_url) != _user(settings.database_url),
        "two-roles", "Máy chủ web và chủ các bảng là hai vai trò", "the web server and the owner are two roles",
        "DUONGGANG_APP_DATABASE_URL=postgresql://duonggang_app…",
    )  # fmt: skip
    yield say(
        settings.session_idle_minutes <= LONGEST_IDLE_MINUTES and settings.session_hours <= LONGEST_HOURS,
        "sessions", "Phiên làm việc có hạn", "sessions end",
        f"DUONGGANG_SESSION_IDLE_MINUTES ≤ {LONGEST_IDLE_MINUTES}, DUONGGANG_SESSION_HOURS ≤ {LONGEST_HOURS}",
    )  # fmt: skip
    yield say(
        settings.basemap_url is None or settings.basemap_url.startswith("https://"),
        "basemap", "Nền bản đồ (nếu có) qua https", "the basemap, if any, is https", "DUONGGANG_BASEMAP_URL=https://…",
    )  # fmt: skip


def _closed(name: str, path: Path, *, needed: bool) -> Finding:
    """A file with a secret in it, which others may not read."""
    ok = not (needed and path.exists() and path.stat().st_mode & 0o077)
    return Finding(
        ok,
        f"Tệp {path.name} chỉ chủ đọc được" if ok else f"Tệp {path.name} có bí mật mà người dùng khác đọc được",
        f"{path.name} is closed" if ok else f"{path.name} holds a secret that other users can read",
        "" if ok else f"chmod 600 {path}",
        name,
        stops=True,
    )  # fmt: skip


def _has_secret(settings: Settings) -> bool:
    urls = (settings.database_url, settings.app_database_url)
    return settings.secret is not None or any(url and make_url(url).password for url in urls)


def _user(url: str | None) -> str | None:
    return make_url(url).username if url else None


def _home(home: Path) -> Finding:
    if not home.exists():
        return Finding(True, f"Thư mục dữ liệu {home} chưa có", "no data directory yet", name="home")
    writable = os.access(home, os.W_OK | os.X_OK)
    closed = not home.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if writable and closed:
        return Finding(True, f"Thư mục dữ liệu {home}", "data directory", name="home")
    if not writable:
        vi, en = "người dùng này không ghi được", "cannot be written to by this user"
    else:
        vi, en = "người dùng khác ghi được", "can be written to by others"
    fix = f"ls -ld {home}" if not writable else f"chmod go-w {home}"
    return Finding(False, f"Thư mục dữ liệu {home}: {vi}", f"data directory {en}", fix, "home")


def _rights() -> Finding:
    try:
        # Made for its routes alone: it connects to nothing.
        plain = Settings.model_construct(demo=False, secret=None)
        lost = unnamed_routes(create_app(plain, engine=create_engine("postgresql+psycopg://")))
    except ValueError as error:
        return Finding(
            False,
            f"data/rights.md: {error}",
            "the rights table is not right",
            "data/rights.md",
            "rights",
            True,
        )
    if lost:
        names = ", ".join(lost[:5])
        return Finding(
            False,
            f"Bảng quyền thiếu {names}",
            f"the rights table lacks {names}",
            "data/rights.md",
            "rights",
            True,
        )
    return Finding(
        True,
        "Bảng quyền đọc được, nêu mọi đường dẫn",
        "the rights table names every route",
        "",
        "rights",
        True,
    )


def _assets(folder: Path) -> Finding:
    lost = [package for package in PACKAGES if not (folder / package / "package.json").is_file()]
    if not lost:
        return Finding(True, "Đủ thư viện giao diện", "browser assets are there", name="assets")
    names = ", ".join(lost)
    return Finding(False, f"Thiếu thư viện giao diện: {names}", f"missing: {names}", "make setup", "assets")


def _anchor(path: Path) -> Finding:
    """The file itself, or the folder it will be made in: a mount that is missing must be noticed."""
    there = path if path.exists() else path.parent
    ok = os.access(there, os.W_OK) and (path.is_file() if path.exists() else there.is_dir())
    return Finding(
        ok,
        f"Tệp neo {path} " + ("ghi được" if ok else "không ghi được"),
        "the anchor file can be written" if ok else "the anchor file cannot be written",
        "" if ok else "DUONGGANG_ANCHOR=/mnt/…/duonggang.jsonl",
        "anchor-writable",
    )


def _anchor_outside(path: Path, data: Path) -> Finding:
    ok = not path.resolve().is_relative_to(data.resolve())
    return say(
        ok, "anchor-outside", "Tệp neo nằm ngoài thư mục của cơ sở dữ liệu",
        "the anchor file lies outside the database's directory", "DUONGGANG_ANCHOR=/mnt/…/duonggang.jsonl",
    )  # fmt: skip


def _anchor_elsewhere(path: Path, data: Path) -> Finding:
    there = path if path.exists() else path.parent
    ok = there.exists() and data.exists() and device_of(there) != device_of(data)
    return say(
        ok, "anchor-elsewhere", "Tệp neo ở ổ khác với cơ sở dữ liệu", "the anchor file is on another disk",
        "DUONGGANG_ANCHOR=/mnt/…/duonggang.jsonl",
    )  # fmt: skip


def device_of(path: Path) -> int:
    """The number of the file system that a path lies on."""
    return path.stat().st_dev


def _routes(routes: list[object] | object) -> Iterator[APIRoute]:
    for route in routes if isinstance(routes, list) else []:
        if isinstance(route, APIRoute):
            yield route
        elif (router := getattr(route, "original_router", None)) is not None:
            yield from _routes(router.routes)
