"""A mail server and a webhook for tests: real sockets on this machine, what came in kept as it came."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Received:
    """What came in, and where to send to."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def smtp() -> Iterator[Received]:
    """A server that speaks as much of RFC 5321 as a mail needs."""
    received = Received()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 test\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    rows = []
                    while (row := self.rfile.readline()) not in (b".\r\n", b""):
                        rows.append(row)
                    received.mails.append(b"".join(rows))
                elif word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(b"250 ok\r\n")

    yield from _serve(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk), received)


@contextmanager
def webhook(status: int = 204) -> Iterator[Received]:
    """A receiver of calls that answers with a status."""
    received = Received()

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    yield from _serve(HTTPServer(("127.0.0.1", 0), Take), received)


def _serve(server: Any, received: Received) -> Iterator[Received]:
    received.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
