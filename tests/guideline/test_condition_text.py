"""The short text form of conditions: what each statement says, what each mistake is told, and that nothing is lost."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, RDFS

from sts_kg import KnowledgeGraph, closure_of, parse
from sts_kg.cli import app
from sts_kg.errors import ParseError
from sts_kg.guideline import Guideline, compile_conditions, conditions_text
from sts_kg.guideline.condition import Alternative, Condition, Conjunction, Leaf, leaves, negated, truth
from sts_kg.guideline.condition_statements import CourseFinding, OptionCondition, Part, Restriction
from sts_kg.guideline.condition_text import statements_of, text_of
from sts_kg.guideline.condition_words import KEYWORDS, Names
from sts_kg.rdf.names import PREFIXES, STS

MF = "https://example.org/marsh-fever/"
PREFIX = f"@prefix mf: <{MF}> .\n"
IRI = f"{MF}ontology"
#: What the fictional conditions name: a finding and a therapy are called reed-tea, and a finding has a keyword's name.
WORLD = (
    PREFIX
    + """
sts:Drug rdfs:subClassOf sts:Therapy .
sts:GivenCourse rdfs:subClassOf sts:TreatmentCourse .
sts:SingleTherapyCourse rdfs:subClassOf sts:TreatmentCourse .
mf:Tea rdfs:subClassOf sts:Drug .
mf:TeaCourse rdfs:subClassOf sts:TreatmentCourse .
mf:finding-marsh-fever a sts:Finding ; sts:ordinal 1 .
mf:finding-carrying-young a sts:Finding ; sts:ordinal 2 .
mf:finding-prior-tea a sts:Finding ; sts:ordinal 3 .
mf:finding-reed-tea a sts:Finding ; sts:ordinal 4 .
mf:finding-not a sts:Finding ; sts:ordinal 5 .
mf:finding-fièvre a sts:Finding ; sts:ordinal 6 .
mf:reed-tea a mf:Tea . mf:black-reed-tea a mf:Tea ; sts:kindOf mf:reed-tea .
mf:dusk-root a sts:Drug .
mf:option-dusk-root a sts:TreatmentOption ; sts:ordinal 2 ; rdfs:label "dusk root, by night"@en .
mf:option-reed-tea a sts:TreatmentOption ; sts:ordinal 1 ; rdfs:label "Reed tea"@en .
mf:outcome-did-not-work a sts:Outcome . mf:intent-relief a sts:Intent . mf:site-wing a sts:Site .
mf:modality-treatment a sts:Modality .
"""
)
ASSERTED = parse(WORLD)
NAMES = Names(ASSERTED)


def compiled(text: str, asserted: Graph = ASSERTED) -> str:
    return compile_conditions(text, asserted, base=MF, iri=IRI, path="conditions.txt")


def bare(module: Graph) -> Graph:
    """Return a module without its header."""
    headers = set(module.subjects(RDF.type, OWL.Ontology))
    graph = Graph()
    for triple in module:
        if triple[0] not in headers:
            graph.add(triple)
    return graph


def text_of_axioms(turtle: str, asserted: Graph = ASSERTED) -> str:
    return conditions_text(asserted, parse(PREFIX + turtle))


def without_comments(text: str) -> str:
    return "".join(f"{line}\n" for line in text.splitlines() if line and not line.startswith("#"))


# --- the shipped conditions


def test_the_shipped_conditions_and_their_text_say_the_same(kg: KnowledgeGraph) -> None:
    module = kg.guideline.modules["conditions"]
    text = conditions_text(kg.asserted, module)
    again = parse(compile_conditions(text, kg.asserted, base=kg.guideline.base, iri=str(kg.guideline.iri)))
    assert len(bare(module)) == 182
    assert isomorphic(bare(again), bare(module))
    assert conditions_text(kg.asserted, again) == text


def test_the_shipped_text_begins_with_history_and_goes_on_in_the_order_of_options(kg: KnowledgeGraph) -> None:
    lines = conditions_text(kg.asserted, kg.guideline.modules["conditions"]).splitlines()
    assert lines[:15] == [
        "# History: what past courses and wishes mean",
        "",
        "chemotherapy-course if it includes any chemotherapy-drug or exactly chemotherapy or",
        "    other-chemotherapy-drug",
        "prior-chemotherapy if given chemotherapy-course",
        "doxorubicin-did-not-work if given doxorubicin with outcome did-not-work",
        "does-not-want-cancer-treatment if and only if declines cancer-treatment",
        "",
        "# Conditions: what each option needs",
        "",
        "chemotherapy: stage4-sts",
        "doxorubicin-alone: stage4-sts",
        "# doxorubicin with ifosfamide",
        "doxorubicin-ifosfamide: stage4-sts",
        "# other chemotherapy drugs",
    ]
    assert lines[-1] == "ask-about-clinical-trials: soft-tissue-sarcoma and person-in-canada"


def test_the_conditions_of_each_reading_and_their_text_say_the_same(kg: KnowledgeGraph) -> None:
    said = {}
    for name, reading in kg.guideline.readings.items():
        if reading.kinds.isdisjoint({"condition", "axiom"}):
            continue
        module = bare(kg.guideline.modules["conditions"])
        for triple in reading.removed:
            module.remove(triple)
        for triple in reading.added:
            if isinstance(triple[0], BNode) or "Met" in str(triple[2]) or triple[1] == OWL.equivalentClass:
                module.add(triple)
        text = conditions_text(reading.asserted, module)
        turtle = compile_conditions(text, reading.asserted, base=kg.guideline.base, iri=str(kg.guideline.iri))
        assert isomorphic(bare(parse(turtle)), module), name
        said[name] = text
    assert len(said) > 20
    assert (
        "\ndoxorubicin-did-not-work if given single-therapy-course and doxorubicin with outcome did-not-work\n"
        in said["D06=alone"]
    )
    assert "declines" not in said["D34=two-facts"]
    assert "\ndoxorubicin-alone: stage4-sts and (metastatic-sts or advanced-sts)\n" in said["D01=separate"], said[
        "D01=separate"
    ]


# --- what each statement says

HAS = "rdfs:subClassOf [ a owl:Restriction ; owl:onProperty sts:hasFinding ; owl:hasValue mf:finding-{} ] ."
HAD = "[ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom {} ] "


def value(on: str, of: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty sts:{on} ; owl:hasValue mf:{of} ]"


def some(on: str, of: str) -> str:
    return value(on, of).replace("hasValue", "someValuesFrom")


def joined(operator: str, *members: str) -> str:
    return f"[ a owl:Class ; owl:{operator} ( {' '.join(members)} ) ]"


BOTH_TEAS = joined("unionOf", value("includesTherapy", "reed-tea"), value("includesTherapy", "black-reed-tea"))
DUSK = value("includesTherapy", "dusk-root")

#: A statement in its normal form to its axioms.
AXIOMS = {
    "reed-tea: marsh-fever": "mf:WithMarshFever rdfs:subClassOf mf:MetReedTea .",
    "reed-tea: not marsh-fever": "mf:WithoutMarshFever rdfs:subClassOf mf:MetReedTea .",
    "dusk-root: marsh-fever and (prior-tea or reed-tea) and not carrying-young": joined(
        "intersectionOf",
        "mf:WithMarshFever",
        joined("unionOf", "mf:WithPriorTea", "mf:WithReedTea"),
        "mf:WithoutCarryingYoung",
    )
    + " rdfs:subClassOf mf:MetDuskRoot .",
    "dusk-root: (marsh-fever and prior-tea) and reed-tea": joined(
        "intersectionOf", joined("intersectionOf", "mf:WithMarshFever", "mf:WithPriorTea"), "mf:WithReedTea"
    )
    + " rdfs:subClassOf mf:MetDuskRoot .",
    "dusk-root: finding-not or fièvre": joined("unionOf", "mf:WithNot", f"<{MF}WithFièvre>")
    + " rdfs:subClassOf mf:MetDuskRoot .",
    "prior-tea if given dusk-root": HAD.format(joined("intersectionOf", "sts:GivenCourse", DUSK))
    + HAS.format("prior-tea"),
    "prior-tea if given reed-tea": HAD.format(joined("intersectionOf", "sts:GivenCourse", BOTH_TEAS))
    + HAS.format("prior-tea"),
    "prior-tea if had exactly reed-tea": HAD.format(value("includesTherapy", "reed-tea")) + HAS.format("prior-tea"),
    "prior-tea if had given-course": HAD.format("sts:GivenCourse") + HAS.format("prior-tea"),
    "prior-tea if had tea-course and given-course": HAD.format(
        joined("intersectionOf", "mf:TeaCourse", "sts:GivenCourse")
    )
    + HAS.format("prior-tea"),
    "prior-tea if given tea-course": HAD.format(joined("intersectionOf", "sts:GivenCourse", "mf:TeaCourse"))
    + HAS.format("prior-tea"),
    "prior-tea if given (reed-tea or dusk-root) with outcome did-not-work": HAD.format(
        joined(
            "intersectionOf",
            "sts:GivenCourse",
            BOTH_TEAS.replace(" ) ]", f" {DUSK} ) ]"),
            value("courseOutcome", "outcome-did-not-work"),
        )
    )
    + HAS.format("prior-tea"),
    "prior-tea if had with purpose relief with site wing and any tea": HAD.format(
        joined(
            "intersectionOf",
            value("coursePurpose", "intent-relief"),
            value("courseSite", "site-wing"),
            some("includesTherapy", "Tea"),
        )
    )
    + HAS.format("prior-tea"),
    "tea-course if it includes any tea or dusk-root": some("includesTherapy", "Tea")
    + " rdfs:subClassOf mf:TeaCourse ."
    + DUSK
    + " rdfs:subClassOf mf:TeaCourse .",
    "tea-course if it includes exactly reed-tea": value("includesTherapy", "reed-tea")
    + " rdfs:subClassOf mf:TeaCourse .",
    "tea-course if it includes reed-tea": value("includesTherapy", "reed-tea")
    + " rdfs:subClassOf mf:TeaCourse ."
    + value("includesTherapy", "black-reed-tea")
    + " rdfs:subClassOf mf:TeaCourse .",
    "prior-tea if and only if declines treatment": "mf:WithPriorTea owl:equivalentClass "
    + value("declinesModality", "modality-treatment")
    + " .",
}


@pytest.mark.parametrize("text", AXIOMS)
def test_a_statement_says_its_axioms_and_they_say_it(text: str) -> None:
    assert isomorphic(bare(parse(compiled(text))), parse(PREFIX + AXIOMS[text]))
    assert without_comments(text_of_axioms(AXIOMS[text])) == f"{text}\n"


def test_a_module_has_its_header() -> None:
    module = parse(compiled(""))
    assert {*map(str, module.subjects())} == {f"{IRI}/conditions"}
    assert compiled("# nothing\n\n") == compiled("")
    assert '\n    dcterms:title "Conditions of https://example.org/marsh-fever/ontology"@en ;\n' in compiled("")
    assert f"\n@prefix : <{MF}> .\n" in compiled("")
    named = parse(f'{WORLD}<{IRI}> rdfs:label "marsh fever" ; dcterms:alternative "mf" .')
    assert 'dcterms:title "Conditions of mf"@en ;' in compiled("", named)
    licensed = parse(f'{WORLD}<{IRI}> rdfs:label "marsh fever" ; dcterms:license <https://example.org/free> .')
    assert (
        'dcterms:title "Conditions of marsh fever"@en ;\n    dcterms:license <https://example.org/free> ;\n    '
        f"dcterms:isPartOf <{IRI}> .\n"
    ) in compiled("", licensed)
    assert conditions_text(ASSERTED, module) == ""


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("dusk-root: marsh-fever or prior-tea and reed-tea", "dusk-root: marsh-fever or (prior-tea and reed-tea)"),
        ("dusk-root: ((marsh-fever))", "dusk-root: marsh-fever"),
        ("dusk-root: (marsh-fever and (prior-tea))", "dusk-root: marsh-fever and prior-tea"),
        ("dusk-root: not not marsh-fever", "dusk-root: marsh-fever"),
        ("dusk-root: not (marsh-fever and not prior-tea)", "dusk-root: not marsh-fever or prior-tea"),
        (
            "dusk-root: not (marsh-fever or not (prior-tea and reed-tea))",
            "dusk-root: not marsh-fever and (prior-tea and reed-tea)",
        ),
        ("option-dusk-root: marsh-fever", "dusk-root: marsh-fever"),
        ("<https://example.org/marsh-fever/option-dusk-root> : finding-marsh-fever", "dusk-root: marsh-fever"),
        ("dusk-root:(marsh-fever)or(prior-tea)", "dusk-root: marsh-fever or prior-tea"),
        ("dusk-root: fie\u0300vre", "dusk-root: fièvre"),
        (
            "\ufeffdusk-root:\r\n\tmarsh-fever # why\r\n# and\r\n\r\n\u00a0 or\tprior-tea",
            "dusk-root: marsh-fever or prior-tea",
        ),
        ("prior-tea if given TeaCourse", "prior-tea if given tea-course"),
        ("prior-tea if given GivenCourse and TeaCourse", "prior-tea if given tea-course"),
        ("prior-tea if had sts:GivenCourse and tea-course", "prior-tea if given tea-course"),
        ("prior-tea if given (reed-tea or black-reed-tea)", "prior-tea if given reed-tea"),
        ("prior-tea if given (dusk-root or dusk-root)", "prior-tea if given dusk-root"),
        ("prior-tea if given exactly dusk-root", "prior-tea if given dusk-root"),
        ("prior-tea if given black-reed-tea", "prior-tea if given black-reed-tea"),
        ("prior-tea if had (black-reed-tea or reed-tea)", "prior-tea if had (black-reed-tea or reed-tea)"),
        (
            "prior-tea if had (exactly reed-tea or dusk-root or black-reed-tea)",
            "prior-tea if had (exactly reed-tea or dusk-root or black-reed-tea)",
        ),
        ("tea-course if it includes dusk-root or any tea", "tea-course if it includes any tea or dusk-root"),
        ("tea-course if it includes black-reed-tea or exactly reed-tea", "tea-course if it includes reed-tea"),
    ],
)
def test_a_text_has_one_normal_form(text: str, normal: str) -> None:
    written = without_comments(text_of(statements_of(text, NAMES), NAMES))
    assert written == f"{normal}\n"
    assert without_comments(text_of_axioms(compiled(text))) == written
    assert without_comments(text_of(statements_of(normal, NAMES), NAMES)) == written


def test_statements_keep_their_lines() -> None:
    text = "# one\n\nreed-tea: marsh-fever\n  and prior-tea\ndusk-root:\n\n # two\n  prior-tea\n"
    assert [(one.line, type(one)) for one in statements_of(text, NAMES)] == [(3, OptionCondition), (5, OptionCondition)]
    assert "\n# line 5\nmf:With".replace("mf:", ":") in compiled(text)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(end: str) -> None:
    text = end.join(["reed-tea: marsh-fever # why", "dusk-root: prior-tea", "  or reed-tea", ""])
    assert [one.line for one in statements_of(text, NAMES)] == [1, 2]
    with pytest.raises(ParseError, match="line 3, column 15: and, or, or the end of the statement is expected"):
        statements_of(f"reed-tea: marsh-fever{end}{end} or prior-tea reed-tea", NAMES)


def test_a_name_may_have_joiners() -> None:
    name = "می\u200cخواهد"
    asserted = parse(f"{WORLD}mf:finding-{name} a sts:Finding .")
    text = without_comments(text_of_axioms(compiled(f"reed-tea: {name}", asserted), asserted))
    assert text == f"reed-tea: {name}\n"


def test_what_is_there_twice_is_said_once() -> None:
    had = HAD.format(joined("unionOf", DUSK, DUSK)) + HAS.format("prior-tea")
    assert without_comments(text_of_axioms(had + had)) == "prior-tea if had dusk-root\n"


def test_an_option_gets_its_label_as_a_comment_unless_its_name_says_it() -> None:
    text = text_of(statements_of("dusk-root: prior-tea\nreed-tea: marsh-fever", NAMES), NAMES)
    assert text == (
        "# Conditions: what each option needs\n\nreed-tea: marsh-fever\n# dusk root, by night\ndusk-root: prior-tea\n"
    )


def test_a_therapy_that_a_course_includes_counts_with_its_kinds_and_exactly_it_without() -> None:
    case = "mf:case sts:hadCourse mf:c . mf:c a sts:GivenCourse ; sts:includesTherapy mf:black-reed-tea ."
    for text, follows in (("given reed-tea", True), ("given exactly reed-tea", False), ("given dusk-root", False)):
        closed = closure_of(parse(PREFIX + compiled(f"prior-tea if {text}") + case)).graph
        assert ((URIRef(f"{MF}case"), STS.hasFinding, URIRef(f"{MF}finding-prior-tea")) in closed) is follows


# --- mistakes

#: A text to the line and column of its mistake, and what is told.
MISTAKES = {
    "dusk-rot: marsh-fever": (1, 1, "there is no option 'dusk-rot'; did you mean dusk-root?"),
    "reed-tea: marsh-fever\ndusk-root: marsh-fevr": (
        2,
        12,
        "there is no finding 'marsh-fevr'; did you mean marsh-fever?",
    ),
    "reed-tea: black-reed-tea": (1, 11, "'black-reed-tea' is a name of a therapy; a finding is expected"),
    "marsh-fever: reed-tea": (1, 1, "'marsh-fever' is a name of a finding; an option is expected"),
    "prior-tea if given marsh-fever": (
        1,
        20,
        "'marsh-fever' is a name of a finding; a therapy or a kind of course is expected",
    ),
    "prior-tea if given dusk-root with outcome relief": (
        1,
        43,
        "'relief' is a name of a purpose; an outcome is expected",
    ),
    "prior-tea if given any dusk-root": (
        1,
        24,
        "'dusk-root' is a name of an option or a therapy; a kind of therapy is expected",
    ),
    "prior-tea if it includes dusk-root": (1, 1, "'prior-tea' is a name of a finding; a kind of course is expected"),
    "reed-tea: marsh-fever and": (
        1,
        26,
        "a finding, not or ( is expected at the end; a statement goes on only in lines that are indented",
    ),
    "reed-tea:": (
        1,
        10,
        "a finding, not or ( is expected at the end; a statement goes on only in lines that are indented",
    ),
    "reed-tea: marsh-fever and\nprior-tea": (
        1,
        26,
        "a finding, not or ( is expected at the end; a statement goes on only in lines that are indented",
    ),
    "reed-tea: marsh-fever\nand prior-tea": (
        2,
        1,
        "an option, a finding or a kind of course is expected, not 'and'; "
        "a line that goes on with a statement is indented",
    ),
    "reed-tea: (marsh-fever": (
        1,
        23,
        ") for the ( of line 1, column 11, is expected at the end; a statement goes on only in lines that are indented",
    ),
    "reed-tea: marsh-fever)": (1, 22, "and, or, or the end of the statement is expected, not ')'"),
    "reed-tea: ()": (1, 12, "a finding, not or ( is expected, not ')'"),
    "reed-tea: marsh-fever prior-tea": (1, 23, "and, or, or the end of the statement is expected, not 'prior-tea'"),
    "reed-tea: marsh-fever AND prior-tea": (
        1,
        23,
        "and, or, or the end of the statement is expected, not 'AND'; write and in small letters",
    ),
    "reed-tea: NOT marsh-fever": (
        1,
        11,
        "a finding, not or ( is expected, not 'NOT'; write not in small letters",
    ),
    "reed-tea: marsh-fever & prior-tea": (1, 23, "the character '&' is not expected; write and"),
    "reed-tea: <https://example.org/x": (1, 11, "the character '<' is not expected; an IRI ends with >"),
    "reed-tea: marsh-fever, prior-tea": (1, 22, "the character ',' is not expected"),
    "reed-tea: marsh\u200b-fever": (1, 16, "the character U+200B cannot be seen; delete it"),
    "reed-tea: \ufeffmarsh-fever": (1, 11, "the character U+FEFF cannot be seen; delete it"),
    "reed-tea:marsh-fever": (1, 1, "a space is expected after the colon that follows an option"),
    "reed-tea: sts:marsh-fever": (1, 11, "there is no finding 'sts:marsh-fever'; did you mean marsh-fever?"),
    "reed-tea: xx:marsh-fever": (
        1,
        11,
        "'xx:marsh-fever' is not a CURIE or IRI that can be used here: the prefix 'xx' is unknown; "
        "known ones are KNOWN",
    ),
    "reed-tea marsh-fever": (
        1,
        10,
        "a colon after an option, or if after a finding or a kind of course, is expected, not 'marsh-fever'",
    ),
    " reed-tea: marsh-fever": (1, 2, "an indented line goes on with the statement before it, and there is none"),
    "reed-tea: marsh-fever\n\nreed-tea: prior-tea": (3, 1, "the condition of reed-tea is on line 1 already"),
    "prior-tea if given dusk-root\nprior-tea if given  dusk-root": (2, 1, "the same statement is on line 1 already"),
    "tea-course if it includes dusk-root\ntea-course if it includes any tea": (
        2,
        1,
        "what makes a course a tea-course is on line 1 already",
    ),
    "prior-tea if and only if declines treatment\nprior-tea if and only if declines treatment": (
        2,
        1,
        "what is declined by prior-tea is on line 1 already",
    ),
    "prior-tea if": (
        1,
        13,
        "given, had, it includes, or and only if declines, is expected at the end; "
        "a statement goes on only in lines that are indented",
    ),
    "prior-tea if declines treatment": (
        1,
        14,
        "given, had, it includes, or and only if declines, is expected, not 'declines'",
    ),
    "prior-tea if and only if given dusk-root": (1, 26, "declines is expected, not 'given'"),
    "prior-tea if given dusk-root or reed-tea": (
        1,
        30,
        "and, with, or the end of the statement (alternatives are written in parentheses) is expected, not 'or'",
    ),
    "prior-tea if given dusk-root with result did-not-work": (
        1,
        35,
        "outcome or purpose or site is expected, not 'result'",
    ),
    "prior-tea if given (tea-course or dusk-root)": (
        1,
        21,
        "'tea-course' is a name of a kind of course; a therapy is expected",
    ),
    "reed-tea: not given": (1, 15, "a finding, not or ( is expected, not 'given'"),
    "not: marsh-fever": (1, 1, "an option is expected, not 'not'"),
    ": marsh-fever": (1, 1, "an option, a finding or a kind of course is expected, not ':'"),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_told_with_its_place(text: str) -> None:
    with pytest.raises(ParseError) as caught:
        compiled(text)
    error = caught.value
    line, column, reason = MISTAKES[text]
    assert (error.line, error.column, error.reason) == (line, column, reason.replace("KNOWN", ", ".join(PREFIXES)))
    assert str(error).startswith(f"conditions.txt, line {error.line}, column {error.column}: ")


def test_a_name_of_two_things_of_a_kind_needs_more() -> None:
    asserted = parse(f"{WORLD}sts:finding-marsh-fever a sts:Finding . mf:finding-finding-prior-tea a sts:Finding .")
    with pytest.raises(ParseError) as caught:
        compiled("reed-tea: marsh-fever", asserted)
    assert caught.value.reason == (
        f"'marsh-fever' names several things; write <{MF}finding-marsh-fever> or sts:finding-marsh-fever"
    )
    names = Names(asserted)
    # an id comes before a short name, so the finding with that short name goes by its id
    shorts = ("prior-tea", "finding-prior-tea")
    written = {short: names.name(URIRef(f"{MF}finding-{short}"), "finding") for short in shorts}
    assert written == {"prior-tea": "prior-tea", "finding-prior-tea": "finding-finding-prior-tea"}
    assert names.find("finding-prior-tea", "finding") == URIRef(f"{MF}finding-prior-tea")
    assert names.name(STS["finding-marsh-fever"], "finding") == "sts:finding-marsh-fever"


def test_two_findings_with_one_class_are_told() -> None:
    asserted = parse(f"{WORLD}mf:finding-marsh-Fever a sts:Finding . sts:finding-marsh-fever a sts:Finding .")
    with pytest.raises(ParseError) as caught:
        compiled("\nreed-tea: marsh-Fever", asserted)
    assert caught.value.reason == (
        f"<{MF}finding-marsh-Fever> and <{MF}finding-marsh-fever> have one class, {MF}WithMarshFever; rename one"
    )
    assert caught.value.line == 2
    assert compiled("reed-tea: sts:finding-marsh-fever", asserted).endswith(
        "\nsts:WithMarshFever rdfs:subClassOf :MetReedTea .\n"
    )


def test_a_keyword_is_the_name_of_nothing_and_each_thing_has_a_name() -> None:
    asserted = parse(
        "".join(f"{PREFIX} mf:finding-{word} a sts:Finding .\n" for word in (*sorted(KEYWORDS), "a.b", "c"))
    )
    names = Names(asserted)
    for word in (*KEYWORDS, "a.b", "c"):
        thing = URIRef(f"{MF}finding-{word}")
        name = names.name(thing, "finding")
        assert name == (f"finding-{word}" if word in KEYWORDS else word)
        assert names.find(name, "finding") == thing
    odd = URIRef(f"{MF}finding-a(b)")
    asserted.add((odd, RDF.type, STS.Finding))
    assert Names(asserted).name(odd, "finding") == f"<{odd}>"
    with pytest.raises(ParseError, match=r"^sts:finding-x is not a finding$"):
        names.name(STS["finding-x"], "finding")


# --- what is deep or large


def test_conditions_nest_to_a_hundred_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        opened = "".join(f"marsh-fever {('and', 'or')[level % 2]} (" for level in range(depth - 1))
        return f"reed-tea: {opened}prior-tea and reed-tea{')' * (depth - 1)}"

    text = text_of(statements_of(nested(100), NAMES), NAMES)
    assert text_of_axioms(compiled(nested(100))) == text
    with pytest.raises(ParseError, match="column 1: the condition nests more than 100 deep; say it with fewer levels"):
        compiled(nested(101))
    with pytest.raises(ParseError, match="column 111: parentheses nest more than 100 deep; say it with fewer"):
        compiled("reed-tea: " + "(" * 100_000)
    assert compiled(f"reed-tea: {'not ' * 100_001}marsh-fever").endswith(
        "\n:WithoutMarshFever rdfs:subClassOf :MetReedTea .\n"
    )
    deeper = AXIOMS["reed-tea: marsh-fever"].replace("mf:WithMarshFever", "{}")
    for _ in range(101):
        deeper = deeper.replace("{}", joined("unionOf", "{}", "mf:WithPriorTea"))
    with pytest.raises(ParseError, match="nests more than 100 deep, which the text form does not"):
        text_of_axioms(deeper.replace("{}", "mf:WithReedTea"))


def test_a_long_condition_is_read_in_one_go() -> None:
    text = "reed-tea: marsh-fever\n" + "  or prior-tea # again\n" * 20_000
    [statement] = statements_of(text, NAMES)
    assert isinstance(statement, OptionCondition) and len([*leaves(statement.condition)]) == 20_001


# --- what the text form cannot say


@pytest.mark.parametrize(
    ("turtle", "told"),
    [
        ("mf:WithMarshFever rdfs:subClassOf mf:WithPriorTea .", f"{MF}WithMarshFever rdfs:subClassOf {MF}WithPriorTea"),
        ("mf:WithX rdfs:subClassOf mf:MetReedTea .", f"the class {MF}WithX"),
        ('mf:finding-not rdfs:label "no"@en .', f'{MF}finding-not rdfs:label "no"@en'),
        (
            "[ owl:complementOf mf:WithMarshFever ] rdfs:subClassOf mf:MetReedTea .",
            f"the class [ owl:complementOf {MF}WithMarshFever ]",
        ),
        (
            "[ owl:unionOf ( mf:WithMarshFever ) ] rdfs:subClassOf mf:MetReedTea .",
            f"the class [ owl:unionOf ( {MF}WithMarshFever ) ]",
        ),
        (
            "[ owl:unionOf ( mf:WithNot mf:WithPriorTea ) ; rdfs:comment 'why' ] rdfs:subClassOf mf:MetReedTea .",
            f'[ rdfs:comment "why" ; owl:unionOf ( {MF}WithNot {MF}WithPriorTea ) ] rdfs:comment "why"',
        ),
        (
            f"mf:WithMarshFever rdfs:subClassOf {value('hasFinding', 'finding-prior-tea')} .",
            f"the class {MF}WithMarshFever",
        ),
        (
            f"{HAD.format(DUSK)} rdfs:subClassOf mf:WithPriorTea .",
            f"rdfs:subClassOf {MF}WithPriorTea",
        ),
        (
            HAD.format(DUSK).replace("someValuesFrom", "allValuesFrom") + HAS.format("prior-tea"),
            f"the class [ owl:allValuesFrom [ owl:hasValue {MF}dusk-root ; owl:onProperty sts:includesTherapy ] ;",
        ),
        (
            f"mf:WithPriorTea owl:equivalentClass {value('hadCourse', 'reed-tea')} .",
            f"{MF}WithPriorTea owl:equivalentClass [",
        ),
        (
            f"{HAD.format(value('ongoing', 'x'))} {HAS.format('prior-tea')}",
            f"the class [ owl:hasValue {MF}x ; owl:onProperty sts:ongoing",
        ),
        (
            f"mf:WithNot owl:equivalentClass {some('declinesModality', 'modality-treatment')} .",
            f"{MF}WithNot owl:equivalentClass [ owl:onProperty sts:declinesModality ; owl:someValuesFrom",
        ),
        (
            HAD.format(DUSK) + HAS.format("prior-tea").replace("hasValue", "someValuesFrom"),
            f"] rdfs:subClassOf [ owl:onProperty sts:hasFinding ; owl:someValuesFrom {MF}finding-prior-tea ]",
        ),
        (
            value("hadCourse", "TeaCourse") + HAS.format("prior-tea"),
            f"the class [ owl:hasValue {MF}TeaCourse ; owl:onProperty sts:hadCourse ]",
        ),
        (
            HAD.format(some("courseOutcome", "Bad")) + HAS.format("prior-tea"),
            f"the class [ owl:onProperty sts:courseOutcome ; owl:someValuesFrom {MF}Bad ]",
        ),
        ("mf:BlackTeaCourse rdfs:subClassOf mf:TeaCourse .", f"{MF}BlackTeaCourse rdfs:subClassOf {MF}TeaCourse"),
        (HAD.format("mf:WithNot") + HAS.format("prior-tea"), f"the class {MF}WithNot"),
        ("mf:WithPriorTea owl:disjointWith mf:WithNot .", f"{MF}WithPriorTea owl:disjointWith {MF}WithNot"),
    ],
)
def test_an_axiom_that_the_text_form_cannot_say_is_named(turtle: str, told: str) -> None:
    with pytest.raises(ParseError) as caught:
        text_of_axioms(turtle)
    assert str(caught.value).startswith("the text form of conditions cannot say")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("turtle", "told"),
    [
        (
            "mf:WithMarshFever rdfs:subClassOf mf:MetReedTea . mf:WithPriorTea rdfs:subClassOf mf:MetReedTea .",
            f"{MF}option-reed-tea has several conditions; the text form has one: say them as one union",
        ),
        (
            "mf:WithNot owl:equivalentClass "
            + value("declinesModality", "modality-treatment")
            + ", "
            + value("declinesModality", "x")
            + " .",
            f"{MF}finding-not is to decline several modalities; the text form has one",
        ),
        (
            "_:x rdfs:subClassOf mf:MetReedTea ; owl:unionOf ( mf:WithPriorTea _:y ) ."
            "_:y owl:intersectionOf ( mf:WithNot _:x ) .",
            "a class expression is a part of several, or of itself: [",
        ),
        (
            "_:x rdfs:subClassOf mf:MetReedTea ; owl:unionOf _:l . _:l rdf:first mf:WithNot ; rdf:rest _:l .",
            "a list of the conditions has no end, or runs in a circle",
        ),
        (
            "_:x rdfs:subClassOf mf:MetReedTea ; owl:unionOf _:l . _:l rdf:first mf:WithNot .",
            "a list of the conditions has no end, or runs in a circle",
        ),
        (
            f"mf:WithNot owl:equivalentClass {value('declinesModality', 'x')} .",
            f"{MF}x is not a modality",
        ),
    ],
)
def test_what_cannot_be_said_in_one_statement_is_an_error(turtle: str, told: str) -> None:
    with pytest.raises(ParseError) as caught:
        text_of_axioms(turtle)
    assert str(caught.value).startswith(told)


def test_one_expression_for_two_options_is_said_twice() -> None:
    either = joined("unionOf", "mf:WithNot", joined("intersectionOf", "mf:WithMarshFever", "mf:WithPriorTea"))
    text = text_of_axioms(f"{either} rdfs:subClassOf mf:MetReedTea , mf:MetDuskRoot .")
    condition = "finding-not or (marsh-fever and prior-tea)"
    assert without_comments(text) == f"reed-tea: {condition}\ndusk-root: {condition}\n"


# --- at random

FINDINGS = [finding for _, finding in sorted((str(one), one) for one in ASSERTED.subjects(RDF.type, STS.Finding))]
LEAVES = st.builds(Leaf, st.sampled_from(FINDINGS), st.booleans())
TREES: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda below: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from([Conjunction, Alternative]),
        st.lists(below, min_size=2, max_size=4),
    ),
    max_leaves=12,
)
OPTION = URIRef(f"{MF}option-reed-tea")


@given(TREES)
@settings(deadline=None)
def test_a_random_condition_goes_to_text_and_to_axioms_and_back(tree: Condition) -> None:
    statement = OptionCondition(OPTION, tree)
    text = text_of([statement], NAMES)
    assert statements_of(text, NAMES) == [statement]
    assert text_of_axioms(compiled(text)) == text


@given(TREES)
@settings(deadline=None)
def test_not_before_parentheses_is_the_dual_of_what_they_hold(tree: Condition) -> None:
    text = text_of([OptionCondition(OPTION, tree)], NAMES)
    said = " ".join(without_comments(text).split()).partition(": ")[2]
    [statement] = statements_of(f"reed-tea: not ({said})", NAMES)
    assert isinstance(statement, OptionCondition)
    assert statement.condition == negated(tree)
    some = sorted({*leaves(tree)})[:4]
    for answers in product((True, False, None), repeat=len(some)):
        known = {finding: answer for finding, answer in zip(some, answers, strict=True) if answer is not None}
        value, dual = truth(tree, known), truth(statement.condition, known)
        assert dual == (None if value is None else not value)


THERAPIES = [URIRef(f"{MF}{name}") for name in ("reed-tea", "black-reed-tea", "dusk-root")]
INCLUDED = st.one_of(
    st.builds(lambda value: Restriction(STS.includesTherapy, value), st.sampled_from(THERAPIES)),
    st.builds(lambda value: Restriction(STS.includesTherapy, value, some=True), st.just(URIRef(f"{MF}Tea"))),
)
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.sampled_from([STS.GivenCourse, STS.SingleTherapyCourse, URIRef(f"{MF}TeaCourse"), STS.TreatmentCourse]),
    INCLUDED,
    st.lists(INCLUDED, min_size=2, max_size=4, unique=True).map(tuple),
    st.sampled_from(
        [
            Restriction(STS.courseOutcome, URIRef(f"{MF}outcome-did-not-work")),
            Restriction(STS.coursePurpose, URIRef(f"{MF}intent-relief")),
            Restriction(STS.courseSite, URIRef(f"{MF}site-wing")),
        ]
    ),
)


@given(st.lists(PARTS, min_size=1, max_size=5).map(tuple))
@settings(deadline=None)
def test_a_random_course_goes_to_text_and_to_axioms_and_back(parts: tuple[Part, ...]) -> None:
    statement = CourseFinding(URIRef(f"{MF}finding-prior-tea"), parts)
    text = text_of([statement], NAMES)
    assert statements_of(text, NAMES) == [statement]
    assert text_of_axioms(compiled(text)) == text


WORDS = st.sampled_from(
    [*sorted(KEYWORDS), *": ( ) outcome marsh-fever prior-tea reed-tea dusk-root tea-course tea did-not-work".split()]
)
BETWEEN = st.sampled_from([" ", " ", "\n ", "\n", "", "#", "\u00e9"])


@given(st.lists(st.tuples(WORDS, BETWEEN), max_size=12).map(lambda pairs: "".join(word + gap for word, gap in pairs)))
@settings(deadline=None, max_examples=300)
def test_any_words_are_conditions_or_a_mistake_with_its_place(text: str) -> None:
    try:
        statements = statements_of(text, NAMES)
    except ParseError as error:
        assert error.line is not None and error.column is not None
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines) and 1 <= error.column <= len(lines[error.line - 1]) + 1
        return
    written = text_of(statements, NAMES)
    assert text_of(statements_of(written, NAMES), NAMES) == written
    assert text_of_axioms(compiled(text)) == written


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_text_is_conditions_or_a_mistake(text: str) -> None:
    try:
        statements_of(text, NAMES)
    except ParseError as error:
        assert error.line is not None and error.column is not None


# --- the command


def test_the_command_prints_the_text_or_the_axioms(kg: KnowledgeGraph) -> None:
    text = conditions_text(kg.asserted, kg.guideline.modules["conditions"])
    assert CliRunner().invoke(app, ["conditions"]).output == text
    done = CliRunner().invoke(app, ["conditions", "--guideline", str(kg.guideline.folder), "--format", "ttl"])
    module = parse(done.output)
    assert isomorphic(bare(module), bare(kg.guideline.modules["conditions"]))
    assert (kg.guideline.graph_name("conditions"), RDF.type, OWL.Ontology) in module


def test_a_known_namespace_goes_by_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PREFIXES, "mf", MF)
    turtle = compiled("reed-tea: mf:finding-marsh-fever")
    assert f"\n@prefix mf: <{MF}> .\n" in turtle and "@prefix : " not in turtle
    assert turtle.endswith("\nmf:WithMarshFever rdfs:subClassOf mf:MetReedTea .\n")


def test_the_command_names_what_it_cannot_say(kg: KnowledgeGraph, tmp_path: Path) -> None:
    for path in kg.guideline.folder.glob("*.ttl"):
        said = path.read_text(encoding="utf-8")
        if path.name == "conditions.ttl":
            said += "sts:WithStage4Sts rdfs:subClassOf sts:WithUnresectable .\n"
        (tmp_path / path.name).write_text(said, encoding="utf-8")
    done = CliRunner().invoke(app, ["conditions", "--guideline", str(tmp_path)])
    assert (done.exit_code, done.stdout, done.stderr) == (
        3,
        "",
        "sts-kg: the text form of conditions cannot say: sts:WithStage4Sts rdfs:subClassOf sts:WithUnresectable\n",
    )


def test_the_command_tells_of_a_folder_that_is_no_guideline(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["conditions", "--guideline", str(tmp_path)])
    assert done.exit_code == 3
    assert done.stderr == (
        f"sts-kg: {tmp_path}: has 0 Turtle files with owl:imports; one is expected, the header of the ontology\n"
    )


def test_classes_of_the_text_are_those_of_the_generated_module(kg: KnowledgeGraph) -> None:
    classes = Names(kg.asserted).classes
    declared = set(kg.guideline.modules["not-met"].subjects(RDFS.label))
    assert {one for one in declared if "/NotMet" not in str(one)} == set(classes)


# --- a guideline whose conditions are a text


@pytest.fixture
def folder(kg: KnowledgeGraph, tmp_path: Path) -> Path:
    """The shipped guideline in a folder of its own, its conditions as a text."""
    for path in kg.guideline.folder.glob("*.ttl"):
        if path.name != "conditions.ttl":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    text = conditions_text(kg.asserted, kg.guideline.modules["conditions"])
    (tmp_path / "conditions.txt").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_guideline_reads_its_conditions_from_a_text(kg: KnowledgeGraph, folder: Path) -> None:
    guideline = Guideline(folder)
    assert isomorphic(bare(guideline.modules["conditions"]), bare(kg.guideline.modules["conditions"]))
    assert guideline.conditions == kg.guideline.conditions
    assert (
        CliRunner().invoke(app, ["conditions", "--guideline", str(folder)]).output
        == (folder / "conditions.txt").read_text()
    )


def test_a_mistake_in_the_text_of_a_guideline_names_its_file(folder: Path) -> None:
    path = folder / "conditions.txt"
    path.write_text("chemotherapy: stage5\n", encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        Guideline(folder)
    assert (str(caught.value.path), caught.value.line, caught.value.column) == (str(path), 1, 15)


def test_conditions_are_a_text_or_turtle_and_not_both(kg: KnowledgeGraph, folder: Path) -> None:
    (folder / "conditions.ttl").write_bytes((kg.guideline.folder / "conditions.ttl").read_bytes())
    with pytest.raises(ParseError, match=r"is there beside conditions\.ttl; keep one of them"):
        Guideline(folder)
