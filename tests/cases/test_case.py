"""Cases: which courses were given, dates that cannot be, the complete history, and the facts of a case as a graph."""

from __future__ import annotations

import pickle
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from made import case, course, day, finding, vocabulary
from made import given as findings
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.namespace import OWL, PROV, RDF, RDFS, XSD

from sts_kg.cases.case import Case, Course, Declined, Derived, Given, NoGrowth
from sts_kg.cases.dates import PartialDate
from sts_kg.cases.fact_rules import derived, hints, impossible, impossible_case, questions_about_courses, was_given
from sts_kg.cases.facts import facts_of
from sts_kg.cases.places import Place, shown
from sts_kg.errors import CaseError
from sts_kg.guideline.numbers import Number, written
from sts_kg.guideline.vocabulary import CourseRule, Vocabulary
from sts_kg.rdf.graphs import parse
from sts_kg.rdf.names import CASE, STS

CHEMOTHERAPIES = ("doxorubicin", "ifosfamide", "chemotherapy", "other-chemotherapy-drug")
GROWTH, CHEMOTHERAPY = finding("growth-within-one-year-after-treatment"), finding("prior-chemotherapy")


def concluded(*courses: Course, complete: bool = False) -> dict[URIRef, bool]:
    return {fact.finding: fact.holds for fact in derived(case(*courses, complete=complete), vocabulary())}


# --- given, or begun (D32, D33)


@pytest.mark.parametrize(
    ("start", "end", "outcome", "ongoing", "of"),
    [
        *product(
            (None, "2024"),
            (None, "2025"),
            (None, "did-not-work", "stopped-for-side-effects"),
            (None, True, False),
            (None, "this-cancer", "another-cancer"),
        )
    ],
)
def test_a_course_was_given_if_it_is_over_or_has_no_dates(
    start: str | None, end: str | None, outcome: str | None, ongoing: bool | None, of: str | None
) -> None:
    one = course(end, start=start, outcome=outcome, ongoing=ongoing, of=of)
    if of == "another-cancer":
        expected = False
    elif end or outcome or ongoing is False:
        expected = True
    else:
        expected = start is None and ongoing is None
    assert was_given(one, vocabulary()) is expected


def open_questions(*courses: Course) -> dict[URIRef, str]:
    return questions_about_courses(case(*courses), vocabulary())


BEGUN = course(start="2024-05", therapies="doxorubicin ifosfamide", place="x.yaml, line 3")
GOING_ON = course(therapies="chemotherapy", ongoing=True)


def test_of_chemotherapy_that_began_it_is_asked_whether_it_is_over() -> None:
    about_begun = "Is this course over? (doxorubicin and ifosfamide, from 2024-05; x.yaml, line 3)"
    answer = " Answer with its end, or with ongoing: yes or no."
    assert open_questions(BEGUN) == {CHEMOTHERAPY: about_begun + answer}
    assert open_questions(BEGUN, course(start="2025", therapies="chemotherapy")) == {
        CHEMOTHERAPY: f"{about_begun} Is this course over? (chemotherapy, from 2025){answer}"
    }


def test_of_chemotherapy_that_is_going_on_nothing_is_asked() -> None:
    assert open_questions(GOING_ON) == {CHEMOTHERAPY: ""}
    assert open_questions(GOING_ON, BEGUN) == open_questions(BEGUN)


@pytest.mark.parametrize(
    "one",
    [
        course(start="2024-05"),  # no chemotherapy
        course("2024-06", start="2024-05", therapies="doxorubicin"),
        course(start="2024-05", outcome="did-not-work", therapies="doxorubicin"),
        course(start="2024-05", ongoing=False, therapies="doxorubicin"),
        course(therapies="doxorubicin"),
        course(start="2024-05", of="another-cancer", therapies="doxorubicin"),
    ],
)
def test_no_other_course_is_asked_about(one: Course) -> None:
    assert open_questions(one) == {}
    assert hints(case(one), vocabulary()) == ()


def test_a_guideline_without_the_rule_asks_nothing_about_courses() -> None:
    graph = Graph()
    for triple in vocabulary().asserted:
        if triple[0] != STS["rule-history-complete"]:
            graph.add(triple)
    assert questions_about_courses(case(BEGUN), Vocabulary(graph)) == {}


def test_chemotherapy_that_may_be_going_on_is_hinted_at() -> None:
    assert hints(case(BEGUN, GOING_ON), vocabulary()) == (
        "a course (doxorubicin and ifosfamide, from 2024-05; x.yaml, line 3) may be going on: it counts as given when "
        "it is over",
        "a course (chemotherapy) is going on: it counts as given when it is over",
    )


def test_a_course_that_is_going_on_leaves_prior_chemotherapy_open_though_the_history_is_complete() -> None:
    for one in (BEGUN, GOING_ON):
        assert CHEMOTHERAPY not in concluded(one, complete=True)


# --- what cannot be


@pytest.mark.parametrize(
    ("one", "as_of", "key", "why"),
    [
        (course(start="2026"), "2025-12-31", "start", "start 2026 is after the date of the case, as_of 2025-12-31"),
        (course("2025-07"), "2025-06", "end", "end 2025-07 is after the date of the case, as_of 2025-06"),
        (course(growth="2025-07"), "2025-06", "growth", "growth 2025-07 is after the date of the case, as_of 2025-06"),
        (
            course(until="2026"),
            "2025",
            "no_growth_until",
            "no_growth_until 2026 is after the date of the case, as_of 2025",
        ),
        (course("2024", start="2025"), None, "end", "end 2024 is before start 2025"),
        (
            course("2024-05-17", until="2024-05-16"),
            None,
            "no_growth_until",
            "no_growth_until 2024-05-16 is before end 2024-05-17",
        ),
        (
            course(start="2024-06", until="2024-05"),
            None,
            "no_growth_until",
            "no_growth_until 2024-05 is before start 2024-06",
        ),
        (
            course("2024", ongoing=True),
            None,
            "ongoing",
            "ongoing is yes, but the course has the end 2024; leave one of the two out",
        ),
        (
            course(ongoing=True, outcome="did-not-work"),
            None,
            "ongoing",
            "ongoing is yes, but the course has the outcome did-not-work; leave one of the two out",
        ),
        (
            course(ongoing=True, until="2024"),
            None,
            "ongoing",
            "ongoing is yes, but the course has the no_growth_until 2024; leave one of the two out",
        ),
        (
            course(None, "2024", ongoing=True, first=True),
            None,
            "ongoing",
            "ongoing is yes, but the course has the first_growth yes; leave one of the two out",
        ),
        (
            course("2024", first=True),
            None,
            "first_growth",
            "first_growth is yes, but the course has no growth; give its date",
        ),
    ],
)
def test_a_course_that_cannot_be_is_told_with_key_and_reason(
    one: Course, as_of: str | None, key: str, why: str
) -> None:
    wrong = impossible(one, day(as_of))
    assert wrong is not None
    assert (wrong[0], wrong[2]) == (key, why)


@pytest.mark.parametrize(
    ("one", "as_of"),
    [
        (course(start="2025-06-30"), "2025-06"),
        (course("2024", start="2024-12-31"), None),
        (course("2024-05-17", until="2024-05-17"), None),
        (course("2024-05-17", "2024-06", until="2024-09"), None),  # a contradiction of the case, not an error
        (course("2024-06-15", "2024-06-15", until="2024"), None),
        (course("2024", "2023", first=True), None),
        (course("2024", ongoing=False), None),
        (course(start="2024", ongoing=True), None),
        (course(outcome="did-not-work", ongoing=False), None),
        (course(), "2025"),
    ],
)
def test_a_course_that_can_be_is_not_wrong(one: Course, as_of: str | None) -> None:
    assert impossible(one, day(as_of)) is None


@pytest.mark.parametrize(
    ("one", "key", "date", "why"),
    [
        (
            case(growth="2024 2026", as_of="2025-06-30"),
            "growth",
            "2026",
            "growth 2026 is after the date of the case, as_of 2025-06-30",
        ),
        (
            case(no_growth="2026..2027", as_of="2025-06"),
            "from",
            "2026",
            "from 2026 is after the date of the case, as_of 2025-06",
        ),
        (
            case(no_growth="2024..2026", as_of="2025-06"),
            "until",
            "2026",
            "until 2026 is after the date of the case, as_of 2025-06",
        ),
        (
            case(no_growth="2023..2024 2025-02..2025-01"),
            "until",
            "2025-01",
            "no_growth: until 2025-01 is before from 2025-02",
        ),
    ],
)
def test_growth_of_a_case_that_cannot_be_is_told_with_key_and_reason(one: Case, key: str, date: str, why: str) -> None:
    assert impossible_case(one) == (key, PartialDate.parse(date), why)


@pytest.mark.parametrize(
    "one",
    [
        case(growth="2025-06-30", as_of="2025-06"),
        case(growth="2025", as_of="2025-06-01"),
        case(no_growth="2025-02..2025-02-01"),
        case(no_growth="2025..2025-01-01 2024-05-17..2024-05-17", as_of="2025-01-01"),
        case(growth="2024-05", no_growth="2024..2025"),
        case(),
    ],
)
def test_growth_of_a_case_that_can_be_is_not_wrong(one: Case) -> None:
    assert impossible_case(one) is None


# --- the complete history (D28)


def test_a_complete_history_without_courses_denies_growth_and_chemotherapy() -> None:
    assert concluded(complete=True) == {GROWTH: False, CHEMOTHERAPY: False}
    assert concluded() == {}


@pytest.mark.parametrize("therapy", ["doxorubicin", "ifosfamide", "chemotherapy", "other-chemotherapy-drug"])
def test_a_course_of_chemotherapy_keeps_chemotherapy_from_being_denied(therapy: str) -> None:
    assert CHEMOTHERAPY not in concluded(course(therapies=therapy), complete=True)
    assert CHEMOTHERAPY not in concluded(course(therapies=f"surgery {therapy}"), course(), complete=True)


@pytest.mark.parametrize(
    "therapy",
    [
        *("pazopanib", "targeted-therapy", "surgery", "wide-local-excision", "comfort-care"),
        *("radiation-therapy", "external-radiation-therapy", "sbrt"),
    ],
)
def test_a_complete_history_of_other_courses_denies_chemotherapy(therapy: str) -> None:
    one = course(therapies=therapy)
    assert CHEMOTHERAPY not in concluded(one)
    fact = Derived(CHEMOTHERAPY, False, STS["rule-history-complete"], (one,))
    assert fact in derived(case(one, complete=True), vocabulary())


def test_chemotherapy_for_another_cancer_does_not_keep_it_from_being_denied() -> None:
    other, surgery = course(therapies="chemotherapy", of="another-cancer"), course()
    assert CHEMOTHERAPY not in concluded(other)
    fact = Derived(CHEMOTHERAPY, False, STS["rule-history-complete"], (surgery,))
    assert fact in derived(case(other, surgery, complete=True), vocabulary())


# --- the words of the ontology


def regarded(graph: Graph) -> frozenset[URIRef] | None:
    return Vocabulary(graph).rule(STS.HistoryCompleteRule).therapies


def test_the_chemotherapy_therapies_are_those_of_the_axioms() -> None:
    expected = {STS.doxorubicin, STS.ifosfamide, STS.chemotherapy, STS["other-chemotherapy-drug"]}
    assert set(regarded(vocabulary().asserted) or ()) == expected


def test_a_drug_added_to_the_class_is_chemotherapy() -> None:
    added = parse("sts:Anthracycline rdfs:subClassOf sts:ChemotherapyDrug . sts:new a sts:Anthracycline .")
    before, after = regarded(vocabulary().asserted), regarded(vocabulary().asserted + added)
    assert before is not None and after == before | {STS.new}


def test_a_restriction_of_another_property_makes_no_chemotherapy() -> None:
    graph = parse(
        "sts:HistoryCompleteRule rdfs:subClassOf sts:FactRule ."
        " sts:rule-history-complete a sts:HistoryCompleteRule ; sts:regardsCourse sts:ChemotherapyCourse ."
    )
    graph.add((STS.restriction, RDFS.subClassOf, STS.ChemotherapyCourse))
    graph.add((STS.restriction, OWL.onProperty, STS.courseOutcome))
    graph.add((STS.restriction, OWL.hasValue, STS.surgery))
    assert regarded(graph) == frozenset()


def test_words_are_short_names_and_ids() -> None:
    words = vocabulary()
    assert words.findings["unresectable"] == words.findings["finding-unresectable"] == STS["finding-unresectable"]
    assert len(words.findings) == 44
    assert words.outcomes == {
        "did-not-work": STS["outcome-did-not-work"],
        "outcome-did-not-work": STS["outcome-did-not-work"],
        "stopped-for-side-effects": STS["outcome-stopped-for-side-effects"],
        "outcome-stopped-for-side-effects": STS["outcome-stopped-for-side-effects"],
    }
    assert {word for word in words.modalities if not word.startswith("modality-")} == {
        *("cancer-treatment", "chemotherapy", "targeted-therapy", "radiation-therapy", "surgery"),
        *("comfort-care", "clinical-trial"),
    }
    assert set(words.therapies) == {
        *("doxorubicin", "ifosfamide", "pazopanib", "chemotherapy", "targeted-therapy", "other-chemotherapy-drug"),
        *("radiation-therapy", "external-radiation-therapy", "sbrt", "surgery", "wide-local-excision", "comfort-care"),
    }


def test_words_of_courses() -> None:
    words = vocabulary()
    assert {word for word in words.indications if not word.startswith("indication-")} == {
        *("this-cancer", "another-cancer"),
    }
    assert {word for word in words.sites if not word.startswith("site-")} == {"lungs", "outside-lungs"}
    assert words.purposes["symptom-relief"] == words.purposes["intent-symptom-relief"] == STS["intent-symptom-relief"]
    assert "make-surgery-possible" in words.purposes


def test_kinds_of_therapy() -> None:
    kinds = {
        therapy.removeprefix(STS): sorted(k.removeprefix(STS) for k in of - {therapy})
        for therapy, of in vocabulary().kinds.items()
    }
    assert kinds == {
        "doxorubicin": ["chemotherapy"],
        "ifosfamide": ["chemotherapy"],
        "other-chemotherapy-drug": ["chemotherapy"],
        "pazopanib": ["targeted-therapy"],
        "external-radiation-therapy": ["radiation-therapy"],
        "sbrt": ["radiation-therapy"],
        "wide-local-excision": ["surgery"],
        **{name: [] for name in ("chemotherapy", "targeted-therapy", "radiation-therapy", "surgery", "comfort-care")},
    }


def test_the_rules_say_what_they_conclude_and_which_courses_they_regard() -> None:
    words, other = vocabulary(), frozenset({STS["indication-another-cancer"]})
    assert words.rules == {
        STS.GrowthWindowRule: CourseRule(
            iri=STS["rule-growth-window"],
            concludes=GROWTH,
            concludes_absence=True,
            disregards=frozenset({STS["comfort-care"]}),
            indications=other,
            needs_over=False,
            needs_all=False,
        ),
        STS.HistoryCompleteRule: CourseRule(
            iri=STS["rule-history-complete"],
            concludes=CHEMOTHERAPY,
            concludes_absence=True,
            therapies=frozenset(words.therapies[name] for name in CHEMOTHERAPIES),
            indications=other,
            needs_over=False,
            needs_all=False,
        ),
        STS.GivenCourseRule: CourseRule(iri=STS["rule-given-course"], indications=other, needs_all=False),
        STS.TriedOptionsRule: CourseRule(iri=STS["rule-tried-options"], indications=other, needs_over=False),
    }


def test_a_rule_that_the_guideline_does_not_have_concludes_nothing() -> None:
    assert Vocabulary(Graph()).rule(STS.GrowthWindowRule) == CourseRule()
    assert CourseRule().concludes is None


# --- cases and their facts


def test_a_case_has_an_iri_from_its_id_and_back() -> None:
    assert Case(id="f").iri == CASE.f
    assert Case(id="Fall 1/ä").iri == CASE["Fall%201%2F%C3%A4"]
    for id_ in ("f", "Fall 1/ä", "100%"):
        assert Case.id_of(Case(id=id_).iri) == id_
    assert Case.id_of("https://example.org/a%20b") == "https://example.org/a%20b"
    assert Case(id="f", iri=URIRef("https://example.org/f")).iri == URIRef("https://example.org/f")


SMALL = Case(
    id="f",
    label="ein Fall",
    as_of=PartialDate.parse("2026-01-15"),
    given=(Given(STS["finding-stage4-sts"], True, "f.yaml, line 3"), Given(STS["finding-resectable"], False, "")),
    courses=(
        course(
            "2024-05", "2024-09 2025-12", therapies="sbrt surgery", start="2024", outcome="did-not-work", site="lungs"
        ),
        course("2025-06", until="2026-01-01", therapies="pazopanib"),
        course(start="2026", therapies="surgery", ongoing=True, purpose="symptom-relief", of="this-cancer"),
        course("2010", "2011", therapies="doxorubicin", first=True, of="another-cancer"),
    ),
    history_complete=True,
    declines=(Declined(STS["modality-surgery"], "f.yaml, line 9"),),
    growth=(PartialDate.parse("2020"),),
    no_growth=(NoGrowth(PartialDate.parse("2021"), PartialDate.parse("2022-05")),),
    numbers={STS.tumourCount: 3, STS.largestDiameterMm: Decimal("12.50")},
)

SMALL_FACTS = """
case:f a sts:PatientCase ; rdfs:label "ein Fall"@en ; sts:answeredBy sts:ontology ;
    sts:asOf "2026-01-15" ; sts:historyComplete true ;
    sts:tumourCount 3 ; sts:largestDiameterMm 12.50 ; sts:hasFinding sts:finding-stage4-sts ,
        sts:finding-growth-within-one-year-after-treatment ;
    sts:lacksFinding sts:finding-resectable , sts:finding-prior-chemotherapy ;
    sts:declinesModality sts:modality-surgery ; sts:progressionDate "2020" ; sts:hadNoGrowth _:none ;
    sts:hadCourse _:one , _:two , _:three , _:four ;
    sts:hasTriedOption sts:option-sbrt-lung , sts:option-radiation , sts:option-surgery , sts:option-targeted-therapy ,
        sts:option-pazopanib , sts:option-surgery-symptom-control .
_:none a sts:NoGrowthPeriod ; sts:noGrowthFrom "2021" ; sts:noGrowthUntil "2022-05" .
_:one a sts:TreatmentCourse , sts:GivenCourse ; sts:includesTherapy sts:sbrt , sts:surgery ; sts:courseStart "2024" ;
    sts:courseEnd "2024-05" ; sts:courseOutcome sts:outcome-did-not-work ; sts:courseSite sts:site-lungs ;
    sts:progressionDate "2024-09" , "2025-12" .
_:two a sts:TreatmentCourse , sts:GivenCourse ; sts:includesTherapy sts:pazopanib ; sts:courseEnd "2025-06" ;
    sts:noGrowthUntil "2026-01-01" .
_:three a sts:TreatmentCourse ; sts:includesTherapy sts:surgery ; sts:courseStart "2026" ; sts:ongoing true ;
    sts:coursePurpose sts:intent-symptom-relief ; sts:courseIndication sts:indication-this-cancer .
_:four a sts:TreatmentCourse ; sts:includesTherapy sts:doxorubicin ; sts:courseEnd "2010" ; sts:progressionDate "2011" ;
    sts:firstGrowth true ; sts:courseIndication sts:indication-another-cancer .
_:growth a sts:DerivedFact ; sts:ofCase case:f ; sts:onFinding sts:finding-growth-within-one-year-after-treatment ;
    sts:polarity true ; sts:concludedBy sts:rule-growth-window ; prov:wasDerivedFrom _:one .
_:history a sts:DerivedFact ; sts:ofCase case:f ; sts:onFinding sts:finding-prior-chemotherapy ; sts:polarity false ;
    sts:concludedBy sts:rule-history-complete ; prov:wasDerivedFrom _:one , _:two , _:three .
""" + "".join(
    f"""
[] a sts:OptionMark ; sts:ofCase case:f ; sts:markedOption sts:option-{option} ; sts:hasMark sts:mark-{mark} ;
    prov:wasDerivedFrom _:{source} .
"""
    for option, mark, source in (
        ("radiation", "tried-did-not-work", "one"),
        ("sbrt-lung", "tried-did-not-work", "one"),
        ("surgery", "tried-did-not-work", "one"),
        ("surgery-symptom-control", "given-before", "one"),
        ("radiation-to-enable-surgery", "given-before", "one"),
        ("targeted-therapy", "tried", "two"),
        ("pazopanib", "tried", "two"),
        ("surgery", "tried", "three"),
        ("surgery-symptom-control", "tried", "three"),
        ("surgery-other-metastases", "given-before", "three"),
    )
)


def test_the_facts_of_a_case_are_exactly_these() -> None:
    assert isomorphic(normal(facts_of([SMALL], vocabulary())), normal(parse(SMALL_FACTS)))


def normal(graph: Graph) -> Graph:
    """Return a graph with decimals as numbers, which rdflib writes in its own way."""
    same = Graph()
    for s, p, o in graph:
        decimal = isinstance(o, Literal) and o.datatype == XSD.decimal
        same.add((s, p, Literal(f"{float(str(o)):g}", datatype=XSD.decimal) if decimal else o))
    return same


def test_an_empty_case_is_only_a_case() -> None:
    facts = {(CASE.l, RDF.type, STS.PatientCase), (CASE.l, STS.answeredBy, STS.ontology)}
    assert set(facts_of([Case(id="l")], vocabulary())) == facts


def test_a_course_is_not_ongoing_if_that_is_said() -> None:
    facts = facts_of([case(course(start="2024", ongoing=False))], vocabulary())
    (one,) = facts.objects(CASE.x, STS.hadCourse)
    assert set(facts.objects(one, STS.ongoing)) == {Literal(False)}
    assert (one, RDF.type, STS.GivenCourse) in facts


def test_a_reported_outcome_marks_options_after_the_finding() -> None:
    facts = facts_of([case(given=findings(doxorubicin_did_not_work=True))], vocabulary())
    marks = set(facts.subjects(RDF.type, STS.OptionMark))
    assert {facts.value(mark, STS.markedOption) for mark in marks} == {
        STS["option-chemotherapy"],
        STS["option-doxorubicin-alone"],
        STS["option-doxorubicin-ifosfamide"],
    }
    assert {value for mark in marks for value in facts.objects(mark, STS.hasMark)} == {STS["mark-tried-did-not-work"]}
    assert {facts.value(mark, PROV.wasDerivedFrom) for mark in marks} == {finding("doxorubicin-did-not-work")}


def test_what_a_case_meets_or_declines_is_no_fact() -> None:
    predicates = set(facts_of([SMALL], vocabulary()).predicates())
    assert not predicates & {STS.hasOption, STS.hasUnmetOption, STS.hasDeclinedOption}


def test_the_same_cases_give_the_same_graph_blank_nodes_included() -> None:
    assert set(facts_of([SMALL], vocabulary())) == set(facts_of([SMALL], vocabulary()))


def test_facts_of_different_cases_can_be_merged() -> None:
    other = Case(id="g", courses=SMALL.courses)
    merged = facts_of([SMALL], vocabulary()) + facts_of([other], vocabulary())
    assert to_isomorphic(merged) == to_isomorphic(facts_of([SMALL, other], vocabulary()))
    assert len(set(merged.objects(None, STS.hadCourse))) == 8


def test_equal_courses_are_two_courses() -> None:
    twice = Case(id="x", courses=(course("2024"), course("2024")))
    assert len(set(facts_of([twice], vocabulary()).objects(CASE.x, STS.hadCourse))) == 2


# --- places and what a text there stands for


def test_a_place_says_where_it_is() -> None:
    assert str(Place("a.yaml", 3)) == "a.yaml, line 3"
    assert str(Place("a.ttl", None, "case:f")) == "a.ttl"
    assert str(Place("a.yaml", 3).error("is wrong")) == "a.yaml, line 3: is wrong"
    assert str(Place("a.ttl", None, "case:f").error("is wrong")) == "a.ttl: case:f: is wrong"


def test_an_unknown_word_is_told_with_near_words_or_all_of_them() -> None:
    words = vocabulary().outcomes
    with pytest.raises(CaseError) as near:
        Place("a", 1).word("did-not-wrok", words, "outcome")
    assert str(near.value) == "a, line 1: there is no outcome 'did-not-wrok'; did you mean did-not-work?"
    assert (near.value.key, near.value.value, near.value.near) == ("outcome", "did-not-wrok", ("did-not-work",))
    with pytest.raises(CaseError) as far:
        Place("a", 1).word("X" * 100, words, "outcome")
    shown_word = "'" + "X" * 60 + "…'"
    assert str(far.value) == (
        f"a, line 1: there is no outcome {shown_word}; known are did-not-work, stopped-for-side-effects"
    )


COUNT, DIAMETER = vocabulary().numbers["tumour_count"], vocabulary().numbers["largest_diameter_mm"]
DEGREES = Number("d", STS.d, False, "temperature in °C", "How warm?", "°C")
CHANGE = Number("c", STS.c, True, "change", "How much?")


@pytest.mark.parametrize("text", ["0", "7", "007", "123456789"])
def test_whole_numbers(text: str) -> None:
    assert Place("a").number(text, "n", COUNT) == int(text)
    assert Place("a").number(f"-{text}", "n", CHANGE) == -int(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", "1e3", "٣", "²", "1_000", " 1", "1234567890", "three"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(CaseError, match="is not a whole number, such as 3"):
        Place("a").number(text, "n", COUNT)
    if text != "-1":
        with pytest.raises(CaseError, match="is not a whole number, such as 3"):
            Place("a").number(text, "n", CHANGE)


@pytest.mark.parametrize("text", ["0", "12", "12.5", "12.50"])
def test_decimals_stay_as_written(text: str) -> None:
    assert written(Place("a").number(text, "n", DIAMETER)) == text
    assert written(Place("a").number(f"-{text}", "n", DEGREES)) == f"-{text}"


@pytest.mark.parametrize("text", ["", ".", "5.", ".5", "-1", "1,5", "12 mm", "1.2.3", "٣", "1e1", "12.5\n", "9" * 10])
def test_what_is_no_number_of_a_unit(text: str) -> None:
    with pytest.raises(CaseError, match="is not a number of mm, such as "):
        Place("a").number(text, "n", DIAMETER)
    if text != "-1":
        with pytest.raises(CaseError, match="is not a number of °C, such as "):
            Place("a").number(text, "n", DEGREES)


@pytest.mark.parametrize(("text", "least"), [("-3", "-2.5"), ("29.99", "30")])
def test_a_number_below_the_least_one_is_told_that(text: str, least: str) -> None:
    number = replace(DEGREES, least=Decimal(least))
    with pytest.raises(CaseError, match=f"^a: n: '{text}' is too small; at least {least} is expected"):
        Place("a").number(text, "n", number)
    assert Place("a").number(least, "n", number) == Decimal(least)


def test_the_numbers_of_a_case_never_change() -> None:
    given = {STS.tumourCount: 3}
    case = Case("n", numbers=given)
    given[STS.tumourCount] = 4
    assert case.numbers == {STS.tumourCount: 3} and hash(case) == hash(Case("n", numbers={STS.tumourCount: 3}))
    assert pickle.loads(pickle.dumps(case)) == case
    assert case != Case("n")


def test_labels_are_on_one_line_and_without_control_characters() -> None:
    assert Place("a").label(" zwei\nZeilen\u2028und\u00a0mehr ") == "zwei Zeilen und mehr"
    with pytest.raises(CaseError, match="holds a control character"):
        Place("a").label("x\x1b[2J")


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x00", "x" * 201])
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(CaseError, match="is not an id of a case: one to 200 printable characters are expected"):
        Place("a").id(text)


def test_ids_lose_their_surrounding_blanks() -> None:
    assert Place("a").id(" Fall ä ") == "Fall ä"
    assert Place("a").id("x" * 200) == "x" * 200


def test_a_long_text_is_shown_by_its_beginning() -> None:
    assert shown("a" * 60) == repr("a" * 60)
    assert shown("a" * 61) == "'" + "a" * 60 + "…'"
    assert shown("\x1b") == "'\\x1b'"
