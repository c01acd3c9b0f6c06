"""Codes of a list, such as a formulary: what they mean of ours, and where the page speaks of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import PROV
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.links.curies import iri_of
from sts_kg.links.layers import Layers, Statement
from sts_kg.links.slots import NO_TERM
from sts_kg.rdf import STS, Prefixes, is_ours, local
from sts_kg.safe import brief, counted
from sts_kg.shown import Shown
from sts_kg.tables import Table, read_rows

__all__ = ["STATUSES", "Code", "codes", "read_codes"]

#: What becomes of a code, the first that holds.
STATUSES = ("found", "not spoken of", "denied", "retired", "unknown")
_COLUMNS = ("code", "label", "status", "term", "match", "chain", "options", "sentences", "note")
_SKOS = "http://www.w3.org/2004/02/skos/core#"
#: The predicates by which a code is retired: replaced by its object, or by nothing that is known.
_REPLACED = (
    "http://purl.obolibrary.org/obo/IAO_0100001",
    "http://www.geneontology.org/formats/oboInOwl#consider",
    "http://purl.org/dc/terms/isReplacedBy",
)
_YES, _NO = ("yes", "true", "1", "x", "retired"), ("", "no", "false", "0", "active")


@dataclass(repr=False)
class Code(Shown):
    """A code of a list: its text, its label, whether the list says that it is retired, and the lines that have it.

    Of several rows the first label counts, and one that says retired; `differs` if they disagree.
    """

    text: str
    label: str = ""
    retired: bool = False
    lines: list[int] = field(default_factory=list)
    differs: bool = False

    def __repr__(self) -> str:
        return f"<Code {brief(self.text, 200)}{', retired' if self.retired else ''}>"


def read_codes(path: str | Path, *, column: str = "code", encoding: str | None = None) -> tuple[list[Code], list[str]]:
    """Return the codes of a CSV file in their order, each once, and the columns that are not read.

    Read are the column of the codes, `label`, and `retired` (yes or no); the letter case of the names does not matter.

    Raises
    ------
    ParseError
        The file cannot be read, has no such column, a row without a code, or a cell of `retired` is neither.
    """
    rows = read_rows(path, encoding=encoding)
    names = [name.casefold() for name in next(rows, (1, []))[1]]
    if names.count(column.casefold()) != 1:
        there = ", ".join(names) or "none"
        reason = f"one column {column!r} was expected; there are {there}; name the one that has the codes with --column"
        raise ParseError(reason, path=path, line=1)
    found: dict[str, Code] = {}
    for line, cells in rows:
        row = dict(zip(names, cells, strict=False))
        text, retired = row[column.casefold()] if column.casefold() in row else "", row.get("retired", "").casefold()
        if not text:
            raise ParseError(f"the row has no {column}; fill it in, or leave the row out", path=path, line=line)
        if retired not in (*_YES, *_NO):
            reason = f"retired: {row['retired']!r} is neither yes nor no"
            raise ParseError(reason, path=path, line=line, column=names.index("retired") + 1)
        code = found.setdefault(text, Code(text))
        label, is_retired = row.get("label", ""), retired in _YES
        code.differs |= bool(code.lines) and (is_retired != code.retired or "" != code.label != label != "")
        code.label = code.label or label
        code.retired |= is_retired
        code.lines.append(line)
    return [*found.values()], [name for name in names if name not in (column.casefold(), "label", "retired")]


def codes(listed: Iterable[Code], layers: Layers, ours: Graph, *, prefix: str | None = None) -> Table:
    """Return what becomes of each code: a row for each term of ours that it means, or one that says why there is none.

    Parameters
    ----------
    listed : iterable of Code
        The codes: CURIEs, IRIs, or codes alone.
    layers : Layers
        The mapping sets.
    ours : Graph
        The ontology.
    prefix : str, optional
        The prefix of codes alone; without it, they are looked for among the terms that your own sets alone have, then
        among all.

    Raises
    ------
    UnknownNameError
        There is no such prefix.
    """
    work = _Work(layers, ours, layers.vocabulary(prefix) if prefix is not None else None)
    every = [*listed]
    rows = [row for code in every for row in work.rows(code)]
    best: dict[str, str] = {}
    for row in sorted(rows, key=lambda each: STATUSES.index(str(each[2]))):
        best.setdefault(str(row[0]), str(row[2]))
    counts = Counter(best.values())
    told = ", ".join(f"{counts[status]:,} {status}" for status in STATUSES)
    repeated = sum(len(code.lines) > 1 for code in every)
    notes = [f"{counted(len(every), 'code')}: {told}"]
    if repeated:
        notes.append(f"{counted(repeated, 'code')} stood in several rows")
    for code in every:
        if code.differs:
            lines, retired = ", ".join(map(str, code.lines)), ", and that it is retired" if code.retired else ""
            notes.append(f"{code.text}: lines {lines} differ; the first label is taken{retired}")
    return Table(_COLUMNS, tuple(rows), notes=tuple(notes))


_Row = tuple[Literal | URIRef | None, ...]


class _Work:
    """What the codes of one list share."""

    def __init__(self, layers: Layers, ours: Graph, prefix: str | None) -> None:
        self.layers, self.ours, self.prefix = layers, ours, prefix
        #: What holds of a term, each row read from the term; what is denied of it; what replaces it.
        self.holds: dict[str, list[Statement]] = defaultdict(list)
        self.denied: dict[str, list[Statement]] = defaultdict(list)
        self.replaced: dict[str, list[Statement]] = defaultdict(list)
        for each in layers.in_effect:
            if each.predicate in _REPLACED:
                self.replaced[each.subject].append(each)
                continue
            for one in (each, each.turned) if each.is_match else (each,):
                (self.denied if one.row.negative else self.holds)[one.subject].append(one)
        self.chained: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in layers.derived.mappings:
            if row.mapping_justification == "semapv:MappingChaining":
                term, end = (iri_of(str(one), layers.prefixes) for one in (row.subject_id, row.object_id))
                self.chained[end].append((term, str(row.comment)))

    @cached_property
    def known(self) -> dict[str, dict[str, str]]:
        """The external terms of the sets by IRI: spelling, whether a set of one's own has it, a row that finds none."""
        found: dict[str, dict[str, str]] = {}
        shipped = len(self.layers.given) - len(self.layers.own)
        for number, each in enumerate(self.layers.given):
            for row in each.mappings:
                ends = [end for end in (row.subject_id, row.object_id) if end and end != NO_TERM]
                for end in ends:
                    iri = iri_of(end, each.curie_map)
                    if not is_ours(iri):
                        said = f"{end} {row.predicate_id} {NO_TERM}" if len(ends) == 1 else ""
                        entry = found.setdefault(
                            iri, {"curie": end, "own": "yes" if number >= shipped else "", "none": ""}
                        )
                        entry["none"] = entry["none"] or said
        return found

    @cached_property
    def by_code(self) -> dict[str, list[str]]:
        """The external terms by their codes alone."""
        found: dict[str, list[str]] = defaultdict(list)
        for iri, entry in self.known.items():
            found[entry["curie"].partition(":")[2]].append(iri)
        return found

    @cached_property
    def by_form(self) -> dict[str, list[str]]:
        """The codes alone by what stays of them if leading zeros, letter case and punctuation do not count."""
        found: dict[str, list[str]] = defaultdict(list)
        for code in self.by_code:
            found[_form(code)].append(code)
        return found

    def iri(self, text: str) -> tuple[str | None, str]:
        """Return the external term that a code names, or None; and what is to be said of it."""
        if self.prefix is not None and not text.casefold().startswith(f"{self.prefix}:".casefold()):
            text = f"{self.prefix}:{text}"
        iri = self.layers.iri(text)
        if iri in self.known:
            return iri, ""
        if ":" in text or "//" in text:
            if iri is None:
                return None, f"the prefix {text.partition(':')[0]!r} is unknown"
            return None, self._near(text.partition(":")[2])
        found = self.by_code.get(text, [])
        found = [each for each in found if self.known[each]["own"]] or found
        if len(found) > 1:
            either = " or ".join(self.known[each]["curie"] for each in found)
            return None, f"may be {either}; give a prefix"
        return (found[0], "") if found else (None, self._near(text))

    def _near(self, code: str) -> str:
        near = [each for each in self.by_form.get(_form(code), ()) if each != code]
        return f"perhaps {' or '.join(near)}" if near else ""

    def rows(self, code: Code) -> Iterator[_Row]:
        iri, note = self.iri(code.text)
        if iri is None:
            yield self._row(code, "retired" if code.retired else "unknown", note=note)
            return
        replaced, meant = self.replaced.get(iri, []), self._meant(iri)
        if code.retired or replaced:
            links = [str(each) for each in replaced]
            ends = [(each, found) for each in replaced for found in self._meant(each.object)]
            for term, match, chain in meant:
                yield self._row(code, "retired", term, match, chain, "; ".join(links))
            for each, (term, match, chain) in ends if not meant else ():
                yield self._row(
                    code, "retired", term, match, f"{each}; {chain}", f"replaced by {self._curie(each.object)}"
                )
            if not meant and not ends:
                yield self._row(code, "retired", chain="; ".join(links))
            return
        for term, match, chain in meant:
            twice = "it means two of our terms" if len(meant) > 1 and match == "exact" else ""
            yield self._row(code, "found" if self.spoken(term) else "not spoken of", term, match, chain, twice)
        if meant:
            return
        denied, held = self.denied.get(iri, ()), self.holds.get(iri, ())
        for each in filter(_is_ours, denied):
            yield self._row(code, "denied", each.object, _match(each), str(each), self._elsewhere(iri))
        if denied and not held and not any(map(_is_ours, denied)):
            yield self._row(code, "denied", chain="; ".join(map(str, denied)))
        elif not any(map(_is_ours, denied)):
            yield self._row(
                code,
                "not spoken of",
                chain="; ".join(map(str, held)),
                note=self._elsewhere(iri) or self.known[iri]["none"],
            )

    def _meant(self, iri: str) -> list[tuple[str, str, str]]:
        """Return the terms of ours that a term matches, with the match as ours has it, and how it was found."""
        if is_ours(iri):
            return [(iri, "exact", "")]
        direct = [(e.object, _match(e), str(e)) for e in self.holds.get(iri, ()) if _is_ours(e)]
        there = {(term, match) for term, match, _ in direct}
        chained = [(term, "exact", chain) for term, chain in self.chained.get(iri, ()) if (term, "exact") not in there]
        first: dict[tuple[str, str], tuple[str, str, str]] = {}
        for each in (*direct, *chained):
            first.setdefault(each[:2], each)
        return [first[key] for key in sorted(first)]

    def _elsewhere(self, iri: str) -> str:
        """Return which terms of ours are near, by an exact match and one that is not: no chain goes there."""
        near = {
            f"{self._curie(each.object)} is a {_match(one)} match of {self._curie(one.object)}"
            for each in self.holds.get(iri, ())
            if each.predicate == f"{_SKOS}exactMatch"
            for one in self.holds.get(each.object, ())
            if _is_ours(one) and one.predicate != f"{_SKOS}exactMatch"
        }
        return "; ".join(sorted(near))

    def _curie(self, iri: str) -> str:
        return self.known[iri]["curie"] if iri in self.known else Prefixes.shipped().compress(iri) or iri

    def spoken(self, term: str) -> tuple[Sequence[str], Sequence[str]] | None:
        """Return the options that use a term and the sentences that speak of it; None without any."""
        return self._spoken.get(term)

    @cached_property
    def _spoken(self) -> Mapping[str, tuple[Sequence[str], Sequence[str]]]:
        """Options and sentences by term: of the term itself, and of the recommendations of options that use it."""
        ours = self.ours
        options: dict[Node | None, set[Node]] = defaultdict(set)
        sentences: dict[Node | None, set[Node]] = defaultdict(set)
        for uses in (STS.hasComponent, STS.hasOptionalComponent):
            for option, part in ours.subject_objects(uses):
                for kind in ours.transitive_objects(part, STS.kindOf):
                    options[kind].add(option)
        for option, modality in ours.subject_objects(STS.hasModality):
            options[modality].add(option)
            options[option].add(option)
        for term, sentence in ours.subject_objects(PROV.wasQuotedFrom):
            sentences[term].add(sentence)
        for used, used_by in options.items():
            for option in used_by:
                for recommendation in ours.subjects(STS.recommendsOption, option):
                    sentences[used] |= {*ours.objects(recommendation, PROV.wasQuotedFrom)}
        order: dict[Node | None, int] = {term: int(str(place)) for term, place in ours.subject_objects(STS.ordinal)}

        def names(terms: Iterable[Node]) -> list[str]:
            return [local(str(term)) for term in sorted(terms, key=lambda each: (order.get(each, 0), str(each)))]

        every = {term: str(term) for term in (*options, *sentences)}
        return {iri: (names(options.get(term, ())), names(sentences.get(term, ()))) for term, iri in every.items()}

    def _row(self, code: Code, status: str, term: str = "", match: str = "", chain: str = "", note: str = "") -> _Row:
        options, sentences = (self.spoken(term) if status != "denied" else None) or ((), ())
        texts = (match, chain, " ".join(options), " ".join(sentences), note)
        return (
            Literal(code.text),
            Literal(code.label) if code.label else None,
            Literal(status),
            URIRef(term) if term else None,
            *(Literal(text) if text else None for text in texts),
        )


def _is_ours(found: Statement) -> bool:
    """Return whether a match leads to a term of ours."""
    return found.is_match and is_ours(found.object)


def _match(found: Statement) -> str:
    """Return the word of a match that is read from an external term, as its row would have it from ours."""
    return found.turned.predicate.removeprefix(_SKOS).removesuffix("Match")


def _form(code: str) -> str:
    return re.sub(r"[^0-9a-z]", "", code.casefold()).lstrip("0")
