"""Requests that arrive while a call is under way are answered by the next one, together.

For calls that the database takes one after the other anyway, whose cost is mostly the trip and the commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool

AT_MOST = 32  # a call answers so many; the others wait for the one after


Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Together(Generic[Asked, Answer]):
    """Gives each asker of `ask` its own of the answers that `call` gives to all who waited, in order.

    What `call` raises, each of them gets. One call is under way at a time in each event loop.
    """

    def __init__(self, call: Callable[[Sequence[Asked]], Sequence[Answer]]) -> None:
        self._call = call
        self._waiting: WeakKeyDictionary[
            asyncio.AbstractEventLoop, list[tuple[Asked, asyncio.Future[Answer]]]
        ] = WeakKeyDictionary()
        self._under_way: set[asyncio.Task[None]] = set()

    async def ask(self, asked: Asked) -> Answer:
        """The answer to `asked`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        if (waiting := self._waiting.get(loop)) is not None:
            waiting.append((asked, future))
        else:
            self._waiting[loop] = [(asked, future)]
            # Kept, or the loop would drop it; not the asker's own: somebody who goes away must not stop the others.
            task = loop.create_task(self._work(loop))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return await future

    async def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while waiting := self._waiting[loop]:
            now, self._waiting[loop] = waiting[:AT_MOST], waiting[AT_MOST:]
            try:
                answers = await run_in_threadpool(self._call, [asked for asked, _ in now])
            except BaseException as error:
                for _, future in now:
                    if not future.done():
                        future.set_exception(error)
                if not isinstance(error, Exception):
                    raise
            else:
                for (_, future), answer in zip(now, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
        del self._waiting[loop]
