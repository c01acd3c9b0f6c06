"""What a knowledge graph writes: files, and the graphs of a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rdflib import Graph, URIRef
from rdflib.namespace import OWL
from rdflib.term import Node

from sts_kg.errors import UnknownNameError
from sts_kg.guideline import Exported, describe, export_graphs, export_guideline
from sts_kg.knowledge.core import Sets
from sts_kg.knowledge.queries import WithQueries
from sts_kg.queries import CannedQuery, write_files
from sts_kg.rdf import BASE, STS, is_ours, of_ntriples
from sts_kg.stores import KINDS

if TYPE_CHECKING:
    from sts_kg.stores import Dumped, Pushed, PushProgress, Source, Verified

__all__ = ["WithStores"]

_SOURCE = OWL.annotatedSource  # the subject of a mapping


class WithStores(WithQueries):
    """Exports, descriptions, and graphs for stores."""

    def write_queries(
        self,
        folder: str | Path,
        *,
        topic: str | None = None,
        endpoint_graphs: bool = False,
        values: Mapping[str, object] | None = None,
    ) -> list[Path]:
        """Write the canned queries as files for any SPARQL 1.1 engine, and return the files, `topic/name.rq`.

        Each has its header, its parameters bound, its prefixes declared, and says on what it is to be run. A query
        about cases is about the fictional ones if this graph has none.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there. Files that were written before are replaced, others never.
        topic : str, optional
            Only the queries of one topic.
        endpoint_graphs : bool
            Whether the dataset is named by FROM, for a store that `push` filled. Without it, a query is about the
            default graph, and a comment says which files to load there.
        values : mapping of parameter names to values, optional
            Each for all queries that have the parameter; the others take their defaults. An optional parameter without
            value stays a variable, which means any.

        Raises
        ------
        UnknownNameError
            There is no such topic.
        ParameterError
            No query has such a parameter, or the value does not fit.
        ParseError
            A file of another origin has the name of one to be written; nothing is written then.
        OSError
            A file cannot be written.
        """
        chosen = [self.canned[str(name)] for name in self.queries(topic).column("id")]
        graphs = self.graphs_of if endpoint_graphs else None
        return write_files(folder, chosen, self.bound, graphs=graphs, values=values or {})

    def graphs_of(self, query: CannedQuery) -> list[str]:
        """Return the names of the graphs that a query is about in a store that `push` filled with all kinds."""
        from sts_kg.stores import graphs_of

        if self._backend is not None and self._backend.names:
            names, mappings = set(self._backend.names), self._backend.mappings
        else:
            session = self.session
            modules = (each.graph_name(name) for each in session.guidelines for name in each.quads)
            links = [*session.slices, STS["link/inferred"]] if session.slices else []
            names, mappings = {*map(str, modules), str(STS.inferred), *map(str, links)}, session.mappings
        if query.graph == "linked":
            names |= set(map(str, mappings or Sets()))
        cases = {str(STS.cases)}
        names = names | cases if query.graph == "cases" else names if self.has_cases else names - cases
        return graphs_of("closed" if query.graph == "cases" else query.graph, sorted(names), self._others)

    @property
    def _others(self) -> list[str]:
        """The IRIs of the guidelines beside the shipped one."""
        return [str(each.iri) for each in self.guidelines if each.base != BASE]

    def export(
        self,
        path: str | Path,
        *,
        inferred: bool = False,
        mappings: bool = False,
        modules: bool = False,
        kinds: Sequence[str] = (),
        linked: str | Path | None = None,
    ) -> Exported:
        """Write the graph, with its cases, for other tools, and return what was written and what was left out.

        It is one OWL 2 DL ontology, inside OWL 2 RL, with one header. `.trig` and `.nq` have one graph for each kind.
        Of several guidelines it is the one that answers, with what it imports; `kinds` write all.

        Parameters
        ----------
        path : str or Path
            FILE.(ttl|nt|rdf|owl|jsonld|n3|trig|nq), also with .gz.
        inferred : bool
            Whether to also write what OWL 2 RL infers, as far as it is axioms about named things.
        mappings : bool
            Whether to also write the matches with external terms, as annotated axioms.
        modules : bool
            Whether the modules stay apart: in a folder, `path`, with the catalogue by which Protégé finds them, or in
            the graphs of a `.trig` or `.nq` file.
        kinds : sequence of str, optional
            Instead: the named graphs of these kinds as a store holds them, with nothing left out; see `named_graphs`.
        linked : path, optional
            With `kinds`: a store made by `sts-kg link -o`, whose links are written instead of those of this graph.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        EndpointError
            There is no such store, or another process uses it.
        ParseError, OSError
            The ending is unknown, the folder is not empty, or it cannot be written; nothing is left behind.
        """
        if kinds:
            named = {kind: self.named_graphs(kind) for kind in kinds if linked is None or kind != "links"}
            if linked is not None:
                from sts_kg.stores import graphs_of_links

                named["links"] = {name: of_ntriples(lines) for name, lines in graphs_of_links(Path(linked)).items()}
            kind_of = {name: kind for kind, graphs in named.items() for name in graphs}
            return export_graphs({name: graphs[name] for graphs in named.values() for name in graphs}, kind_of, path)
        session = replace(self.session, beside=()) if self.session.beside else self.session
        sets = self.named_graphs("mappings") if mappings else {}
        ours = {*session.ontology.subjects()}
        about = {name: graph for name, graph in sets.items() if not _is_about_others(graph, ours)}
        done = export_guideline(
            session.guideline,
            path,
            inferred=session.closure.inferred if inferred else None,
            cases=session.facts + session.by_readings if session.cases else None,
            mappings={str(name).removeprefix(f"{BASE}mappings/"): graph for name, graph in about.items()},
            modules=modules,
        )
        others = len(self.session.ontology) - len(session.ontology)
        others += sum(len(graph) for name, graph in sets.items() if name not in about)
        left_out = {f"of other guidelines, which --graphs {KINDS[0]} writes": others}
        return replace(done, left_out={**done.left_out, **left_out}) if others else done

    def describe(self, vocabulary: str, files: Iterable[str | Path] = ()) -> Graph:
        """Return a description of the data set: `void`, `dcat` or `schema` (schema.org), with exported files if given.

        Raises
        ------
        UnknownNameError
            There is no such vocabulary.
        ParseError
            A file cannot be read, or is not RDF by its ending.
        """
        return describe(self.guideline, vocabulary, files)

    def push(
        self,
        target: str | Path,
        *,
        kinds: Sequence[str] = ("asserted", "inferred"),
        linked: str | Path | None = None,
        replace: bool = False,
        update: str | None = None,
        graph_store: str | None = None,
        progress: PushProgress | None = None,
    ) -> list[Pushed]:
        """Push the named graphs of some kinds into a SPARQL store, and return one record for each graph.

        Parameters
        ----------
        target : str or Path
            The address for queries, or the folder of an Oxigraph store.
        kinds : sequence of str
            See `named_graphs`. Cases go into a graph of their own.
        linked : path, optional
            A store made by `sts-kg link -o`; its links are pushed instead of those of this graph.
        replace, update, graph_store, progress
            As `sts_kg.stores.push`.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        EndpointError
            The store cannot be reached, read or written, or rejects the graphs.
        """
        from sts_kg.stores import push

        return push(
            self._to_push(kinds, linked),
            target,
            replace=replace,
            update=update,
            graph_store=graph_store,
            scope="ontology",
            progress=progress,
        )

    def verify(
        self, target: str | Path, *, kinds: Sequence[str] = ("asserted", "inferred"), linked: str | Path | None = None
    ) -> list[Verified]:
        """Compare the graphs that `push` would push with those of a store, and return one record for each graph.

        The store's other graphs under our base, or that of another guideline, are `not compared`. Nothing is written.
        Parameters and errors are those of `push`.
        """
        from sts_kg.stores import verify

        bases = (BASE, *(f"{iri}/" for iri in self._others))
        return verify(self._to_push(kinds, linked), target, bases=bases, scope="ontology")

    def dump(
        self, folder: str | Path, *, kinds: Sequence[str] = ("asserted", "inferred"), linked: str | Path | None = None
    ) -> list[Dumped]:
        """Write the graphs that `push` would push as files for the bulk loader of a store; `verify` compares then.

        Parameters
        ----------
        folder : str or Path
            A new folder, for files of N-Quads, `manifest.json`, and a script for the loader of each store.
        kinds, linked
            As for `push`.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        ParseError
            The folder is there and not empty.
        OSError
            The folder cannot be written.
        """
        from sts_kg.stores import dump

        return dump(self._to_push(kinds, linked), folder, scope="ontology")

    def _to_push(self, kinds: Sequence[str], linked: str | Path | None) -> dict[URIRef, Source]:
        from sts_kg.stores import graphs_of_links

        named: dict[URIRef, Source] = {**self.named_graphs(*(kind for kind in kinds if not linked or kind != "links"))}
        if linked is not None:
            named |= graphs_of_links(Path(linked))
        return named

    def named_graphs(self, *kinds: str) -> dict[URIRef, Graph]:
        """Return the graphs of some kinds by name: asserted (modules and cases), inferred, mappings, links.

        Raises
        ------
        UnknownNameError
            There is no such kind.
        """
        for kind in kinds:
            if kind not in KINDS:
                raise UnknownNameError("kind of graph", kind, KINDS)
        session = self.session
        if "mappings" in kinds and not session.mappings:
            session = replace(session, mappings=Sets())
        return {name: graph for kind in KINDS if kind in kinds for name, graph in session.named_graphs(kind).items()}


def _is_about_others(mappings: Graph, ours: Set[Node]) -> bool:
    """Return whether a mapping set is about terms of other guidelines alone."""
    of_guidelines = {term for term in mappings.objects(None, _SOURCE) if is_ours(str(term))}
    return bool(of_guidelines) and ours.isdisjoint(of_guidelines)
