"""What is known of each patient in SQL, after all that follows, and the value of each condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from rdflib import URIRef

from sts_kg.cohort.relations import column_name, inner_name
from sts_kg.cohort.sql_facts import rejects, tests_of
from sts_kg.cohort.sql_parts import NEVER, Script, all_of, any_of, flag
from sts_kg.guideline import Alternative, Condition, Leaf, leaves
from sts_kg.plan import Fact

__all__ = ["Known", "value_of"]


class Known:
    """The steps `sts_known` and `sts_valued` of a script that has those of facts."""

    def __init__(self, script: Script) -> None:
        self.script, self.plan = script, script.plan
        self.tests = tests_of(script)
        self.case = script.dialect.column("case")
        self.trees: dict[Condition, str] = {}
        for option, said in self.plan.options.items():
            self.trees.setdefault(said.condition, column_name(option))
        self.inner: dict[tuple[str, Condition], str] = {}
        for tree, name in self.trees.items():
            for number, node in enumerate(dict.fromkeys(_inner(tree)), 1):
                self.inner[name, node] = f"{name}_part_{number}"

    def _test(self, fact: Fact) -> str:
        return any_of(self.tests[each] for each in self.plan.premises.get(fact, (fact,)) if each in self.tests)

    def add_known(self, wanted: Iterable[URIRef], extra: Sequence[str] = ()) -> None:
        """Add the step with each finding after all that follows, and whether the patient contradicts himself."""
        select = ["f.id", *extra]
        for finding in wanted:
            name = inner_name(finding)
            yes, no = (self._test((finding, holds)) for holds in (True, False))
            if yes == no == NEVER:
                value = self.script.unknown
            elif (yes, no) == (f"f.{name} = 1", f"f.{name} = 0"):
                value = f"f.{name}"
            else:
                value = f"CASE WHEN {yes} THEN 1 WHEN {no} THEN 0 END"
            select.append(value if value == f"f.{name}" else f"{value} AS {name}")
        clashes = any_of(
            [
                *(["f.clash = 1"] if "sts_of_periods" in {name for name, _, _ in self.script.steps} else []),
                *self._clashes(),
            ]
        )
        select.append(f"{flag(clashes)} AS contradictory")
        self.script.add(
            "sts_known",
            "what is known of each patient who can be answered, with all that follows",
            select,
            ["FROM sts_facts f", *(["WHERE f.rejected = 0"] if rejects(self.script) else [])],
        )

    def _clashes(self) -> Iterator[str]:
        """Yield the tests that a finding both holds and does not; those that others imply are left out."""
        left: dict[URIRef, set[frozenset[str]]] = {}
        sides: dict[URIRef, tuple[list[str], list[str]]] = {}
        for finding in self.plan.findings:
            yes, no = (
                [self.tests[each] for each in self.plan.premises.get((finding, holds), ()) if each in self.tests]
                for holds in (True, False)
            )
            pairs = [(one, other) for one, other in product(yes, no) if one[:-1] != other[:-1]]  # x = 1 beside x = 0
            left[finding] = {frozenset(pair) for pair in pairs}
            sides[finding] = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        for finding in sorted(left, key=lambda one: len(left[one])):
            if left[finding] <= set[frozenset[str]]().union(*(left[one] for one in left if one != finding)):
                del left[finding]
        for finding in left:
            yield f"({all_of(any_of(side) for side in sides[finding])})"

    def add_valued(self, extra: Sequence[str] = (), *, inner: bool = False) -> None:
        """Add the step with the value of each condition; options with the same condition share a column."""
        select = ["k.*" if extra == ("*",) else "k.id", *(() if extra == ("*",) else extra)]
        select += [] if extra == ("*",) else ["k.contradictory"]
        for tree, name in self.trees.items():
            select.append(f"{value_of(tree)} AS {name}_met")
            if inner:
                nodes = {node: of for (root, node), of in self.inner.items() if root == name}
                select += [f"{value_of(node)} AS {of}" for node, of in nodes.items()]
        self.script.add(
            "sts_valued", "the condition of each option: 1 it is met, 0 it is not", select, ["FROM sts_known k"]
        )

    def of_conditions(self) -> list[URIRef]:
        """Return the findings that a condition is about, in order."""
        used = {finding for tree in self.trees for finding in leaves(tree)}
        return [finding for finding in self.plan.findings if finding in used]

    def missing(self, option: URIRef) -> dict[URIRef, str]:
        """Return the findings of an option in order, each with the test that it and all around it is unknown."""
        found: dict[URIRef, list[str]] = {}
        root = self.plan.options[option].condition
        name = self.trees[root]

        def walk(node: Condition, around: tuple[str, ...]) -> None:
            if isinstance(node, Leaf):
                tests = [f"v.{inner_name(node.finding)} IS NULL", *around]
                found.setdefault(node.finding, []).append(f"({all_of(tests)})")
            else:
                inside = around if node == root else (*around, f"v.{self.inner[name, node]} IS NULL")
                for part in node.parts:
                    walk(part, inside)

        walk(root, (f"v.{name}_met IS NULL",))
        return {finding: any_of(tests) for finding, tests in found.items()}


def _inner(tree: Condition) -> Iterator[Condition]:
    """Yield the parts of a condition that have parts themselves."""
    for part in () if isinstance(tree, Leaf) else tree.parts:
        if not isinstance(part, Leaf):
            yield part
            yield from _inner(part)


def _holds(tree: Condition, wanted: bool) -> str:
    """Return the test that a condition is true, or that it is false: its dual."""
    if isinstance(tree, Leaf):
        return f"k.{inner_name(tree.finding)} = {int(tree.holds is wanted)}"
    parts = [_holds(part, wanted) for part in tree.parts]
    return any_of(parts) if isinstance(tree, Alternative) is wanted else f"({all_of(parts)})"


def value_of(tree: Condition) -> str:
    """Return a condition as 1, 0 or NULL; NULL for a patient who contradicts himself."""
    yes, no = _holds(tree, True), _holds(tree, False)
    return f"CASE WHEN k.contradictory = 1 THEN NULL WHEN {yes} THEN 1 WHEN {no} THEN 0 END"
