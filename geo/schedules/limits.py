"""How much a schedule file may cost."""

from __future__ import annotations

from geo.importers.limits import Limits

# A Java machine needs address space for its heap, its classes and its compiled code beside Python's own.
HEAP_MEGABYTES = 1536
LIMITS = Limits(
    file_bytes=100_000_000,
    rows=100_000,
    seconds=180.0,
    cpu_seconds=240,
    memory_bytes=5 * 1024**3,
    output_bytes=400 * 1024**2,
    open_files=256,
)
