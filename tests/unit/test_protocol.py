"""What a connection may send before it is a request."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

import pytest
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.commands.server import _listen, server_config
from api.protocol import LARGEST_HEAD, BoundedHttp
from api.settings import Settings

PIECE = b"x" * 16_384


async def answer_to_an_endless_head(http: type[HttpToolsProtocol], pieces: int) -> bytes:
    """What the server says to a header that does not end within `pieces` of 16 KiB; b"" when it says nothing."""
    config = uvicorn.Config(FastAPI(), http=http, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"GET / HTTP/1.1\r\nhost: a\r\nx: ")
        try:
            for _ in range(pieces):
                writer.write(PIECE)
                await writer.drain()
                with suppress(TimeoutError):
                    return await asyncio.wait_for(reader.readline(), 0.05)
            return b""
        finally:
            writer.close()
            server.should_exit = True
            server.force_exit = True
            await running


def test_a_head_that_does_not_end_is_refused_before_it_fills_the_memory() -> None:
    assert b" 400 " in asyncio.run(answer_to_an_endless_head(BoundedHttp, 3 * LARGEST_HEAD // len(PIECE)))


def test_the_parser_alone_would_take_it() -> None:
    """The control: without the bound nothing is refused."""
    assert asyncio.run(answer_to_an_endless_head(HttpToolsProtocol, 3 * LARGEST_HEAD // len(PIECE))) == b""


def test_the_server_uses_the_bounded_parser() -> None:
    assert server_config(FastAPI(), Settings(_env_file=None)).http is BoundedHttp


@pytest.mark.parametrize("host", ["127.0.0.1"])
def test_small_answers_leave_at_once(host: str) -> None:
    """asyncio switches Nagle's delay off only for sockets that name their protocol."""
    with _listen(host, 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
