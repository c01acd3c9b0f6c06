"""Reasons come from proofs: any history axiom of OWL 2 RL, any tree over With and Without leaves, any threshold."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import URIRef

from sts_kg import Case, KnowledgeGraph, load
from sts_kg.cases.case import Course
from sts_kg.cases.case import Given as Fact
from sts_kg.cases.session import Session
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.duals import not_met
from sts_kg.guideline.guideline import Guideline
from sts_kg.rdf.graphs import read
from sts_kg.rdf.names import STS, local

HAS_CHANGED = "[ a owl:Restriction ; owl:onProperty sts:hasFinding ; owl:hasValue sts:finding-{} ]"


def guideline(folder: Path, axioms: str = "", *, conditions: str = "", findings: str = "") -> Guideline:
    """Return a copy of the shipped guideline with more history axioms and fact rules, and with other conditions."""
    shutil.copytree(ontology_folder(), folder, dirs_exist_ok=True)
    for name, more in (("conditions", axioms + conditions), ("findings", findings)):
        path = folder / f"{name}.ttl"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    if conditions:
        modules = [path for path in folder.glob("*.ttl") if path.stem not in ("not-met", "shapes")]
        (folder / "not-met.ttl").write_text(not_met(read(*modules)), encoding="utf-8")
    return Guideline(folder)


def course(*therapies: str, outcome: str = "", place: str = "here") -> Course:
    names = tuple(STS[name] for name in therapies)
    return Course(names, outcome=STS[f"outcome-{outcome}"] if outcome else None, place=place)


UNION = """
[ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom [ a owl:Class ; owl:unionOf (
    [ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:hasValue sts:surgery ]
    [ a owl:Restriction ; owl:onProperty sts:courseOutcome ; owl:hasValue sts:outcome-did-not-work ] ) ] ]
    rdfs:subClassOf sts:WithSymptomsFromCancer .
"""


def test_a_history_axiom_with_a_union_is_explained(tmp_path: Path) -> None:
    """`options` said met, and `explain` ended with an AssertionError."""
    kg = KnowledgeGraph(Session(guideline(tmp_path / "g", UNION)))
    case = Case("u", given=(Fact(STS["finding-stage4-sts"], True, "u.yaml, line 2"),), courses=(course("surgery"),))
    explained = kg.explain(case, "surgery-symptom-control")
    assert explained.answer.status == "met"
    assert ("symptoms-from-cancer", True, "derived: a recorded course (here) includes surgery") in explained.known


def test_reasons_with_owlrl_say_that_it_gives_no_proof() -> None:
    kg = load(engine="owlrl")
    case = Case("o", courses=(course("doxorubicin"),))
    explained = kg.explain(case, "pazopanib")
    why = {finding: because for finding, _, because in explained.known}
    assert why["prior-chemotherapy"] == "derived: it follows from the axioms (owlrl gives no proof)"


def test_two_courses_and_a_finding_are_all_named(tmp_path: Path) -> None:
    axiom = """
[ a owl:Class ; owl:intersectionOf ( sts:WithLungMetastases
    [ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom
        [ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:hasValue sts:surgery ] ]
    [ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom
        [ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:someValuesFrom sts:TargetedTherapyDrug ] ] ) ]
    rdfs:subClassOf sts:WithSymptomsFromCancer .
"""
    kg = KnowledgeGraph(Session(guideline(tmp_path / "g", axiom)))
    courses = (course("surgery", place="line 4"), course("pazopanib", place="line 5"))
    case = Case("t", given=(Fact(STS["finding-lung-metastases"], True, "line 2"),), courses=courses)
    why = {finding: because for finding, _, because in kg.explain(case, "surgery-symptom-control").known}
    assert why["symptoms-from-cancer"] == (
        "derived: lung-metastases holds, given: line 2; and a recorded course (line 4) includes surgery; "
        "and a recorded course (line 5) includes pazopanib, a targeted therapy drug"
    )


# --- thresholds


THRESHOLD = """
sts:rule-many-tumours a sts:FactRule ; rdfs:label "many tumours"@en ; sts:comparesProperty sts:tumourCount ;
    sts:atLeast 4 ; sts:concludesFinding sts:finding-symptoms-from-cancer .
"""


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    return KnowledgeGraph(Session(guideline(tmp_path_factory.mktemp("t") / "g", findings=THRESHOLD)))


@pytest.mark.parametrize(
    ("number", "status", "holds"),
    [(3, "not-met", False), (4, "met", True), (5, "met", True), (None, "undetermined", None)],
)
def test_a_number_within_the_bounds_holds_and_outside_does_not(
    counted: KnowledgeGraph, number: int | None, status: str, holds: bool | None
) -> None:
    stage = Fact(STS["finding-stage4-sts"], True, "line 2")
    explained = counted.explain(Case("n", given=(stage,), tumour_count=number), "surgery-symptom-control")
    assert explained.answer.status == status
    because = f"derived by the rule many tumours, at least 4, from the tumour count {number}"
    known = [entry for entry in explained.known if entry[0] == "symptoms-from-cancer"]
    assert known == ([] if holds is None else [("symptoms-from-cancer", holds, because)])
    assert not any("not compared" in note for note in explained.notes)


def test_a_number_that_contradicts_a_given_finding_is_a_contradiction(counted: KnowledgeGraph) -> None:
    given_ = Fact(STS["finding-symptoms-from-cancer"], True, "line 3")
    [error] = counted.options(Case("c", given=(given_,), tumour_count=2)).contradictions
    assert error.contradictions == (
        "symptoms-from-cancer holds (given: line 3) and does not hold"
        " (derived by the rule many tumours, at least 4, from the tumour count 2)",
    )


# --- generated history axioms

THERAPIES = ("doxorubicin", "pazopanib", "surgery", "radiation-therapy", "sbrt")
OUTCOMES = ("did-not-work", "stopped-for-side-effects")
KINDS = ("ChemotherapyDrug", "TargetedTherapyDrug", "Drug", "Therapy")


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return intersections and unions of some class expressions."""
    operators = st.sampled_from(("intersectionOf", "unionOf"))
    return st.tuples(operators, st.lists(inner, min_size=2, max_size=3)).map(
        lambda pair: f"[ a owl:Class ; owl:{pair[0]} ( {' '.join(pair[1])} ) ]"
    )


restrictions = st.one_of(
    st.sampled_from(THERAPIES).map(
        lambda name: f"[ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:hasValue sts:{name} ]"
    ),
    st.sampled_from(KINDS).map(
        lambda name: f"[ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:someValuesFrom sts:{name} ]"
    ),
    st.sampled_from(OUTCOMES).map(
        lambda name: f"[ a owl:Restriction ; owl:onProperty sts:courseOutcome ; owl:hasValue sts:outcome-{name} ]"
    ),
    st.sampled_from(("sts:ChemotherapyCourse", "sts:TreatmentCourse", "owl:Thing")),
)
classes_of_courses = st.recursive(restrictions, nested, max_leaves=4)
had = classes_of_courses.map(
    lambda kind: f"[ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom {kind} ]"
)
histories = st.one_of(had, nested(had))
sets_of_therapies = st.lists(st.sampled_from(THERAPIES), min_size=1, max_size=2, unique=True)
courses_of_a_case = st.lists(st.tuples(sets_of_therapies, st.sampled_from(("", *OUTCOMES))), max_size=3)


@given(axioms=st.lists(histories, min_size=1, max_size=2), drawn=courses_of_a_case)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_history_axiom_is_explained_by_courses_that_the_case_has(
    tmp_path_factory: pytest.TempPathFactory, axioms: list[str], drawn: list[tuple[list[str], str]]
) -> None:
    """The courses that are named give the finding alone, and have the therapies that are named."""
    target = HAS_CHANGED.format("symptoms-from-cancer")
    text = "".join(f"\n{axiom} rdfs:subClassOf {target} ." for axiom in axioms)
    made = guideline(tmp_path_factory.mktemp("h") / "g", text)
    courses = tuple(course(*names, outcome=outcome, place=f"line {at}") for at, (names, outcome) in enumerate(drawn, 1))
    case = Case("h", given=(Fact(STS["finding-stage4-sts"], True, "line 0"),), courses=courses)
    session = Session(made, (case,))
    option = STS["option-surgery-symptom-control"]
    explained = session.explain(case, option)
    assert explained.answer.status == ("met" if derives(made, case) else "undetermined")
    named = [because for finding, _, because in explained.known if finding == "symptoms-from-cancer"]
    if explained.answer.status != "met":
        assert named == []
        return
    places = set(re.findall(r"recorded course \((line \d+)\)", named[0]))
    assert places <= {one.place for one in courses}
    kept = replace(case, courses=tuple(one for one in courses if one.place in places))
    assert derives(made, kept), "the courses that are named are enough"
    for one in kept.courses:
        said = named[0].partition(f"({one.place}) ")[2].partition("; and a recorded")[0]
        therapies = {made.labels[therapy] for therapy in one.therapies}
        assert set(included(said)) <= therapies


def derives(made: Guideline, case: Case) -> bool:
    found = Session(made, (case,)).closed.objects(case.iri, STS.hasFinding)
    return STS["finding-symptoms-from-cancer"] in found


def included(said: str) -> Iterator[str]:
    """Yield the labels of the therapies that a reason says a course includes."""
    for match in re.finditer(r"includes ([^,]+?)(?:,| and |$)", said):
        yield match[1]


# --- generated conditions

FINDINGS = ("unresectable", "lung-metastases", "symptoms-from-cancer", "person-in-canada")
leaves = st.tuples(st.sampled_from(("With", "Without")), st.sampled_from(FINDINGS)).map(
    lambda pair: "sts:" + pair[0] + "".join(word.capitalize() for word in pair[1].split("-"))
)
trees = st.recursive(leaves, nested, max_leaves=5)


@given(tree=trees, facts=st.dictionaries(st.sampled_from(FINDINGS), st.booleans(), max_size=4))
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_any_condition_over_with_and_without_is_answered_and_explained(
    tmp_path_factory: pytest.TempPathFactory, tree: str, facts: dict[str, bool]
) -> None:
    folder = tmp_path_factory.mktemp("c") / "g"
    option = 'sts:option-new a sts:TreatmentOption ; rdfs:label "new"@en ; sts:ordinal 99 .'
    stated = "sts:rec-new a sts:Recommendation ; sts:recommendsOption sts:option-new ."
    made = guideline(folder, conditions=f"\n{option} {stated} {tree} rdfs:subClassOf sts:MetNew .")
    given_ = tuple(Fact(STS[f"finding-{name}"], holds, f"line {name}") for name, holds in facts.items())
    case = Case("c", given=given_)
    session = Session(made, (case,))
    answer = next(one for one in session.answers_of(case) if one.option == STS["option-new"])
    assert answer.status == {True: "met", False: "not-met", None: "undetermined"}[kleene(tree, facts)]
    explained = session.explain(case, URIRef(answer.option))
    assert {name: holds for name, holds, _ in explained.known} == {
        name: holds for name, holds in facts.items() if f"{camel(name)} " in f"{tree} "
    }
    for needed, status in (*((one, "met") for one in answer.met_if), *((one, "not-met") for one in answer.unmet_if)):
        supposed = {**facts, **{local(finding).removeprefix("finding-"): yes for finding, yes in needed.items()}}
        assert kleene(tree, supposed) is (status == "met")


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def kleene(tree: str, facts: dict[str, bool]) -> bool | None:
    """Return the value of a condition from its text, by an evaluator that shares nothing with the package."""
    number = {True: 1.0, False: 0.0, None: 0.5}
    values = {f"{side}{camel(name)}": number[facts.get(name)] for name in FINDINGS for side in ("With",)}
    values |= {name.replace("With", "Without", 1): 1 - value for name, value in values.items()}
    tokens = re.findall(r"intersectionOf|unionOf|sts:\w+|[()]", tree)

    def value() -> float:
        word = tokens.pop(0)
        if word.startswith("sts:"):
            return values[word.removeprefix("sts:")]
        tokens.pop(0)  # the opening bracket
        found = []
        while tokens[0] != ")":
            found.append(value())
        tokens.pop(0)
        return min(found) if word == "intersectionOf" else max(found)

    return {1.0: True, 0.0: False, 0.5: None}[value()]
