"""The slots of SSSOM 1.1, with the types and the words that its schema gives them.

Source: https://w3id.org/sssom/schema/ and https://mapping-commons.github.io/sssom/spec-model/.
"""

from __future__ import annotations

import re

from rdflib import URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

__all__ = [
    "BUILT_IN",
    "CARDINALITIES",
    "DATE",
    "DATES",
    "ENDS",
    "EXACT",
    "IDENTITY",
    "IDS",
    "IRI",
    "IRIS",
    "JUSTIFICATIONS",
    "LISTS",
    "LITERAL",
    "NC_NAME",
    "NO_TERM",
    "NUMBER",
    "NUMBERS",
    "PREDICATES",
    "PROPAGATED",
    "PROPOSED_BY",
    "SET_SLOTS",
    "SSSOM",
    "TYPES",
    "TYPE_SLOTS",
    "UNDEFINED",
    "VERSIONS",
    "WORDS",
]

SSSOM = "https://w3id.org/sssom/"
#: The object (subject) of a row that says that there is none.
NO_TERM = "sssom:NoTermFound"
#: The type of a subject or object that has no id, only a label.
LITERAL = "rdfs literal"
#: Names of prefixes and of extension slots (Namespaces in XML 1.0, NCName).
NC_NAME = re.compile(r"[^\W\d][\w.\-]*")
#: A full IRI.
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x1f<>\"{}|^`\\]+")
VERSIONS = ("1.0", "1.1")
#: The tool of rows that a person has to judge before they are mappings.
PROPOSED_BY = "sts-kg mappings propose"
#: Before the name of a slot that SSSOM does not have and no extension definition explains.
UNDEFINED = "http://sssom.invalid/"
#: The forms of numbers and dates.
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

#: Prefixes that a file need not declare (Specification, IRI prefixes).
BUILT_IN = {
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": SSSOM,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "linkml": "https://w3id.org/linkml/",
}
#: The slots of a mapping set, in their order.
SET_SLOTS = tuple(
    "sssom_version curie_map mapping_set_id mapping_set_version mapping_set_source mapping_set_title "
    "mapping_set_description mapping_set_confidence creator_id creator_label license subject_type subject_source "
    "subject_source_version object_type object_source object_source_version predicate_type mapping_provider "
    "cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date "
    "subject_match_field object_match_field subject_preprocessing object_preprocessing similarity_measure "
    "curation_rule curation_rule_text see_also issue_tracker other comment extension_definitions".split()
)
#: Slots whose value on the set holds for every row, unless a row has a value of its own.
PROPAGATED = frozenset(
    "subject_type subject_source subject_source_version object_type object_source object_source_version "
    "predicate_type mapping_provider cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date "
    "subject_match_field object_match_field subject_preprocessing object_preprocessing similarity_measure "
    "curation_rule curation_rule_text".split()
)
#: Slots with several values, in a table separated by `|`.
LISTS = frozenset(
    "author_id author_label reviewer_id reviewer_label creator_id creator_label cardinality_scope curation_rule "
    "curation_rule_text subject_match_field object_match_field match_string subject_preprocessing "
    "object_preprocessing see_also mapping_set_source".split()
)
#: Slots with numbers from 0 to 1.
NUMBERS = frozenset({"confidence", "similarity_score", "mapping_set_confidence"})
#: Slots with dates.
DATES = frozenset({"mapping_date", "publication_date", "review_date"})
#: Slots with references to entities: CURIEs in a table, IRIs in RDF.
IDS = frozenset(
    "record_id subject_id predicate_id object_id mapping_justification author_id reviewer_id creator_id "
    "subject_source object_source mapping_source mapping_tool_id curation_rule subject_match_field object_match_field "
    "subject_preprocessing object_preprocessing issue_tracker_item".split()
)
#: The ids that a match cannot be without.
ENDS = ("subject_id", "predicate_id", "object_id", "mapping_justification")
#: Slots whose values are full IRIs, also in a table.
IRIS = frozenset("license mapping_set_source mapping_provider see_also issue_tracker".split())

EXACT = "skos:exactMatch"
PREDICATES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
#: Predicates that make two terms identical, so that all statements about one hold for the other.
IDENTITY = ("owl:sameAs", "owl:equivalentClass", "owl:equivalentProperty")

TYPE_SLOTS = ("subject_type", "predicate_type", "object_type")
#: The words for types of entities, and what they mean.
TYPES = {
    "owl class": OWL.Class,
    "owl object property": OWL.ObjectProperty,
    "owl data property": URIRef(f"{OWL}DataProperty"),  # so in the schema; OWL says DatatypeProperty
    "owl annotation property": OWL.AnnotationProperty,
    "owl named individual": OWL.NamedIndividual,
    "skos concept": SKOS.Concept,
    "rdfs resource": RDFS.Resource,
    "rdfs class": RDFS.Class,
    LITERAL: RDFS.Literal,
    "rdfs datatype": RDFS.Datatype,
    "rdf property": RDF.Property,
    "composed entity expression": URIRef(f"{SSSOM}ComposedEntityExpression"),
}
#: For each slot with a closed list of words: the words, and the IRI that stands for each in RDF.
WORDS: dict[str, dict[str, URIRef]] = {
    **dict.fromkeys(TYPE_SLOTS, TYPES),
    "predicate_modifier": {"Not": URIRef(f"{SSSOM}NegatedPredicate")},
    "sssom_version": {version: URIRef(f"{SSSOM}version{version}") for version in VERSIONS},
}
#: How many subjects and objects a row is about; the last three only with `sssom:NoTermFound`.
CARDINALITIES = ("1:1", "1:n", "n:1", "n:n", "1:0", "0:1", "0:0")

_KINDS = (
    "LexicalMatching LogicalReasoning CompositeMatching UnspecifiedMatching SemanticSimilarityThresholdMatching "
    "LexicalSimilarityThresholdMatching MappingChaining MappingReview ManualMappingCuration MappingInversion "
    "StructuralMatching InstanceBasedMatching BackgroundKnowledgeBasedMatching"
)
JUSTIFICATIONS = tuple(f"semapv:{kind}" for kind in _KINDS.split())
