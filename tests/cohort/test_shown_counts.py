"""What is shown of a cohort: against the values themselves, and against every other cohort that would show the same."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest

from sts_kg import KnowledgeGraph
from sts_kg.cohort import Release
from sts_kg.cohort import release as release_module
from sts_kg.guideline import leaves
from sts_kg.plan import Fact, Facts, Packer, Plan, Values, plan_of, short, unpacked
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


def number(bits: object, n: int) -> int:
    return int(unpacked(np.asarray(bits), n).sum())


def test_without_a_threshold_all_counts_are_those_of_the_values(plan: Plan) -> None:
    values, n = cohort(plan, 1000, 1), 1000
    found = Release(plan, [values], threshold=0)
    contradictory = number(values.contradictory, n)
    assert 0 < contradictory < n and found.hidden == frozenset()
    for row in found.statuses():
        columns = values.met(row.option), values.unmet(row.option), values.undetermined(row.option)
        assert row[1:] == (*(number(bits, n) for bits in columns), contradictory, n)
        steps = found.funnel(row.option)
        assert [step.part for step in steps] == [part for part, _, _ in values.steps(row.option)]
        assert steps[-1][1:] == row[1:4]
        for step, (_, yes, no) in zip(steps, values.steps(row.option), strict=True):
            assert step[1:] == (number(yes, n), number(no, n), n - contradictory - number(yes | no, n))
    asked = {row.question: row[1:] for row in found.questions()}
    for question in plan.questions:
        waits = values.waiting(question)
        any_waits, any_settled = (np.bitwise_or.reduce([each[side] for each in waits.values()]) for side in (0, 1))
        options = sum(bits.any() for bits, _ in waits.values())
        assert asked.get(question, (0, 0, 0)) == (number(any_waits, n), options, number(any_settled, n))
    rows = found.combinations()
    order = [*plan.options]
    sets = {sum(1 << order.index(option) for option in row.options or ()): row.patients for row in rows}
    assert sets == values.patterns()
    assert [row.patients for row in rows] == sorted((row.patients or 0 for row in rows), reverse=True)


def test_blocks_give_what_the_whole_gives(plan: Plan) -> None:
    values = cohort(plan, 1000, 2)
    whole = Release(plan, [values])
    parts = Release(plan, (Values(plan, block) for block in values.facts.blocks(2)))
    assert whole.hidden == parts.hidden != frozenset()
    assert whole.statuses() == parts.statuses()
    assert whole.questions() == parts.questions()
    assert whole.combinations() == parts.combinations()


def test_an_empty_cohort_is_shown(plan: Plan) -> None:
    found = Release(plan, [Values(plan, Facts.of([]))])
    assert {row[1:] for row in found.statuses()} == {(0, 0, 0, 0, 0)}
    assert (*found.questions(), *found.combinations()) == ()


def stage4(plan: Plan, **numbers: int) -> Release:
    """Return the release of a cohort that says only of how many patients the cancer is at stage 4."""
    finding = STS["finding-stage4-sts"]
    facts: dict[str, list[Fact]] = {"yes": [(finding, True)], "no": [(finding, False)], "unknown": []}
    return Release(plan, [Values(plan, Facts.of([facts[each] for each, n in numbers.items() for _ in range(n)]))])


def test_a_small_count_is_hidden_in_every_table_that_has_it(plan: Plan) -> None:
    found = stage4(plan, yes=60, no=30, unknown=5)
    by_name = {short(row.option): row[1:] for row in found.statuses()}
    assert by_name["option-surgery"] == by_name["option-chemotherapy"] == (None, 30, None, 0, 95)
    assert found.funnel(STS["option-sbrt-lung"])[0][1:] == (None, 30, None)
    at_stage_4 = next(row for row in found.questions() if "stage 4" in row.question.text)
    assert at_stage_4[1:] == (None, None, None)


def test_hidden_combinations_are_one_row_whose_sum_is_not_small(plan: Plan) -> None:
    found = Release(plan, [cohort(plan, 1000, 1)])
    *shown, others = found.combinations()
    assert all(row.options is not None and row.patients is not None and row.patients >= 11 for row in shown)
    assert others.options is None and others.patients is not None and others.patients >= 11
    agreeing = sum(row.patients or 0 for row in (*shown, others))
    assert agreeing == number(cohort(plan, 1000, 1).agreeing, 1000)


def test_the_legend_tells_the_threshold(plan: Plan) -> None:
    found = Release(plan, [], threshold=7)
    assert found.legend == "* hidden: fewer than 7 patients, or such a number could be computed from it"


def test_a_negative_threshold_is_refused(plan: Plan) -> None:
    with pytest.raises(ValueError, match=r"^threshold -1: counts below it are hidden, so it is 0 \(none is\) or more$"):
        Release(plan, [], threshold=-1)


# What a reader of all tables can compute. The equations are written here once more, from what the tables mean.

Cell = tuple[object, ...]


def equations(found: Release, true: Release) -> tuple[dict[Cell, int], dict[Cell, int | None], list[list[Cell]]]:
    """Return the true cells, the cells as shown, and equations: the first cell is the sum of the others."""
    cells: dict[Cell, int] = {}
    shown: dict[Cell, int | None] = {}
    sums: list[list[Cell]] = []

    def add(cell: Cell, is_shown: int | None, count: int | None) -> Cell:
        assert count is not None
        cells[cell], shown[cell] = count, is_shown
        return cell

    shown_sets = {each.options: each.patients for each in found.combinations()}
    met_only = {
        each.options: add(("set", each.options), shown_sets.get(each.options), each.patients)
        for each in true.combinations()
    }
    for row, real in zip(found.statuses(), true.statuses(), strict=True):
        option = row.option
        n = add(("patients",), row.patients, real.patients)
        contradictory = add(("contradictory",), row.contradictory, real.contradictory)
        three = [
            add((option, "yes"), row.met, real.met),
            add((option, "no"), row.not_met, real.not_met),
            add((option, "unknown"), row.undetermined, real.undetermined),
        ]
        sums.append([n, *three, contradictory])
        sums.append([three[0], *(cell for options, cell in met_only.items() if options and option in options)])
        for at, (step, whole) in enumerate(zip(found.funnel(option), true.funnel(option), strict=True)):
            last = [
                add((option, at, "yes"), step.yes, whole.yes),
                add((option, at, "no"), step.no, whole.no),
                add((option, at, "unknown"), step.unknown, whole.unknown),
            ]
            sums.append([n, *last, contradictory])
        sums += [[a, b] for a, b in zip(three, last, strict=True)]
        sums.append([n, contradictory, *met_only.values()])
    asked = {each.question: each for each in found.questions()}
    for each in true.questions():
        add((each.question, "waiting"), asked[each.question].waiting, each.waiting)
        add((each.question, "alone"), asked[each.question].settled_alone, each.settled_alone)
        sums.append([(each.question, "waiting"), (each.question, "alone"), add((each.question, "rest"), None, 0)])
        cells[each.question, "rest"] = (each.waiting or 0) - (each.settled_alone or 0)
    return cells, shown, sums


def computed(cells: dict[Cell, int], shown: dict[Cell, int | None], sums: list[list[Cell]]) -> set[Cell]:
    """Return the hidden cells that follow, by elimination with fractions."""
    solved: dict[Cell, dict[Cell, Fraction]] = {}
    for total, *parts in sums:
        row: dict[Cell, Fraction] = {}
        for cell, sign in ((total, -1), *((part, 1) for part in parts)):
            if shown[cell] is None:
                row[cell] = row.get(cell, Fraction(0)) + sign
        for lead, other in solved.items():
            if factor := row.get(lead, Fraction(0)):
                row = {c: row.get(c, Fraction(0)) - factor * other.get(c, Fraction(0)) for c in {*row, *other}}
        row = {cell: factor for cell, factor in row.items() if factor}
        if row:
            lead = min(row, key=str)
            row = {cell: factor / row[lead] for cell, factor in row.items()}
            for pivot, other in solved.items():
                if factor := other.get(lead, Fraction(0)):
                    less = {c: other.get(c, Fraction(0)) - factor * row.get(c, Fraction(0)) for c in {*row, *other}}
                    solved[pivot] = {cell: each for cell, each in less.items() if each}
            solved[lead] = row
    return {lead for lead, row in solved.items() if len(row) == 1}


def leaks(plan: Plan, values: Values, threshold: int = 11) -> list[str]:
    found, true = Release(plan, [values], threshold), Release(plan, [values], 0)
    cells, shown, sums = equations(found, true)
    told = [f"{cell} is shown" for cell, n in shown.items() if n is not None and 0 < n < threshold]
    told += [f"{cell} is not {n}" for cell, n in shown.items() if n is not None and n != cells[cell]]
    told += [f"{cell} can be computed" for cell in computed(cells, shown, sums) if 0 < cells[cell] < threshold]
    for option in plan.options:
        steps = found.funnel(option)
        for before, after in pairwise(steps):
            left = [(before.yes, after.yes), (after.no, before.no)]
            if any(a is not None and b is not None and 0 < a - b < threshold for a, b in left):
                told.append(f"{short(option)}: {before} to {after}")
    return told


@pytest.mark.parametrize("n", [8, 60, 300, 4000])
def test_all_tables_together_give_no_hidden_count(plan: Plan, n: int) -> None:
    for seed in range(3):
        assert leaks(plan, cohort(plan, n, seed)) == []


def test_without_complementary_suppression_they_do(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_small(
        cells: dict[object, int], sums: object, threshold: int, *, unshown: set[object]
    ) -> frozenset[object]:
        return frozenset(cell for cell, n in cells.items() if 0 < n < threshold and cell not in unshown)

    monkeypatch.setattr(release_module, "suppressed", only_small)
    assert any("can be computed" in each for each in leaks(plan, cohort(plan, 300, 0)))


# Every cohort that would show the same


def kinds_of_patients(plan: Plan) -> list[list[Fact]]:
    """Return the facts of one patient for each kind that some table tells apart."""
    findings = [*dict.fromkeys(each for plan in plan.options.values() for each in leaves(plan.condition))]
    kinds: dict[object, list[Fact]] = {}
    for values in product((True, False, None), repeat=len(findings)):
        facts = [(finding, holds) for finding, holds in zip(findings, values, strict=True) if holds is not None]
        kinds.setdefault(tuple(counts(plan, [facts])), facts)
    return [*kinds.values()]


def counts(plan: Plan, patients: Sequence[Sequence[Fact]], threshold: int = 0) -> Iterator[int | None]:
    """Yield all cells of all tables, in one order."""
    found = Release(plan, [Values(plan, Facts.of(patients))], threshold)
    for row in found.statuses():
        yield from row[1:]
        for step in found.funnel(row.option):
            yield from step[1:]
    asked = {row.question: row for row in found.questions()}
    sets = {row.options: row.patients for row in found.combinations()}
    hidden = None if None in sets else 0
    for question in plan.questions:
        each = asked.get(question)
        yield from (0, 0) if each is None else (each.waiting, each.settled_alone)
    options = [*plan.options]
    for which in product((False, True), repeat=len(options)):
        met = tuple(option for option, is_met in zip(options, which, strict=True) if is_met)
        yield sets.get(met, hidden)
    yield sets.get(None, 0)


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
    ids=" ".join,
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


def test_options_with_the_same_condition_share_what_is_hidden(plan: Plan) -> None:
    found = Release(plan, [cohort(plan, 60, 5)])
    rows: dict[object, set[object]] = {}
    for row in found.statuses():
        rows.setdefault(plan.options[row.option].condition, set()).add(row[1:])
    assert all(len(each) == 1 for each in rows.values()) and len(rows) < len(plan.options)
