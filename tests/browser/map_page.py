"""A tiny site that shows our maps under the policy of the app, on a free port."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import folium

from maps.render import parts

ROOT = Path(__file__).resolve().parents[2]
NONCE = "dGVzdC1ub25jZS0xMjM0"
POLICY = (
    f"default-src 'none'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(m: folium.Map, *, panel: str = "", foot: str = "") -> str:
    """A page of the shape that the app has: bars above, perhaps a panel beside, perhaps a strip below."""
    piece = parts(m, nonce=NONCE)
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Bản đồ</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/tinh/a/css/fonts.css"><link rel="stylesheet" href="/tinh/a/css/tokens.css">
{piece.head_html}
<style nonce="{NONCE}">body{{margin:0;height:100vh;display:flex;flex-direction:column;font:13px/18px var(--font)}}
.row{{flex:1;display:flex;min-height:0}}.panel{{width:295px;overflow:auto;padding:10px 14px;box-sizing:border-box}}
.map{{flex:1;min-width:0}}.foot{{padding:4px 16px}}</style></head><body>
<div class="row">{panel}<div class="map">{piece.body_html}</div></div>{foot}
{piece.script_html}</body></html>"""


class _Site(ThreadingHTTPServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, answers: dict[str, Any], *args: Any) -> None:
        self.answers = answers
        super().__init__(*args)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        answer = self.answers.get(path)
        if callable(answer):
            answer = answer()
        if answer is None:
            folders = {"/tinh/a/": ROOT / "api/static", "/tinh/v/": ROOT / "maps/assets/node_modules"}
            for prefix, folder in folders.items():
                if path.startswith(prefix) and (folder / path.removeprefix(prefix)).is_file():
                    kinds = {
                        ".js": "text/javascript",
                        ".css": "text/css",
                        ".woff2": "font/woff2",
                        ".png": "image/png",
                    }
                    kind = kinds.get(Path(path).suffix, "application/octet-stream")
                    return self._send(200, kind, (folder / path.removeprefix(prefix)).read_bytes())
            body = {"error": "NotFound", "detail": "Không có địa chỉ này."}
            return self._send(404, "application/json", json.dumps(body).encode())
        if isinstance(answer, str):
            return self._send(200, "text/html; charset=utf-8", answer.encode())
        return self._send(200, "application/geo+json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if not urlsplit(self.path).path.startswith("/khong-chinh-sach"):
            self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the test reads the browser's own list of requests."""


@contextmanager
def served(answers: dict[str, Any]) -> Iterator[str]:
    """The base address of a site on a free port; `answers` maps paths to HTML, JSON or a function giving one."""
    site = _Site(("127.0.0.1", 0), partial(_Handler, answers))
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_address[1]}"
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
