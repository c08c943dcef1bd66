"""Who listens on a port of this machine, as far as this user may see."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_LISTENING = "0A"  # the state TCP_LISTEN in /proc/net/tcp


def in_use(host: str, port: int) -> bool:
    """Does something answer on this address?"""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


def listener(port: int) -> str | None:
    """`program (pid)` of the process that listens on `port`; None when it is another user's or there is none."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    for entry in Path("/proc").glob("[0-9]*") if sockets else ():
        with suppress(OSError):  # ended meanwhile, or another user's
            if any(os.readlink(handle) in sockets for handle in (entry / "fd").iterdir()):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                return f"{command.strip()[:80]} ({entry.name})"
    return None


def _inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield fields[9]
