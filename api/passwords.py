"""Passwords: Argon2id with a bound on how many are computed at once, and what a good one is.

Parameters: 19 MiB, 2 passes, 1 lane (OWASP's minimum for Argon2id), about 26 ms here. The bound keeps the memory of
500 people who sign in in the same minute at that of two: not only of two at once, but of two threads, because the C
library keeps for each thread what it has once had.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from projects.errors import Fault, InvalidInput, TooMany

SHORTEST, LONGEST = 12, 128  # characters
AT_ONCE = 2
PATIENCE_SECONDS = 20.0
LEAST_SCORE = 3  # of zxcvbn, 0…4: "safely unguessable" begins at 3

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")
T = TypeVar("T")


def hash_password(password: str) -> str:
    """The Argon2id hash to store. Raises TooMany when the queue is too long."""
    return _in_turn(lambda: _hasher.hash(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether the password fits. An account that does not exist (`stored` None) takes the same time."""

    def fits() -> bool:
        try:
            return _hasher.verify(stored or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False

    return _in_turn(fits) and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's: it is renewed at the next sign-in."""
    return _hasher.check_needs_rehash(stored)


def new_password() -> str:
    """A random password to hand over, to be changed at the first sign-in."""
    return "-".join(secrets.token_hex(3) for _ in range(4))


def check_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Refuses a password that is short, endless, or easy to guess knowing `about` (names). Raises InvalidInput."""
    faults: list[Fault] = []
    if len(password) < SHORTEST:
        faults.append(
            Fault("password", f"Cần ít nhất {SHORTEST} ký tự.", f"At least {SHORTEST} characters are needed.")
        )
    elif len(password) > LONGEST:
        faults.append(Fault("password", f"Dài quá {LONGEST} ký tự.", f"Longer than {LONGEST} characters."))
    elif _score(password, about) < LEAST_SCORE:
        faults.append(
            Fault(
                "password",
                "Dễ đoán quá: thêm vài từ không liên quan đến nhau, tránh tên và ngày tháng.",
                "Too easy to guess: add unrelated words, avoid names and dates.",
            )
        )
    if faults:
        raise InvalidInput(faults)


def _score(password: str, about: tuple[str, ...]) -> int:
    from zxcvbn import zxcvbn  # here, because its word lists take a moment to load

    words = [part for text in (*about, "duonggang", "đường găng", "hanoi") for part in (text, *text.split())]
    return int(zxcvbn(password, user_inputs=words)["score"])


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def _in_turn(work: Callable[[], T]) -> T:
    """Computes in one of the few threads for it; waits in line, but not for ever. Raises TooMany."""
    waiting = _workers.submit(work)
    try:
        return waiting.result(PATIENCE_SECONDS)
    except TimeoutError:  # none of the work raises it
        waiting.cancel()
        raise TooMany(5) from None
