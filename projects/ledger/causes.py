"""What changed between two sides, sorted into sources and shapes (see `sharing`), without what cannot matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from projects.engine.dated import DONE, FREE, NONE, Long, Small
from projects.engine.mixed import ABSENT, LATER, NOWHERE, SOONER, A, B, mixed, tails
from projects.engine.shifts import DAY
from projects.errors import Fault, InvalidInput
from projects.ledger.sharing import LOW, Levels
from projects.ledger.sides import Pair

# Where a source enters: the node, and what it is not before: an earliest date of its own work, or start and finish.
Seed = tuple[int, int, int, int]  # node, base, start, finish


@dataclass(frozen=True, slots=True)
class Source:
    """Causes that have the same dates before and after, at the nodes where they enter: cases, or an activity."""

    codes: tuple[str, ...]
    case: bool
    before: tuple[Seed, ...]
    after: tuple[Seed, ...]


class Changes:
    """The changes from one side to the other and the arrays to ask what a choice of them gives.

    The causes are numbered, sources first, then shapes, each by name: `names` says (is it a case?, code). Those that
    cannot move `target` are not among them but counted in `count`. `landed`: whether cases are causes (else the land of
    each side belongs to its plan).
    """

    def __init__(self, pair: Pair, target: str, *, landed: bool) -> None:
        """Compares the sides and finds what can matter to the activity `target`."""
        self.pair, self.n = pair, len(pair.codes)
        self.target = pair.index[target]
        self.none = np.full(self.n, NONE, np.int64)
        self.pick = np.zeros(self.n, np.int8)
        self.bases = pair.a.nodes.base.copy(), pair.b.nodes.base.copy()
        sources = list(self._land(landed))
        land = len(sources)
        shapes = self._activities(sources, {*pair.a.land, *pair.b.land})
        self.count += len(sources) - land + len(shapes)  # those of land are counted already
        self.sources, self.shapes = self._mattering(sources, shapes)
        members = [(not s.case, code, i) for i, s in enumerate(self.sources) for code in s.codes]
        self.members = [i for *_, i in sorted(members)]
        self.names = [(not other, code) for other, code, _ in sorted(members)]
        self.names += [(False, code) for code in self.shapes]
        self._tails: dict[tuple[int, Seed], int] = {}

    def day(self, changed: frozenset[int]) -> int:
        """The day of the target when the causes of these numbers (sources, then shapes) have changed."""
        m = len(self.members)
        pick = self._choose(sum(1 << j for j in range(len(self.shapes)) if m + j in changed))
        bases = [base.copy() for base in self.bases]
        start = self._steady_land(pick)
        finish = start.copy()
        for i, is_changed in {(source, n in changed) for n, source in enumerate(self.members)}:
            source = self.sources[i]
            for node, base, begin, end in source.after if is_changed else source.before:
                if source.case and not self._takes(pick, node):
                    continue
                for each in bases:
                    each[node] = max(each[node], base)
                start[node], finish[node] = max(start[node], begin), max(finish[node], end)
        self._run(pick, bases[0], bases[1], start, finish, alone=False)
        return max(self.low, _day(int(finish[self.target])))

    def levels(self, choice: int) -> Levels:
        """The levels of all sources for a choice of changed shapes (bits)."""
        pick = self._choose(choice)
        start = self._steady_land(pick)
        finish = start.copy()
        self._run(pick, *self.bases, start, finish, alone=False)
        self._ask(choice, pick, (seed for s in self.sources for seed in (*s.before, *s.after)))
        before = [self._reach(choice, pick, source, source.before) for source in self.sources]
        after = [self._reach(choice, pick, source, source.after) for source in self.sources]
        return Levels(
            always=max(self.low, _day(int(finish[self.target]))),
            before=[before[i] for i in self.members],
            after=[after[i] for i in self.members],
        )

    def _choose(self, choice: int) -> Small:
        pick = self.pick.copy()
        for j, code in enumerate(self.shapes):
            pick[self.pair.index[code]] = B if choice >> j & 1 else A
        return pick

    def _takes(self, pick: Small, node: int) -> bool:
        """Whether land counts at a node: not where possession is a fact."""
        if pick[node] == LATER:
            return bool(self.pair.a.takes[node] or self.pair.b.takes[node])
        if pick[node] == SOONER:
            return bool(self.pair.a.takes[node] and self.pair.b.takes[node])
        return bool((self.pair.b if pick[node] == B else self.pair.a).takes[node])

    def _reach(self, choice: int, pick: Small, source: Source, seeds: tuple[Seed, ...]) -> int:
        """The day on which the seeds of a source alone would put the target."""
        return max(
            (self._tails[choice, s] for s in seeds if not source.case or self._takes(pick, s[0])),
            default=LOW,
        )

    def _ask(self, choice: int, pick: Small, seeds: Iterable[Seed]) -> None:
        """Where each of these seeds alone puts the target, to be found in `_tails`; LOW where it cannot matter.

        What comes no later at a node puts the target no later: of one node, the latest is asked first.
        """
        wanted = sorted({seed for seed in seeds if (choice, seed) not in self._tails})
        last: dict[int, Seed] = {}
        for node, base, start, finish in wanted:
            held = last.get(node, (node, NONE, NONE, NONE))
            last[node] = node, max(held[1], base), max(held[2], start), max(held[3], finish)
        reached = dict(zip(last, self._tails_of(pick, list(last.values())), strict=True))
        for seed in wanted:
            self._tails[choice, seed] = LOW
        late = [seed for seed in wanted if reached[seed[0]] > self.low]
        for seed, day in zip(late, self._tails_of(pick, late), strict=True):
            self._tails[choice, seed] = day

    def _tails_of(self, pick: Small, seeds: list[Seed]) -> list[int]:
        """The day on which each seed alone puts the target."""
        if not seeds:
            return []
        node, base, start, finish = np.array(seeds, np.int64).T.copy()
        found = np.empty(len(seeds), np.int64)
        a, b = self.pair.a, self.pair.b
        a.clock.bad[:] = 0, -1
        tails(
            a.clock, a.nodes, a.edges, a.other, b.clock, b.nodes, b.edges, b.other, pick, self.target,
            node, base, start, finish, found,
        )  # fmt: skip
        self._refuse_overrun()
        return [_day(at) for at in found.tolist()]

    def _run(
        self, pick: Small, base_a: Long, base_b: Long, start: Long, finish: Long, *, alone: bool
    ) -> None:
        a, b = self.pair.a, self.pair.b
        a.clock.bad[:] = 0, -1
        mixed(
            a.clock, a.nodes, a.edges, a.other, base_a, b.clock, b.nodes, b.edges, b.other, base_b,
            pick, alone, start, finish,
        )  # fmt: skip
        self._refuse_overrun()

    def _refuse_overrun(self) -> None:
        bad = self.pair.a.clock.bad  # of both
        if bad[0]:
            at = self.pair.codes[bad[1]] if bad[1] >= 0 else ""
            vi = "Phép tính vượt ra ngoài lịch (1970–2100)."
            raise InvalidInput([Fault(at, vi, "The calculation runs out of its calendar (1970–2100).")])

    # Comparing the sides

    def _land(self, landed: bool) -> Iterator[Source]:
        """The cases whose handover moved and that can be the last of a front; all other land is steady."""
        a, b = self.pair.a, self.pair.b
        self.steady = self.none.copy(), self.none.copy()
        moved = np.zeros(len(self.pair.cases), np.bool_)
        nowhere = np.full(moved.size, NONE, np.int64)
        nodes = sorted({*a.land, *b.land})
        table = np.full((len(nodes), 2, moved.size), NONE, np.int64)
        for row, node in zip(table, nodes, strict=True):
            was, now = a.land.get(node, nowhere), b.land.get(node, nowhere)
            if not landed:
                self.steady[0][node], self.steady[1][node] = was.max(initial=NONE), now.max(initial=NONE)
                continue
            # However the cases are chosen, the front does not open before this: who is never later opens nothing.
            least = np.minimum(was, now).max(initial=NONE)
            self.steady[0][node] = self.steady[1][node] = least
            moved |= was != now
            row[:] = np.where(np.maximum(was, now) > least, [was, now], NONE)
        self.count = int(moved.sum())
        yield from _alike(nodes, table, self.pair.cases)

    def _activities(self, sources: list[Source], opened: set[int]) -> list[str]:
        """Adds the activities that have changed to `sources` or gives them as shapes."""
        a, b = self.pair.a, self.pair.b
        ways = [(a.way(i), b.way(i)) for i in range(self.n)]
        fixed = [was == now and was[0] in (DONE, ABSENT) for was, now in ways]
        own = self._own_outputs()
        shapes = []
        for i, (was, now) in enumerate(ways):
            bases = int(self.bases[0][i]), int(self.bases[1][i])
            plain = was[0] not in (DONE, ABSENT) and a.nodes.pin[i] == FREE
            land = self.steady[0][i] != self.steady[1][i]
            if was == now and not land and (not plain or bases[0] == bases[1]):
                continue
            code = self.pair.codes[i]
            if was == now and not land:
                seeds = ((i, base, NONE, NONE) for base in bases)
                sources.append(Source((code,), False, (next(seeds),), (next(seeds),)))
                self.bases[0][i] = self.bases[1][i] = NONE
            elif (
                i not in opened
                and a.nodes.calendar[i] == b.nodes.calendar[i]
                and self.steady[0][i] == self.steady[1][i] == NONE
                and all(fixed[p] for side in (a, b) for p, *_ in side.links(i))
            ):
                # Nothing of what it waits for can change: its own times are all that it passes on.
                sources.append(Source((code,), False, *(((i, NONE, s[i], f[i]),) for s, f in own)))
                self.pick[i] = NOWHERE
            else:
                shapes.append(code)
        return sorted(shapes)

    def _own_outputs(self) -> list[tuple[list[int], list[int]]]:
        """Starts and finishes of every node on each side."""
        found = []
        for side, land in zip((A, B), self.steady, strict=True):
            start, finish = land.copy(), land.copy()
            self._run(np.full(self.n, side, np.int8), *self.bases, start, finish, alone=False)
            found.append((start.tolist(), finish.tolist()))
        return found

    # What cannot matter

    def _steady_land(self, pick: Small) -> Long:
        """The land that does not change, at the nodes that wait for it in this choice."""
        takes = self.pair.a.takes, self.pair.b.takes
        land = [np.where(take, steady, NONE) for take, steady in zip(takes, self.steady, strict=True)]
        later, sooner = np.maximum(*land), np.minimum(*land)
        found = np.select([pick == B, pick == LATER, pick == SOONER], [land[1], later, sooner], land[0])
        return np.where(pick == NOWHERE, later, found)

    def _mattering(self, sources: list[Source], shapes: list[str]) -> tuple[list[Source], list[str]]:
        """Leaves out whatever could not move the target even if all others were as late as they get."""
        # The target is never sooner, so what comes no later need not be asked again.
        low = self.low = _day(int(self._bound(sources, shapes, SOONER)[1][self.target]))
        start, finish = self._bound(sources, shapes, LATER)
        late = self._picked(shapes, LATER)
        self._tails = {}
        limits = {
            code: (i, NONE, int(start[i]), int(finish[i])) for code in shapes for i in [self.pair.index[code]]
        }
        self._ask(-1, late, [*limits.values(), *(x for s in sources for x in (*s.before, *s.after))])
        kept = [
            source
            for source in sources
            if self._reach(-1, late, source, (*source.before, *source.after)) > low
        ]
        held = [
            code
            for code in shapes
            if self._tails[-1, limits[code]] > low or self.pair.index[code] == self.target
        ]
        return kept, held

    def _picked(self, shapes: list[str], how: int) -> Small:
        pick = self.pick.copy()
        for code in shapes:
            pick[self.pair.index[code]] = how
        return pick

    def _bound(self, sources: list[Source], shapes: list[str], how: int) -> tuple[Long, Long]:
        """Starts and finishes that no choice of changes goes beyond: the latest, or the soonest."""
        best = max if how == LATER else min
        pick = self._picked(shapes, how)
        start = self._steady_land(pick)
        finish = start.copy()
        bases = [base.copy() for base in self.bases]
        for source in sources:
            before, after = ({seed[0]: seed for seed in seeds} for seeds in (source.before, source.after))
            for node in {**before, **after}:
                seeds = [seed[1:] for seed in (before.get(node), after.get(node)) if seed]
                if (len(seeds) < 2 and how == SOONER) or (source.case and not self._takes(pick, node)):
                    continue
                base, begin, end = (best(each) for each in zip(*seeds, strict=True))
                for each in bases:
                    each[node] = max(each[node], base)
                start[node], finish[node] = max(start[node], begin), max(finish[node], end)
        self._run(pick, bases[0], bases[1], start, finish, alone=False)
        return start, finish


def _alike(nodes: list[int], table: Long, cases: tuple[str, ...]) -> Iterator[Source]:
    """The cases of a table (node, before and after, case), those with the same dates together."""
    some = np.flatnonzero((table != NONE).any(axis=(0, 1)))
    if not some.size:
        return
    rows = np.ascontiguousarray(table.reshape(-1, len(cases))[:, some].T)
    alike: dict[bytes, list[int]] = {}
    for place, row in enumerate(rows):
        alike.setdefault(row.tobytes(), []).append(place)
    for places in alike.values():
        codes = [cases[some[place]] for place in places]
        column = rows[places[0]].reshape(len(nodes), 2).tolist()
        before, after = (
            tuple(
                (node, NONE, at[side], at[side])
                for node, at in zip(nodes, column, strict=True)
                if at[side] != NONE
            )
            for side in (0, 1)
        )
        yield Source(tuple(codes), True, before, after)


def _day(finish: int) -> int:
    """The day that an instant of a finish closes."""
    return LOW if finish == NONE else (finish - 1) // DAY
