"""The words of the guideline, and what it says of therapies, options and marks: read from triples, never repeated."""

from __future__ import annotations

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF

from sts_kg import KnowledgeGraph, parse
from sts_kg.guideline.vocabulary import Contents, Report, Vocabulary
from sts_kg.rdf.names import STS, local


@pytest.fixture(scope="module")
def words(kg: KnowledgeGraph) -> Vocabulary:
    return kg.guideline.vocabulary


def iris(names: str) -> frozenset[URIRef]:
    return frozenset(STS[name] for name in names.split())


def names(found: frozenset[URIRef] | tuple[URIRef, ...]) -> str:
    return " ".join(sorted(local(one) for one in found))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("outcomes", "did-not-work stopped-for-side-effects"),
        ("indications", "another-cancer this-cancer"),
        ("sites", "lungs outside-lungs"),
    ],
)
def test_a_word_is_a_short_name_or_an_id(words: Vocabulary, kind: str, expected: str) -> None:
    found: dict[str, URIRef] = getattr(words, kind)
    prefix = kind.removesuffix("s") + "-"
    assert " ".join(sorted(name for name in found if not name.startswith(prefix))) == expected
    assert all(found[prefix + name] == found[name] == STS[prefix + name] for name in expected.split())


def test_a_purpose_is_an_intent(words: Vocabulary) -> None:
    assert words.purposes["symptom-relief"] == words.purposes["intent-symptom-relief"] == STS["intent-symptom-relief"]


KINDS = {
    "doxorubicin": "chemotherapy",
    "ifosfamide": "chemotherapy",
    "other-chemotherapy-drug": "chemotherapy",
    "pazopanib": "targeted-therapy",
    "external-radiation-therapy": "radiation-therapy",
    "sbrt": "radiation-therapy",
    "wide-local-excision": "surgery",
}


def test_each_therapy_is_of_its_own_kind_and_those_above(words: Vocabulary) -> None:
    groups = ("chemotherapy", "targeted-therapy", "radiation-therapy", "surgery", "comfort-care")
    expected = {STS[therapy]: iris(f"{therapy} {kind}") for therapy, kind in KINDS.items()}
    assert words.kinds == expected | {STS[group]: iris(group) for group in groups}


def test_kinds_are_followed_over_several_steps() -> None:
    graph = parse(
        "sts:Drug rdfs:subClassOf sts:Therapy . sts:a a sts:Drug ; sts:kindOf sts:b ."
        " sts:b a sts:Therapy ; sts:kindOf sts:c . sts:c a sts:Therapy ."
    )
    assert Vocabulary(graph).kinds == {STS.a: iris("a b c"), STS.b: iris("b c"), STS.c: iris("c")}


def test_the_kinds_of_chemotherapy_are_what_makes_a_chemotherapy_course(words: Vocabulary) -> None:
    """Two ways to say it, by the axioms and by sts:kindOf, and one answer."""
    below = {therapy for therapy, kinds in words.kinds.items() if STS.chemotherapy in kinds}
    regarded = words.rule(STS.HistoryCompleteRule).therapies
    assert set(regarded or ()) == below == iris("chemotherapy doxorubicin ifosfamide other-chemotherapy-drug")


#: Of each option with a component: its components, what it is given without, site and purpose.
CONTENTS = {
    "chemotherapy": ("chemotherapy", "", "", ""),
    "doxorubicin-alone": ("doxorubicin", "chemotherapy", "", ""),
    "doxorubicin-ifosfamide": ("doxorubicin ifosfamide", "", "", ""),
    "other-chemotherapy": ("other-chemotherapy-drug", "", "", ""),
    "chemotherapy-with-radiation": ("chemotherapy radiation-therapy", "", "", ""),
    "targeted-therapy": ("targeted-therapy", "", "", ""),
    "pazopanib": ("pazopanib", "", "", ""),
    "radiation": ("radiation-therapy", "", "", ""),
    "external-radiation": ("external-radiation-therapy", "", "", ""),
    "sbrt-lung": ("sbrt", "", "site-lungs", ""),
    "sbrt-outside-lungs": ("sbrt", "", "site-outside-lungs", ""),
    "radiation-to-enable-surgery": ("radiation-therapy", "", "", "intent-make-surgery-possible"),
    "surgery": ("surgery", "", "", ""),
    "surgery-symptom-control": ("surgery", "", "", "intent-symptom-relief"),
    "wide-local-excision-lung": ("wide-local-excision", "", "site-lungs", ""),
    "surgery-other-metastases": ("surgery", "", "site-outside-lungs", ""),
    "comfort-care": ("comfort-care", "", "", ""),
}


def test_what_each_option_consists_of(words: Vocabulary) -> None:
    groups = ("chemotherapy", "targeted-therapy", "radiation", "surgery")
    assert words.contents == {
        STS[f"option-{name}"]: Contents(name in groups, *map(iris, said)) for name, said in CONTENTS.items()
    }


def test_one_finding_reports_a_therapy(words: Vocabulary) -> None:
    finding, outcome = STS["finding-doxorubicin-did-not-work"], STS["outcome-did-not-work"]
    assert words.reports == (Report(finding, STS.doxorubicin, outcome),)


def test_a_finding_that_reports_no_outcome_is_no_report() -> None:
    assert Vocabulary(parse("sts:finding-x sts:reportsTherapy sts:y .")).reports == ()


@pytest.mark.parametrize(
    ("thing", "mark"),
    [
        ("outcome-did-not-work", "mark-tried-did-not-work"),
        ("outcome-stopped-for-side-effects", "mark-tried-stopped-for-side-effects"),
        ("finding-cannot-have-cancer-treatment", "mark-not-possible"),
        ("finding-treatments-no-longer-work", "mark-no-longer-works"),
        ("finding-does-not-want-cancer-treatment", None),  # declining has a mark of its own
    ],
)
def test_the_mark_of_an_outcome_or_a_finding(words: Vocabulary, thing: str, mark: str | None) -> None:
    assert words.mark_of(STS[thing]) == (mark and STS[mark])


def test_marks_of_outcomes_are_narrower_than_tried_and_others_are_not(words: Vocabulary) -> None:
    marks = {mark for mark in words.asserted.subjects(RDF.type, STS.Mark) if isinstance(mark, URIRef)}
    tried = {mark for mark in marks if STS["mark-tried"] in words.broader(mark)}
    assert tried == iris("mark-tried mark-tried-did-not-work mark-tried-stopped-for-side-effects")
    assert marks - tried == iris("mark-given-before mark-declined mark-not-possible mark-no-longer-works")


def test_the_findings_that_mark_the_options_of_a_modality(words: Vocabulary) -> None:
    findings = ("finding-cannot-have-cancer-treatment", "finding-treatments-no-longer-work")
    assert words.marking_findings == {STS[finding]: STS["modality-cancer-treatment"] for finding in findings}


def test_the_finding_that_is_to_decline(words: Vocabulary) -> None:
    """Read from the axiom of conditions.ttl, not from a triple of its own."""
    declined = STS["modality-cancer-treatment"]
    assert words.declining_findings == {STS["finding-does-not-want-cancer-treatment"]: declined}


def test_a_finding_that_declining_only_follows_from_is_not_to_decline() -> None:
    graph = parse(
        """
        sts:WithX owl:equivalentClass [ owl:onProperty sts:hasFinding ; owl:hasValue sts:finding-x ] ;
            rdfs:subClassOf [ owl:onProperty sts:declinesModality ; owl:hasValue sts:modality-surgery ] .
        """
    )
    assert Vocabulary(graph).declining_findings == {}


@pytest.mark.parametrize(
    ("modality", "options"),
    [
        ("targeted-therapy", "option-pazopanib option-targeted-therapy"),
        ("comfort-care", "option-comfort-care"),
        ("clinical-trial", "option-ask-about-clinical-trials"),
    ],
)
def test_the_options_of_a_modality(words: Vocabulary, modality: str, options: str) -> None:
    assert names(words.options_of(STS[f"modality-{modality}"])) == options


def test_the_options_of_cancer_treatment_are_those_of_its_four_modalities_once_each(words: Vocabulary) -> None:
    found = words.options_of(STS["modality-cancer-treatment"])
    assert len(found) == 16  # chemotherapy with radiation therapy is of two
    four = ("chemotherapy", "targeted-therapy", "radiation-therapy", "surgery")
    assert set(found) == {option for name in four for option in words.options_of(STS[f"modality-{name}"])}


def test_questions_and_labels(words: Vocabulary) -> None:
    assert words.question(STS["rule-given-course"]) == "Is this course over?"
    assert words.question(STS["finding-resectable"]) == "Can the cancer be operated on?"
    assert words.question(STS["rule-tried-options"]) == words.label(STS.nothing) == ""
    assert words.label(STS["mark-given-before"]) == "therapy given before, purpose or site not recorded"
