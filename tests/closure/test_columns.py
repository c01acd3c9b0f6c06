"""Columns of integers against plain Python sets and loops."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sts_kg.closure import columns
from sts_kg.closure.columns import EMPTY, Ids, Pairs

Pair = tuple[int, int]

LARGEST = 2**31 - 2
ids = st.one_of(st.integers(0, 6), st.sampled_from([LARGEST - 1, LARGEST]))
values = st.lists(st.integers(-3, 9), max_size=12)
relations = st.sets(st.tuples(ids, ids), max_size=14)
small_relations = st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16)


def array(items: Iterable[int]) -> Ids:
    return np.array(list(items), np.int64)


def column(pairs: Iterable[Pair]) -> Ids:
    return array(first << 32 | second for first, second in sorted(pairs))


def pairs_of(packed: Ids) -> list[Pair]:
    return [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in packed]


def closed(relation: set[Pair]) -> set[Pair]:
    """The plain twin of `reach` and `transitive`."""
    while further := {(x, z) for x, y in relation for y2, z in relation if y == y2} - relation:
        relation = relation | further
    return relation


@given(st.lists(st.tuples(ids, ids)))
def test_pack_firsts_and_seconds_are_inverse(pairs: list[Pair]) -> None:
    left, right = array(first for first, _ in pairs), array(second for _, second in pairs)
    packed = columns.pack(left, right)
    assert packed.tolist() == [first << 32 | second for first, second in pairs]
    assert columns.firsts(packed).tolist() == left.tolist()
    assert columns.seconds(packed).tolist() == right.tolist()
    assert pairs_of(columns.swap(packed)) == [(second, first) for first, second in pairs]


@given(st.lists(ids), ids)
def test_pack_takes_a_single_id_on_either_side(many: list[int], one: int) -> None:
    assert pairs_of(columns.pack(one, array(many))) == [(one, each) for each in many]
    assert pairs_of(columns.pack(array(many), one)) == [(each, one) for each in many]


@given(relations)
def test_the_order_of_packed_pairs_is_that_of_the_pairs(pairs: set[Pair]) -> None:
    assert pairs_of(np.sort(column(pairs))) == sorted(pairs)


@given(values)
def test_unique_and_distinct(items: list[int]) -> None:
    before = array(items)
    assert columns.unique(before).tolist() == sorted(set(items))
    assert before.tolist() == items
    assert columns.distinct(array(sorted(items))).tolist() == sorted(set(items))


@given(st.sets(st.integers(-3, 9)), values)
def test_contains(known: set[int], probes: list[int]) -> None:
    assert columns.contains(array(sorted(known)), array(probes)).tolist() == [probe in known for probe in probes]


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_difference_and_merged(left: set[int], right: set[int]) -> None:
    assert columns.difference(array(sorted(left)), array(sorted(right))).tolist() == sorted(left - right)
    assert columns.merged(array(sorted(left - right)), array(sorted(right))).tolist() == sorted(left | right)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_a_few_values_are_put_between_many(monkeypatch: pytest.MonkeyPatch, left: set[int], right: set[int]) -> None:
    monkeypatch.setattr(columns, "_FEW", 1)
    monkeypatch.setattr(columns, "_LONG", 2)
    assert columns.merged(array(sorted(left - right)), array(sorted(right))).tolist() == sorted(left | right)


@given(st.sets(st.integers(0, 30), min_size=8), st.integers(0, 30))
def test_difference_with_much_less_or_much_more_that_is_known(many: set[int], one: int) -> None:
    assert columns.difference(array(sorted(many)), array([one])).tolist() == sorted(many - {one})
    assert columns.difference(array([one]), array(sorted(many))).tolist() == sorted({one} - many)


@given(relations, st.lists(ids))
def test_ranges_and_lookup(pairs: set[Pair], keys: list[int]) -> None:
    low, high = columns.ranges(column(pairs), array(keys))
    for key, start, stop in zip(keys, low, high, strict=True):
        wanted = sorted(second for first, second in pairs if first == key)
        assert pairs_of(column(pairs)[start:stop]) == [(key, second) for second in wanted]
        assert columns.lookup(column(pairs), key).tolist() == wanted


def test_lookup_in_nothing_gives_nothing() -> None:
    assert columns.lookup(EMPTY, 0).tolist() == []


sliced = pytest.mark.parametrize("slice_", [1, 2, 5, columns.SLICE])
patched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@sliced
@patched
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=8))
def test_expand_gives_each_row_of_each_range(
    monkeypatch: pytest.MonkeyPatch, slice_: int, ranges: list[tuple[int, int]]
) -> None:
    monkeypatch.setattr(columns, "SLICE", slice_)
    low, counts = array(start for start, _ in ranges), array(count for _, count in ranges)
    parts = list(columns.expand(low, low + counts))
    found = [row for numbers, rows in parts for row in zip(numbers.tolist(), rows.tolist(), strict=True)]
    assert found == [(i, start + k) for i, (start, count) in enumerate(ranges) for k in range(count)]
    assert all(0 < len(rows) <= max(slice_, counts.max()) for _, rows in parts)


@sliced
@patched
@given(st.lists(st.tuples(ids, ids), max_size=8), relations)
def test_join(monkeypatch: pytest.MonkeyPatch, slice_: int, left: list[Pair], right: set[Pair]) -> None:
    monkeypatch.setattr(columns, "SLICE", slice_)
    keys, carried = array(key for key, _ in left), array(each for _, each in left)
    parts = columns.join(keys, carried, column(right))
    found = [row for a, b in parts for row in zip(a.tolist(), b.tolist(), strict=True)]
    assert found == [(each, second) for key, each in left for first, second in sorted(right) if first == key]


@given(relations)
def test_pairs_in_both_orders(pairs: set[Pair]) -> None:
    swapped = column((second, first) for first, second in pairs)
    for relation in (Pairs(so=column(pairs)), Pairs(os=swapped)):
        assert len(relation) == len(pairs)
        assert pairs_of(relation.so) == sorted(pairs)
        assert relation.os.tolist() == swapped.tolist()


@given(relations, relations, st.sampled_from(["so", "os", "both"]))
def test_plus_is_the_union_in_the_orders_that_are_made(old: set[Pair], more: set[Pair], made: str) -> None:
    relation = Pairs(so=column(old)) if made != "os" else Pairs(os=np.sort(columns.swap(column(old))))
    if made == "both":
        assert relation.os.size == len(old)
    union = relation.plus(Pairs(so=column(more - old)))
    assert pairs_of(union.so) == sorted(old | more)
    assert pairs_of(columns.swap(union.os)) == sorted(old | more, key=lambda pair: pair[::-1])
    assert pairs_of(relation.so) == sorted(old)


@sliced
@patched
@given(small_relations)
def test_reach_is_the_transitive_closure(monkeypatch: pytest.MonkeyPatch, slice_: int, edges: set[Pair]) -> None:
    monkeypatch.setattr(columns, "SLICE", slice_)
    assert pairs_of(columns.reach(column(edges))) == sorted(closed(edges))


@sliced
@patched
@given(small_relations, small_relations)
def test_transitive_adds_what_new_edges_add(
    monkeypatch: pytest.MonkeyPatch, slice_: int, old: set[Pair], more: set[Pair]
) -> None:
    monkeypatch.setattr(columns, "SLICE", slice_)
    known = closed(old)
    new = more - known
    added = columns.transitive(column(known), column(new))
    assert pairs_of(added) == sorted(closed(known | new) - known - new)


@pytest.mark.parametrize("length", [1, 2, 3, 64, 65, 200])
def test_reach_along_a_chain(length: int) -> None:
    chain = column((i, i + 1) for i in range(length))
    assert pairs_of(columns.reach(chain)) == [(i, j) for i in range(length) for j in range(i + 1, length + 1)]


@pytest.mark.parametrize("length", [1, 2, 3, 64, 150])
def test_reach_around_a_circle(length: int) -> None:
    circle = column((i, (i + 1) % length) for i in range(length))
    assert pairs_of(columns.reach(circle)) == [(i, j) for i in range(length) for j in range(length)]


def test_reach_between_two_circles_with_a_tail_and_a_loop() -> None:
    edges = {(0, 1), (1, 0), (1, 2), (2, 3), (3, 4), (4, 3), (4, 5), (6, 6), (6, 0)}
    assert pairs_of(columns.reach(column(edges))) == sorted(closed(edges))


def test_a_chain_that_outlasts_the_peeling_beside_a_circle() -> None:
    chain = {(i, i + 1) for i in range(3 * columns._PEELS)}
    edges = chain | {(1000, 1001), (1001, 1000), (1001, 0)}
    assert pairs_of(columns.reach(column(edges))) == sorted(closed_from(edges))


def closed_from(edges: set[Pair]) -> set[Pair]:
    """The same as `closed`, node by node: for long chains."""
    following: dict[int, set[int]] = {}
    for first, second in edges:
        following.setdefault(first, set()).add(second)
    ways = set()
    for start in following:
        waiting, seen = [start], set[int]()
        while waiting:
            for node in following.get(waiting.pop(), set()) - seen:
                seen.add(node)
                waiting.append(node)
        ways |= {(start, end) for end in seen}
    return ways
