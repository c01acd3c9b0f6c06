"""The module of the ontology that is generated: the classes of cases, and what is known when a condition is not met."""

from __future__ import annotations

import re

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDFS

from sts_kg.guideline.condition import Condition, Conjunction, Leaf, conditions, instances, negated
from sts_kg.rdf import PREFIXES, STS, ChangedGraph, compress, parse

__all__ = ["class_of", "complements", "finding_classes", "not_met"]

_COMMENT = """\
# GENERATED from the findings, the options and conditions.ttl (`make docs`); do not edit.
# The classes of cases by finding and by option, and the De Morgan duals of conditions.ttl over sts:lacksFinding.
"""
_HEADER = """
<{iri}/not-met> a owl:Ontology ;
    dcterms:title "Classes of cases and not-met conditions of {name}"@en ;
    dcterms:license <{license}> ;
    dcterms:isPartOf {ontology} .
"""

_NAMED = """
{name} a owl:Class ; rdfs:label {label} ; rdfs:isDefinedBy {ontology} ;
    skos:definition {definition} ;
    {axioms} .
"""
_HAS_VALUE = "[ a owl:Restriction ; owl:onProperty {} ; owl:hasValue {} ]"


def not_met(asserted: Graph, iri: URIRef = STS.ontology) -> str:
    """Return the text of `not-met.ttl`: the classes of cases, and the dual of the condition of every option.

    Each finding gets a With and a Without class, each option a Met and a NotMet class, named after it in its namespace:
    `finding-lung-metastases` gives `WithLungMetastases`. Of two complements (`sts:complementOf`) who lacks the one has
    the other. In a dual, "and" becomes "or", a With class becomes its Without class, and both the other way round
    (De Morgan), so that what is derived equals Kleene's logic. A test compares the shipped file with this text by
    graph isomorphism.

    Parameters
    ----------
    asserted : Graph
        The findings, the options and their conditions.
    iri : URIRef
        The ontology whose module it is.

    Raises
    ------
    ValueError
        A condition is not a With or Without class, nor an intersection or union of such.
    """
    pieces = ["\n# --- Two classes per finding: the cases that have it, and that lack it\n"]
    pieces += [finding_classes(asserted, finding) for finding in instances(asserted, STS.Finding)]
    pieces.append("\n# --- Complements: who lacks one of two findings has the other\n\n")
    for without, _, with_ in sorted(complements(asserted)):
        pieces.append(f"{_named(without)} rdfs:subClassOf {_named(with_)} .\n")
    pieces.append("\n# --- Two classes per option: the cases that meet its condition, and that are known not to\n")
    for option in instances(asserted, STS.TreatmentOption):
        label = asserted.value(option, RDFS.label)
        condition = f"the condition under which the source words the option {label}."
        for side, above, property_, verb, meets in (
            ("Met", STS.MetCondition, STS.hasOption, "that meets", "meets"),
            ("NotMet", STS.NotMetCondition, STS.hasUnmetOption, "known not to meet", "is known not to meet"),
        ):
            title = f"case {verb} the condition of {label}"
            axioms = f"rdfs:subClassOf {_named(above)} ,\n        {_has_value(property_, option)}"
            definition = f"A patient case that {meets} {condition}"
            pieces.append(_class(asserted, side, option, title, definition, axioms))
    pieces.append("\n# --- Not met: the dual of each condition\n")
    for option, tree in conditions(ChangedGraph(asserted, frozenset(), parse("".join(pieces)))).items():
        pieces.append(f"\n{_expression(negated(tree))}\n    rdfs:subClassOf {_named(class_of('NotMet', option))} .\n")
    text = "".join(pieces)
    name = asserted.value(iri, DCTERMS.alternative) or asserted.value(iri, RDFS.label) or compress(iri)
    licence = asserted.value(iri, DCTERMS.license) or "https://creativecommons.org/licenses/by/4.0/"
    text = _HEADER.format(iri=iri, name=name, license=licence, ontology=_named(iri)) + text
    used = [prefix for prefix in PREFIXES if re.search(rf"(?<!\S){re.escape(prefix)}:", text)]
    return "".join((_COMMENT, *(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in used), text))


def finding_classes(asserted: Graph, finding: URIRef) -> str:
    """Return the text of the With and the Without class of a finding."""
    label = asserted.value(finding, RDFS.label)
    phrase = asserted.value(finding, STS.nounPhrase) or label
    definition = f"A patient case that has the finding {label}."
    has = f"owl:equivalentClass {_has_value(STS.hasFinding, finding)}"
    one = _class(asserted, "With", finding, f"case with {phrase}", definition, has)
    definition = f"A patient case that is known to lack the finding {label}."
    lacks = f"owl:equivalentClass {_has_value(STS.lacksFinding, finding)}"
    lacks += f" ;\n    owl:disjointWith {_named(class_of('With', finding))}"
    return one + _class(asserted, "Without", finding, f"case without {phrase}", definition, lacks)


def complements(asserted: Graph) -> set[tuple[URIRef, URIRef, URIRef]]:
    """Return the axioms of complements, as triples: who lacks one of two findings has the other (D29)."""
    pairs = {(URIRef(str(one)), URIRef(str(other))) for one, other in asserted.subject_objects(STS.complementOf)}
    pairs |= {(other, one) for one, other in pairs}
    return {(class_of("Without", one), RDFS.subClassOf, class_of("With", other)) for one, other in pairs}


def class_of(side: str, thing: URIRef) -> URIRef:
    """Return the class of cases of a finding or an option, in its namespace.

    Examples
    --------
    >>> class_of("With", STS["finding-lung-metastases"])
    rdflib.term.URIRef('https://w3id.org/sts-kg/WithLungMetastases')
    """
    name = re.split("[/#]", thing)[-1]
    words = name.partition("-")[2].split("-")
    return URIRef(thing.removesuffix(name) + side + "".join(word[:1].upper() + word[1:] for word in words))


def _named(iri: str) -> str:
    """Return an IRI as Turtle: its CURIE if it has one."""
    curie = compress(iri)
    return f"<{iri}>" if curie == iri else curie


def _has_value(on: URIRef, value: URIRef) -> str:
    return _HAS_VALUE.format(_named(on), _named(value))


def _class(asserted: Graph, side: str, thing: URIRef, label: str, definition: str, axioms: str) -> str:
    """Return the text of a class of cases; what defines the finding or the option defines it, too."""
    return _NAMED.format(
        name=_named(class_of(side, thing)),
        axioms=axioms,
        ontology=_named(str(asserted.value(thing, RDFS.isDefinedBy) or STS.ontology)),
        label=Literal(label, lang="en").n3(),
        definition=Literal(definition, lang="en").n3(),
    )


def _expression(condition: Condition) -> str:
    if isinstance(condition, Leaf):
        return _named(class_of("With" if condition.holds else "Without", condition.finding))
    operator = "intersectionOf" if isinstance(condition, Conjunction) else "unionOf"
    parts = "\n        ".join(map(_expression, condition.parts))
    return f"[ a owl:Class ; owl:{operator} (\n        {parts} ) ]"
