"""The quality gates: silent on what is shipped, and each of them fires on a bad copy and not on the near miss."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from places import PAGE
from rdflib import Literal
from rdflib.namespace import OWL, RDFS, SH, SKOS

from sts_kg import KnowledgeGraph, ParseError
from sts_kg.cli import app
from sts_kg.guideline import CASE_MODULES, Guideline
from sts_kg.guideline.data import ontology_folder, queries_folder
from sts_kg.quality import lint, profile
from sts_kg.quality.gates import Report, query_violations, report
from sts_kg.quality.ontology_checks import CHECKS
from sts_kg.quality.page_checks import PAGE_CHECKS
from sts_kg.quality.violation import Violation
from sts_kg.queries.catalogue import read_all
from sts_kg.rdf.names import BASE, STS

FOLDER = ontology_folder()


# --- what is shipped


@pytest.fixture(scope="module")
def shipped(kg: KnowledgeGraph) -> Report:
    """What the checks say of all that is shipped, held against the page if it is at hand (some twenty seconds)."""
    return kg.check(page=PAGE)


def test_nothing_is_wrong(shipped: Report) -> None:
    assert shipped.violations == ()
    assert shipped.table().rows == ()


def test_nothing_was_left_out(shipped: Report, page: Path) -> None:
    assert shipped.notes == ()


def test_all_is_covered(shipped: Report) -> None:
    n_queries = len([path for path in queries_folder().glob("*/*.rq") if path.parent.name != "check"])
    assert shipped.coverage == (
        ("sentences", 33, 33),
        ("headings", 6, 6),
        ("options", 18, 18),
        ("findings", 22, 22),
        ("decisions", 47, 47),
        ("condition parts", 45, 45),
        ("canned queries", n_queries, n_queries),
    )


def test_as_dict(shipped: Report) -> None:
    n_queries = len(list((queries_folder() / "check").glob("*.rq")))
    n_checks = len(profile.CHECKS) + len(CHECKS) + len(PAGE_CHECKS) + len(lint.CHECKS) + n_queries + 1  # the shapes
    plain = shipped.as_dict()
    coverage = plain.pop("coverage")
    assert plain == {"violations": [], "notes": list(shipped.notes), "checks": n_checks}
    assert isinstance(coverage, dict)
    assert coverage["sentences"] == {"covered": 33, "of": 33}
    assert list(coverage) == [what for what, _, _ in shipped.coverage]


def test_the_command_prints_the_report(shipped: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KnowledgeGraph, "check", lambda self, page: shipped)
    done = CliRunner().invoke(app, ("check", "--format", "json"), prog_name="sts-kg")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == json.loads(json.dumps(shipped.as_dict()))


# --- copies with one change


def copy_with(tmp_path: Path, file: str, old: str, new: str) -> Guideline:
    """Return a copy of the shipped ontology with one text of a module replaced."""
    folder = shutil.copytree(FOLDER, tmp_path / "ontology")
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return Guideline(folder)


def tiny(tmp_path: Path, text: str, shapes: str = "") -> Guideline:
    """Return an ontology with nothing but a text in its module of findings."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    imports = ", ".join(f"<{BASE}ontology/{name}>" for name in CASE_MODULES)
    prefixes = (
        f"@prefix sts: <{BASE}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix sh: <{SH}> ."
        f" @prefix skos: <{SKOS}> ."
    )
    base = f'<http://purl.org/vocab/vann/preferredNamespaceUri> "{BASE}"'
    (folder / "sts.ttl").write_text(f"{prefixes} sts:ontology owl:imports {imports} ; {base} .", encoding="utf-8")
    for name in CASE_MODULES:
        (folder / f"{name}.ttl").write_text(f"{prefixes} {text if name == 'findings' else ''}", encoding="utf-8")
    (folder / "shapes.ttl").write_text(f"{prefixes} {shapes}", encoding="utf-8")
    shutil.copy(FOLDER / "forbidden-words.tsv", folder)
    return Guideline(folder)


class Change(NamedTuple):
    """One text of a module replaced, and what the check then finds: (subject, message, remedy) each."""

    file: str
    old: str
    new: str
    found: tuple[tuple[str, str, str], ...] = ()


def stage_4_part(option: str, basis: str) -> str:
    """Return how the part on stage 4 of an option's condition rests on the source."""
    text = f"Part of the condition for {option}: the finding stage 4 soft tissue sarcoma, as the source says."
    return f'"{text}"@en ;\n    sts:onFinding sts:finding-stage4-sts ; sts:hasBasis sts:basis-{basis} ;'


S23 = "( sts:WithStage4Sts sts:WithSymptomsFromCancer ) ]"
S23_CUE = 'sts:cue "symptoms caused by the cancer" ; sts:hasDecision sts:D14'
PRIOR = "sts:part-S14-prior-chemotherapy ,\n        sts:part-S14-growth-within-one-year-after-treatment ;"
HEADING = "sts:Heading owl:disjointWith sts:Sentence ."
STANDARDS = "constrain no term of a standard, and use each as it is published (sts_kg/quality/published.ttl)"
BAD: dict[str, tuple[Change, ...]] = {
    "contradicts-standards": (
        Change(
            "vocabulary.ttl",
            HEADING,
            f"{HEADING} sts:CareType owl:disjointWith skos:Concept .",
            (
                (
                    "sts:ontology",
                    "cax-dw: the disjoint classes skos:Concept and sts:CareType share sts:comfort-care",
                    STANDARDS,
                ),
            ),
        ),
        Change(
            "findings.ttl",
            "sts:rule-local-policy a sts:FactRule ;",
            "sts:rule-local-policy a sts:FactRule ; prov:wasGeneratedBy sts:rule-growth-window ;",
            (
                (
                    "sts:ontology",
                    "cax-dw: the disjoint classes prov:Activity and prov:Entity share sts:rule-growth-window",
                    STANDARDS,
                ),
            ),
        ),
    ),
    "not-met-stale": (
        Change(
            "conditions.ttl",
            S23,
            "( sts:WithStage4Sts sts:WithLungMetastases ) ]",
            (
                (
                    "not-met.ttl",
                    "is not what findings, options and conditions.ttl give",
                    "generate it again with `make docs`",
                ),
            ),
        ),
        Change(
            "conditions.ttl",
            "( sts:WithSoftTissueSarcoma sts:WithPersonInCanada ) ]",
            "( sts:WithSoftTissueSarcoma sts:WithX ) ]",
            (
                (
                    "not-met.ttl",
                    f"cannot be generated: {BASE}WithX is not a With or Without class, nor an intersection or union of"
                    " conditions",
                    "fix conditions.ttl",
                ),
            ),
        ),
    ),
    "parts-unlike-axiom": (
        Change(
            "recommendations.ttl",
            PRIOR,
            "sts:part-S14-growth-within-one-year-after-treatment ;",
            (
                (
                    "sts:rec-S14",
                    "its parts are on growth-within-one-year-after-treatment, sarcoma-type-for-pazopanib, stage4-sts,"
                    " its condition is over growth-within-one-year-after-treatment, prior-chemotherapy,"
                    " sarcoma-type-for-pazopanib, stage4-sts",
                    "write one part for each finding of the condition; sts:asksAbsence true for an exclusion",
                ),
            ),
        ),
        Change(
            "recommendations.ttl",
            "sts:hasConditionPart sts:part-S23-stage4-sts , sts:part-S23-symptoms-from-cancer ;",
            "sts:hasConditionPart sts:part-S23-stage4-sts , sts:part-S24-stage4-sts , sts:part-S23-symptoms-from-cancer"
            " ;",
            (
                (
                    "sts:rec-S23",
                    "its parts are on stage4-sts, symptoms-from-cancer, its condition is over stage4-sts,"
                    " symptoms-from-cancer",
                    "write one part for each finding of the condition; sts:asksAbsence true for an exclusion",
                ),
            ),
        ),
        Change(
            "recommendations.ttl",
            'sts:inAlternatives sts:alternatives-S14 ; prov:wasQuotedFrom sts:S15 ;\n    sts:cue "chemotherapy has',
            'prov:wasQuotedFrom sts:S15 ;\n    sts:cue "chemotherapy has',
            (
                (
                    "sts:rec-S14",
                    "its alternatives (sts:inAlternatives) are not those of its condition",
                    "write one group of parts for each “or” of the condition that is in no other (owl:unionOf)",
                ),
            ),
        ),
    ),
    "condition-odd": (
        Change(
            "conditions.ttl",
            S23,
            "( sts:WithStage4Sts sts:WithSoftTissueSarcoma ) ]",
            (
                (
                    "sts:option-surgery-symptom-control",
                    "stage4-sts implies soft-tissue-sarcoma, and both are required",
                    "one of the two is superfluous",
                ),
            ),
        ),
        Change(
            "conditions.ttl",
            "( sts:WithStage4Sts sts:WithSpreadOnlyFewPlacesInLungs sts:WithResectable ) ]",
            "( sts:WithStage4Sts sts:WithSpreadOnlyFewPlacesInLungs sts:WithMetastasesOutsideLungs ) ]",
            (
                (
                    "sts:option-wide-local-excision-lung",
                    "spread-only-few-places-in-lungs and metastases-outside-lungs exclude each other, "
                    "and both are required",
                    "no case can meet it",
                ),
            ),
        ),
        Change(
            "conditions.ttl",
            S23,
            "( sts:WithStage4Sts sts:WithoutUnresectable sts:WithoutResectable ) ]",
            (
                (
                    "sts:option-surgery-symptom-control",
                    "not unresectable and not resectable exclude each other, and both are required",
                    "no case can meet it",
                ),
            ),
        ),
        Change(
            "recommendations.ttl",
            stage_4_part("SBRT for lung metastases", "stated"),
            stage_4_part("SBRT for lung metastases", "implied"),
            (
                (
                    "sts:option-sbrt-lung",
                    "lung-metastases implies stage4-sts, and both are required",
                    "one of the two is superfluous",
                ),
            ),
        ),
        Change(
            "conditions.ttl",
            "            sts:WithCannotHaveCancerTreatment\n            sts:WithDoesNotWantCancerTreatment\n",
            "            sts:WithPriorChemotherapy\n            sts:WithDoxorubicinDidNotWork\n",
            (
                (
                    "sts:option-comfort-care",
                    "doxorubicin-did-not-work implies prior-chemotherapy, and both are alternatives",
                    "one of the two is superfluous",
                ),
            ),
        ),
    ),
    "cue-too-long": (
        Change(
            "recommendations.ttl",
            S23_CUE,
            'sts:cue "one two three four five six seven eight nine" ; sts:hasDecision sts:D14',
            (
                (
                    "sts:part-S23-symptoms-from-cancer",
                    "the cue “one two three four five six seven eight nine” has 9 words",
                    "at most 8 words",
                ),
            ),
        ),
    ),
    "reading-unfit": (
        Change(
            "conditions.ttl",
            "sts:WithStage4Sts rdfs:subClassOf sts:MetSurgery .",
            "sts:WithSoftTissueSarcoma rdfs:subClassOf sts:MetSurgery .",
            (
                (
                    "D20.trig",
                    "removes what the ontology does not say: sts:WithStage4Sts rdfs:subClassOf sts:MetSurgery",
                    "what the ontology says today",
                ),
            ),
        ),
        Change(
            "readings/D32.trig",
            "sts:rule-given-course sts:needsCourseOver true .",
            "sts:rec-S23 sts:hasIntent sts:intent-symptom-relief .",
            (("D32=begun-is-given", "changes no answer", "an axiom that it removes or adds"),),
        ),
        Change(
            "readings.ttl",
            "sts:reading-D35-any-component a sts:Reading ; sts:readingOf sts:D35",
            "sts:reading-D35-any-component sts:about sts:D35",
            (("D35.trig", "belongs to no reading", "a sts:Reading in readings.ttl"),),
        ),
    ),
    "dishonest": (
        Change(
            "findings.ttl",
            '"Is the person in Canada?"@en',
            '"Is palliative care wanted?"@en',
            (
                (
                    "sts:finding-person-in-canada",
                    "“palliative” is a word for palliation that the source does not use, which the source does not"
                    " give",
                    "say only what the source says",
                ),
            ),
        ),
    ),
}
NEAR_MISSES: dict[str, tuple[Change, ...]] = {
    "contradicts-standards": (
        Change("vocabulary.ttl", HEADING, f"{HEADING} sts:FactRule owl:disjointWith skos:Concept ."),
        Change(
            "findings.ttl",
            "sts:rule-local-policy a sts:FactRule ;",
            "sts:rule-local-policy a sts:FactRule ; prov:wasDerivedFrom sts:rule-growth-window ;",
        ),
    ),
    "not-met-stale": (
        Change("conditions.ttl", S23, "( sts:WithStage4Sts sts:WithSymptomsFromCancer ) ; rdfs:comment 'symptoms' ]"),
    ),
    "parts-unlike-axiom": (
        Change(
            "recommendations.ttl",
            PRIOR,
            "sts:part-S14-growth-within-one-year-after-treatment ,\n        sts:part-S14-prior-chemotherapy ;",
        ),
    ),
    "condition-odd": (
        Change("conditions.ttl", S23, "( sts:WithStage4Sts sts:WithLungMetastases ) ]"),  # the source states both
        Change("conditions.ttl", S23, "( sts:WithStage4Sts sts:WithoutUnresectable sts:WithoutPriorChemotherapy ) ]"),
        Change(
            "recommendations.ttl",
            stage_4_part("surgery for symptom control", "stated"),
            stage_4_part("surgery for symptom control", "implied"),
        ),
    ),
    "cue-too-long": (
        Change("recommendations.ttl", S23_CUE, 'sts:cue "one two three four five six seven eight" ; sts:note "x"'),
    ),
    "reading-unfit": (
        Change("readings/D20.trig", "sts:WithStage4Sts sts:WithResectable", "sts:WithResectable sts:WithStage4Sts"),
        Change("readings/D37.trig", "sts:rec-S23 sts:hasIntent sts:intent-symptom-relief .", ""),
    ),
    "dishonest": (
        Change("decisions.ttl", "No: the word “also” adds an intent.", "No: the word “palliative” is not there."),
        Change("findings.ttl", '"Is the person in Canada?"@en', '"Is the person uncured in Canada?"@en'),
    ),
}
OTHERS = {"inconsistent", "released-lost", "without-effect"}  # on graphs of their own, below


def of(changes: dict[str, tuple[Change, ...]]) -> list[object]:
    return [pytest.param(name, one, id=f"{name}-{i}") for name, found in changes.items() for i, one in enumerate(found)]


@pytest.mark.parametrize(("name", "change"), of(BAD))
def test_a_check_fires_on_a_bad_copy(tmp_path: Path, name: str, change: Change) -> None:
    found = tuple(CHECKS[name](copy_with(tmp_path, change.file, change.old, change.new)))
    assert found == tuple(Violation(name, *one) for one in change.found)
    assert found


@pytest.mark.parametrize(("name", "change"), of(NEAR_MISSES))
def test_a_check_is_silent_on_a_near_miss(tmp_path: Path, name: str, change: Change) -> None:
    assert list(CHECKS[name](copy_with(tmp_path, change.file, change.old, change.new))) == []


def test_every_check_has_a_bad_copy_and_a_near_miss() -> None:
    assert set(BAD) | OTHERS == set(NEAR_MISSES) | OTHERS == set(CHECKS)
    assert not OTHERS & set(BAD)


DISJOINT = "sts:A owl:disjointWith sts:B . sts:x a sts:A . sts:y a sts:B ."
INCONSISTENT = Violation(
    "inconsistent",
    "sts:ontology",
    "cax-dw: the disjoint classes sts:A and sts:B share sts:x",
    "an axiom or a fact must go",
)


def test_an_ontology_that_contradicts_itself_is_inconsistent(tmp_path: Path) -> None:
    assert list(CHECKS["inconsistent"](tiny(tmp_path, f"{DISJOINT} sts:x a sts:B ."))) == [INCONSISTENT]


def test_disjoint_classes_without_a_common_member_are_consistent(tmp_path: Path) -> None:
    assert list(CHECKS["inconsistent"](tiny(tmp_path, DISJOINT))) == []


def test_an_ill_typed_literal_and_a_malformed_list_are_without_effect(tmp_path: Path) -> None:
    byte = "<http://www.w3.org/2001/XMLSchema#byte>"
    bad = f'sts:x sts:p "300"^^{byte} , "30"^^{byte} . sts:A owl:unionOf sts:l . sts:B owl:unionOf ( sts:C ) .'
    found = list(CHECKS["without-effect"](tiny(tmp_path, bad)))
    assert [violation.message for violation in found] == [
        'ill-typed literal: "300", as sts:p of sts:x, is no value of xsd:byte',
        "malformed list: the rdf:List that begins at sts:l, as owl:unionOf of sts:A, has a node without rdf:first: "
        "<https://w3id.org/sts-kg/l>; no rule reads it",
    ]
    assert {(violation.check, violation.subject) for violation in found} == {("without-effect", "sts:ontology")}


def test_an_ontology_whose_literals_and_lists_are_sound_is_silent(tmp_path: Path) -> None:
    sound = 'sts:x sts:p "31-12-2025"^^<http://e/date> . sts:A owl:unionOf ( sts:B ) . sts:x sts:q sts:l .'
    assert list(CHECKS["without-effect"](tiny(tmp_path, sound))) == []


def test_kinds_that_are_disjoint_with_concepts_cannot_be_mapped(tmp_path: Path) -> None:
    """A SKOS mapping makes concepts of both its ends: of 9 findings, 11 therapies, 2 brands and 5 options."""
    old = "sts:Agent sts:FactRule sts:Modality"
    new = "sts:Agent sts:FactRule skos:Concept ) . [] a owl:AllDisjointClasses ; owl:members ( sts:Modality"
    found = list(CHECKS["contradicts-standards"](copy_with(tmp_path, "vocabulary.ttl", old, new)))
    kinds = Counter(violation.message.partition(" and ")[0].rpartition(" ")[2] for violation in found)
    assert kinds == {"sts:Finding": 9, "sts:Therapy": 11, "sts:Brand": 2, "sts:TreatmentOption": 5}


def test_an_ontology_that_contradicts_itself_is_not_held_against_the_standards(tmp_path: Path) -> None:
    assert list(CHECKS["contradicts-standards"](tiny(tmp_path, f"{DISJOINT} sts:x a sts:B ."))) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("give 75 mg/m2", "“75 mg/m2” is a dose"),
        ("6 cycles of it", "“6 cycles” is a dose"),
        ("fewer than 5 tumours", "“fewer than 5 tumours” is a number for few, small or rare"),
        ("in 10 % of people", "“10 %” is a number for few, small or rare"),
        ("in 10 people", None),
        ("at most 3 cm", "“at most 3 cm” is a number for few, small or rare"),
        ("GRADE high", "“GRADE” is a grade of evidence"),
        ("a high grade tumour", None),
        ("a curative treatment", "“curative” is a claim of cure"),
        ("a secure place", None),
        ("hospice care", "“hospice” is a word for palliation that the source does not use"),
        ("is contra-indicated", "“contra-indicated” is a contraindication"),
        ("a second-line drug", "“second-line” is a number of a line of therapy"),
        ("a line of the page", None),
        ("overall survival", "“overall survival” is a survival figure"),
        ("5-year survival", "“5-year survival” is a survival figure"),
        ("stage 4, 12 tumours", None),
    ],
)
def test_what_the_source_does_not_say_is_dishonest(tmp_path: Path, text: str, what: str | None) -> None:
    found = list(CHECKS["dishonest"](tiny(tmp_path, f'sts:x skos:definition "{text}"@en .')))
    message = f"{what}, which the source does not give"
    assert found == ([Violation("dishonest", "sts:x", message, "say only what the source says")] if what else [])


def test_what_others_say_of_their_own_terms_is_theirs(tmp_path: Path) -> None:
    ontology = tiny(tmp_path, '<urn:x> skos:definition "palliative"@en . sts:x sts:p "palliative"@en .')
    assert list(CHECKS["dishonest"](ontology)) == []


def test_a_released_term_that_is_gone_is_lost(tmp_path: Path) -> None:
    """A deprecated term is still one; comments and empty lines do not count."""
    ontology = tiny(tmp_path, "sts:kept a owl:Class . sts:old a owl:Class ; owl:deprecated true .")
    (ontology.folder / "released.txt").write_text("# version 0.1.0\n\nkept\nold\n gone \n", encoding="utf-8")
    remedy = "keep it with owl:deprecated true and dcterms:isReplacedBy"
    expected = Violation("released-lost", "sts:gone", "was released and is gone", remedy)
    assert list(CHECKS["released-lost"](ontology)) == [expected]
    (ontology.folder / "released.txt").write_text("kept\nold\n", encoding="utf-8")
    assert list(CHECKS["released-lost"](ontology)) == []


def test_without_a_list_of_released_terms_none_is_lost(tmp_path: Path) -> None:
    assert list(CHECKS["released-lost"](tiny(tmp_path, ""))) == []


def test_a_renamed_term_of_a_copy_is_lost(tmp_path: Path, kg: KnowledgeGraph) -> None:
    old = "sts:rule-local-policy a sts:FactRule"
    ontology = copy_with(tmp_path, "findings.ttl", old, old.replace("local", "site"))
    names = {str(term).removeprefix(BASE) for term in kg.asserted.subjects() if str(term).startswith(BASE)}
    (ontology.folder / "released.txt").write_text("\n".join(sorted(names)), encoding="utf-8")
    assert [(found.subject, found.message) for found in CHECKS["released-lost"](ontology)] == [
        ("sts:rule-local-policy", "was released and is gone")
    ]


# --- against a page: one made up of cues, so that no sentence of the real one stands here


def cue_page(ontology: Guideline) -> dict[str, str]:
    """Return a text for each segment that holds all its cues."""
    graph = ontology.asserted
    return {one.id: " / ".join(map(str, graph.objects(STS[one.id], STS.cue))) for one in ontology.segments()}


def source_uncovered(kg: KnowledgeGraph, tmp_path: Path) -> tuple[list[Violation], list[Violation], list[Violation]]:
    spans = [(one.start, one.end) for one in kg.sources()]
    letters = [" "] * (spans[-1][1] + 3)
    for start, end in spans:
        letters[start:end] = "x" * (end - start)
    silent = "".join(letters)
    gap = next(end for (_, end), (start, _) in pairwise(spans) if start > end)
    between = silent[:gap] + "y" + silent[gap + 1 :]
    run = PAGE_CHECKS["source-uncovered"]
    found = [*run(kg.guideline, {}, between), *run(kg.guideline, {}, silent[:-1] + "y")]
    message, remedy = "some of the page is in no segment", "a segment for it in source.ttl"
    places = (f"characters {gap}", f"characters {spans[-1][1]}")
    expected = [Violation("source-uncovered", place, message, remedy) for place in places]
    return found, expected, list(run(kg.guideline, {}, silent))


def cue_not_in_source(kg: KnowledgeGraph, tmp_path: Path) -> tuple[list[Violation], list[Violation], list[Violation]]:
    texts = cue_page(kg.guideline)
    copy = copy_with(tmp_path, "source.ttl", '"Most often"', '"most often"')
    run = PAGE_CHECKS["cue-not-in-source"]
    message = "the cue “most often” does not stand in it"
    expected = [Violation("cue-not-in-source", "sts:S23", message, "the words as they stand")]
    return list(run(copy, texts, "")), expected, list(run(kg.guideline, texts, ""))


def quotes_source(kg: KnowledgeGraph, tmp_path: Path) -> tuple[list[Violation], list[Violation], list[Violation]]:
    """Case, apostrophes and punctuation do not make other words of them."""
    ontology = tiny(tmp_path, 'sts:x skos:definition "So: it CANT be (one two three four five six)!"@en .')
    run = PAGE_CHECKS["quotes-source"]
    found = list(run(ontology, {}, "Before. It can’t be one, two; three-four five six. After"))
    message, remedy = "its skos:definition repeats more than 8 words of the page", "say it in other words"
    return (
        found,
        [Violation("quotes-source", "sts:x", message, remedy)],
        list(run(ontology, {}, "Before. It can’t be one, two; three-four five, seven. After")),
    )


AGAINST_PAGE: dict[str, Callable[[KnowledgeGraph, Path], tuple[list[Violation], list[Violation], list[Violation]]]] = {
    "source-uncovered": source_uncovered,
    "cue-not-in-source": cue_not_in_source,
    "quotes-source": quotes_source,
}


@pytest.mark.parametrize("name", AGAINST_PAGE)
def test_a_check_against_the_page_fires_and_is_silent_on_the_near_miss(
    kg: KnowledgeGraph, tmp_path: Path, name: str
) -> None:
    found, expected, near = AGAINST_PAGE[name](kg, tmp_path)
    assert found == expected
    assert near == []


def test_every_check_against_the_page_has_a_bad_page() -> None:
    assert set(AGAINST_PAGE) == set(PAGE_CHECKS)


# --- the report, with few queries so that it is quick


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A folder with three canned queries: two checks, on either graph, and one that is none."""
    folder = tmp_path / "queries"
    for name in ("check/missing-label", "check/merged-terms", "drugs/standard-drug"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(queries_folder() / f"{name}.rq", folder / f"{name}.rq")
    return folder


def test_without_the_page_a_note_says_so(kg: KnowledgeGraph, few: Path) -> None:
    found = report(kg.guideline, canned_folder=few)
    assert found.violations == ()
    assert found.notes == (
        "the page is not at hand: digests, cues and quotations were not compared with it (--source, STS_KG_SOURCE)",
    )
    assert found.coverage[-1] == ("canned queries", 1, 1)


def test_the_check_takes_the_page_of_the_environment(
    kg: KnowledgeGraph, few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sts_kg.knowledge.authoring.queries_folder", lambda: few)
    monkeypatch.setenv("STS_KG_SOURCE", str(tmp_path / "other.txt"))
    (tmp_path / "other.txt").write_text("another page", encoding="utf-8")
    assert [violation.check for violation in kg.check().violations] == ["source-digest"]


def test_a_changed_page_is_one_violation_and_no_other_check_of_the_page_runs(
    kg: KnowledgeGraph, few: Path, tmp_path: Path
) -> None:
    other = tmp_path / "page.txt"
    other.write_bytes(b"x")
    found = report(kg.guideline, canned_folder=few, page=other)
    message = (
        f"{other} is not the page that was modelled: its SHA-256 is"
        " 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881, expected"
        " de788d888cfc9df3a5855501fc0849ffdd2e6eafe86cc9e271d8b84015ccee5a; give the unchanged file, or leave --source"
        " and STS_KG_SOURCE out"
    )
    assert found.violations == (Violation("source-digest", str(other), message, "the unchanged page"),)
    assert found.notes == ()


def test_a_page_that_is_missing_is_an_error(kg: KnowledgeGraph, few: Path, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"nowhere\.txt: cannot be read: No such file or directory"):
        report(kg.guideline, canned_folder=few, page=tmp_path / "nowhere.txt")


HEADER = "#+ summary: A summary\n#+ description: A question?\n#+ x-sts:\n#+     graph: asserted\n#+     remedy: None.\n"


def test_broken_queries_are_reported_and_the_rest_still_runs(tmp_path: Path, few: Path) -> None:
    (few / "check" / "no-header.rq").write_text("SELECT ?s WHERE { ?s ?p ?o }", encoding="utf-8")
    (few / "check" / "no-grammar.rq").write_text(f"{HEADER}SELECT ?subject WHERE {{ ?subject }}", encoding="utf-8")
    (few / "check" / "no-text.rq").write_bytes(b"\xff")
    found = report(tiny(tmp_path, "sts:x a sts:Y ."), canned_folder=few)
    wrong = [violation for violation in found.violations if violation.check == "query-syntax"]
    assert [violation.subject for violation in wrong] == [str(few), "check/no-grammar", "check/no-header"]
    assert wrong[0].message == f"{few / 'check' / 'no-text.rq'}, line 1: is not UTF-8 text (byte 0xff)"
    assert wrong[1].message.startswith("not SPARQL: ")
    assert wrong[2].message == (
        "query check/no-header, line 1: the header must be one block of `#+ key: value` from the first line on"
    )
    missing = [(v.subject, v.message) for v in found.violations if v.check == "missing-label"]
    assert missing == [("sts:x", "has no English label")]


def test_a_contradictory_ontology_is_reported_and_the_rest_still_runs(tmp_path: Path, few: Path) -> None:
    found = report(tiny(tmp_path, f"{DISJOINT} sts:x a sts:B ."), canned_folder=few)
    assert INCONSISTENT in found.violations
    assert {v.subject for v in found.violations if v.check == "missing-label"} == {"sts:x", "sts:y"}


def test_the_rows_of_check_queries_are_violations(tmp_path: Path, few: Path) -> None:
    ontology = tiny(tmp_path, 'sts:x a sts:Y . sts:z a sts:Y ; rdfs:label "z"@en ; owl:sameAs sts:x .')
    checks = [one for one in read_all(few).values() if one.topic == "check"]
    assert [one.graph for one in checks] == ["closed", "asserted"]
    found = [
        (violation.check, violation.subject, violation.message) for violation in query_violations(ontology, checks)
    ]
    assert found == [
        ("merged-terms", "sts:x", "is inferred to be the same as z"),
        ("missing-label", "sts:x", "has no English label"),
    ]
    assert [one.remedy for one in query_violations(ontology, checks)] == [one.remedy for one in checks]


SHAPE = (
    "sts:Shape a sh:NodeShape ; sh:targetClass sts:Y ;"
    ' sh:property [ sh:path sts:p ; sh:minCount 1 ; sh:message "needs an sts:p" ] .'
)


def test_a_result_of_a_shape_is_a_violation(tmp_path: Path, few: Path) -> None:
    found = report(tiny(tmp_path, "sts:x a sts:Y . sts:z a sts:Y ; sts:p 1 .", SHAPE), canned_folder=few)
    assert [violation for violation in found.violations if violation.check == "shape"] == [
        Violation("shape", "sts:x", "needs an sts:p", "see ontology/shapes.ttl")
    ]


def test_a_report_as_a_table() -> None:
    violation = Violation("label", "sts:x", "has none", "give one")
    table = Report((violation,), (), (), 1).table()
    assert table.variables == ("check", "subject", "message", "remedy")
    assert table.rows == (tuple(map(Literal, ("label", "sts:x", "has none", "give one"))),)
    assert str(violation) == "label: sts:x: has none (give one)"
    assert str(Violation("label", "sts:x", "has none")) == "label: sts:x: has none"
