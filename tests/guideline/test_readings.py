"""The readings as data: what they change, that they fit the ontology, and what is said of those that do not."""

from __future__ import annotations

import shutil
from itertools import combinations, product
from pathlib import Path
from typing import Any

import oracle
import pytest
import readings_oracle
from rdflib import URIRef
from rdflib.namespace import RDF
from readings_oracle import CHANGED, EXAMPLES, NEW, READINGS, TABLES

from sts_kg import KnowledgeGraph
from sts_kg.cases.case import Case, Given
from sts_kg.cases.facts import facts_of
from sts_kg.cases.session import Session
from sts_kg.errors import ParseError, ReadingError, UnknownNameError
from sts_kg.guideline.condition import leaves, truth
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.guideline import Guideline
from sts_kg.rdf.graphs import parse
from sts_kg.rdf.names import STS, local

POLARITIES = (STS.hasFinding, STS.lacksFinding)
WORDS = {True: "met", False: "not-met", None: "undetermined"}


@pytest.fixture(scope="module")
def guideline(kg: KnowledgeGraph) -> Guideline:
    return kg.guideline


@pytest.fixture(scope="module")
def under(guideline: Guideline) -> dict[str, Guideline]:
    """The guideline by each reading."""
    return {name: guideline.under(name) for name in guideline.readings}


def finding(name: str) -> URIRef:
    return STS[f"finding-{name}"]


# --- what they are


def test_the_readings_are_those_of_the_second_evaluator(guideline: Guideline) -> None:
    assert sorted(guideline.readings) == sorted(READINGS)
    assert len(guideline.readings) == 40


def test_every_decision_has_a_reading_or_a_reason_why_not(guideline: Guideline) -> None:
    decisions = {local(str(one)) for one in guideline.asserted.subjects(RDF.type, STS.Decision)}
    encoded = {name.partition("=")[0] for name in guideline.readings}
    explained = {local(str(one)) for one in guideline.asserted.subjects(STS.noReadingReason)}
    assert explained == set("D06b D06c D07 D13 D13b D22 D24 D25 D26 D27".split())
    assert (len(decisions), len(encoded), encoded | explained) == (47, 37, decisions)
    several = [name for name in encoded if sum(one.startswith(f"{name}=") for one in guideline.readings) > 1]
    assert sorted(several) == ["D01", "D12", "D16"]


@pytest.mark.parametrize("name", READINGS)
def test_conditions_change_for_the_options_that_the_words_name(guideline: Guideline, name: str) -> None:
    told = readings_oracle.conditions(name)
    changed = {option for option, text in told.items() if text != oracle.CONDITIONS[option]}
    assert {local(option) for option in guideline.readings[name].conditions} == changed
    assert changed <= {*CHANGED[name]}


@pytest.mark.parametrize("name", READINGS)
def test_each_condition_has_the_value_of_the_second_evaluator_for_every_assignment(
    guideline: Guideline, name: str
) -> None:
    for option, condition in guideline.readings[name].conditions.items():
        names = list(dict.fromkeys(local(one).removeprefix("finding-") for one in leaves(condition)))
        assert names == list(oracle.findings_of(local(option), TABLES[name]))
        for values in product((True, False, None), repeat=len(names)):
            known = {one: value for one, value in zip(names, values, strict=True) if value is not None}
            found = WORDS[truth(condition, {finding(one): value for one, value in known.items()})]
            assert found == oracle.status(local(option), known, TABLES[name]), (option, known)


@pytest.mark.parametrize("name", [name for name in READINGS if NEW[name]])
def test_new_findings_have_a_question_and_are_no_words_of_the_chosen_reading(
    guideline: Guideline, under: dict[str, Guideline], name: str
) -> None:
    new = under[name].vocabulary.findings.keys() - guideline.vocabulary.findings.keys()
    assert {one for one in new if not one.startswith("finding-")} == {*NEW[name]}
    assert all(under[name].vocabulary.question(finding(one)).endswith(("?", ")")) for one in NEW[name])


# --- the guideline by a reading


@pytest.mark.parametrize(
    ("name", "dual"),
    [
        ("D04=S08-alone", "sts:WithoutStage4Sts rdfs:subClassOf sts:NotMetChemotherapyWithRadiation"),
        ("D19=trial-only", "sts:WithoutSoftTissueSarcoma rdfs:subClassOf sts:NotMetAskAboutClinicalTrials"),
        ("D36=of-the-metastases", "sts:WithoutLungMetastasesUnresectable a owl:Class"),
        ("D38=any-symptoms", "sts:WithoutAnySymptomsFromCancer owl:disjointWith sts:WithAnySymptomsFromCancer"),
    ],
)
def test_the_duals_are_generated_anew(guideline: Guideline, under: dict[str, Guideline], name: str, dual: str) -> None:
    (triple,) = parse(f"{dual} .")
    assert triple in under[name].modules["not-met"]
    assert triple not in guideline.asserted


def test_complements_have_no_axiom_where_a_reading_says_so(guideline: Guideline, under: dict[str, Guideline]) -> None:
    axioms = set(parse("sts:WithoutResectable rdfs:subClassOf sts:WithUnresectable ."))
    axioms |= set(parse("sts:WithoutUnresectable rdfs:subClassOf sts:WithResectable ."))
    assert all(axiom in guideline.asserted for axiom in axioms)
    without = {axiom: [name for name, by in under.items() if axiom not in by.asserted] for axiom in axioms}
    assert without == {axiom: ["D29=two-questions"] for axiom in axioms}


@pytest.mark.parametrize("name", ["D01=separate", "D05=any-chemotherapy", "D17=lung-patterns", "D34=two-facts"])
def test_a_reading_differs_from_the_chosen_by_what_it_removes_and_adds(
    guideline: Guideline, under: dict[str, Guideline], name: str
) -> None:
    reading = guideline.readings[name]
    modules = [module for module in guideline.quads if module not in ("not-met", "readings")]
    before = {quad.triple for module in modules for quad in guideline.quads[module]}
    after = {quad.triple for module in modules for quad in under[name].quads[module]}
    assert (len(before - after), len(after - before)) == (len(reading.removed), len(reading.added))


def test_every_reading_is_consistent_and_leaves_the_chosen_one_alone(
    guideline: Guideline, under: dict[str, Guideline]
) -> None:
    before = len(guideline.asserted)
    for name, by in under.items():
        assert by.closure.n_inconsistencies == 0, name
        assert {*by.readings} == set(), name
        assert (by.reading is not None and by.reading.name) == name
        assert f"by the reading {name}, which was not chosen" in by.footer
    assert len(guideline.asserted) == before
    assert guideline.reading is None and "which was not chosen" not in guideline.footer


def test_the_closure_agrees_with_the_second_evaluator_for_every_assignment(under: dict[str, Guideline]) -> None:
    """Of up to five findings; a condition of more is walked for every assignment above."""
    count = 0
    for name, by in under.items():
        cases, wanted = [], {}
        for option in guideline_options(by, name):
            names = list(oracle.findings_of(option, TABLES[name]))
            if len(names) > 5:
                continue
            for number, values in enumerate(product((True, False, None), repeat=len(names))):
                known = {one: value for one, value in zip(names, values, strict=True) if value is not None}
                case = Case(f"{option} {number}", given=tuple(Given(finding(one), y, "") for one, y in known.items()))
                cases.append(case)
                wanted[case.iri] = STS[option], readings_oracle.status(option, known, name)
        closed = by.closure.extend(facts_of(cases, by.vocabulary))
        for iri, (option_iri, status) in wanted.items():
            had, lacked = (closed.objects(iri, one) for one in POLARITIES)
            if {*had} & {*lacked}:
                found = "contradictory"
            elif option_iri in {*closed.objects(iri, STS.hasOption)}:
                found = "met"
            else:
                found = "not-met" if option_iri in {*closed.objects(iri, STS.hasUnmetOption)} else "undetermined"
            assert found == status, (name, iri)
            count += 1
    assert count == 3834


def guideline_options(by: Guideline, name: str) -> list[str]:
    """The options whose condition changes, or if none does, those that use a finding of a changed relation."""
    assert by.reading is not None
    if by.reading.conditions:
        return [local(option) for option in by.reading.conditions]
    return [] if "relation" not in by.reading.kinds else CHANGED[name]


def test_the_linear_law_holds_in_every_reading(guideline: Guideline, under: dict[str, Guideline]) -> None:
    """Where findings bear on one another as in the chosen reading, the law is that of the chosen reading."""
    changed = [name for name, each in guideline.readings.items() if each.kinds & {"relation", "axiom"}]
    assert [name.partition("=")[0] for name in changed] == [
        *("D01", "D06", "D09", "D09c", "D16b", "D16c", "D18c", "D23", "D29", "D30", "D34", "D38"),
    ]
    for name in changed:
        by = under[name]
        facts = [Given(one, holds, "") for one in sorted({*by.vocabulary.findings.values()}) for holds in (True, False)]
        pairs = [*combinations(range(len(facts)), 2)]
        cases = [Case(str(n), given=(fact,)) for n, fact in enumerate(facts)]
        cases += [Case(f"{a}-{b}", given=(facts[a], facts[b])) for a, b in pairs]
        closed = by.closure.extend(facts_of(cases, by.vocabulary))
        entailed = {
            case.id: {
                (one, value) for one in (STS.hasFinding, STS.lacksFinding) for value in closed.objects(case.iri, one)
            }
            for case in cases
        }
        wrong = [(a, b) for a, b in pairs if entailed[f"{a}-{b}"] != entailed[str(a)] | entailed[str(b)]]
        assert wrong == [], name


@pytest.mark.slow
def test_an_answer_by_a_reading_is_the_answer_of_the_guideline_by_that_reading(
    kg: KnowledgeGraph, under: dict[str, Guideline]
) -> None:
    shipped = kg.session.examples.cases[::3]
    for name, by_name in under.items():
        told: list[Any] = [*shipped, *({**case, "case": n} for n, case in zip("xy", EXAMPLES[name], strict=True))]
        chosen, others = kg.options(told), KnowledgeGraph(Session(by_name)).options(told)
        for one, other in zip(chosen, others, strict=True):
            assert (one.case, one.option) == (other.case, other.option)
            assert other.readings is None
            by = next((by for by in one.readings or () if by.reading == name), one)
            assert (by.status, by.tried, by.declined) == (other.status, other.tried, other.declined), (name, one.case)


# --- names of readings


def test_a_decision_names_its_only_reading(guideline: Guideline) -> None:
    assert guideline.under("D04").reading is guideline.readings["D04=S08-alone"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("D12", "the reading 'D12' cannot be used: D12 has several: D12=both, D12=neither"),
        ("D04=nope", "the reading 'D04=nope' cannot be used: there is none of this name; D04 has D04=S08-alone"),
        (
            "D99",
            "the reading 'D99' cannot be used: there is none of this name; the query provenance/readings lists those"
            " that there are",
        ),
        (
            "D06b",
            "the reading 'D06b' cannot be used: the alternative of D06b is not encoded. It cannot be encoded: the page"
            " has no criteria by which a course would show that a drug did not work.",
        ),
        (
            "D25=forbids",
            "the reading 'D25=forbids' cannot be used: the alternative of D25 is not encoded. It changes no answer: it"
            " is about what not met means; which conditions are not met is the same.",
        ),
    ],
)
def test_a_reading_that_cannot_be_used_says_why(guideline: Guideline, name: str, said: str) -> None:
    with pytest.raises(ReadingError) as error:
        guideline.under(name)
    assert str(error.value) == said
    assert (error.value.name, said.partition("used: ")[2]) == (name, error.value.reason)


@pytest.mark.parametrize(
    ("name", "near"),
    [("D12=niether", ("D12=neither", "D12=both")), ("D04=S08", ("D04=S08-alone",))],
)
def test_an_unknown_reading_names_near_ones(guideline: Guideline, name: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownNameError) as error:
        guideline.under(name)
    assert (error.value.kind, error.value.near) == ("reading", near)


def test_one_reading_at_a_time(guideline: Guideline) -> None:
    with pytest.raises(ReadingError, match="'D12=both' cannot be used: one at a time, and this is by D04=S08-alone"):
        guideline.under("D04").under("D12=both")


# --- files that do not fit


def broken(tmp_path: Path, file: str, old: str, new: str) -> Guideline:
    """Return the guideline of a copy of the ontology with a text replaced in one file."""
    folder = tmp_path / "ontology"
    shutil.copytree(ontology_folder(), folder, ignore=shutil.ignore_patterns("examples", "mappings"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return Guideline(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "conditions.ttl",
            "sts:WithStage4Sts rdfs:subClassOf sts:MetSurgery .",
            "sts:WithSoftTissueSarcoma rdfs:subClassOf sts:MetSurgery .",
            "readings/D20.trig: removes what the ontology does not say:"
            " sts:WithStage4Sts rdfs:subClassOf sts:MetSurgery",
        ),
        (
            "conditions.ttl",
            "( sts:WithSoftTissueSarcoma sts:WithPersonInCanada )",
            "( sts:WithSoftTissueSarcoma sts:WithResectable )",
            "readings/D19.trig: removes what the ontology does not say: a class expression rdfs:subClassOf"
            " sts:MetAskAboutClinicalTrials",
        ),
        (
            "readings/D30.trig",
            "reading-D30-any-cancer/removed",
            "reading-D30-any-cancer/remove",
            "readings/D30.trig: has the graph https://w3id.org/sts-kg/reading-D30-any-cancer/remove;"
            " https://w3id.org/sts-kg/reading-D30-any-cancer/removed or"
            " https://w3id.org/sts-kg/reading-D30-any-cancer/added is expected",
        ),
        (
            "readings/D30.trig",
            "<https://w3id.org/sts-kg/reading-D30-any-cancer/removed> {",
            "{",
            "readings/D30.trig: has triples outside its graphs;"
            " https://w3id.org/sts-kg/reading-D30-any-cancer/removed or"
            " https://w3id.org/sts-kg/reading-D30-any-cancer/added is expected",
        ),
        (
            "readings.ttl",
            "sts:reading-D30-any-cancer a sts:Reading ; sts:readingOf sts:D30",
            "sts:reading-D30-any-cancer a sts:Reading ; sts:readingOf sts:D25",
            "readings/D25.trig: cannot be read: No such file or directory",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    guideline = broken(tmp_path, file, old, new)
    with pytest.raises(ParseError) as error:
        dict(guideline.readings)
    assert str(error.value).replace(f"{guideline.folder}/", "") == said


def test_a_file_that_is_no_trig_is_named_with_its_line(tmp_path: Path) -> None:
    guideline = broken(tmp_path, "readings/D30.trig", "{", "{{")
    with pytest.raises(ParseError) as error:
        dict(guideline.readings)
    assert error.value.path == guideline.folder / "readings" / "D30.trig"
    assert error.value.line == 5
