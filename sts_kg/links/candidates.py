"""What a document proposes of its own: terms named as ours, the same identifiers, and its own cross-references.

A candidate is a hint for a person and never a mapping. Terms of ours that share a name are *twins* (a drug, and the
option to have it): what was decided for one holds for all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from sts_kg.links.external import External
from sts_kg.links.joins import XREFS, forms_of, quoted, referred
from sts_kg.links.lookup import synonyms
from sts_kg.links.report import Candidate, Match, Mention, prefix_of
from sts_kg.queries import LABELS
from sts_kg.rdf import STS, Prefixes, compress, is_ours

__all__ = ["IDENTIFIERS", "MOST", "Candidates", "Proposed", "Row", "folded", "strongest"]

#: A name that more terms of a document have says nothing of any of them.
MOST = 100
#: Vocabularies whose identifiers occur as values in other ontologies.
IDENTIFIERS = ("inchikey", "cas")
_NAMES = (RDFS.label, SKOS.altLabel)
_SAME = (SKOS.exactMatch, SKOS.closeMatch)
#: Of twins, the first of these kinds is meant: a name that a drug and an option share is that of the drug.
_KINDS = (STS.Drug, STS.Therapy, STS.Site, STS.Finding, STS.Modality, STS.TreatmentOption)
#: What SNOMED CT writes behind a name for the kind of thing that it is.
_TAG = re.compile(
    r" \((?:substance|product|medicinal product|clinical drug|disorder|procedure|regime/therapy|finding|body structure"
    r"|morphologic abnormality|observable entity|qualifier value|situation|event|physical object)\)$"
)
#: Prefixes of what is no term.
_NO_TERMS = ("obo", "orcid", "bioregistry", "clinicaltrials")
_OWNER = re.compile(r"(?<=\w)['’]s\b")
_APART = re.compile(r"[\s_\-–/,]+")
_PLURALS = (("stases", "stasis"), ("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", ""))
_NO_PLURAL = ("ss", "us", "is")


@dataclass(frozen=True)
class Row:
    """One positive mapping: our term, the predicate, the CURIE of the external term, its label."""

    subject: URIRef
    predicate: URIRef
    object: str
    label: str


@dataclass
class Proposed:
    """What a document proposes: candidates, what our mappings say otherwise, what they say too, and names of drugs.

    A pair is a candidate once for each kind of evidence. `mapped` are the pairs that are mapped already, `obsolete` the
    terms that would be candidates if they were not obsolete, `common` how many have a name that more than `MOST` have.
    """

    candidates: list[Candidate] = field(default_factory=list)
    against: list[Candidate] = field(default_factory=list)
    agreed: list[Candidate] = field(default_factory=list)
    mentions: dict[int, Mention] = field(default_factory=dict)
    mapped: set[tuple[URIRef, str]] = field(default_factory=set)
    obsolete: set[str] = field(default_factory=set)
    common: int = 0


def strongest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return each pair of a document once, with the first of its evidence, which is the best one."""
    first: dict[tuple[str, URIRef, str], Candidate] = {}
    for each in candidates:
        first.setdefault((each.document, each.subject, each.object), each)
    return [*first.values()]


def folded(name: str) -> str:
    """Return a name without case, semantic tag, possessive and plural; hyphens and the like become spaces.

    What stands behind a comma, as in headings, comes first.

    Examples
    --------
    >>> folded("Soft Tissue Sarcomas"), folded("Ifosfamide (substance)"), folded("Lung-metastases")
    ('soft tissue sarcoma', 'ifosfamide', 'lung metastasis')
    >>> folded("Sarcoma, Soft Tissue"), folded("Ewing's sarcoma")
    ('soft tissue sarcoma', 'ewing sarcoma')
    """
    for fold in _FOLDS.values():
        name = fold(name)
    return name


def _changed(name: str, folds: Iterable[str]) -> tuple[str, ...]:
    """Return those of some steps that change a name, one after the other."""
    found = []
    for step in folds:
        done = _FOLDS[step](name)
        if done != name:
            found.append(step)
        name = done
    return tuple(found)


@cache
def _singular(word: str) -> str:
    if len(word) > 3 and not word.endswith(_NO_PLURAL):
        for plural, single in _PLURALS:
            if word.endswith(plural):
                return word.removesuffix(plural) + single
    return word


#: The steps that fold a name, in their order, by their CURIEs in SEMAPV.
_FOLDS: dict[str, Callable[[str], str]] = {
    "semapv:CaseNormalization": lambda name: name.casefold().strip(),
    "semapv:RegexRemoval": lambda name: _OWNER.sub("", _TAG.sub("", name)),
    "semapv:RegexReplacement": lambda name: " ".join(reversed(name.split(", "))),
    "semapv:LinkStripping": lambda name: " ".join(_APART.split(name)),
    "semapv:Stemming": lambda name: " ".join(map(_singular, name.split(" "))),
}
_ANY = URIRef("*")
_CASE = "semapv:CaseNormalization"
_BY_NAME = ("label", "synonym", "similar name")
_LABELS = frozenset(map(str, LABELS))
_ENGLISH = re.compile(r"(?:en(?:-.*)?)?", re.IGNORECASE)
#: What has a label in a document and is no term of a vocabulary.
_NO_TERM_KINDS = (
    str(OWL.Ontology),
    str(RDF.Property),
    *(str(OWL[f"{kind}Property"]) for kind in ("Annotation", "Object", "Datatype")),
)


class Candidates:
    """The names, identifiers and mappings of our terms, to hold documents against.

    Parameters
    ----------
    ours : Graph
        Our ontology.
    rows : iterable of Row
        The positive mappings.
    denied : collection of (subject, CURIE)
        What is denied; the subject `*` stands for any.
    """

    def __init__(self, ours: Graph, rows: Iterable[Row], denied: Collection[tuple[URIRef, str]]) -> None:
        self._ours, self._rows, self._denied = ours, [*rows], {*denied}
        self._prefixes = Prefixes.shipped()
        self._mapped = {(row.subject, row.object) for row in self._rows}
        self._same: dict[str, list[URIRef]] = defaultdict(list)  # what we say to be a term of theirs, or nearly
        self._exact: dict[str, set[URIRef]] = defaultdict(set)
        for row in self._rows:
            if row.predicate in _SAME:
                self._same[row.object].append(row.subject)
            if row.predicate == SKOS.exactMatch:
                self._exact[row.object].add(row.subject)

    # --- our side

    def _iri(self, curie: str) -> str:
        return curie if "://" in curie else str(self._prefixes.forms(curie)[0])

    @cached_property
    def terms(self) -> set[URIRef]:
        """Our terms of the kinds that mappings are about."""
        mapped = {row.subject for row in self._rows}
        kinds = {kind for subject in mapped for kind in self._ours.objects(subject, RDF.type)} - {OWL.Class}
        found = (term for kind in kinds for term in self._ours.subjects(RDF.type, kind))
        return mapped | {term for term in found if isinstance(term, URIRef)}

    @cached_property
    def _own_names(self) -> dict[str, set[URIRef]]:
        """Name, in lower case, to our terms: labels, and other names that we list."""
        found: dict[str, set[URIRef]] = defaultdict(set)
        for term in self.terms:
            for predicate in _NAMES:
                for name in self._ours.objects(term, predicate):
                    found[str(name).casefold()].add(term)
        return found

    @cached_property
    def _names(self) -> dict[str, set[URIRef]]:
        """Name without case, tag and plural to our terms: also synonyms, and the labels of what they are mapped to."""
        found: dict[str, set[URIRef]] = defaultdict(set)
        for name, terms in self._own_names.items():
            found[folded(name)] |= terms
        for synonym, label in synonyms().items():
            found[folded(synonym)] |= self._own_names.get(label.casefold(), set())
        for row in self._rows:
            if row.label and row.predicate in _SAME:
                found[folded(row.label)].add(row.subject)
        return found

    @cached_property
    def _twins(self) -> dict[URIRef, set[URIRef]]:
        """Our terms to those that share a name of ours with them, themselves among them."""
        found: dict[URIRef, set[URIRef]] = defaultdict(set)
        for terms in self._own_names.values():
            for term in terms:
                found[term] |= terms
        return found

    @cached_property
    def _identifiers(self) -> dict[str, set[URIRef]]:
        """InChIKey or CAS number to our terms."""
        found: dict[str, set[URIRef]] = defaultdict(set)
        for row in self._rows:
            if prefix_of(row.object) in IDENTIFIERS and row.predicate == SKOS.exactMatch:
                found[row.object.partition(":")[2]].add(row.subject)
        return found

    @cached_property
    def _drug_names(self) -> re.Pattern[str] | None:
        """The pattern that finds the name of one of our drugs, or of a brand of one, as a word of another name."""
        kinds = self._below(STS.Drug) | {STS.Brand}
        drugs = {term for kind in kinds for term in self._ours.subjects(RDF.type, kind)}
        names = sorted({name for name, terms in self._own_names.items() if terms & drugs}, key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None

    def _below(self, kind: URIRef) -> set[Any]:
        return set(self._ours.transitive_subjects(RDFS.subClassOf, kind))

    @cached_property
    def _ranks(self) -> dict[URIRef, int]:
        """The place of the kind of each of our terms in `_KINDS`."""
        kinds = [self._below(kind) for kind in _KINDS]
        of = {term: {*self._ours.objects(term, RDF.type)} for term in self.terms}
        return {term: next((at for at, kind in enumerate(kinds) if kind & of[term]), len(kinds)) for term in of}

    @cached_property
    def _kinds_of(self) -> dict[str, set[int]]:
        """The kinds of terms that the mappings to a vocabulary are about."""
        found: dict[str, set[int]] = defaultdict(set)
        for row in self._rows:
            found[prefix_of(row.object)].add(self._ranks[row.subject])
        return found

    def _meant(self, terms: Iterable[URIRef], curie: str) -> Iterator[URIRef]:
        """Yield those of some terms that a term of others may be: of twins one, of a kind that its vocabulary has."""
        kinds = self._kinds_of.get(prefix_of(curie), set())
        left = sorted(terms, key=lambda term: (self._ranks[term] not in kinds, self._ranks[term], term))
        while left:
            first, *others = left
            yield first
            twins = self._twins[first]
            left = [term for term in others if term not in twins and self._ranks[term] == self._ranks[first]]

    def _fields(self, term: URIRef, name: str) -> tuple[tuple[str, ...], str]:
        """Return the properties by which a term of ours has a name, folded or not, and the name there.

        ((), '') if it has it by another source only.
        """
        for key in (str.casefold, folded):
            fields = {
                compress(predicate): str(value)
                for predicate in _NAMES
                for value in self._ours.objects(term, predicate)
                if key(str(value)) == key(name)
            }
            if fields:
                return tuple(fields), next(iter(fields.values()))
        return (), ""

    # --- a document

    def of(self, external: External, document: str) -> Proposed:
        """Return what a document proposes."""
        return _Work(self, external, document).proposed()


class _Work:
    """One document held against our names, identifiers and mappings."""

    def __init__(self, ours: Candidates, external: External, document: str) -> None:
        self._ours, self._external, self._document = ours, external, document
        self._found = Proposed()
        self._placed: dict[tuple[URIRef, str], tuple[list[Candidate], set[str]]] = {}
        self._pairs: set[frozenset[str]] = set()  # that cross-references join
        self._no_terms = {each for kind in _NO_TERM_KINDS for each in external.having(str(RDF.type), kind).tolist()}

    def proposed(self) -> Proposed:
        """Return what the document proposes, the best evidence first."""
        ours, external = self._ours, self._external
        for term, value in external.identified(ours._identifiers):
            self._note(ours._identifiers[value], self._curie(term), term, "identifier", value)
        self._cross_references()
        self._by_name()
        return self._found

    def _curie(self, term: int) -> str:
        iri = self._external.text(term)
        return self._ours._prefixes.compress(iri) or compress(iri)

    def _by_name(self) -> None:
        ours, external = self._ours, self._external
        own, names, pattern = ours._own_names, ours._names, ours._drug_names
        begun = {name[:3] for name in names}
        same: list[tuple[int, str, str]] = []
        similar: list[tuple[int, str, str]] = []
        named = [*external.named()]
        lowers = [text.casefold() for _, text in named]
        for (term, text), lower in zip(named, lowers, strict=True):
            if lower in own:
                same.append((term, text, lower))
            elif (lower[:3] in begun or ", " in lower) and folded(text) in names:
                similar.append((term, text, folded(text)))
        for term, text in [named[at] for at in _matching(pattern, lowers)] if pattern is not None else ():
            if term not in self._found.mentions:
                self._found.mentions[term] = Mention(self._curie(term), text)
        counts = Counter(name for _, _, name in (*same, *similar))
        self._found.common = sum(count for count in counts.values() if count > MOST)
        for term, text, lower in same:
            if counts[lower] <= MOST:
                by = external.naming(term, text)
                is_label = any(iri in _LABELS and _ENGLISH.fullmatch(language) for iri, language in by)
                self._note(own[lower], self._curie(term), term, "label" if is_label else "synonym", text)
        for term, text, name in similar:
            if counts[name] <= MOST:
                self._note(names[name], self._curie(term), term, "similar name", text)

    def _cross_references(self) -> None:
        """Note what cross-references join to a term that one of ours is mapped to, in both directions."""
        ours, external = self._ours, self._external
        rows = external.rows_with(XREFS)
        iris = {ours._iri(curie): curie for curie in ours._same if prefix_of(curie) not in IDENTIFIERS}
        forms = {form: iri for iri in iris for form in forms_of(iri)}
        there = {term: forms[form] for form, term in external.find_all(forms).items()}
        for row in external.rows_about(rows, there).tolist():
            if other := _known(external.text(int(external.objects[row]))):
                self._joined(iris[there[int(external.subjects[row])]], other, self._by(row), -1)
        texts = {text: iri for iri in iris for text in (*(f"<{form}>" for form in forms_of(iri)), *quoted(iri))}
        for row, text in external.with_objects(rows, texts):
            term = int(external.subjects[row])
            self._joined(iris[texts[text]], self._curie(term), self._by(row), term)

    def _by(self, row: int) -> str:
        return XREFS[self._external.text(int(self._external.predicates[row]))]

    def _joined(self, mapped: str, other: str, by: str, term: int) -> None:
        pair = frozenset((mapped, other))
        if len(pair) == 1 or pair in self._pairs:
            return
        self._pairs.add(pair)
        said = f"{other} {by} {mapped}" if term >= 0 else f"{mapped} {by} {other}"
        iri = self._ours._iri(other)
        at = term if term >= 0 else next(iter(self._external.find_all(forms_of(iri)).values()), -1)
        self._note(self._ours._same[mapped], other, at, "cross-reference", said)

    def _note(self, terms: Collection[URIRef], curie: str, term: int, by: str, value: str) -> None:
        """Add a term of the document to what is proposed for terms of ours, or to what we say too, or otherwise."""
        ours, external = self._ours, self._external
        if term >= 0 and (term in self._no_terms or is_ours(external.text(term))):
            return
        twins = {twin for each in terms for twin in ours._twins[each]}
        mapped = sorted(each for each in twins if (each, curie) in ours._mapped)
        if term >= 0 and external.is_deprecated(term):
            self._found.obsolete |= set() if mapped else {curie}
        elif mapped:
            self._found.mapped.add((mapped[0], curie))
            if by == "cross-reference":
                self._add(self._found.agreed, mapped[0], curie, term, by, value)
        elif denied := [each for each in sorted(twins) if {(each, curie), (_ANY, curie)} & ours._denied]:
            said = [each for each in denied if each in terms] or denied
            self._add(self._found.against, said[0], curie, term, by, value)
        elif by == "cross-reference" and (others := ours._exact.get(curie)):
            value = f"{value}, and {curie} is mapped to {', '.join(map(compress, sorted(others)))}"
            self._add(self._found.against, min(terms), curie, term, by, value)
        else:
            for each in ours._meant(terms, curie):
                self._add(self._found.candidates, each, curie, term, by, value)

    def _add(self, to: list[Candidate], subject: URIRef, curie: str, term: int, by: str, value: str) -> None:
        placed, kinds = self._placed.setdefault((subject, curie), (to, set()))
        kind = f"{by} {value}" if by == "identifier" else "name" if by in _BY_NAME else by
        if placed is not to or kind in kinds or (kinds and to is not self._found.candidates):
            return
        kinds.add(kind)
        external = self._external
        label = next(iter(external.labels(term)), "") if term >= 0 else ""
        own = str(self._ours._ours.value(subject, RDFS.label) or "")
        version = external.header.get("version", "")
        match = self._match(subject, term, by, value)
        to.append(Candidate(subject, curie, label, self._document, by, value, own, version, match))

    def _match(self, subject: URIRef, term: int, by: str, value: str) -> Match:
        """Return what is the same of a term of ours and one of theirs, and by which properties each has it."""
        if by == "cross-reference":
            return Match()
        if by == "identifier":
            theirs = self._external.identifying(term, value)
            return Match(value, (compress(SKOS.exactMatch),), self._fields(theirs))
        ours, own = self._ours._fields(subject, value)
        steps = (_CASE,) if by != "similar name" else (*_FOLDS,)
        theirs = [name for name, _ in self._external.naming(term, value)]
        return Match(
            value.casefold() if by != "similar name" else folded(value),
            ours,
            self._fields(theirs),
            _changed(own, steps),
            _changed(value, steps),
        )

    def _fields(self, iris: Iterable[str]) -> tuple[str, ...]:
        """Return the CURIEs of some properties, without those that have none."""
        curies = (self._ours._prefixes.compress(iri) or compress(iri) for iri in dict.fromkeys(iris))
        return tuple(curie for curie in curies if "://" not in curie)


def _matching(pattern: re.Pattern[str], texts: Sequence[str]) -> list[int]:
    """Return the places of the texts in which a pattern of whole words without line ends is found, in their order.

    One search through all of them is faster than a search of each.
    """
    ends = [*accumulate(len(text) + 1 for text in texts)]
    starts = (found.start() for found in pattern.finditer("\n".join(texts)))
    return list(dict.fromkeys(bisect_right(ends, start) for start in starts))


def _known(text: str) -> str:
    """Return the CURIE of what a cross-reference names, or '' if it names no term of a vocabulary that we know."""
    found = Prefixes.shipped().of_iri(referred(text))
    return f"{found[0].name}:{found[1]}" if found and found[0].pattern and found[0].name not in _NO_TERMS else ""
