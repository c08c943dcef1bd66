"""The compiler of the kernels: numba where it is installed, plain Python on the same arrays where it is not.

A kernel and every kernel that it calls stand in one file: numba's cache on disk notices a changed file, but not
a changed helper in another one. No `prange`: threads are plain ones over blocks (kernels release the lock), since
numba's own pool ends the process when two requests enter it at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

compiler: Callable[..., Any] | None
try:
    from numba import njit
except ImportError:  # numba is a locked dependency; this is the machine without it
    compiler = None
else:
    compiler = njit


def compiled(kernel: F) -> F:
    """The kernel as machine code, kept on disk where there is room for it; the kernel itself without numba."""
    return _compiled(kernel)


def lent(kernel: F) -> F:
    """As `compiled`, for a kernel that makes no array: those that it is lent are held by whoever calls it. To count at
    each step who holds dozens of arrays costs ten times what the step does."""
    return _compiled(kernel, _nrt=False)


def reordered(kernel: F) -> F:
    """As `compiled`, but sums of floats may be taken in any order (the same one on the same machine)."""
    return _compiled(kernel, fastmath=True)


def inlined(helper: F) -> F:
    """A helper that becomes a part of the kernels that call it: a call with a dozen arrays costs more than its work.
    It makes no array (see `lent`)."""
    return _compiled(helper, forceinline=True, _nrt=False)


def _compiled(kernel: F, **how: bool) -> F:
    if compiler is None:
        return kernel
    quick: F
    try:
        quick = compiler(cache=True, nogil=True, **how)(kernel)
    except RuntimeError:  # no writable place for the cache: compile in each process
        quick = compiler(nogil=True, **how)(kernel)
    return quick


def interpreted(kernel: F) -> F:
    """The same kernel without numba: its helpers stay compiled."""
    plain: F = getattr(kernel, "py_func", kernel)
    return plain
