"""What is shown of a cohort: against the values themselves, and against every other cohort that would show the same."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, pairwise, product

import numpy as np
import pytest

from sts_kg import KnowledgeGraph
from sts_kg.cohort import Release
from sts_kg.cohort import release as release_module
from sts_kg.cohort.release import Three, count_kinds
from sts_kg.guideline import leaves, short
from sts_kg.plan import Fact, Facts, Packer, Plan, Values, plan_of, tally_of
from sts_kg.rdf import STS


@pytest.fixture(scope="module")
def plan(kg: KnowledgeGraph) -> Plan:
    return plan_of(kg.guideline)


def cohort(plan: Plan, n: int, seed: int) -> Values:
    """Return random patients, most of whom have a soft tissue sarcoma at stage 4; a few contradict themselves."""
    rng = np.random.default_rng(seed)
    columns: dict[Fact, np.ndarray[tuple[int], np.dtype[np.bool_]]] = {}
    for finding in plan.findings:
        name = short(finding)
        yes, no = (0.9, 0.05) if name in ("soft-tissue-sarcoma", "stage4-sts") else rng.random(2) * rng.random() / 2
        if name in ("resectable", "spread-only-few-places-in-lungs"):
            yes, no = 0.05, 0.0
        drawn = rng.random(n)
        columns |= {(finding, True): drawn < yes, (finding, False): drawn > 1 - no}
    packer = Packer()
    packer.add(n, columns)
    return Values(plan, packer.facts())


def released(values: Values, threshold: int) -> Release:
    return Release(
        values.plan,
        tally_of(values.plan, values.facts),
        lambda: count_kinds(values.plan, values.facts),
        threshold,
    )


def test_without_a_threshold_all_sums_are_shown(plan: Plan) -> None:
    found = released(cohort(plan, 1000, 1), 1)
    tally = found.tally
    assert 0 < tally.contradictory < 1000
    assert (found.patients, found.contradictory, found.agreeing) == (
        1000,
        tally.contradictory,
        1000 - tally.contradictory,
    )
    for option, steps in tally.steps.items():
        assert found.steps(option) == tuple((step.yes, step.no, step.unknown) for step in steps)
        assert found.statuses(option) == (tally.met[option], tally.unmet[option], tally.undetermined(option))
    for question, asked in tally.asked.items():
        assert found.asked(question) == (asked.waiting, asked.options, asked.settled)
    assert dict(found.sets()) == tally.sets
    assert [n for _, n in found.sets()] == sorted(tally.sets.values(), reverse=True)


def test_sums_of_blocks_agree(plan: Plan) -> None:
    """Else what the sums have to do with each other would not hold."""
    values = cohort(plan, 64 * 4096 + 100, 2)
    assert len([*values.facts.blocks()]) == 2
    assert 0 < len(released(values, 11).hidden) < 200


def test_an_empty_cohort_is_shown(plan: Plan) -> None:
    found = released(Values(plan, Facts.of([])), 11)
    assert {found.statuses(option) for option in plan.options} == {(0, 0, 0)}
    assert {found.asked(question) for question in plan.questions} == {(0, 0, 0)}
    assert (found.patients, found.sets()) == (0, ())


def stage4(plan: Plan, **numbers: int) -> Release:
    """Return the release of a cohort that says only of how many patients the cancer is at stage 4."""
    finding = STS["finding-stage4-sts"]
    facts: dict[str, list[Fact]] = {"yes": [(finding, True)], "no": [(finding, False)], "unknown": []}
    return released(Values(plan, Facts.of([facts[each] for each, n in numbers.items() for _ in range(n)])), 11)


def test_a_small_count_is_hidden_in_every_table_that_has_it(plan: Plan) -> None:
    found = stage4(plan, yes=60, no=30, unknown=5)
    assert (found.patients, found.contradictory, found.agreeing) == (95, 0, 95)
    same = [option for option, steps in found.tally.steps.items() if len(steps) == 1]
    assert len(same) == 5
    assert {found.statuses(option) for option in same} == {(None, 30, None)}
    assert found.steps(STS["option-sbrt-lung"])[0] == (None, 30, None)
    question = next(each for each in plan.questions if STS["finding-stage4-sts"] in each.findings)
    assert found.asked(question) == (None, None, None)


def test_hidden_sets_are_one_row_whose_sum_is_not_small(plan: Plan) -> None:
    found = released(cohort(plan, 1000, 1), 11)
    *shown, (others, n) = found.sets()
    assert all(which is not None and count is not None and count >= 11 for which, count in shown)
    assert others is None and n is not None and n >= 11
    assert n + sum(count or 0 for _, count in shown) == found.agreeing


def test_options_with_the_same_condition_share_what_is_hidden(plan: Plan) -> None:
    found = released(cohort(plan, 60, 5), 11)
    rows: dict[object, set[Three]] = {}
    for option, one in plan.options.items():
        rows.setdefault(one.condition, set()).add(found.statuses(option))
    assert all(len(each) == 1 for each in rows.values()) and len(rows) < len(plan.options)


def test_the_legend_tells_the_threshold(plan: Plan) -> None:
    found = released(Values(plan, Facts.of([])), 7)
    assert found.legend == "* hidden: fewer than 7 patients, or such a number could be computed from it"


# What a reader of all tables can compute. The equations are written here once more, from what the tables mean.

Cell = tuple[object, ...]


def equations(found: Release) -> tuple[dict[Cell, int], dict[Cell, int | None], list[list[Cell]]]:
    """Return the true cells, the cells as shown, and equations: the first cell is the sum of the others."""
    tally, plan = found.tally, found.plan
    cells: dict[Cell, int] = {}
    shown: dict[Cell, int | None] = {}
    sums: list[list[Cell]] = []

    def add(count: int, is_shown: int | None, *cell: object) -> Cell:
        cells[cell], shown[cell] = count, is_shown
        return cell

    sets = dict(found.sets())
    met_only = {which: add(n, sets.get(which), "set", which) for which, n in tally.sets.items()}
    n = add(tally.cases, found.patients, "patients")
    contradictory = add(tally.contradictory, found.contradictory, "contradictory")
    agreeing = add(tally.cases - tally.contradictory, found.agreeing, "agreeing")
    sums += [[n, contradictory, agreeing], [agreeing, *met_only.values()]]
    for number, option in enumerate(plan.options):
        counts = tally.met[option], tally.unmet[option], tally.undetermined(option)
        status = [
            add(count, each, option, at)
            for at, count, each in zip(range(3), counts, found.statuses(option), strict=True)
        ]
        sums.append([n, *status, contradictory])
        sums.append([status[0], *(cell for which, cell in met_only.items() if which >> number & 1)])
        last = status
        for at, (step, each) in enumerate(zip(tally.steps[option], found.steps(option), strict=True)):
            true = step.yes, step.no, step.unknown
            last = [add(true[side], each[side], option, at, side) for side in range(3)]
            sums.append([agreeing, *last])
        sums += [[a, b] for a, b in zip(status, last, strict=True)]
    for question, asked in tally.asked.items():
        waiting, _, settled = found.asked(question)
        both = [add(asked.waiting, waiting, question, 0), add(asked.settled, settled, question, 1)]
        sums.append([*both, add(asked.waiting - asked.settled, None, question, "rest")])
    return cells, shown, sums


def computed(cells: Iterable[Cell], shown: Mapping[Cell, int | None], sums: Iterable[Sequence[Cell]]) -> set[Cell]:
    """Return the hidden cells that follow, by elimination with fractions."""
    solved: dict[Cell, dict[Cell, Fraction]] = {}
    for total, *parts in sums:
        row: dict[Cell, Fraction] = {}
        for cell, sign in ((total, -1), *((part, 1) for part in parts)):
            if shown[cell] is None:
                row[cell] = row.get(cell, Fraction(0)) + sign
        for lead, other in solved.items():
            row = less(row, other, lead)
        if row:
            lead = min(row, key=str)
            row = {cell: factor / row[lead] for cell, factor in row.items()}
            solved = {pivot: less(other, row, lead) for pivot, other in solved.items()} | {lead: row}
    return {lead for lead, row in solved.items() if len(row) == 1}


def less(row: Mapping[Cell, Fraction], other: Mapping[Cell, Fraction], lead: Cell) -> dict[Cell, Fraction]:
    """Return a row without a cell, by taking off a multiple of another."""
    factor = row.get(lead, Fraction(0))
    found = {cell: row.get(cell, Fraction(0)) - factor * other.get(cell, Fraction(0)) for cell in {*row, *other}}
    return {cell: each for cell, each in found.items() if each}


def leaks(values: Values, threshold: int = 11) -> list[str]:
    """Return which small counts are shown, or follow from what is."""
    found = released(values, threshold)
    cells, shown, sums = equations(found)
    told = [f"{cell} is shown" for cell, n in shown.items() if n is not None and 0 < n < threshold]
    told += [f"{cell} is not {n}" for cell, n in shown.items() if n is not None and n != cells[cell]]
    told += [f"{cell} can be computed" for cell in computed(cells, shown, sums) if 0 < cells[cell] < threshold]
    for option in values.plan.options:
        for before, after in pairwise(found.steps(option)):
            left = [(before[0], after[0]), (after[1], before[1])]
            if any(a is not None and b is not None and 0 < a - b < threshold for a, b in left):
                told.append(f"{short(option)}: {before} to {after}")
    return told


@pytest.mark.parametrize("n", [8, 60, 300, 4000])
def test_all_tables_together_give_no_small_count(plan: Plan, n: int) -> None:
    for seed in range(3):
        assert leaks(cohort(plan, n, seed)) == []


def test_without_complementary_suppression_they_do(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_small(
        cells: dict[object, int], sums: object, threshold: int, *, unshown: set[object]
    ) -> frozenset[object]:
        return frozenset(cell for cell, n in cells.items() if 0 < n < threshold and cell not in unshown)

    monkeypatch.setattr(release_module, "suppressed", only_small)
    assert any("can be computed" in each for each in leaks(cohort(plan, 300, 0)))


# Every cohort that would show the same


def kinds_of_patients(plan: Plan) -> list[list[Fact]]:
    """Return the facts of one patient for each kind that some table tells apart."""
    findings = [*dict.fromkeys(each for plan in plan.options.values() for each in leaves(plan.condition))]
    kinds: dict[object, list[Fact]] = {}
    for values in product((True, False, None), repeat=len(findings)):
        facts = [(finding, holds) for finding, holds in zip(findings, values, strict=True) if holds is not None]
        kinds.setdefault(tuple(counts(plan, [facts])), facts)
    return [*kinds.values()]


def counts(plan: Plan, patients: Sequence[Sequence[Fact]], threshold: int = 1) -> list[int | None]:
    """Return all cells of all tables, in one order; the sets of met options stand at the end, then their hidden sum."""
    found = released(Values(plan, Facts.of(patients)), threshold)
    cells = [found.patients, found.contradictory, found.agreeing]
    for option in plan.options:
        cells += chain(found.statuses(option), *found.steps(option))
    cells += chain(*map(found.asked, plan.questions))
    sets = dict(found.sets())
    unnamed = None if None in sets else 0
    return [*cells, *(sets.get(which, unnamed) for which in range(2 ** len(plan.options))), sets.get(None, 0)]


def mixtures(n: int, kinds: int) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """Return every way to make `n` patients of some kinds."""
    if kinds == 1:
        return np.array([[n]], np.int16)
    found = []
    for first in range(n + 1):
        rest = mixtures(n - first, kinds - 1)
        found.append(np.hstack([np.full((len(rest), 1), first, np.int16), rest]))
    return np.vstack(found)


@pytest.mark.parametrize(
    "names",
    [
        {"option-chemotherapy"},
        {"option-ask-about-clinical-trials"},
        {"option-chemotherapy", "option-radiation"},
        {"option-surgery", "option-chemotherapy", "option-surgery-symptom-control"},
    ],
    ids=lambda names: " ".join(sorted(names)),
)
def test_each_hidden_count_has_another_value_in_a_cohort_that_shows_the_same(plan: Plan, names: set[str]) -> None:
    small_plan = replace(plan, options={o: each for o, each in plan.options.items() if short(o) in names})
    kinds = kinds_of_patients(small_plan)
    alone = np.array([[*counts(small_plan, [facts])] for facts in kinds], np.int16)[:, :-1]
    size, threshold, rng = 9, 3, random.Random(0)
    every = np.vstack([mixtures(n, len(kinds)) for n in range(size - 1, size + 3)]) @ alone
    n_hidden = 0
    for _ in range(60):
        patients = rng.choices(kinds, [rng.random() ** 3 for _ in kinds], k=size)
        true = np.array([*counts(small_plan, patients)][:-1], np.int16)
        *shown, others = counts(small_plan, patients, threshold)
        hidden = np.array([cell is None for cell in shown])
        assert [cell for cell in shown if cell is not None] == true[~hidden].tolist()
        fitting = every[(every[:, ~hidden] == true[~hidden]).all(axis=1)]
        if others:
            sets = slice(len(true) - 2 ** len(names), None)
            fitting = fitting[(fitting[:, sets] * hidden[sets]).sum(axis=1) == others]
        for at in np.flatnonzero(hidden & (true > 0) & (true < threshold)):
            n_hidden += 1
            assert len({*fitting[:, at].tolist()} - {0}) > 1, (at, true[at], shown)
    assert n_hidden > 50
