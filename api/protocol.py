"""How bytes of a connection become requests: the fast parser of uvicorn, with the bound that it does not have."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024  # bytes of request line and headers; an endless head must not fill the memory


class BoundedHttp(HttpToolsProtocol):
    """Answers 400 and ends the connection when a head does not end within `LARGEST_HEAD` and a piece before it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._in_head = False
        self._taken = 0

    def data_received(self, data: bytes) -> None:
        """Bytes from the network."""
        went_on = self._in_head
        super().data_received(data)
        if went_on and self._in_head:
            self._taken += len(data)
            if self._taken > LARGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """The parser has seen the first byte of a request."""
        self._in_head, self._taken = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The parser has seen the empty line after the headers."""
        self._in_head = False
        super().on_headers_complete()
