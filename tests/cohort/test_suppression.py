"""Which counts are hidden: exact examples, and for random tables a second solver and every other table that fits."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

import pytest

from sts_kg.cohort import suppression
from sts_kg.cohort.suppression import suppressed

Sums = Sequence[tuple[str, Sequence[str]]]
STATUSES: Sums = [("n", ("met", "not met", "undetermined"))]


def hidden(threshold: int = 11, sums: Sums = STATUSES, unshown: frozenset[str] = frozenset(), **cells: int) -> set[str]:
    return {*suppressed({name.replace("_", " "): n for name, n in cells.items()}, sums, threshold, unshown=unshown)}


def test_a_small_count_and_the_smallest_that_gives_it_back_are_hidden() -> None:
    assert hidden(n=100, met=70, not_met=25, undetermined=5) == {"undetermined", "not met"}


def test_the_least_count_that_is_shown_is_the_threshold() -> None:
    assert hidden(n=100, met=70, not_met=19, undetermined=11) == set()
    assert hidden(n=100, met=70, not_met=20, undetermined=10) == {"undetermined", "not met"}


def test_zero_is_shown_and_hides_nothing() -> None:
    assert hidden(n=75, met=70, not_met=0, undetermined=5) == {"undetermined", "met"}


def test_a_total_is_hidden_where_that_is_enough() -> None:
    two = [("n", ("agreeing", "contradictory")), ("agreeing", ("met", "rest")), ("agreeing", ("yes", "no"))]
    cells = {"n": 104, "agreeing": 100, "contradictory": 4, "met": 60, "rest": 40, "yes": 50, "no": 50}
    assert suppressed(cells, two, 11, unshown=frozenset({"agreeing"})) == {"contradictory", "n"}


def test_hidden_counts_with_a_small_sum_take_one_more_with_them() -> None:
    assert hidden(n=100, met=93, not_met=3, undetermined=4) == {"not met", "undetermined", "met"}
    assert hidden(n=100, met=89, not_met=1, undetermined=10) == {"not met", "undetermined"}


def test_a_cohort_below_the_threshold_is_hidden_as_a_whole() -> None:
    assert hidden(n=10, met=4, not_met=0, undetermined=6) == {"n", "met", "undetermined"}


def test_a_small_difference_that_no_table_shows_is_not_to_be_computed() -> None:
    steps = [("first", ("second", "left")), ("n", ("first", "others")), ("n", ("second", "not second"))]
    cells = {"n": 200, "first": 100, "others": 100, "second": 97, "not second": 103, "left": 3}
    assert suppressed(cells, steps, 11, unshown=frozenset({"left"})) == {"second", "not second"}


def test_what_inequalities_pin_is_hidden_further() -> None:
    """Of 20 in `a`, 20 in `b` and 37 in either, exactly 3 are in both, if nobody is in neither."""
    sums = [("a", ("a only", "both")), ("b", ("b only", "both")), ("n", ("a only", "b only", "both"))]
    cells = {"n": 37, "a": 20, "b": 20, "a only": 17, "b only": 17, "both": 3}
    assert given_back(cells, sums, {"a only", "b only", "both"}) == {"a only", "b only", "both"}
    found = suppressed(cells, sums, 11)
    assert "both" in found and "n" not in found and given_back(cells, sums, {*found}) == set()


def test_a_threshold_of_1_shows_all() -> None:
    assert hidden(1, n=100, met=98, not_met=1, undetermined=1) == set()


# Random tables


def tables(seeds: Iterable[int], most: int) -> Iterator[tuple[dict[str, int], Sums]]:
    """Yield tables of rows, columns, their totals and the whole, with counts up to about `most`, many of them small."""
    for seed in seeds:
        rng = random.Random(seed)
        rows, columns = rng.choice([(1, 2), (1, 3), (2, 2), (2, 3), (3, 3)])
        cells = {
            f"{row}.{column}": rng.choice([0, 1, 2, rng.randint(0, most), rng.randint(0, most)])
            for row in range(rows)
            for column in range(columns)
        }
        sums: list[tuple[str, list[str]]] = []
        for row in range(rows):
            sums.append((f"row {row}", [f"{row}.{column}" for column in range(columns)]))
        for column in range(columns if rows > 1 else 0):
            sums.append((f"column {column}", [f"{row}.{column}" for row in range(rows)]))
        sums.append(("all", [f"row {row}" for row in range(rows)]))
        for total, parts in sums:
            cells[total] = sum(cells[part] for part in parts)
        yield cells, sums


def given_back(cells: Mapping[str, int], sums: Sums, concealed: set[str]) -> set[str]:
    """Return the hidden cells that the others give, by fractions: a unit vector is a combination of the equations."""
    unknown = sorted(concealed)
    rows = []
    for total, parts in sums:
        factors = {name: Fraction(0) for name in unknown}
        for name, factor in ((total, -1), *((part, 1) for part in parts)):
            if name in factors:
                factors[name] += factor
        rows.append([factors[name] for name in unknown])
    solved: list[list[Fraction]] = []
    for row in rows:
        for other in solved:
            lead = next(at for at, factor in enumerate(other) if factor)
            row = [a - row[lead] * b for a, b in zip(row, other, strict=True)]
        if any(row):
            lead = next(at for at, factor in enumerate(row) if factor)
            row = [factor / row[lead] for factor in row]
            solved = [[a - other[lead] * b for a, b in zip(other, row, strict=True)] for other in solved] + [row]
    return {unknown[at] for row in solved if sum(map(bool, row)) == 1 for at, factor in enumerate(row) if factor}


def others(cells: Mapping[str, int], sums: Sums, concealed: set[str]) -> Iterator[dict[str, int]]:
    """Yield all tables that agree with what is shown, up to 3 above the largest inner cell; hidden cells are not 0."""
    inner = [name for name in cells if "." in name]
    most = max(cells[name] for name in inner) + 3
    for numbers in product(*(range(1, most + 1) if name in concealed else (cells[name],) for name in inner)):
        found = dict(zip(inner, numbers, strict=True))
        for total, parts in sums:
            found[total] = sum(found[part] for part in parts)
            if total not in concealed and found[total] != cells[total]:
                break
        else:
            yield found


def faults(cells: Mapping[str, int], sums: Sums, threshold: int, *, enumerated: bool) -> list[str]:
    """Return what a reader of the shown cells learns that is hidden."""
    concealed = {*suppressed(cells, sums, threshold)}
    small = {name for name, n in cells.items() if 0 < n < threshold}
    found = [f"{name} is shown" for name in small - concealed]
    found += [f"{name} = 0 is hidden" for name in concealed if cells[name] == 0]
    found += [f"{name} can be computed" for name in given_back(cells, sums, concealed)]
    for total, parts in sums:
        of_hidden = [part for part in parts if part in concealed]
        if total not in concealed and of_hidden and sum(cells[part] for part in of_hidden) < threshold:
            found.append(f"the hidden parts of {total} are few")
    if enumerated:
        fitting = [*others(cells, sums, concealed)]
        assert cells in fitting
        found += [f"{name} is certain" for name in small if len({table[name] for table in fitting}) < 2]
    return found


def test_no_hidden_cell_of_random_tables_can_be_computed() -> None:
    for cells, sums in tables(range(400), most=60):
        assert faults(cells, sums, 11, enumerated=False) == []


def test_every_small_cell_of_random_tables_has_another_value_that_fits() -> None:
    for cells, sums in tables(range(300), most=4):
        if sum("." in name for name in cells) <= 6:
            assert faults(cells, sums, 3, enumerated=True) == []


@pytest.mark.parametrize(
    ("dropped", "most", "threshold", "told"),
    [
        ("to_hide", 60, 11, "can be computed"),
        ("_small_sums", 60, 11, "are few"),
        ("_pinned", 4, 3, "is certain"),
    ],
)
def test_each_step_is_needed(
    dropped: str, most: int, threshold: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression._Work, dropped, lambda *_: set())
    random_tables = tables(range(300), most)
    found = [
        fault
        for cells, sums in random_tables
        for fault in faults(cells, sums, threshold, enumerated=most < 10 and sum("." in name for name in cells) <= 6)
    ]
    assert any(told in fault for fault in found)


def test_factors_of_any_size_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    some = [*tables(range(60), most=60)]
    expected = [suppressed(cells, sums, 11) for cells, sums in some]
    monkeypatch.setattr(suppression, "_LARGE", 0)
    assert [suppressed(cells, sums, 11) for cells, sums in some] == expected


def test_few_cells_are_hidden_needlessly() -> None:
    """What was hidden beside the small cells cannot be shown, each taken alone."""
    for cells, sums in tables(range(60), most=60):
        concealed = suppressed(cells, sums, 11)
        for name in concealed:
            if cells[name] >= 11:
                rest = {*concealed} - {name}
                few = [
                    total
                    for total, parts in sums
                    if total not in rest and 0 < sum(cells[each] for each in parts if each in rest) < 11
                ]
                assert few or given_back(cells, sums, rest), (cells, name)
