"""What a knowledge graph knows of the vocabularies of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Literal, URIRef

from sts_kg.knowledge.core import Core, Sets
from sts_kg.tables import Table

if TYPE_CHECKING:
    from sts_kg.cohort import ConceptSets
    from sts_kg.links import LinkReport, MappingSet, Proposals
    from sts_kg.links import Mapping as MappingRow
    from sts_kg.stores import Endpoint

__all__ = ["WithLinks"]


class WithLinks(Core):
    """Mapping sets, codes, and slices of external ontologies."""

    def mapping_rows(
        self, name: str | None = None, *, prefix: str | None = None, predicate: str | None = None
    ) -> tuple[tuple[MappingSet, MappingRow], ...]:
        """Return the rows of the mapping sets, each with its set: all, or those about one term.

        Parameters
        ----------
        name : str, optional
            One of our terms by name or label, or an external term by CURIE, IRI or code.
        prefix : str, optional
            Only external terms of this vocabulary; upper or lower case and synonyms are accepted.
        predicate : str, optional
            Only this predicate, such as exactMatch.

        Raises
        ------
        UnknownNameError
            There is no such term, prefix or predicate.
        CurieError
            The name is a CURIE with an unknown prefix.
        """
        from sts_kg.links import looked_up

        return looked_up(self.layers, name, lambda: self.session.entities, prefix=prefix, predicate=predicate)

    def mappings(self, name: str | None = None, *, prefix: str | None = None, predicate: str | None = None) -> Table:
        """Return the rows of `mapping_rows` as a table: subject, predicate, object, label, modifier, set, comment."""
        from sts_kg.links import iri_of

        rows = []
        for each, row in self.mapping_rows(name, prefix=prefix, predicate=predicate):
            cells = (row.object_id, row.object_label, "not" if row.negative else "", each.name, row.comment)
            ends = (URIRef(iri_of(str(one), each.curie_map)) for one in (row.subject_id, row.predicate_id))
            rows.append((*ends, *(Literal(cell) if cell else None for cell in cells)))
        variables = ("subject", "predicate", "object", "label", "modifier", "set", "comment")
        return Table(variables, tuple(rows)).with_labels(self.session.labels)

    def codes(
        self,
        listed: str | Path | Iterable[str],
        *,
        column: str = "code",
        prefix: str | None = None,
        encoding: str | None = None,
    ) -> Table:
        """Return which terms of ours the codes of a list mean by the mappings, and where the page speaks of them.

        Each code has a row for each term, or one that says why there is none: its status is found, not spoken of (it
        is mapped, and the page says nothing of it), denied, retired or unknown. `Table.notes` counts them.

        Parameters
        ----------
        listed : path or iterable of str
            A CSV file as spreadsheets write it, with a column of codes, and perhaps `label` and `retired`; or codes.
        column : str
            The name of the column of codes.
        prefix : str, optional
            The prefix of codes that have none.
        encoding : str, optional
            The encoding of a file that is neither UTF-8 nor UTF-16, such as cp1252.

        Raises
        ------
        ParseError
            The file cannot be read, or has no such column, or a row without a code.
        UnknownNameError
            There is no such prefix.
        """
        from sts_kg.links import Code, codes, read_codes

        if isinstance(listed, str | Path):
            found, others = read_codes(listed, column=column, encoding=encoding)
        else:
            found, others = [Code(text) for text in dict.fromkeys(listed)], []
        table = codes(found, self.layers, self.session.ontology, prefix=prefix).with_labels(self.session.labels)
        unread = (f"not read: {', '.join(others)}",) if others else ()
        return replace(table, notes=(*table.notes, *unread))

    def concept_sets(self) -> ConceptSets:
        """Return which codes of a hospital stand for findings and therapies, by the mappings of this graph that hold.

        `table()` gives them as a table; `sts_kg.cohort.Omop` writes SQL with them.

        Examples
        --------
        >>> from sts_kg import load
        >>> row = load().concept_sets().rows[0]
        >>> row.term, row.vocabulary_id, row.concept_code, row.relation, row.needs
        ('lung-metastases', 'NCIt', 'C3577', 'broad', 'soft-tissue-sarcoma')
        """
        from sts_kg.cohort import concept_sets

        return concept_sets(self.layers, self.guideline.vocabulary)

    def mapping_conflicts(self) -> Table:
        """Return the rows of mapping sets that do not agree as a table: reason, the row that holds, the other.

        A denied match does not hold in any set; else the upper set holds where two say different matches of the same
        two terms. Where a term is an exact match of two of ours, both rows hold, and no chain goes through it.
        """
        return self.layers.to_table()

    def link(
        self,
        *sources: str | Path | Endpoint,
        slice: str = "up",
        depth: int = 0,
        seeds: Iterable[str] = (),
        hierarchy: Iterable[str] = (),
        bridge: bool = False,
        progress: Callable[[str, int], None] | None = None,
        lock: str | Path | None = None,
        locked: bool = False,
        offline: bool = False,
        downloading: Callable[[str, int, int | None], None] | None = None,
    ) -> LinkReport:
        """Add slices of external ontologies around our terms to this graph, and report which mappings hold.

        Afterwards the queries of the topic `links` and all SPARQL on this graph include the slices.

        Parameters
        ----------
        sources : path, URL, name or Endpoint
            A file in any RDF syntax, OWL functional syntax, OWL/XML or OBO, also with `.gz` or `.zst`; a CSV or TSV
            file with its CSVW metadata beside it, or a release of RxNorm; the name of an ontology, such as `obo:chebi`
            or `obo:maxo@2024-07-29`. From a SPARQL endpoint, what it knows about the mapped terms.
        slice, depth, seeds, hierarchy, bridge, progress
            As `sts_kg.links.link`.
        lock : path, optional
            The file where names are pinned: address, version, digest; what it pins of other names stays.
        locked : bool
            Whether to use exactly the documents that the lock pins, by default `links.lock`; without sources, all.
        offline : bool
            Whether to take names from the cache only.
        downloading : callable, optional
            Called with a name, the number of bytes downloaded, and how many there are if the server says it.

        Raises
        ------
        ParseError
            A source cannot be read.
        EndpointError
            A URL, a name or an endpoint gives no usable answer.
        UnknownNameError, CurieError
            There is no such slice; a name is none; a property of the hierarchy is neither a CURIE with a known prefix
            nor an IRI.
        LockError
            The lock does not pin a name, or its document is another one now.
        """
        from sts_kg.links import ByName, link, merged_slices

        session, ours = self.session, self.session.ontology
        with ByName(lock, locked=locked, offline=offline, progress=downloading) as names:
            report = names.keep(
                link(
                    names.sources(sources),
                    ours,
                    sets=self.layers.about_ours,
                    slice=slice,
                    depth=depth,
                    seeds=seeds,
                    hierarchy=hierarchy,
                    bridge=bridge,
                    progress=progress,
                )
            )
        slices = merged_slices(session.slices, report.graphs)
        self._session = replace(session, slices=slices, mappings=session.mappings or Sets())
        self._backend = None
        for derived in ("_kept_cases", "entities"):
            self.__dict__.pop(derived, None)
        return report

    def propose(
        self,
        *sources: str | Path | Endpoint,
        progress: Callable[[str, int], None] | None = None,
        lock: str | Path | None = None,
        locked: bool = False,
        offline: bool = False,
        downloading: Callable[[str, int, int | None], None] | None = None,
    ) -> Proposals:
        """Return what ontologies propose: mappings that nobody has reviewed, a row for each kind of evidence.

        Nothing is added to this graph: give what a person accepted to `with_mappings`. Pairs that are mapped or denied
        are left out, and obsolete terms. Sources, arguments and errors are those of `link`.
        """
        from sts_kg.links import ByName, link, proposed

        ours = self.session.ontology
        with ByName(lock, locked=locked, offline=offline, progress=downloading) as names:
            found = link(names.sources(sources), ours, sets=self.layers.about_ours, slice="star", progress=progress)
            return proposed(names.keep(found), ours)
