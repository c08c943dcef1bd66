"""Asks a virus scanner (clamd) on its Unix socket, in its own protocol: zINSTREAM, pieces with their length, an end."""

from __future__ import annotations

import socket
from pathlib import Path

from projects.errors import NotNow

_PIECE = 256 * 1024
_ANSWER = 4096
SILENT = (
    "Máy quét vi-rút không trả lời: tệp chưa được nhận, thử lại sau ít phút.",
    "The virus scanner does not answer: the file was not taken, try again in a few minutes.",
)


def scan(path: Path, scanner: Path, *, seconds: float = 60.0) -> str | None:
    """The name of what the scanner found in the file, None when it is clean. Raises NotNow without a clear answer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, path.open("rb") as handle:
            line.settimeout(seconds)
            line.connect(str(scanner))
            line.sendall(b"zINSTREAM\0")
            while piece := handle.read(_PIECE):
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
            said = b""
            while len(said) < _ANSWER and not said.endswith(b"\0") and (more := line.recv(_ANSWER)):
                said += more
    except OSError:
        raise NotNow(*SILENT) from None
    answer = said.rstrip(b"\0\n").decode("utf-8", "replace")
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise NotNow(*SILENT)
