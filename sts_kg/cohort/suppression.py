"""Which counts to hide, so that neither a small one nor anything that gives it back is shown.

Counts are cells, and what they have to do with each other are sums. A reader of what is shown knows the sums, and that
no count is negative. Pure: numbers in, names of cells out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from functools import cached_property
from math import lcm
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Sum", "suppressed"]

#: Factors beyond it are computed as numbers of any size, lest a product of two does not fit into 64 bits.
_LARGE = 2**30

Key = TypeVar("Key", bound=Hashable)
#: A total, and the parts that it is the sum of.
Sum: TypeAlias = tuple[Key, Sequence[Key]]
Flags: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[Any]


def suppressed(
    cells: Mapping[Key, int],
    sums: Iterable[Sum[Key]],
    threshold: int,
    *,
    unshown: Set[Key] = frozenset(),
) -> frozenset[Key]:
    """Return the cells to hide, of those that would be shown.

    Hidden are the counts from 1 to `threshold - 1`; zero is shown. More cells are hidden until (1) no hidden cell, and
    no small one that is `unshown`, can be computed from those shown; (2) each small one could have another value, such
    that all counts are whole numbers, none below zero and no hidden one below one; and (3) where the sum of the hidden
    parts of a total can be computed, it is zero or at least `threshold`. Of the cells that would do, the smallest is
    hidden; a cell that proves needless in the end is shown.

    Parameters
    ----------
    cells : mapping of names to counts
        The true counts, none negative.
    sums : iterable of (total, parts)
        The identities that a reader knows. An inequality `a <= b` is a sum with a cell for the difference.
    threshold : int
        With 1 nothing is hidden.
    unshown : set of names
        Cells that no table shows, such as differences; small ones must not be computable either.

    References
    ----------
    Hundepool et al., Statistical Disclosure Control (2012), chapter 4: complementary suppression of tables.

    Examples
    --------
    >>> sorted(suppressed({"n": 100, "yes": 70, "no": 25, "unknown": 5}, [("n", ("yes", "no", "unknown"))], 11))
    ['no', 'unknown']
    """
    work = _Work(cells, sums, threshold, unshown)
    return frozenset(work.names[at] for at in np.flatnonzero(work.hidden())) - unshown


class _Solved(NamedTuple):
    """The sums, solved for the hidden cells: a row for each of `pivots`, its factor being `scale`.

    The hidden cells that are no pivots are `free`; `rest` are rows without any hidden cell; `given` are the pivots
    whose rows have no free cell, so that the shown cells give them.
    """

    pivots: list[int]
    free: list[int]
    rows: Numbers
    rest: Numbers
    scale: Numbers

    @property
    def place(self) -> dict[int, int]:
        return {at: row for row, at in enumerate(self.pivots)}

    @property
    def given(self) -> list[int]:
        is_open = (self.rows[:, self.free] != 0).any(axis=1)
        return [self.pivots[row] for row in np.flatnonzero(np.logical_not(is_open))]

    def gives(self, form: Numbers) -> bool:
        """Return whether a sum of hidden cells, by their factors, follows from the shown ones."""
        rows = [(row, form[at]) for row, at in enumerate(self.pivots) if form[at]]
        scale = lcm(*(int(self.scale[row]) for row, _ in rows))
        left = form[self.free] * scale
        for row, factor in rows:
            left = left - self.rows[row, self.free] * (factor * (scale // int(self.scale[row])))
        return not left.any()


class _Work(Generic[Key]):
    def __init__(self, cells: Mapping[Key, int], sums: Iterable[Sum[Key]], threshold: int, unshown: Set[Key]) -> None:
        self.names = [*cells]
        self.counts = np.array([cells[name] for name in self.names], np.int64)
        self.threshold = threshold
        self.may_show: Flags = np.fromiter((name not in unshown for name in self.names), bool)
        self.small = (self.counts > 0) & (self.counts < threshold)
        self.always: Flags = np.logical_or(self.small, ~self.may_show)
        number = {name: at for at, name in enumerate(self.names)}
        known = [(number[total], [number[part] for part in parts]) for total, parts in sums]
        self.matrix = np.zeros((len(known), len(self.names)), np.int64)
        for row, (total, parts) in zip(self.matrix, known, strict=True):
            row[total] -= 1
            np.add.at(row, parts, 1)
        assert not (self.matrix @ self.counts).any(), "the counts agree with their sums"
        self.parts = [np.array(parts, int) for _, parts in known]

    def hidden(self) -> Flags:
        hidden: Flags = self.always.copy()
        if not self.small.any():
            return hidden
        added = []
        while more := self.to_hide(hidden):
            hidden[more] = True
            added += more
        for at in sorted(added, key=lambda each: -self.counts[each]):
            hidden[at] = False
            hidden[at] = bool(self.to_hide(hidden))
        return hidden

    def solved(self, hidden: Flags, *, anew: bool = False) -> _Solved:
        """Return the sums solved for the hidden cells: first, unless `anew`, for those that are hidden in any case."""
        first: tuple[Numbers, list[int]] = (self.matrix, []) if anew else self._always
        more = self._largest_first(np.flatnonzero(hidden if anew else hidden & ~self.always))
        matrix, pivots = _eliminated(first[0], first[1], more)
        done = len(pivots)
        taken = {*pivots}
        scale = matrix[np.arange(done), pivots] if pivots else np.zeros(0, np.int64)
        free = [at for at in np.flatnonzero(hidden).tolist() if at not in taken]
        return _Solved(pivots, free, matrix[:done], matrix[done:], scale)

    @cached_property
    def _always(self) -> tuple[Numbers, list[int]]:
        """The sums solved for the cells that are hidden in any case."""
        matrix, pivots = _eliminated(self.matrix, [], self._largest_first(np.flatnonzero(self.always)))
        return matrix[(matrix != 0).any(axis=1)], pivots

    def _largest_first(self, cells: Numbers) -> list[int]:
        """Return cells in the order in which they are solved for.

        So what is free to take another value are small cells as far as possible, and what then changes are large ones.
        """
        return sorted(cells.tolist(), key=lambda at: (-self.counts[at], at))

    def to_hide(self, hidden: Flags) -> list[int]:
        """Return cells of which hiding helps, none if all is well."""
        solved = self.solved(hidden)
        given = [at for at in solved.given if self.may_show[at]] or [at for at in solved.given if self.small[at]]
        more = {self._against(solved, at, hidden) for at in given}
        more = more or {self._smallest(parts) for parts in self._small_sums(solved, hidden)}
        if not more and (pinned := self._pinned(solved)):
            solved = self.solved(hidden, anew=True)
            more = {self._beside(solved, at, hidden) for at in pinned & self._pinned(solved)}
        return sorted(at for at in more if at is not None)

    def _candidates(self, hidden: Flags) -> Flags:
        return ~hidden & (self.counts > 0)

    def _smallest(self, candidates: Numbers) -> int | None:
        return min(candidates.tolist(), key=lambda at: (self.counts[at], at)) if len(candidates) else None

    def _against(self, solved: _Solved, at: int, hidden: Flags) -> int | None:
        """Return the smallest cell that, hidden, leaves the cell of a row open; else of those that give it."""
        used = np.flatnonzero(self._candidates(hidden) & (solved.rows[solved.place[at]] != 0))
        alone = used[np.logical_not((solved.rest[:, used] != 0).any(axis=0))]
        return self._smallest(alone if len(alone) else used)

    def _small_sums(self, solved: _Solved, hidden: Flags) -> list[Numbers]:
        """Return the shown parts of totals of which the hidden parts have a small sum that can be computed."""
        candidates = self._candidates(hidden)
        found = []
        for parts in self.parts:
            of_hidden, shown = parts[hidden[parts]], parts[candidates[parts]]
            if len(of_hidden) > 1 and len(shown) and 0 < self.counts[of_hidden].sum() < self.threshold:
                form = np.zeros(len(self.names), solved.rows.dtype)
                form[of_hidden] = 1
                if solved.gives(form):
                    found.append(shown)
        return found

    def _pinned(self, solved: _Solved) -> set[int]:
        """Return the small hidden cells for which no other solution was found.

        Other solutions are sought along each free cell: one more or less of it, and what the pivots then are.
        """
        least = (self.may_show & (self.counts > 0)).astype(np.int64)
        room = (self.counts - least)[solved.pivots]
        scale = lcm(*map(int, solved.scale)) if len(solved.scale) else 1
        step = -solved.rows[:, solved.free] * (scale // solved.scale)[:, None]
        up = (step >= -room[:, None]).all(axis=0)
        down = (step <= room[:, None]).all(axis=0) & ((self.counts - least)[solved.free] >= scale)
        moves = up | down
        fixed = [at for at, does in zip(solved.free, moves, strict=True) if not does]
        moved = (step[:, moves] != 0).any(axis=1)
        fixed += [at for at, does in zip(solved.pivots, moved, strict=True) if not does]
        return {at for at in fixed if self.small[at]}

    def _beside(self, solved: _Solved, at: int, hidden: Flags) -> int | None:
        """Return the smallest cell of the rows that have a cell; if there is none, of all."""
        rows = [solved.place[at]] if at in solved.place else np.flatnonzero(solved.rows[:, at]).tolist()
        candidates = self._candidates(hidden)
        used = np.flatnonzero(candidates & (solved.rows[rows] != 0).any(axis=0))
        return self._smallest(used if len(used) else np.flatnonzero(candidates))


def _eliminated(matrix: Numbers, pivots: Sequence[int], columns: Iterable[int]) -> tuple[Numbers, list[int]]:
    """Return rows solved for more columns, by exact elimination: row `i` is the only one that has the pivot `i`."""
    matrix, pivots = matrix.copy(), [*pivots]
    for column in columns:
        done = len(pivots)
        found = np.flatnonzero(matrix[:, column])
        below = found[np.searchsorted(found, done) :]
        if not len(below):
            continue
        pivot = below[np.argmin(abs(matrix[below, column]))]
        if pivot != done:
            matrix[[done, pivot]] = matrix[[pivot, done]]
            found = np.flatnonzero(matrix[:, column])
        if matrix[done, column] < 0:
            matrix[done] = -matrix[done]
        rows = found[found != done]
        factor = matrix[done, column]
        if len(rows):
            changed = matrix[rows] * factor - matrix[rows, column][:, None] * matrix[done]
            if factor != 1:
                changed //= np.gcd.reduce(changed, axis=1, keepdims=True, initial=0).clip(min=1)
            if changed.dtype != object and abs(changed).max() > _LARGE:
                matrix, changed = matrix.astype(object), changed.astype(object)  # whole numbers of any size
            matrix[rows] = changed
        pivots.append(column)
    return matrix, pivots
