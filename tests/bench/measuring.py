"""How figures are taken and kept: medians of rounds in which both sides take turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

ROUNDS = 5
FIGURES: list[dict[str, object]] = []


def figure(name: str, unit: str, ours: float, peer: float | None = None, against: str = "") -> None:
    """Keeps and prints one figure; the ratio says how many times better ours is (less time, or more per second)."""
    row = {
        "name": name,
        "unit": unit,
        "ours": round(ours, 3),
        "peer": peer and round(peer, 3),
        "against": against,
    }
    FIGURES.append(row)
    better = (ours / peer if unit.endswith("/s") else peer / ours) if peer else 0.0
    ratio = f"  {better:6.1f} ×  {against}" if peer else ""
    print(f"\n{name:<62} {ours:10.3f} {unit}{ratio}")


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def taking_turns(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """Medians in seconds of both sides, interleaved, after one round that does not count."""
    rounds = [(seconds(ours), seconds(peer)) for _ in range(ROUNDS + 1)][1:]
    return statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds)
