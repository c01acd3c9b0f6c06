"""Reasons come from proofs: any history axiom of OWL 2 RL, any tree over With and Without leaves, any threshold."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.term import Node

from sts_kg import Case, KnowledgeGraph, load, parse
from sts_kg.cases.case import Course
from sts_kg.cases.case import Given as Fact
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.explanation import explain
from sts_kg.cases.fact_rules import derived
from sts_kg.cases.facts import course_nodes, facts_of
from sts_kg.cases.options import answers_of
from sts_kg.cases.reasons import contradiction
from sts_kg.cases.session import Session
from sts_kg.closure.closure import Closure
from sts_kg.errors import ParseError
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.duals import not_met
from sts_kg.guideline.guideline import Guideline
from sts_kg.guideline.vocabulary import Vocabulary
from sts_kg.rdf.names import STS, local


def guideline(folder: Path, axioms: str = "", *, findings: str = "") -> Guideline:
    """Return a copy of the shipped guideline with more history axioms and fact rules."""
    shutil.copytree(ontology_folder(), folder)
    for name, more in (("conditions", axioms), ("findings", findings)):
        path = folder / f"{name}.ttl"
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    return Guideline(folder)


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


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


@pytest.mark.slow
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


def test_of_several_courses_the_first_is_named(kg: KnowledgeGraph) -> None:
    """It was one or the other, and another one in the next process."""
    names = ("doxorubicin", "ifosfamide", "doxorubicin", "chemotherapy", "other-chemotherapy-drug")
    courses = tuple(course(name, place=f"line {number}") for number, name in enumerate(names, 1))
    cases = tuple(Case(f"several-{number}", courses=courses) for number in range(12))
    session = Session(kg.guideline, cases)
    reason = "derived: a recorded course (line 1) includes doxorubicin, a chemotherapy drug"
    for case in cases:
        assert session.explain(case, STS["option-pazopanib"]).known == (("prior-chemotherapy", True, reason),)


def test_a_union_of_kinds_of_therapy_names_the_kind_that_holds(kg: KnowledgeGraph) -> None:
    kinds = "[ a owl:Class ; owl:unionOf ( sts:Procedure sts:TargetedTherapyDrug ) ]"
    axiom = f"""
[ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom
    [ a owl:Restriction ; owl:onProperty sts:includesTherapy ; owl:someValuesFrom {kinds} ] ]
    rdfs:subClassOf sts:WithSymptomsFromCancer .
"""
    case = Case("k", courses=(course("doxorubicin", place="line 4"), course("pazopanib", place="line 5")))
    closed = closure_with(kg.guideline, parse(axiom), case)
    answer = next(answer for answer in answers_of(case, kg.guideline, closed) if answer.option == OPTION)
    reason = "derived: a recorded course (line 5) includes pazopanib, a targeted therapy drug"
    assert explain(answer, case, kg.guideline, closed).known == (("symptoms-from-cancer", True, reason),)


def test_facts_that_contradict_an_axiom_are_a_contradiction(tmp_path: Path) -> None:
    """The case had answers, though nothing can be in two disjoint classes."""
    axiom = "sts:WithPersonInCanada owl:disjointWith sts:WithPriorChemotherapy ."
    kg = KnowledgeGraph(Session(guideline(tmp_path / "g", axiom)))
    here = Fact(STS["finding-person-in-canada"], True, "line 2")
    wrong = Case("w", given=(here,), courses=(course("doxorubicin", place="line 3"),))
    answers = kg.options([wrong, Case("right", given=(here,))])
    assert [error.case for error in answers.contradictions] == ["w"]
    assert {answer.case for answer in answers.with_status("contradictory")} == {"w"}
    assert {answer.case for answer in answers.with_status("met", "not-met", "undetermined")} == {"right"}
    [error] = answers.contradictions
    assert error.contradictions == (
        "the disjoint classes sts:WithPersonInCanada and sts:WithPriorChemotherapy share case:w: person-in-canada"
        " holds, given: line 2; and a recorded course (line 3) includes doxorubicin, a chemotherapy drug",
    )


@pytest.fixture
def switching() -> Iterator[None]:
    """Threads switch as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_that_share_a_session_give_the_same_reasons(kg: KnowledgeGraph, switching: None) -> None:
    """A search for a proof that another thread had begun looked like a missing proof: 3 of 48 answers were wrong."""
    given_ = tuple(
        Fact(STS[f"finding-{name}"], True, "here") for name in ("resectable", "spread-only-few-places-in-lungs")
    )
    case = Case("threads", given=given_, courses=(course("doxorubicin", "surgery", outcome="did-not-work"),))

    def everything(session: Session) -> list[str]:
        return [str(session.explain(case, option)) for option in kg.guideline.conditions]

    alone = everything(Session(kg.guideline, (case,)))
    for _ in range(4):
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(everything, [Session(kg.guideline, (case,))] * 8)) == [alone] * 8


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
    explained = counted.explain(
        Case("n", given=(stage,), numbers={STS.tumourCount: number} if number else {}), "surgery-symptom-control"
    )
    assert explained.answer.status == status
    because = f"derived by the rule many tumours, at least 4, from the tumour count {number}"
    known = [entry for entry in explained.known if entry[0] == "symptoms-from-cancer"]
    assert known == ([] if holds is None else [("symptoms-from-cancer", holds, because)])
    assert not any("not compared" in note for note in explained.notes)


def test_a_number_that_contradicts_a_given_finding_is_a_contradiction(counted: KnowledgeGraph) -> None:
    given_ = Fact(STS["finding-symptoms-from-cancer"], True, "line 3")
    [error] = counted.options(Case("c", given=(given_,), numbers={STS.tumourCount: 2})).contradictions
    assert error.contradictions == (
        "symptoms-from-cancer holds (given: line 3) and does not hold"
        " (derived by the rule many tumours, at least 4, from the tumour count 2)",
    )


RULE = "sts:rule-x a sts:FactRule ; sts:comparesProperty"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (
            "sts:tumourCount ; sts:concludesFinding sts:finding-resectable",
            "needs one value of sts:atLeast, of sts:atMost",
        ),
        (
            "sts:tumourCount ; sts:atLeast 3 , 4 ; sts:concludesFinding sts:finding-resectable",
            "needs one value of sts:atLeast, of sts:atMost, or one of each",
        ),
        ("sts:tumourCount ; sts:atLeast 3", "concludes nothing: sts:concludesFinding is missing"),
        (
            'sts:tumourCount ; sts:atMost "few" ; sts:concludesFinding sts:finding-resectable',
            "has the bound few; an integer or a decimal is expected, such as 3",
        ),
        (
            "sts:tumorCount ; sts:atMost 3 ; sts:concludesFinding sts:finding-resectable",
            "compares sts:tumorCount, which is not a number of a case",
        ),
        (
            "sts:asOf ; sts:atMost 3 ; sts:concludesFinding sts:finding-resectable",
            "compares sts:asOf, which is not a number of a case",
        ),
    ],
)
def test_a_threshold_that_cannot_be_used_is_an_error(kg: KnowledgeGraph, rule: str, reason: str) -> None:
    words = Vocabulary(kg.asserted + parse(f"{RULE} {rule} ."))
    with pytest.raises(ParseError, match=f"the fact rule sts:rule-x {reason}"):
        derived(Case("n", numbers={STS.tumourCount: 3}), words)


def test_a_guideline_without_the_fact_rules_answers_and_explains(tmp_path: Path) -> None:
    """Every case ended with an AssertionError."""
    shutil.copytree(ontology_folder(), tmp_path / "g")
    path = tmp_path / "g" / "findings.ttl"
    before, mark, _ = path.read_text(encoding="utf-8").partition("# --- Fact rules")
    assert mark
    path.write_text(before, encoding="utf-8")
    (tmp_path / "g" / "readings.ttl").write_text("", encoding="utf-8")  # they change what is no longer there
    growth = Course(
        (STS.surgery,), PartialDate.parse("2025"), PartialDate.parse("2025-11"), growth=(PartialDate.parse("2025-06"),)
    )
    case = Case("r", given=(Fact(STS["finding-stage4-sts"], True, "line 2"),), courses=(growth,), history_complete=True)
    explained = Session(Guideline(tmp_path / "g"), (case,)).explain(case, STS["option-pazopanib"])
    assert explained.known == (("stage4-sts", True, "given: line 2"),)
    assert explained.notes == ()


# --- generated history axioms

THERAPIES = ("doxorubicin", "pazopanib", "surgery", "radiation-therapy", "chemotherapy")
OUTCOMES = ("did-not-work", "stopped-for-side-effects")
KINDS = ("ChemotherapyDrug", "TargetedTherapyDrug", "Drug", "Procedure", "Therapy")
GIVEN = ("stage4-sts", "lung-metastases", "person-in-canada")
TARGET = STS["finding-symptoms-from-cancer"]
OPTION = STS["option-surgery-symptom-control"]


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return intersections and unions of some class expressions."""
    operators = st.sampled_from(("intersectionOf", "unionOf"))
    return st.tuples(operators, st.lists(inner, min_size=2, max_size=3)).map(
        lambda pair: f"[ a owl:Class ; owl:{pair[0]} ( {' '.join(pair[1])} ) ]"
    )


def some(predicate: str, kinds: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return kinds.map(lambda kind: f"[ a owl:Restriction ; owl:onProperty sts:{predicate} ; owl:someValuesFrom {kind} ]")


def value(predicate: str, *values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values).map(
        lambda name: f"[ a owl:Restriction ; owl:onProperty sts:{predicate} ; owl:hasValue sts:{name} ]"
    )


kinds_of_therapy = st.recursive(
    st.sampled_from([f"sts:{kind}" for kind in KINDS] + ["owl:Thing"]), nested, max_leaves=3
)
kinds_of_course = st.recursive(
    st.one_of(
        value("includesTherapy", *THERAPIES),
        value("courseOutcome", *(f"outcome-{name}" for name in OUTCOMES)),
        some("includesTherapy", kinds_of_therapy),
        st.sampled_from(("sts:ChemotherapyCourse", "sts:TreatmentCourse", "sts:NewCourse", "owl:Thing")),
    ),
    nested,
    max_leaves=4,
)
sides = st.sampled_from(["sts:" + side + camel(name) for side in ("With", "Without") for name in GIVEN])
histories = st.recursive(st.one_of(some("hadCourse", kinds_of_course), sides), nested, max_leaves=3)
axioms_of_a_guideline = st.tuples(
    st.lists(histories, min_size=1, max_size=3),
    st.lists(kinds_of_course, max_size=2),
    st.sampled_from(("hasFinding", "lacksFinding")),
)
drawn_courses = st.lists(
    st.tuples(
        st.lists(st.sampled_from(THERAPIES), min_size=1, max_size=2, unique=True), st.sampled_from(("", *OUTCOMES))
    ),
    max_size=3,
)
drawn_findings = st.dictionaries(st.sampled_from(GIVEN), st.booleans())


@example(axioms=(["sts:WithStage4Sts"], [], "hasFinding"), courses=[], findings={"stage4-sts": True})
@given(axioms=axioms_of_a_guideline, courses=drawn_courses, findings=drawn_findings)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_the_reason_of_any_history_axiom_names_what_its_proof_rests_on(
    kg: KnowledgeGraph,
    axioms: tuple[list[str], list[str], str],
    courses: list[tuple[list[str], str]],
    findings: dict[str, bool],
) -> None:
    """Nothing more is named than the proof has, and what is named is enough to derive the finding again."""
    above, below, predicate = axioms
    lines = [f"{one} rdfs:subClassOf {value_of(predicate)} ." for one in above]
    lines += [f"{one} rdfs:subClassOf sts:NewerCourse ." for one in below]
    more = parse("\n".join([*lines, "sts:NewerCourse rdfs:subClassOf sts:NewCourse ."]))
    case = Case(
        "h",
        given=tuple(Fact(STS[f"finding-{name}"], holds, f"g{at}") for at, (name, holds) in enumerate(findings.items())),
        courses=tuple(course(*names, outcome=outcome, place=f"c{at}") for at, (names, outcome) in enumerate(courses)),
    )
    closed = closure_with(kg.guideline, more, case)
    if contradiction(case, kg.guideline, closed):  # such as stage 4, but no soft tissue sarcoma
        return
    holds = (case.iri, STS[predicate], TARGET) in closed
    answer = next(answer for answer in answers_of(case, kg.guideline, closed) if answer.option == OPTION)
    assert (TARGET in (answer.true if predicate == "hasFinding" else answer.false)) is holds
    reasons = {name: why for name, _, why in explain(answer, case, kg.guideline, closed).known}
    assert ("symptoms-from-cancer" in reasons) is holds
    if not holds:
        return
    reason = reasons["symptoms-from-cancer"]
    leaves = {leaf.triple for leaf in closed.proof((case.iri, STS[predicate], TARGET)).leaves()}
    nodes: dict[Node, Course] = dict(zip(course_nodes(case), case.courses, strict=True))
    resting = {f.place for f in case.given if any(t[0] == case.iri and t[2] == f.finding for t in leaves)}
    resting |= {nodes[each].place for triple in leaves for each in triple[::2] if each in nodes}
    assert set(re.findall(r"\b[gc]\d\b", reason)) == resting
    kept = only(case, reason, kg.guideline)
    assert (case.iri, STS[predicate], TARGET) in closure_with(kg.guideline, more, kept), reason


def value_of(predicate: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty sts:{predicate} ; owl:hasValue sts:finding-symptoms-from-cancer ]"


def closure_with(base: Guideline, more: Graph, case: Case) -> Closure:
    return base.closure.extend([more, facts_of([case], base.vocabulary)])


def only(case: Case, reason: str, base: Guideline) -> Case:
    """Return a case with nothing but the facts that a reason names."""
    kept = []
    for part in re.split("; and ", reason):
        if (found := re.search(r"a recorded course \((c\d)\)(.*)", part)) is not None:
            one = next(each for each in case.courses if each.place == found[1])
            named = re.findall(r"includes ([a-z ]+?)(?=, a | and includes | and has |$)", found[2])
            therapies = [each for each in one.therapies if base.labels[each] in named]
            assert len(therapies) == len(named), f"{reason}: {one.therapies}"
            outcome = one.outcome if "has the outcome" in found[2] else None
            assert outcome is None or f"has the outcome “{base.labels[outcome]}”" in found[2]
            kept.append(replace(one, therapies=tuple(therapies), outcome=outcome))
    given_ = tuple(each for each in case.given if re.search(rf"\b{each.place}\b", reason))
    return replace(case, given=given_, courses=tuple(kept))


# --- generated conditions

FINDINGS = ("unresectable", "lung-metastases", "symptoms-from-cancer", "person-in-canada")
SMALL = f"""
{" ".join(f'sts:finding-{name} a sts:Finding ; rdfs:label "{name}" ; sts:question "{name}?" .' for name in FINDINGS)}
sts:option-new a sts:TreatmentOption ; rdfs:label "new" .
sts:rec-new a sts:Recommendation ; sts:recommendsOption sts:option-new .
"""
leaves_of_conditions = st.tuples(st.sampled_from(("With", "Without")), st.sampled_from(FINDINGS)).map(
    lambda pair: f"sts:{pair[0]}{camel(pair[1])}"
)
trees = st.recursive(leaves_of_conditions, nested, max_leaves=6)


@given(tree=trees, facts=st.dictionaries(st.sampled_from(FINDINGS), st.booleans(), max_size=4))
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_any_condition_over_with_and_without_is_answered_and_explained(
    kg: KnowledgeGraph, tree: str, facts: dict[str, bool]
) -> None:
    written = parse(f"{SMALL} {tree} rdfs:subClassOf sts:MetNew .")
    small = written + parse(not_met(written))
    given_ = tuple(Fact(STS[f"finding-{name}"], holds, f"line {name}") for name, holds in facts.items())
    case = Case("c", given=given_)
    closed = closure_with(kg.guideline, small, case)
    only_this = guideline_of(small)
    [answer] = answers_of(case, only_this, closed)
    assert answer.status == {True: "met", False: "not-met", None: "undetermined"}[kleene(tree, facts)]
    explained = explain(answer, case, only_this, closed)
    assert {name: (holds, why) for name, holds, why in explained.known} == {
        name: (holds, f"given: line {name}") for name, holds in facts.items() if f"{camel(name)} " in f"{tree} "
    }
    for needed, status in (*((one, True) for one in answer.met_if), *((one, False) for one in answer.unmet_if)):
        supposed = facts | {local(finding).removeprefix("finding-"): yes for finding, yes in needed.items()}
        assert kleene(tree, supposed) is status
    assert bool(explained.consequence) is (answer.status == "undetermined")


def guideline_of(asserted: Graph) -> Guideline:
    """Return a guideline that is no more than a graph."""
    made = object.__new__(Guideline)
    made.folder, made.asserted, made.iri = Path(), asserted, STS.ontology
    return made


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
