"""Writes a guideline, and what is known beside it, for other people's tools, and says what it wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import Graph, URIRef

from sts_kg.errors import ParseError
from sts_kg.guideline.guideline import Guideline
from sts_kg.guideline.release import (
    CATALOG,
    catalog,
    document,
    mapping_axioms,
    module_ontologies,
    named_individuals,
    one_ontology,
    owl_axioms,
)
from sts_kg.rdf import is_rdf, syntax_of, write, write_bytes, writing_folder
from sts_kg.safe import counted
from sts_kg.shown import Shown

__all__ = ["Exported", "export_graphs", "export_guideline"]

_WITH_NAMED_GRAPHS = ("trig", "nquads")
_TITLES = {"inferred": "What follows by OWL 2 RL", "cases": "Cases"}
_MAPPINGS = "mappings-"  # before the name of a mapping set, in the name of its part


@dataclass(frozen=True)
class Exported(Shown):
    """What was written: how many triples, of which kinds, and what was left out, by why."""

    path: Path
    #: Kind of triples to their number: asserted, inferred, …; none is counted twice.
    triples: Mapping[str, int]
    left_out: Mapping[str, int]

    def __repr__(self) -> str:
        return f"<Exported: {counted(len(self), 'triple')} to {self.path}>"

    def __len__(self) -> int:
        """Return the number of triples in the file or the folder."""
        return sum(self.triples.values())

    def __str__(self) -> str:
        """Return it as a sentence."""
        parts = ", ".join(f"{count:,} {kind}" for kind, count in self.triples.items() if count)
        left = ", ".join(f"{count:,} {why}" for why, count in self.left_out.items() if count)
        return f"{counted(len(self), 'triple')} written to {self.path}: {parts}" + (
            f"; left out: {left}" if left else ""
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"path": str(self.path), "triples": dict(self.triples), "left_out": dict(self.left_out)}


def export_graphs(named: Mapping[URIRef, Graph], kinds: Mapping[URIRef, str], path: str | Path) -> Exported:
    """Write named graphs as they are, merged where the syntax has no named graphs."""
    return _written([(name, kinds[name], graph) for name, graph in named.items()], {}, path)


def export_guideline(
    guideline: Guideline,
    path: str | Path,
    *,
    inferred: Graph | None = None,
    cases: Graph | None = None,
    mappings: Mapping[str, Graph] | None = None,
    modules: bool = False,
) -> Exported:
    """Write a guideline as one ontology into a file, or as modules into a folder, each with its own header.

    Parameters
    ----------
    guideline : Guideline
        What is asserted.
    path : str or Path
        The file, its syntax by its ending; with `modules` a folder, which gets Turtle files and a catalogue, or a
        `.trig` or `.nq` file, which keeps each module in a graph of its own.
    inferred, cases : Graph, optional
        What follows, and the facts of the cases.
    mappings : mapping of names to graphs, optional
        The mapping sets.
    modules : bool
        Whether the modules stay apart.

    Raises
    ------
    ParseError
        The ending is unknown, or modules were asked for in a file that cannot keep them, or in a folder that is not
        empty.
    OSError
        It cannot be written; nothing is left behind.
    """
    target, left_out = Path(path), Counter[str]()
    into_folder = modules and not is_rdf(target)
    if modules and not into_folder and syntax_of(target) not in _WITH_NAMED_GRAPHS:
        reason = "is one file that cannot keep modules apart; name a folder, or a file that ends in .trig or .nq"
        raise ParseError(reason, path=path)
    parts: dict[str, tuple[str, Graph]] = {}  # name to kind and graph
    whole, repeated, headers = one_ontology(guideline)
    if modules:
        parts = {name: ("asserted", graph) for name, graph in module_ontologies(guideline).items()}
    else:
        parts[""] = ("asserted", whole)
        parts["definitions"] = ("definitions once more for OBO tools", repeated)
        left_out += headers
    if cases is not None and inferred is not None:
        inferred = named_individuals(inferred, of=cases)
    if inferred is not None:
        axioms, others = owl_axioms(inferred, whole)
        parts["inferred"] = ("inferred", axioms)
        left_out += others
    if mappings:
        for name, graph in mappings.items():
            axioms, others = mapping_axioms(graph, whole)
            parts[f"{_MAPPINGS}{name}"] = ("mappings", axioms)
            left_out += others
    if cases is not None:
        parts["cases"] = ("cases", named_individuals(cases, of=cases))
    if modules:
        for name in parts.keys() - guideline.quads.keys():
            kind, graph = parts[name]
            title = _TITLES.get(name, f"Mappings: {name.removeprefix(_MAPPINGS)}")
            parts[name] = kind, document(graph, name, guideline, title)
    if not into_folder:
        named = [(_graph_name(name, guideline), kind, graph) for name, (kind, graph) in parts.items()]
        return _written(named, left_out, path)
    catalogues = {CATALOG: catalog(guideline, parts)}
    for inner in {name.partition("/")[0] for name in parts if "/" in name}:
        catalogues[f"{inner}/{CATALOG}"] = catalog(guideline, parts, folder="../")
    _write_folder(target, {name: graph for name, (_, graph) in parts.items()}, catalogues)
    counts = Counter[str]()
    for kind, graph in parts.values():
        counts[kind] += len(graph)
    return Exported(target, counts, _sorted(left_out))


def _graph_name(part: str, guideline: Guideline) -> URIRef:
    """Return the name of the graph of a part in a file: the one that `push` gives it, or the ontology's own."""
    if part in ("", "definitions"):
        return guideline.iri
    if part in _TITLES:
        return URIRef(f"{guideline.base}{part}")
    if part.startswith(_MAPPINGS):
        return URIRef(f"{guideline.base}mappings/{part.removeprefix(_MAPPINGS)}")
    return guideline.graph_name(part)


def _written(parts: Iterable[tuple[URIRef, str, Graph]], left_out: Mapping[str, int], path: str | Path) -> Exported:
    """Write parts, each with the name of its graph and its kind: into their graphs, or all into one."""
    counts, apart = Counter[str](), syntax_of(path) in _WITH_NAMED_GRAPHS
    named: dict[URIRef | None, Graph] = {}
    for name, kind, graph in parts:
        merged = named.setdefault(name if apart else None, Graph(bind_namespaces="none"))
        before = len(merged)
        for prefix, namespace in graph.namespaces():
            merged.bind(prefix, namespace, override=False)
        merged += graph
        counts[kind] += len(merged) - before
    write({name: graph for name, graph in named.items() if name is not None} if apart else named[None], path)
    return Exported(Path(path), counts, _sorted(left_out))


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _write_folder(target: Path, graphs: Mapping[str, Graph], catalogues: Mapping[str, str]) -> None:
    """Write a folder whole or not at all."""
    with writing_folder(target) as beside:
        for name, graph in graphs.items():
            file = beside / f"{name}.ttl"
            file.parent.mkdir(exist_ok=True)  # alignments have a folder of their own
            write(graph, file)
        for name, text in catalogues.items():
            write_bytes(beside / name, text.encode())
