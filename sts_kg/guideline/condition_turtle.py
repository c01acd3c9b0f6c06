"""Conditions in their text form as the module `conditions` in Turtle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import indent

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDFS

from sts_kg.errors import ParseError
from sts_kg.guideline.condition import Condition, Conjunction, Leaf
from sts_kg.guideline.condition_statements import CourseKind, Declining, OptionCondition, Part, Restriction, Statement
from sts_kg.guideline.condition_text import statements_of
from sts_kg.guideline.condition_words import Names
from sts_kg.rdf import BASE, PREFIXES, STS

__all__ = ["compile_conditions"]

#: The longest line of a class expression.
_WIDTH = 100
_PLAIN = re.compile("[A-Za-z0-9_][A-Za-z0-9_-]*")


def compile_conditions(text: str, asserted: Graph, *, base: str, iri: str, path: object = None) -> str:
    """Return the Turtle of the module `conditions` that a text says.

    Parameters
    ----------
    text : str
        Conditions in the text form, which `docs/authoring.md` describes.
    asserted : Graph
        The findings, treatments, vocabulary and schemes that it names.
    base : str
        The namespace of the guideline, which the Turtle abbreviates.
    iri : str
        The IRI of the ontology; the module is named below it.
    path : optional
        Where the text was read from, for errors.

    Raises
    ------
    ParseError
        The text is no conditions, or names what is not there: with its line and column.

    Examples
    --------
    >>> from sts_kg.rdf import parse
    >>> asserted = parse("sts:option-tea a sts:TreatmentOption . sts:finding-fever a sts:Finding .")
    >>> print(compile_conditions("tea: not fever", asserted, base=BASE, iri=f"{BASE}ontology").splitlines()[-1])
    sts:WithoutFever rdfs:subClassOf sts:MetTea .
    """
    names = Names(asserted)
    pieces = [_header(asserted, base, iri)]
    for statement in statements_of(text, names, path):
        pieces.append(f"\n# line {statement.line}\n")
        try:
            pieces += [f"{axiom} .\n" for axiom in _axioms(statement, names, base)]
        except ParseError as error:
            raise ParseError(error.reason, path=path, line=statement.line) from error
    return "".join(pieces)


def _header(asserted: Graph, base: str, iri: str) -> str:
    prefixes = {prefix: PREFIXES[prefix] for prefix in ("sts", "dcterms", "owl", "rdfs")} | {_prefix(base): base}
    name, licence = (asserted.value(URIRef(iri), each) for each in (DCTERMS.alternative, DCTERMS.license))
    title = Literal(f"Conditions of {name or asserted.value(URIRef(iri), RDFS.label) or iri}", lang="en").n3()
    said = [f"dcterms:title {title}", *([f"dcterms:license {licence.n3()}"] if licence else [])]
    return (
        "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in prefixes.items())
        + f"\n<{iri}/conditions> a owl:Ontology ;\n    "
        + " ;\n    ".join([*said, f"dcterms:isPartOf <{iri}> .\n"])
    )


def _prefix(base: str) -> str:
    """Return the prefix of a namespace; the empty one if none is known."""
    return next((prefix for prefix, namespace in PREFIXES.items() if namespace == base), "")


def _axioms(statement: Statement, names: Names, base: str) -> Iterator[str]:
    """Yield the axioms of a statement as Turtle, without the points."""
    if isinstance(statement, OptionCondition):
        met = names.cases("Met", statement.option)
        condition = _expression(statement.condition, names, base)
        between = " " if isinstance(statement.condition, Leaf) else "\n    "
        yield f"{condition}{between}rdfs:subClassOf {_term(met, base)}"
    elif isinstance(statement, CourseKind):
        for each in statement.includes:
            yield f"{_part(each, base)}\n    rdfs:subClassOf {_term(statement.course, base)}"
    elif isinstance(statement, Declining):
        with_ = _term(names.cases("With", statement.finding), base)
        yield f"{with_}\n    owl:equivalentClass {_part(Restriction(STS.declinesModality, statement.modality), base)}"
    else:
        parts = [_part(each, base) for each in statement.parts]
        course = parts[0] if len(parts) == 1 else _joined("intersectionOf", parts)
        has = _part(Restriction(STS.hasFinding, statement.finding), base)
        yield (
            f"[ a owl:Restriction ; owl:onProperty sts:hadCourse ; owl:someValuesFrom {course} ]\n"
            f"    rdfs:subClassOf {has}"
        )


def _expression(condition: Condition, names: Names, base: str) -> str:
    if isinstance(condition, Leaf):
        return _term(names.cases("With" if condition.holds else "Without", condition.finding), base)
    operator = "intersectionOf" if isinstance(condition, Conjunction) else "unionOf"
    return _joined(operator, [_expression(part, names, base) for part in condition.parts])


def _part(part: Part, base: str) -> str:
    if isinstance(part, URIRef):
        return _term(part, base)
    if isinstance(part, Restriction):
        how = "someValuesFrom" if part.some else "hasValue"
        return f"[ a owl:Restriction ; owl:onProperty {_term(part.on, base)} ; owl:{how} {_term(part.value, base)} ]"
    return _joined("unionOf", [_part(each, base) for each in part])


def _joined(operator: str, members: Iterable[str]) -> str:
    members = list(members)
    line = f"[ a owl:Class ; owl:{operator} ( {' '.join(members)} ) ]"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return f"[ a owl:Class ; owl:{operator} (" + "".join(f"\n{indent(each, ' ' * 8)}" for each in members) + " ) ]"


def _term(iri: URIRef, base: str) -> str:
    for prefix, namespace in (("sts", BASE), (_prefix(base), base)):
        if iri.startswith(namespace) and _PLAIN.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri.n3()
