"""The demo's secret: made once in the data directory, so that `make run` needs no settings.

Outside demo mode the secret is a setting that somebody chose and keeps elsewhere.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from api.settings import SHORTEST_SECRET, Settings
from geo.server.places import opened
from projects.errors import Fault, InvalidInput

NAME = "secret"


def with_demo_secret(settings: Settings) -> Settings:
    """The settings with the demo's secret where none is set; as they are outside demo mode.

    Raises InvalidInput when the file holds something else, OSError when it cannot be written.
    """
    if not settings.demo or settings.secret is not None:
        return settings
    return settings.model_copy(update={"secret": demo_secret(settings.home)})


def demo_secret(home: Path) -> str:
    """The secret of `home`, made if missing: for its owner's eyes, one for all who start at once."""
    path = opened(home) / NAME
    if not path.exists():
        _make(path)
    found = path.read_text(encoding="ascii", errors="replace").strip()
    if len(found) < SHORTEST_SECRET or not found.isascii() or not found.isprintable():
        raise InvalidInput(
            [
                Fault(
                    str(path),
                    "Không phải chuỗi bí mật: hãy xoá tệp này.",
                    "Not a secret: delete this file.",
                )
            ]
        )
    return found


def _make(path: Path) -> None:
    draft = path.with_name(f".{NAME}.{secrets.token_hex(8)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(file, "w", encoding="ascii") as writing:
            writing.write(secrets.token_urlsafe(48) + "\n")
            writing.flush()
            os.fsync(writing.fileno())
        os.link(draft, path)  # unlike a rename, it gives way to whoever was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
