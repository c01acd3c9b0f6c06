"""Sorted integer columns: sort, join, union, difference, transitive closure. Integers only: no terms, no rules.

A *pair* of ids is one int64, `first << 32 | second`; a *column* is a sorted array of unique pairs, so that all pairs
with one first half lie side by side, and sorting, difference and merge are one-dimensional. Ids stay below 2³¹.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EMPTY",
    "Ids",
    "Pairs",
    "contains",
    "difference",
    "distinct",
    "expand",
    "firsts",
    "halves",
    "join",
    "lookup",
    "merged",
    "pack",
    "ranges",
    "reach",
    "seconds",
    "swap",
    "transitive",
    "unique",
    "united",
]

Ids: TypeAlias = NDArray[np.int64]
EMPTY: Ids = np.empty(0, np.int64)
#: Rows that a join makes at a time, so that it needs at most some hundred megabytes beside the columns.
SLICE = 1 << 24
_LOW = 0xFFFFFFFF


def pack(first: Ids | int, second: Ids | int) -> Ids:
    """Return pairs of the ids of two arrays; one of the two may be a single id."""
    return np.bitwise_or(np.left_shift(first, 32), second)


def firsts(pairs: Ids) -> Ids:
    """Return the first halves."""
    return pairs >> 32


def seconds(pairs: Ids) -> Ids:
    """Return the second halves."""
    return pairs & _LOW


def halves(pairs: Ids) -> tuple[Ids, Ids]:
    """Return the first and the second halves."""
    return firsts(pairs), seconds(pairs)


def swap(pairs: Ids) -> Ids:
    """Return the pairs with their halves swapped, in the same order and so not sorted."""
    return (pairs << 32) | (pairs >> 32)


def distinct(values: Ids) -> Ids:
    """Return a sorted array without repetitions."""
    if values.size < 2:
        return values
    keep = np.empty(values.size, bool)
    keep[0] = True
    np.not_equal(values[1:], values[:-1], out=keep[1:])
    return values if keep.all() else values[keep]


def unique(values: Ids) -> Ids:
    """Return the values sorted, without repetitions. `np.unique` takes many times longer."""
    if values.size < 2 or (values[1:] > values[:-1]).all():
        return values
    return distinct(np.sort(values))


def contains(column: Ids, probes: Ids) -> NDArray[np.bool_]:
    """Return for each probe whether a sorted column holds it; fastest when the probes are sorted."""
    if not column.size or not probes.size:
        return np.zeros(probes.size, bool)
    at = column.searchsorted(probes)
    at[at == column.size] = 0  # a probe beyond the last value is not equal to the first
    found: NDArray[np.bool_] = column[at] == probes
    return found


def difference(new: Ids, known: Ids) -> Ids:
    """Return the values of a sorted array that are not in another sorted array."""
    if not new.size or not known.size or new[-1] < known[0] or new[0] > known[-1]:
        return new
    if known.size == new.size and np.array_equal(known, new):
        return EMPTY
    if known.size >= new.size:
        return new[~contains(known, new)]
    keep = np.ones(new.size, bool)
    at = new.searchsorted(known)
    at[at == new.size] = 0
    keep[at[new[at] == known]] = False
    return new[keep]


def merged(left: Ids, right: Ids) -> Ids:
    """Return the union of two sorted arrays that share no value."""
    if not left.size or not right.size:
        return left if left.size else right
    if left[-1] > right[0]:
        few, many = (left, right) if left.size < right.size else (right, left)
        if many.size >= _LONG and many.size >= _FEW * few.size:
            at = many.searchsorted(few)
            starts = np.flatnonzero(np.diff(at, prepend=-1))
            if many.size >= _LONG * starts.size:
                return _inserted(few, many, starts.tolist(), at[starts].tolist())
    both = np.concatenate((left, right))
    if left[-1] > right[0]:
        both.sort(kind="stable")  # finds the two runs and merges them
    return both


_FEW = 1 << 6
_LONG = 1 << 12  # a piece of this many values is copied in less time than sorting takes


def _inserted(few: Ids, many: Ids, starts: list[int], places: list[int]) -> Ids:
    """Return many values with a few more, in pieces: which piece of the few starts where, and where it is put."""
    both = np.empty(few.size + many.size, np.int64)
    done = 0
    for start, end, place in zip(starts, [*starts[1:], few.size], places, strict=True):
        both[done + start : place + start] = many[done:place]
        both[place + start : place + end] = few[start:end]
        done = place
    both[done + few.size :] = many[done:]
    return both


def ranges(column: Ids, keys: Ids) -> tuple[Ids, Ids]:
    """Return for each key where the pairs with this first half begin and end; sorted keys are fastest."""
    return column.searchsorted(keys << 32), column.searchsorted((keys + 1) << 32)


def lookup(column: Ids, key: int) -> Ids:
    """Return the second halves of the pairs with a given first half, sorted."""
    if not column.size:
        return EMPTY
    low, high = column.searchsorted((key << 32, (key + 1) << 32))
    return seconds(column[low:high])


def expand(low: Ids, high: Ids) -> Iterator[tuple[Ids, Ids]]:
    """Yield, for ranges of rows, the number of the range and the row; in slices of about `SLICE` rows."""
    counts = high - low
    total = int(counts.sum())
    if not total:
        return
    if total <= SLICE:
        yield _expanded(low, counts, total)
        return
    ends = np.cumsum(counts)
    start = 0
    while start < counts.size:
        before = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + SLICE, side="right")))
        part = counts[start:stop]
        if size := int(part.sum()):
            number, rows = _expanded(low[start:stop], part, size)
            yield number + start, rows
        start = stop


def _expanded(low: Ids, counts: Ids, total: int) -> tuple[Ids, Ids]:
    number = np.repeat(np.arange(counts.size), counts)
    shift = low - (np.cumsum(counts) - counts)
    return number, np.arange(total) + shift[number]


def join(keys: Ids, carried: Ids, column: Ids) -> Iterator[tuple[Ids, Ids]]:
    """Yield, for each pair of the column whose first half is a key, what that key carries and the second half."""
    low, high = ranges(column, keys)
    for number, rows in expand(low, high):
        yield carried[number], seconds(column[rows])


class Pairs:
    """A binary relation in two orders; each is made from the other when it is first asked for.

    `so` is sorted by subject, `os` holds the same pairs with their halves swapped, sorted by object.
    """

    __slots__ = ("_os", "_so")

    def __init__(self, so: Ids | None = None, os: Ids | None = None) -> None:
        self._so, self._os = so, os

    @property
    def so(self) -> Ids:
        """Pairs of subject and object, sorted."""
        if self._so is None:
            assert self._os is not None, "one of the two orders is always made"
            self._so = np.sort(swap(self._os))
        return self._so

    @property
    def os(self) -> Ids:
        """Pairs of object and subject, sorted."""
        if self._os is None:
            assert self._so is not None, "one of the two orders is always made"
            self._os = np.sort(swap(self._so))
        return self._os

    def __len__(self) -> int:
        one = self._so if self._so is not None else self._os
        return 0 if one is None else one.size

    def plus(self, new: Pairs) -> Pairs:
        """Return the union with pairs that are all new, in the orders that are already made."""
        return Pairs(
            None if self._so is None else merged(self._so, new.so),
            None if self._os is None else merged(self._os, new.os),
        )


# --- equal ids


def united(of: Ids, pairs: Ids) -> Ids:
    """Return a map from each id to the least id that is equal to it, after the two ids of each pair became equal."""
    new = of.copy()
    x, y = new[firsts(pairs)], new[seconds(pairs)]
    while x.size:
        np.minimum.at(new, np.maximum(x, y), np.minimum(x, y))
        while not np.array_equal(jumped := new[new], new):
            new = jumped
        x, y = new[x], new[y]
        unequal = x != y
        x, y = x[unequal], y[unequal]
    return new


# --- transitive closure


def transitive(known: Ids, new: Ids) -> Ids:
    """Return the pairs that transitivity adds to a closed relation and new pairs, sorted.

    Parameters
    ----------
    known, new : sorted pairs
        `known` is transitively closed; `new` has no pair of `known`.
    """
    if not known.size:
        paths = reach(new)
        return difference(paths, new) if paths.size > new.size else EMPTY
    # x reaches b by a path that ends in a new pair (a, b): x is a, or (x, a) is known
    into = np.sort(swap(known))
    steps = [new, *(pack(x, b) for b, x in join(firsts(new), seconds(new), into))]
    paths = reach(unique(np.concatenate(steps)))
    out = [paths, *(pack(x, z) for x, z in join(seconds(paths), firsts(paths), known))]
    return difference(difference(unique(np.concatenate(out)), known), new)


def reach(edges: Ids) -> Ids:
    """Return all pairs (x, z) with a path of one or more edges from x to z, sorted."""
    loops = firsts(edges) == seconds(edges)
    if loops.any():  # these lead to no other paths
        paths = reach(edges[~loops])
        return merged(paths, difference(edges[loops], paths))
    core = _cyclic(edges)
    if not core.size:
        return _doubled(edges)
    # Each strongly connected component becomes one node; the paths between components have no cycle.
    nodes = unique(np.concatenate((firsts(edges), seconds(edges))))
    component = _components(core, nodes)
    x, y = (component[np.searchsorted(nodes, half)] for half in (firsts(edges), seconds(edges)))
    size = np.bincount(component, minlength=nodes.size)
    looped = np.flatnonzero(size > 1)
    if not looped.size:
        return _doubled(edges)
    between = np.concatenate((_doubled(unique(pack(x, y)[x != y])), pack(looped, looped)))
    members = np.sort(pack(component, nodes))
    found: list[Ids] = []
    for number, row in expand(*ranges(members, firsts(between))):
        left, middle = seconds(members[row]), seconds(between)[number]
        found += [pack(start, end) for start, end in join(middle, left, members)]
    return unique(np.concatenate(found))


def _doubled(edges: Ids) -> Ids:
    """Return the closure of a relation: paths of up to 2ᵏ edges, then of up to 2ᵏ⁺¹, until none is new."""
    paths, exact = edges, edges  # exact: paths of just 2ᵏ edges, so that long paths are made once
    begins = _flags(firsts(edges))
    while (exact := exact[begins[_within(begins, seconds(exact))]]).size:
        found = [pack(x, z) for x, z in join(seconds(exact), firsts(exact), paths)]
        new = difference(unique(np.concatenate(found)), paths) if found else EMPTY
        if not new.size:
            break
        further = [pack(x, z) for x, z in join(seconds(exact), firsts(exact), exact)]
        exact = unique(np.concatenate(further)) if further else EMPTY
        paths = merged(paths, new)
    return paths


def _cyclic(edges: Ids) -> Ids:
    """Return the edges that are left when nodes without an edge in or an edge out are removed repeatedly.

    In a long chain edges may be left though they form no cycle; that only costs time.
    """
    for _ in range(_PEELS):
        first, second = firsts(edges), seconds(edges)
        begins, ends = _flags(first), _flags(second)
        keep = ends[_within(ends, first)] & begins[_within(begins, second)]
        if keep.all():
            break
        edges = edges[keep]
    return edges


def _flags(ids: Ids) -> NDArray[np.bool_]:
    """Return for each id up to the largest whether it occurs; one more, which does not, stands for larger ids."""
    flags = np.zeros(int(ids.max(initial=0)) + 2, bool)
    flags[ids] = True
    return flags


def _within(flags: NDArray[np.bool_], ids: Ids) -> Ids:
    return np.minimum(ids, flags.size - 1)


_PEELS = 64


def _components(core: Ids, nodes: Ids) -> Ids:
    """Return for each node the index of its strongly connected component's least node (Tarjan, without recursion)."""
    starts, ends = (np.searchsorted(nodes, half) for half in (firsts(core), seconds(core)))
    bounds = np.searchsorted(starts, np.arange(nodes.size + 1)).tolist()
    targets = ends.tolist()
    component = list(range(nodes.size))
    index, low = [0] * nodes.size, [0] * nodes.size
    on_stack = bytearray(nodes.size)
    stack: list[int] = []
    count = 0
    for root in distinct(starts).tolist():
        if index[root]:
            continue
        work = [(root, bounds[root])]
        while work:
            node, edge = work.pop()
            if edge == bounds[node]:
                count += 1
                index[node] = low[node] = count
                stack.append(node)
                on_stack[node] = 1
            elif index[targets[edge - 1]] and on_stack[targets[edge - 1]]:
                low[node] = min(low[node], low[targets[edge - 1]])
            while edge < bounds[node + 1]:
                target = targets[edge]
                edge += 1
                if not index[target]:
                    work += [(node, edge), (target, bounds[target])]
                    break
                if on_stack[target]:
                    low[node] = min(low[node], index[target])
            else:
                if low[node] == index[node]:
                    found = []
                    while True:
                        found.append(stack.pop())
                        on_stack[found[-1]] = 0
                        if found[-1] == node:
                            break
                    least = min(found)
                    for member in found:
                        component[member] = least
    return np.array(component, np.int64)
