"""Marks: what a course held of an option, what a person declines, and what findings report; none changes a status."""

from __future__ import annotations

from itertools import combinations

import pytest
from made import case, course, dates, finding, given, vocabulary
from rdflib import URIRef
from rdflib.namespace import SKOS

from sts_kg import KnowledgeGraph
from sts_kg.cases.answers import Answer
from sts_kg.cases.case import Case, Course, Declined, Given
from sts_kg.cases.marks import Mark, tried_marks
from sts_kg.rdf.names import STS, local

DID_NOT_WORK, SIDE_EFFECTS = "tried, did not work", "tried, stopped for side effects"
GIVEN_BEFORE = "therapy given before, purpose or site not recorded"

#: The 18 options: what they consist of, what they are given without, and the site or purpose that decides.
COMPONENTS = {
    "chemotherapy": "chemotherapy",
    "doxorubicin-alone": "doxorubicin",
    "doxorubicin-ifosfamide": "doxorubicin ifosfamide",
    "other-chemotherapy": "other-chemotherapy-drug",
    "chemotherapy-with-radiation": "chemotherapy radiation-therapy",
    "targeted-therapy": "targeted-therapy",
    "pazopanib": "pazopanib",
    "radiation": "radiation-therapy",
    "external-radiation": "external-radiation-therapy",
    "sbrt-lung": "sbrt",
    "sbrt-outside-lungs": "sbrt",
    "radiation-to-enable-surgery": "radiation-therapy",
    "surgery": "surgery",
    "surgery-symptom-control": "surgery",
    "wide-local-excision-lung": "wide-local-excision",
    "surgery-other-metastases": "surgery",
    "comfort-care": "comfort-care",
}
ALONE = {"doxorubicin-alone"}
DECIDES = {
    "sbrt-lung": "lungs",
    "sbrt-outside-lungs": "outside-lungs",
    "wide-local-excision-lung": "lungs",
    "surgery-other-metastases": "outside-lungs",
    "surgery-symptom-control": "symptom-relief",
    "radiation-to-enable-surgery": "make-surgery-possible",
}
KIND_OF = {
    **dict.fromkeys(("doxorubicin", "ifosfamide", "other-chemotherapy-drug"), "chemotherapy"),
    **dict.fromkeys(("external-radiation-therapy", "sbrt"), "radiation-therapy"),
    "pazopanib": "targeted-therapy",
    "wide-local-excision": "surgery",
}
THERAPIES = sorted({*KIND_OF, *KIND_OF.values(), "comfort-care"})
CANCER_TREATMENTS = [f"option-{name}" for name in COMPONENTS if name != "comfort-care"]


def marks(*courses: Course, given: tuple[Given, ...] = ()) -> dict[str, list[str]]:
    """Return the labels of the marks of tried options, by the short name of the option."""
    found: dict[str, list[str]] = {}
    for mark in tried_marks(case(*courses, given=given), vocabulary()):
        found.setdefault(local(mark.option).removeprefix("option-"), []).append(mark.label)
    return found


# --- what a course held


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (course(therapies="doxorubicin"), {"chemotherapy": "tried", "doxorubicin-alone": "tried"}),
        (
            course(therapies="doxorubicin ifosfamide"),
            {"chemotherapy": "tried", "doxorubicin-ifosfamide": "tried"},  # not alone
        ),
        (course(therapies="ifosfamide"), {"chemotherapy": "tried"}),
        (course(therapies="chemotherapy"), {"chemotherapy": "tried"}),  # of no named drug
        (course(therapies="doxorubicin chemotherapy"), {"chemotherapy": "tried"}),
        (
            course(therapies="doxorubicin other-chemotherapy-drug"),
            {"chemotherapy": "tried", "other-chemotherapy": "tried"},
        ),
        (
            course(therapies="doxorubicin surgery"),  # alone is without another chemotherapy drug
            {
                "chemotherapy": "tried",
                "doxorubicin-alone": "tried",
                "surgery": "tried",
                "surgery-symptom-control": GIVEN_BEFORE,
                "surgery-other-metastases": GIVEN_BEFORE,
            },
        ),
        (course(therapies="pazopanib"), {"targeted-therapy": "tried", "pazopanib": "tried"}),
        (course(therapies="targeted-therapy"), {"targeted-therapy": "tried"}),
        (
            course(therapies="external-radiation-therapy"),
            {"radiation": "tried", "external-radiation": "tried", "radiation-to-enable-surgery": GIVEN_BEFORE},
        ),
        (
            course(therapies="external-radiation-therapy ifosfamide", purpose="treat-cancer-itself"),
            {
                "chemotherapy": "tried",
                "chemotherapy-with-radiation": "tried",
                "radiation": "tried",
                "external-radiation": "tried",  # alone or with chemotherapy (S18)
            },
        ),
        (
            course(therapies="sbrt"),
            {
                "radiation": "tried",
                "sbrt-lung": GIVEN_BEFORE,
                "sbrt-outside-lungs": GIVEN_BEFORE,
                "radiation-to-enable-surgery": GIVEN_BEFORE,
            },
        ),
        (
            course(therapies="sbrt", site="lungs", purpose="make-surgery-possible"),
            {"radiation": "tried", "sbrt-lung": "tried", "radiation-to-enable-surgery": "tried"},
        ),
        (
            course(therapies="sbrt", site="lungs outside-lungs", purpose="symptom-relief"),
            {"radiation": "tried", "sbrt-lung": "tried", "sbrt-outside-lungs": "tried"},
        ),
        (
            course(therapies="sbrt chemotherapy", site="outside-lungs", purpose="symptom-relief make-surgery-possible"),
            {
                "chemotherapy": "tried",
                "chemotherapy-with-radiation": "tried",
                "radiation": "tried",
                "sbrt-outside-lungs": "tried",
                "radiation-to-enable-surgery": "tried",  # chemotherapy is optional
            },
        ),
        (
            course(therapies="wide-local-excision"),
            {
                "surgery": "tried",
                "surgery-symptom-control": GIVEN_BEFORE,
                "wide-local-excision-lung": GIVEN_BEFORE,
                "surgery-other-metastases": GIVEN_BEFORE,
            },
        ),
        (
            course(therapies="wide-local-excision", site="lungs", purpose="remove-all-cancer"),
            {"surgery": "tried", "wide-local-excision-lung": "tried"},
        ),
        (course(therapies="comfort-care"), {"comfort-care": "tried"}),
        (course(therapies="doxorubicin", of="another-cancer"), {}),
    ],
)
def test_what_a_course_marks(one: Course, expected: dict[str, str]) -> None:
    assert marks(one) == {option: [label] for option, label in expected.items()}


def marked_by_hand(therapies: tuple[str, ...], recorded: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the marks of a course by the tables above, with nothing of the ontology."""
    held = {*therapies, *(KIND_OF[therapy] for therapy in therapies if therapy in KIND_OF)}
    chemotherapy = {therapy for therapy in therapies if "chemotherapy" in (therapy, KIND_OF.get(therapy))}
    found = {}
    for option, text in COMPONENTS.items():
        components, decides = set(text.split()), DECIDES.get(option)
        others = {"lungs": "outside-lungs", "outside-lungs": "lungs"}
        if not components <= held or (option in ALONE and chemotherapy - components):
            continue
        if decides is None or decides in recorded:
            found[option] = ["tried"]
        elif not any(other in recorded for other in ([others[decides]] if decides in others else INTENTS)):
            found[option] = [GIVEN_BEFORE]
    return found


INTENTS = ("symptom-relief", "make-surgery-possible", "treat-cancer-itself")


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_course_of_up_to_three_therapies(number: int) -> None:
    asked = 0
    for therapies in combinations(THERAPIES, number):
        for recorded in ((), ("lungs",), ("outside-lungs", *INTENTS[:1]), INTENTS[1:2], INTENTS[2:]):
            sites = " ".join(word for word in recorded if word.endswith("lungs"))
            purposes = " ".join(word for word in recorded if word in INTENTS)
            one = course(therapies=" ".join(therapies), site=sites, purpose=purposes)
            assert marks(one) == marked_by_hand(therapies, recorded), (therapies, recorded)
            asked += 1
    assert asked == 5 * len([*combinations(range(12), number)])


def test_components_in_different_courses_are_not_tried_together() -> None:
    assert marks(course(therapies="doxorubicin"), course(therapies="ifosfamide")) == {
        "chemotherapy": ["tried", "tried"],
        "doxorubicin-alone": ["tried"],
    }


def test_a_course_that_is_going_on_is_tried_too() -> None:
    assert marks(course(therapies="pazopanib", ongoing=True, start="2025")) == {
        "targeted-therapy": ["tried"],
        "pazopanib": ["tried"],
    }


# --- with the outcome


@pytest.mark.parametrize(
    ("outcome", "label"), [("did-not-work", DID_NOT_WORK), ("stopped-for-side-effects", SIDE_EFFECTS)]
)
def test_the_outcome_of_a_course_is_in_its_marks(outcome: str, label: str) -> None:
    failed = course(therapies="sbrt", site="lungs", outcome=outcome)
    assert marks(failed) == {
        "radiation": [label],
        "sbrt-lung": [label],
        "radiation-to-enable-surgery": [GIVEN_BEFORE],
    }
    assert marks(failed, course(therapies="sbrt", site="lungs", purpose="symptom-relief"))["sbrt-lung"] == [
        label,
        "tried",
    ]


REPORTED = given("x.yaml, line 2", doxorubicin_did_not_work=True)
REPORTED_MARKS = {key: [DID_NOT_WORK] for key in ("chemotherapy", "doxorubicin-alone", "doxorubicin-ifosfamide")}


@pytest.mark.parametrize(
    ("courses", "expected"),
    [
        ((), REPORTED_MARKS),
        (
            (course(therapies="doxorubicin"),),  # in place of tried
            {"doxorubicin-alone": [DID_NOT_WORK], "chemotherapy": [DID_NOT_WORK]},
        ),
        (
            (course(therapies="doxorubicin ifosfamide"),),
            {"doxorubicin-ifosfamide": [DID_NOT_WORK], "chemotherapy": [DID_NOT_WORK]},
        ),
        (
            (course(therapies="doxorubicin", outcome="did-not-work"), course(therapies="doxorubicin ifosfamide")),
            {
                "chemotherapy": [DID_NOT_WORK, "tried"],
                "doxorubicin-alone": [DID_NOT_WORK],
                "doxorubicin-ifosfamide": ["tried"],
            },
        ),
        (
            (course(therapies="doxorubicin", outcome="stopped-for-side-effects"), course(therapies="doxorubicin")),
            {"chemotherapy": [DID_NOT_WORK, SIDE_EFFECTS], "doxorubicin-alone": [DID_NOT_WORK, SIDE_EFFECTS]},
        ),
        (
            (course(therapies="doxorubicin other-chemotherapy-drug"),),  # tried neither alone nor with ifosfamide
            {"chemotherapy": [DID_NOT_WORK], "other-chemotherapy": ["tried"]},
        ),
        (
            (course(therapies="chemotherapy"),),  # of doxorubicin it says nothing
            REPORTED_MARKS | {"chemotherapy": [DID_NOT_WORK, "tried"]},
        ),
        (
            (course(therapies="doxorubicin", of="another-cancer"),),
            REPORTED_MARKS,
        ),
    ],
)
def test_doxorubicin_that_did_not_work_by_a_finding(
    courses: tuple[Course, ...], expected: dict[str, list[str]]
) -> None:
    assert marks(*courses, given=REPORTED) == expected


def test_doxorubicin_that_worked_marks_nothing() -> None:
    assert marks(given=given(doxorubicin_did_not_work=False)) == {}


# --- reason and place


def test_a_mark_has_its_course_reason_and_place() -> None:
    one = course(therapies="doxorubicin ifosfamide", outcome="did-not-work", place="x.yaml, line 4")
    assert tried_marks(case(one), vocabulary())[-1] == Mark(
        option=STS["option-doxorubicin-ifosfamide"],
        mark=STS["mark-tried-did-not-work"],
        label=DID_NOT_WORK,
        is_tried=True,
        source=one,
        reason="a course of doxorubicin and ifosfamide",
        place="x.yaml, line 4",
    )


def test_a_mark_by_a_finding_has_its_reason_and_place() -> None:
    first, *_ = tried_marks(case(given=REPORTED), vocabulary())
    assert (first.source, first.is_tried) == (finding("doxorubicin-did-not-work"), True)
    assert first.as_dict() == {
        "mark": DID_NOT_WORK,
        "reason": "the finding doxorubicin-did-not-work",
        "place": "x.yaml, line 2",
    }


def test_therapy_given_before_is_not_tried() -> None:
    found = {local(mark.option): mark.is_tried for mark in tried_marks(case(course()), vocabulary())}
    assert found == {
        "option-surgery": True,
        "option-surgery-symptom-control": False,
        "option-surgery-other-metastases": False,
    }


# --- in the answers


def answered(kg: KnowledgeGraph, one: Case) -> dict[str, Answer]:
    return {local(answer.option): answer for answer in kg.options(one)}


def labels(answers: dict[str, Answer]) -> dict[str, list[str]]:
    found = {option: [mark.label for mark in answer.marks] for option, answer in answers.items()}
    return {option: marked for option, marked in found.items() if marked}


def test_tried_is_said_of_an_option_with_a_mark_that_says_so(kg: KnowledgeGraph) -> None:
    """In SPARQL as in Python: the triples and the answers come from one rule."""
    one = case(course(therapies="sbrt", outcome="did-not-work"), course(therapies="doxorubicin"), given=REPORTED)
    answers = answered(kg, one)
    tried = {option for option, answer in answers.items() if answer.tried}
    assert tried == {"option-radiation", "option-chemotherapy", "option-doxorubicin-alone"}
    assert tried == {
        option for option, answer in answers.items() if any(mark.label.startswith("tried") for mark in answer.marks)
    }
    rows = kg.with_cases(one).sparql("SELECT ?o { case:x sts:hasTriedOption ?o }")
    assert tried == {local(str(row[0])) for row in rows}  # type: ignore[union-attr] # it is a table
    marked = kg.with_cases(one).sparql(
        "SELECT ?o ?label { ?mark a sts:OptionMark ; sts:ofCase case:x ; sts:markedOption ?o ; "
        "sts:hasMark/rdfs:label ?label }"
    )
    assert sorted((local(str(o)), str(label)) for o, label in marked) == sorted(  # type: ignore[misc,union-attr]
        (option, mark.label) for option, answer in answers.items() for mark in answer.marks
    )


@pytest.mark.parametrize(
    ("modality", "options"),
    [
        ("surgery", [option for option in CANCER_TREATMENTS if "surg" in option or "wide" in option]),
        ("targeted-therapy", ["option-targeted-therapy", "option-pazopanib"]),
        ("comfort-care", ["option-comfort-care"]),
        ("clinical-trial", ["option-ask-about-clinical-trials"]),
        ("cancer-treatment", CANCER_TREATMENTS),
    ],
)
def test_declined_marks_the_options_of_a_modality(kg: KnowledgeGraph, modality: str, options: list[str]) -> None:
    options = [option for option in options if modality != "surgery" or "enable" not in option]
    answers = answered(kg, Case("x", declines=(Declined(STS[f"modality-{modality}"], "x.yaml, line 3"),)))
    assert labels(answers) == {option: ["declined"] for option in options}
    assert [option for option, answer in answers.items() if answer.declined] == options
    assert answers[options[0]].marks[0].as_dict() == {
        "mark": "declined",
        "reason": f"declines {modality}",
        "place": "x.yaml, line 3",
    }
    assert not any(answer.tried for answer in answers.values())


def test_not_to_want_cancer_treatment_is_to_decline_it(kg: KnowledgeGraph) -> None:
    answers = answered(kg, case(given=given("x.yaml, line 2", does_not_want_cancer_treatment=True)))
    assert labels(answers) == {option: ["declined"] for option in CANCER_TREATMENTS}
    assert answers["option-surgery"].marks[0].as_dict() == {
        "mark": "declined",
        "reason": "the finding does-not-want-cancer-treatment",
        "place": "x.yaml, line 2",
    }
    assert labels(answered(kg, case(given=given(does_not_want_cancer_treatment=False)))) == {}


def test_both_ways_to_decline_are_told(kg: KnowledgeGraph) -> None:
    both = Case(
        "x",
        given=given("line 2", does_not_want_cancer_treatment=True),
        declines=(Declined(STS["modality-surgery"], "line 3"), Declined(STS["modality-cancer-treatment"], "line 4")),
    )
    answers = answered(kg, both)
    assert [(mark.reason, mark.place) for mark in answers["option-surgery"].marks] == [
        ("declines surgery", "line 3"),
        ("declines cancer-treatment", "line 4"),
        ("the finding does-not-want-cancer-treatment", "line 2"),
    ]
    assert [mark.place for mark in answers["option-pazopanib"].marks] == ["line 4", "line 2"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("cannot-have-cancer-treatment", "not possible as reported"),
        ("treatments-no-longer-work", "no longer works as reported"),
    ],
)
def test_what_is_reported_of_cancer_treatment_marks_its_options(kg: KnowledgeGraph, name: str, label: str) -> None:
    reported = case(given=(Given(finding(name), True, "x.yaml, line 2"), *given(stage4_sts=True)))
    answers = answered(kg, reported)
    assert labels(answers) == {option: [label] for option in CANCER_TREATMENTS}
    assert answers["option-surgery"].marks[0].as_dict() == {
        "mark": label,
        "reason": f"the finding {name}",
        "place": "x.yaml, line 2",
    }
    assert not any(answer.tried or answer.declined for answer in answers.values())
    assert labels(answered(kg, case(given=(Given(finding(name), False, ""),)))) == {}


def test_marks_change_no_status(kg: KnowledgeGraph) -> None:
    plain = given(stage4_sts=True, unresectable=True, prior_chemotherapy=True, doxorubicin_did_not_work=True)
    marked = Case(
        "x",
        given=plain,
        courses=(course(therapies="doxorubicin", outcome="did-not-work"), course(therapies="sbrt")),
        declines=(Declined(STS["modality-surgery"]),),
        growth=dates("2024"),
    )
    before, after = answered(kg, case(given=plain)), answered(kg, marked)
    assert {o: (a.status, a.missing) for o, a in before.items()} == {o: (a.status, a.missing) for o, a in after.items()}
    reported = {"option-chemotherapy", "option-doxorubicin-alone", "option-doxorubicin-ifosfamide"}
    assert labels(before).keys() == reported
    assert len(labels(after)) == 10


def test_the_words_of_the_marks_are_those_of_the_ontology(kg: KnowledgeGraph) -> None:
    scheme: set[URIRef] = {URIRef(str(mark)) for mark in kg.asserted.subjects(SKOS.inScheme, STS["scheme-mark"])}
    assert {kg.guideline.vocabulary.label(mark) for mark in scheme} == {
        *("tried", DID_NOT_WORK, SIDE_EFFECTS, GIVEN_BEFORE),
        *("declined", "not possible as reported", "no longer works as reported"),
    }
