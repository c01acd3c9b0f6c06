"""An external ontology as columns of numbers, and the slices of it around some of its terms.

A file of ten million triples fits into memory: each term is kept once, as text, and a triple takes twelve bytes.
Nothing is inferred here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sts_kg.closure.encoding import Ids, Terms, contains, expand, read, unique
from sts_kg.errors import ParseError, UnknownNameError
from sts_kg.links.hierarchies import HIERARCHIES
from sts_kg.links.slices import SLICES
from sts_kg.queries import LABELS
from sts_kg.rdf import BLANK, IRI, LITERAL, split

__all__ = ["External"]


_RDF, _RDFS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_NAMES = re.compile(r"(?i)(?:label|synonym|altlabel|alternativeterm|iao_0000118|brand|dbname)s?$")
_REPLACED = ("http://purl.obolibrary.org/obo/IAO_0100001", "http://www.geneontology.org/formats/oboInOwl#replacedBy")
_OBSOLETE = tuple(
    f"http://www.geneontology.org/formats/oboInOwl#{kind}" for kind in ("ObsoleteClass", "ObsoleteProperty")
)
_HEADER = {
    "version": (f"{_OWL}versionIRI", f"{_OWL}versionInfo"),
    "license": ("http://purl.org/dc/terms/license", "http://purl.org/dc/elements/1.1/rights"),
    "title": ("http://purl.org/dc/terms/title", "http://purl.org/dc/elements/1.1/title", f"{_RDFS}label"),
    "date": (
        "http://purl.org/dc/terms/issued",
        "http://purl.org/dc/terms/date",
        "http://purl.org/dc/elements/1.1/date",
    ),
}
_AXIOMS = (f"{_RDFS}subClassOf", f"{_RDFS}subPropertyOf", f"{_OWL}equivalentClass")
_PREFIXED = ("", "cas:", "CAS:", "CASRN:", "inchikey:", "InChIKey:", "INCHIKEY:", "InChIKey=")
_ENDS = ('"', '"@en')
_EMPTY = np.zeros(0, np.int64)


class External:
    """The triples of one ontology document, as numbers in its own dictionary of terms.

    Parameters
    ----------
    source : path or Document
        A file in any syntax of RDF or OWL that `sts_kg.rdf.Document` reads, also with `.gz` or `.zst`.
    hierarchy : sequence of str
        IRIs of the properties that lead from a term to what is above it, `^` before those that lead down; if none is
        given, those of `HIERARCHIES` that the document uses.
    progress : callable, optional
        Called with the number of triples read so far.

    Raises
    ------
    ParseError
        The file cannot be read, or it holds no triple: with path, line and, if known, column.
    """

    def __init__(
        self,
        source: str | Path | Any,
        *,
        hierarchy: Sequence[str] = (),
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.terms = Terms()
        told = (lambda _, lines: progress(lines)) if progress is not None else None
        parts = list(read(source, self.terms, progress=told))
        self.subjects = _whole(part.subjects for part in parts)
        self.predicates = _whole(part.predicates for part in parts)
        self.objects = _whole(part.objects for part in parts)
        if not self.subjects.size:
            path = source if isinstance(source, str | Path) else getattr(source, "path", None)
            raise ParseError("holds no triple", path=path)
        self._kinds = self.terms.kinds
        self._texts: dict[int, str] = {}
        used = {*unique(self.predicates).tolist()}
        self._axioms = () if hierarchy else _AXIOMS  # an equivalent class has the genus of a definition
        #: The properties of the hierarchy that the document uses, `^` before those that lead down.
        self.hierarchy = tuple(each for each in hierarchy or HIERARCHIES if self.find(each.removeprefix("^")) in used)

    def __len__(self) -> int:
        """Return the number of triples, including repeated ones."""
        return int(self.subjects.size)

    # --- terms

    def find(self, iri: str) -> int:
        """Return the number of an IRI, or -1 if the document does not use it."""
        return int(self.terms.find(f"<{iri}>".encode()))

    def find_all(self, iris: Iterable[str]) -> dict[str, int]:
        """Return the numbers of the given IRIs, without those that the document does not use."""
        wanted = list(dict.fromkeys(iris))
        found = self.terms.find_all([f"<{iri}>".encode() for iri in wanted]) if wanted else _EMPTY
        return {iri: number for iri, number in zip(wanted, found.tolist(), strict=True) if number >= 0}

    def is_described(self, term: int) -> bool:
        """Return whether the document says more about a term than its type."""
        return bool(contains(self.described(), np.array([term], np.int64)).any())

    def described(self) -> Ids:
        """Return the IRIs about which the document says more than their type, sorted."""
        return self._described

    @cached_property
    def _described(self) -> Ids:
        return self._only(IRI, unique(self.subjects[self.predicates != self.find(f"{_RDF}type")]))

    def texts(self, terms: Ids | Sequence[int]) -> Iterator[str]:
        """Yield what `text` returns for each of many terms."""
        for text in self.terms.texts(np.asarray(terms, np.int64)):
            if text[:1] != b'"':
                yield text.decode().strip("<>")
            else:
                yield _value(text)

    def text(self, term: int) -> str:
        """Return an IRI, the label of a blank node or the lexical form of a literal."""
        if self._kinds[term] == LITERAL:
            return _value(self.terms.text(term))
        return self.terms.text(term).decode().strip("<>")

    def values(self, subject: int, *predicates: str) -> list[str]:
        """Return the values of a term for some predicates, in the order of the predicates."""
        rows = self._by_subject(np.array([subject], np.int64))
        return [
            self.text(int(term))
            for predicate in map(self.find, predicates)
            for term in self.objects[rows[self.predicates[rows] == predicate]]
        ]

    def labels(self, subject: int) -> list[str]:
        """Return the labels of a term."""
        return self.values(subject, *map(str, LABELS))

    def names(self, subject: int) -> list[str]:
        """Return the labels and synonyms of a term."""
        rows = self._by_subject(np.array([subject], np.int64))
        kept = contains(self._name_predicates, self.predicates[rows])
        return [self.text(int(term)) for term in self.objects[rows[kept]] if self._kinds[term] == LITERAL]

    def naming(self, subject: int, text: str) -> list[tuple[str, str]]:
        """Return the properties by which a term has a label or synonym, each with its language, or ''."""
        rows = self._by_subject(np.array([subject], np.int64))
        return self._stating(rows[contains(self._name_predicates, self.predicates[rows])], text.__eq__)

    def identifying(self, subject: int, value: str) -> list[str]:
        """Return the properties by which a term has an identifier, with or without a prefix."""
        rows = self._by_subject(np.array([subject], np.int64))
        forms = {prefix + value for prefix in _PREFIXED}
        return [iri for iri, _ in self._stating(rows, forms.__contains__)]

    def _stating(self, rows: Ids, test: Callable[[str], bool]) -> list[tuple[str, str]]:
        """Return the properties, with the languages, of those rows whose literals pass a test."""
        found = []
        for row in rows[self._kinds[self.objects[rows]] == LITERAL].tolist():
            text, _, language = split(self.terms.text(int(self.objects[row])))
            if test(text):
                found.append((self.text(int(self.predicates[row])), language or ""))
        return found

    def is_deprecated(self, subject: int) -> bool:
        """Return whether a term is obsolete: by OWL 2, or as OBO said it before."""
        told = self.values(subject, f"{_OWL}deprecated", f"{_RDFS}subClassOf")
        return any(value.casefold() in ("true", "1") or value in _OBSOLETE for value in told)

    def replacements(self, subject: int) -> list[str]:
        """Return the replacements of an obsolete term, as they are written."""
        return self.values(subject, *_REPLACED, "http://www.geneontology.org/formats/oboInOwl#consider")

    def merged_into(self, curie: str) -> int:
        """Return the term that has a CURIE as a former id, or -1."""
        former = self.find_all(["http://www.geneontology.org/formats/oboInOwl#hasAlternativeId"])
        rows = self._by_object(self.terms.find_all([f'"{curie}"'.encode()]))
        rows = rows[contains(np.fromiter(former.values(), np.int64), self.predicates[rows])]
        return int(self.subjects[rows[0]]) if rows.size else -1

    @cached_property
    def header(self) -> dict[str, str]:
        """IRI, version, license, title and date of the ontology, if the document states them."""
        kind, ontology = self.find(f"{_RDF}type"), self.find(f"{_OWL}Ontology")
        found = self.subjects[(self.predicates == kind) & (self.objects == ontology)]
        if kind < 0 or ontology < 0 or not found.size:
            return {}
        sizes = [(len(self._by_subject(np.array([s], np.int64))), -int(s)) for s in unique(found)]
        subject = -max(sizes)[1]
        told = {"iri": self.text(subject)} if self._kinds[subject] == IRI else {}
        for name, predicates in _HEADER.items():
            if values := self.values(subject, *predicates):
                told[name] = values[0]
        return told

    def having(self, predicate: str, value: str | None = None) -> Ids:
        """Return the IRIs that have a value, or this IRI as a value, for a predicate, sorted."""
        rows = self._by_predicate(predicate)
        if value is not None:
            rows = rows[self.objects[rows] == self.find(value)]
        return self._only(IRI, unique(self.subjects[rows]))

    def rows_with(self, predicates: Iterable[str]) -> Ids:
        """Return the rows in which an IRI has a value for one of these predicates, sorted."""
        rows = np.flatnonzero(contains(self._numbers(*predicates), self.predicates))
        kept: Ids = rows[self._kinds[self.subjects[rows]] == IRI]
        return kept

    def rows_about(self, rows: Ids, subjects: Iterable[int]) -> Ids:
        """Return those of some rows whose subject is one of these terms."""
        kept: Ids = rows[contains(unique(np.fromiter(subjects, np.int64)), self.subjects[rows])]
        return kept

    def with_objects(self, rows: Ids, objects: Iterable[str]) -> Iterator[tuple[int, str]]:
        """Yield the rows whose object is one of these terms, written as in N-Triples, with the term."""
        wanted = [*objects]
        found = self.terms.find_all([each.encode() for each in wanted]) if wanted else _EMPTY
        named = {number: text for number, text in zip(found.tolist(), wanted, strict=True) if number >= 0}
        kept = rows[contains(unique(np.fromiter(named, np.int64)), self.objects[rows])]
        yield from ((int(row), named[int(self.objects[row])]) for row in kept)

    def referring(self, terms: Iterable[int]) -> Ids:
        """Return the IRIs that have one of these terms as a value, but for those that are below it, sorted."""
        rows = self._by_object(unique(np.fromiter(terms, np.int64)))
        below = self._numbers(f"{_RDF}type", *_AXIOMS, *self._leading(up=True))
        return self._only(IRI, unique(self.subjects[rows[~contains(below, self.predicates[rows])]]))

    def classes(self) -> Ids:
        """Return all IRIs that are subjects, sorted."""
        subjects = unique(self.subjects)
        return self._only(IRI, subjects)

    def named(self) -> Iterator[tuple[int, str]]:
        """Yield each term with each of its labels and synonyms."""
        rows = np.flatnonzero(contains(self._name_predicates, self.predicates))
        rows = rows[(self._kinds[self.objects[rows]] == LITERAL) & (self._kinds[self.subjects[rows]] == IRI)]
        texts = self.terms.texts(self.objects[rows])
        for subject, text in zip(self.subjects[rows].tolist(), texts, strict=True):
            yield subject, _value(text)

    def identified(self, values: Iterable[str]) -> Iterator[tuple[int, str]]:
        """Yield each IRI whose value is one of these identifiers (CAS, InChIKey), with or without a prefix."""
        texts = {f'"{prefix}{value}{end}'.encode(): value for value in values for prefix in _PREFIXED for end in _ENDS}
        found = self.terms.find_all(list(texts)) if texts else _EMPTY
        for term, value in zip(found.tolist(), texts.values(), strict=True):
            if term >= 0:
                subjects = self._only(IRI, unique(self.subjects[self._by_object(np.array([term], np.int64))]))
                yield from ((int(each), value) for each in subjects)

    # --- slices

    def slice(self, seeds: Iterable[int], slice: str = "up", *, depth: int = 0) -> Ids:
        """Return the rows of the slice around some terms, in the order of the document.

        Parameters
        ----------
        seeds : iterable of int
            Numbers of the terms.
        slice : {"star", "up", "down", "module"}
            How far the slice goes.
        depth : int
            The most steps down, or from term to term in a module; 0 for no limit.

        Raises
        ------
        UnknownNameError
            There is no such slice.
        """
        if slice not in SLICES:
            raise UnknownNameError("slice", slice, SLICES)
        chosen = unique(np.fromiter(seeds, np.int64))
        chosen = chosen[chosen >= 0]
        if slice == "down":
            chosen = self._reached(chosen, self._children, depth)
        if slice in ("up", "module"):
            chosen = unique(np.concatenate((chosen, self._touching(chosen))))
        if slice == "up":
            chosen = self._reached(chosen, self._parents, 0)
        if slice == "module":
            chosen = self._reached(chosen, self._used, depth)
        rows = self._star(chosen)
        mentioned = unique(np.concatenate((self.objects[rows], self.predicates[rows])))
        mentioned = mentioned[(self._kinds[mentioned] == IRI) & ~contains(chosen, mentioned)]
        about = self._by_subject(mentioned)
        told = contains(self._numbers(*map(str, LABELS), f"{_RDF}type", f"{_OWL}deprecated"), self.predicates[about])
        about = about[told & (self._kinds[self.objects[about]] != BLANK)]
        return unique(np.concatenate((rows, about)))

    def told(self, rows: Ids) -> Ids:
        """Return the IRIs of which some rows say more than label, type and whether they are obsolete, sorted."""
        short = self._numbers(*map(str, LABELS), f"{_RDF}type", f"{_OWL}deprecated")
        return self._only(IRI, unique(self.subjects[rows[~contains(short, self.predicates[rows])]]))

    def mentioned(self, rows: Ids) -> Ids:
        """Return the IRIs that some rows have as subject or object, sorted."""
        return self._only(IRI, unique(np.concatenate((self.subjects[rows], self.objects[rows]))))

    def ntriples(
        self, rows: Ids, *, blank_nodes: str = "", renamed: Mapping[int, bytes] | None = None
    ) -> Iterator[bytes]:
        """Yield rows as lines of N-Triples, without repetitions.

        Blank nodes are numbered in the order of the rows, so that a document always has the same; the prefix
        `blank_nodes` keeps them distinct from those of other documents. `renamed` maps terms to other texts.
        """
        others = dict(renamed or {})
        mark = f"_:{blank_nodes}b".encode()
        n_blank = 0
        seen = set()
        for row in rows.tolist():
            triple = self.subjects[row], self.predicates[row], self.objects[row]
            ids = tuple(map(int, triple))
            if ids not in seen:
                seen.add(ids)
                for term in ids:
                    if self._kinds[term] == BLANK and term not in others:
                        n_blank += 1
                        others[term] = mark + b"%d" % n_blank
                yield b" ".join([others.get(term) or self.terms.text(term) for term in ids]) + b" .\n"

    def _star(self, terms: Ids) -> Ids:
        """Return the rows about some terms, including their blank nodes and the annotations of their axioms."""
        found = [_EMPTY]
        annotated = self._numbers(f"{_OWL}annotatedSource")
        if annotated.size:
            rows = self._by_object(terms)
            rows = rows[self.predicates[rows] == annotated[0]]
            terms = np.concatenate((terms, self.subjects[rows]))
        frontier = seen = unique(terms)
        while frontier.size:
            rows = self._by_subject(frontier)
            found.append(rows)
            objects = unique(self.objects[rows])
            frontier = objects[(self._kinds[objects] == BLANK) & ~contains(seen, objects)]
            seen = unique(np.concatenate((seen, frontier)))
        return unique(np.concatenate(found))

    def _reached(self, seeds: Ids, step: Callable[[Ids], Ids], depth: int) -> Ids:
        frontier = seen = seeds
        steps = 0
        while frontier.size and (not depth or steps < depth):
            reached = unique(step(frontier))
            frontier = reached[~contains(seen, reached)]
            seen = unique(np.concatenate((seen, frontier)))
            steps += 1
        return seen

    def _parents(self, terms: Ids) -> Ids:
        """Return the direct superclasses of some terms, including the genus of a definition."""
        leads = [*self._axioms, *self._leading(up=True)]
        rows = self._star_of(terms, *leads)
        above = self._numbers(*leads, f"{_RDF}first")
        objects = self.objects[rows[contains(above, self.predicates[rows])]]
        return self._only(IRI, np.concatenate((objects, self._led_by(terms, self._leading(up=False)))))

    def _leading(self, *, up: bool) -> list[str]:
        """Return the properties of the hierarchy that lead up, or those that lead down."""
        return [each.removeprefix("^") for each in self.hierarchy if each.startswith("^") != up]

    def _led_by(self, terms: Ids, properties: Iterable[str]) -> Ids:
        """Return the subjects from which some properties lead to some terms."""
        rows = self._by_object(terms)
        subjects: Ids = self.subjects[rows[contains(self._numbers(*properties), self.predicates[rows])]]
        return subjects

    def _used(self, terms: Ids) -> Ids:
        """Return what the axioms of some terms use: superclasses, fillers and properties."""
        rows = self._star_of(terms, *_AXIOMS, *self._leading(up=True))
        left_out = self._numbers(f"{_RDF}type")
        objects = self.objects[rows[~contains(left_out, self.predicates[rows])]]
        objects = self._only(IRI, np.concatenate((objects, self._led_by(terms, self._leading(up=False)))))
        used: Ids = objects[contains(self.classes(), objects)]
        return used

    def _children(self, terms: Ids) -> Ids:
        """Return what is directly below some terms."""
        subjects = self._led_by(terms, self._leading(up=True))
        rows = self._by_subject(terms)
        objects = self.objects[rows[contains(self._numbers(*self._leading(up=False)), self.predicates[rows])]]
        return self._only(IRI, np.concatenate((subjects, objects)))

    def _touching(self, terms: Ids) -> Ids:
        """Return the terms whose axioms contain a restriction to some terms."""
        nodes = self.subjects[self._by_object(terms)]
        nodes = unique(nodes[self._kinds[nodes] == BLANK])
        annotations = self.subjects[self._by_predicate(f"{_OWL}annotatedSource")]
        frontier, found = nodes[~contains(unique(annotations), nodes)], [_EMPTY]
        seen = frontier
        while frontier.size:
            owners = unique(self.subjects[self._by_object(frontier)])
            found.append(owners[self._kinds[owners] == IRI])
            frontier = owners[(self._kinds[owners] == BLANK) & ~contains(seen, owners)]
            seen = unique(np.concatenate((seen, frontier)))
        return unique(np.concatenate(found))

    def _star_of(self, terms: Ids, *predicates: str) -> Ids:
        """Return the rows of some terms with some predicates, including the blank nodes that they lead to."""
        wanted = self._numbers(*predicates)
        rows = self._by_subject(terms)
        rows = rows[contains(wanted, self.predicates[rows])]
        objects = unique(self.objects[rows])
        blank = objects[self._kinds[objects] == BLANK]
        return np.concatenate((rows, self._star(blank))) if blank.size else rows

    def _only(self, kind: int, terms: Ids) -> Ids:
        kept: Ids = terms[self._kinds[terms] == kind]
        return kept

    # --- rows

    @cached_property
    def _subject_order(self) -> tuple[Ids, Ids]:
        order = np.argsort(self.subjects, kind="stable")
        return order, self.subjects[order]

    @cached_property
    def _object_order(self) -> tuple[Ids, Ids]:
        order = np.argsort(self.objects, kind="stable")
        return order, self.objects[order]

    def _by_subject(self, terms: Ids) -> Ids:
        return _rows(*self._subject_order, terms)

    def _by_object(self, terms: Ids) -> Ids:
        return _rows(*self._object_order, terms)

    def _by_predicate(self, iri: str) -> Ids:
        number = self.find(iri)
        return np.flatnonzero(self.predicates == number) if number >= 0 else _EMPTY

    def _numbers(self, *iris: str) -> Ids:
        return unique(np.array([number for iri in iris if (number := self.find(iri)) >= 0], np.int64))

    @cached_property
    def _name_predicates(self) -> Ids:
        used = unique(self.predicates)
        return used[[_NAMES.search(self.text(int(each))) is not None for each in used]]


def _whole(columns: Iterable[Any]) -> Ids:
    return np.concatenate([_EMPTY, *columns])


def _rows(order: Ids, keys: Ids, terms: Ids) -> Ids:
    low, high = np.searchsorted(keys, terms, "left"), np.searchsorted(keys, terms, "right")
    found: Ids = np.concatenate([_EMPTY, *(order[row] for _, row in expand(low, high))])
    return found


def _value(literal: bytes) -> str:
    """Return the lexical form of a literal of N-Triples."""
    return split(literal)[0] if b"\\" in literal else literal[1 : literal.rindex(b'"')].decode()
