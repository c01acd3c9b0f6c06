"""Checks of what the rows of a mapping set say: terms that are there, traps, retired terms, labels, rivals."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from itertools import product

from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL

from sts_kg.errors import nearest
from sts_kg.links.curies import iri_of
from sts_kg.links.mapping_set import Mapping, MappingSet
from sts_kg.links.slots import EXACT, IDENTITY, NO_TERM
from sts_kg.links.value_checks import Values
from sts_kg.links.violations import Violations
from sts_kg.links.wrong_matches import Denial, folded
from sts_kg.queries import LABELS
from sts_kg.rdf import Prefixes, compress, is_ours

__all__ = ["ExternalTerms", "MatchChecks"]

_REPLACED_BY = (URIRef("http://purl.obolibrary.org/obo/IAO_0100001"), DCTERMS.isReplacedBy)


class ExternalTerms:
    """Labels and replacements of external terms, by canonical IRI."""

    def __init__(self, graph: Graph | None, labels: Map[str, str], retired: Map[str, str]) -> None:
        self._labels = {iri_of(term, {}): label for term, label in labels.items()}
        self._retired = {iri_of(term, {}): replacement for term, replacement in retired.items()}
        if graph is None:
            return
        known = Prefixes.shipped()
        for predicate in LABELS:
            for term, label in sorted(graph.subject_objects(predicate)):
                self._labels.setdefault(str(known.standard(str(term))), str(label))
        for term in graph.subjects(OWL.deprecated):
            named = [str(each) for predicate in _REPLACED_BY for each in graph.objects(term, predicate)]
            replacement = known.compress(named[0]) or named[0] if named else ""
            self._retired.setdefault(str(known.standard(str(term))), replacement)

    def label(self, iri: str) -> str | None:
        """Return the label of a term, or None."""
        return self._labels.get(iri)

    def replacement(self, iri: str) -> str | None:
        """Return what replaces a retired term, "" if that is unknown; None if it is not retired."""
        return self._retired.get(iri)


class MatchChecks:
    """The checks of the matches of one set; what they find goes into `found`.

    `wrong` are the matches that are known to be wrong, but for those that are `spared`; `outside` tells of external
    terms, and `ours` are all terms of our own, if they are known.
    """

    def __init__(
        self,
        mappings: MappingSet,
        values: Values,
        found: Violations,
        *,
        wrong: Iterable[Denial],
        spared: Iterable[Denial] = (),
        outside: ExternalTerms,
        ours: frozenset[str] | None,
    ) -> None:
        self.set, self.values, self.say = mappings, values, found.say
        self._outside, self._ours = outside, ours
        self._wrong: dict[tuple[str, str, str, str], tuple[int, Denial]] = {}
        self._spared = {key for each in spared for key in product(each.subjects, each.predicates, (each.object,))}
        for number, denial in enumerate(wrong):
            for slot, meant in (("subject_id", denial.subjects), ("subject_label", denial.labels)):
                for subject, predicate in product(meant, denial.predicates):
                    self._wrong.setdefault((slot, subject, predicate, denial.object), (number, denial))

    def check(self, row: Mapping) -> None:
        """Note what is wrong with the match of a row."""
        if not row.subject_id or not row.object_id:
            return
        subject, object_ = self.values.iri(row.subject_id), self.values.iri(row.object_id)
        for slot, end, iri in (("subject_id", row.subject_id, subject), ("object_id", row.object_id, object_)):
            if self._ours is not None and is_ours(iri) and iri not in self._ours:
                near = nearest(end, {compress(each) for each in self._ours if is_ours(each)})
                hint = f"did you mean {' or '.join(near)}?" if near else "use a term of the ontology"
                self.say(row.line, slot, f"{end} is not a term of the ontology", hint)
        if row.negative:
            return
        meant = self.values.curie(row.predicate_id) if row.predicate_id else ""
        predicate = EXACT if meant in IDENTITY else meant
        if (denial := self._denial(subject, folded(row.subject_label or ""), predicate, object_)) is not None:
            message = f"{row.object_id} is a known trap: {denial.reason}"
            self.say(row.line, "object_id", message, denial.remedy)
        if (replacement := self._outside.replacement(object_)) is not None:
            remedy = f"write {replacement}" if replacement else "find its replacement"
            self.say(row.line, "object_id", f"{row.object_id} is retired", remedy)
        label = self._outside.label(object_)
        if label is not None and row.object_label and folded(label) != folded(row.object_label):
            message = f"{row.object_id} is labelled {label!r}, not {row.object_label!r}"
            self.say(row.line, "object_label", message, "fix the label, or the id if that is wrong", "warning")

    def _denial(self, subject: str, label: str, predicate: str, object_: str) -> Denial | None:
        """Return the first denial that applies to a match; `*` in one stands for any subject or predicate."""
        if (subject, predicate, object_) in self._spared:
            return None
        meant = (("subject_id", subject), ("subject_id", "*"), ("subject_label", label), ("subject_label", "*"))
        keys = [(*each, kind, object_) for each, kind in product(meant, (predicate, "*"))]
        return min((self._wrong[key] for key in keys if key in self._wrong), default=(0, None))[1]

    def check_together(self) -> None:
        """Note rows that repeat other rows, ids of rows that do, and terms of ours with more than one exact match."""
        seen: dict[Mapping, Mapping] = {}
        records: dict[str, Mapping] = {}
        by_subject: dict[tuple[str, str], Mapping] = {}
        by_object: dict[str, Mapping] = {}
        named = sum(row.record_id is not None for row in self.set.mappings)
        for row in self.set.mappings:
            if row.record_id is None and named:
                self.say(
                    row.line, "record_id", "the row has no record_id, and others have one", "fill it in", once="id"
                )
            elif row.record_id is not None and (other := records.setdefault(row.record_id, row)) is not row:
                message = f"{row.record_id} is also the id of the row in line {other.line}"
                self.say(row.line, "record_id", message, "give each row an id of its own")
            first = seen.setdefault(row, row)
            if first is not row:
                self.say(row.line, "subject_id", f"the row repeats line {first.line}", "drop one of them", "warning")
            elif row.subject_id and row.object_id and NO_TERM not in (row.subject_id, row.object_id):
                self._rivals(row, by_subject, by_object)

    def _rivals(self, row: Mapping, by_subject: dict[tuple[str, str], Mapping], by_object: dict[str, Mapping]) -> None:
        meant = self.values.curie(row.predicate_id) if row.predicate_id else ""
        if row.negative or meant not in (EXACT, *IDENTITY) or not self.values.is_ours(row):
            return
        subject, object_ = self.values.iri(row.subject_id), self.values.iri(row.object_id)
        remedy = "keep one, make the other skos:closeMatch"
        vocabulary = self.values.known.of_iri(object_)
        name = vocabulary[0].name if vocabulary else str(row.object_id).partition(":")[0]
        other = by_subject.setdefault((subject, name), row)
        if other is not row and self.values.iri(other.object_id) != object_:
            message = f"{row.subject_id} has two exact matches in {name}: also {other.object_id} in line {other.line}"
            self.say(row.line, "object_id", message, remedy, "warning")
        twin = by_object.setdefault(object_, row)
        if twin is not row and self.values.iri(twin.subject_id) != subject:
            message = f"{row.object_id} is an exact match of two terms: also of {twin.subject_id} in line {twin.line}"
            self.say(row.line, "object_id", message, remedy, "warning")
