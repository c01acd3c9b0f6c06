"""The modules of a guideline: what its header says of them, and how they are read, compiled or generated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, RDFS

from sts_kg.errors import CurieError, ParseError
from sts_kg.guideline.condition_turtle import compile_conditions
from sts_kg.guideline.data import ontology_folder
from sts_kg.guideline.duals import not_met
from sts_kg.rdf import STS, Prefixes, Quads, compress, declare_namespace, named_quads, of_quads, read_text

__all__ = ["CASE_MODULES", "DUALS", "Header", "duals_module", "read_header", "read_modules", "require_usable"]

#: The modules without which no case can be answered.
CASE_MODULES = ("vocabulary", "findings", "treatments", "conditions", "not-met")
#: The module of the duals of findings, options and conditions.
DUALS = "not-met"
_CODES, _CONDITIONS, _TEXT = "codes", "conditions", "conditions.txt"
#: What may be said of a term that guidelines share.
_NOTES = frozenset(map(str, (RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy)))
#: What a term may be declared as; nothing follows of a case from that.
_DECLARED = frozenset(
    map(str, (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual))
)
#: That a text imports modules, outside the lines that are comments.
_IMPORTS = re.compile(r"^(?![ \t]*#).*\bowl[:#]imports\b", re.MULTILINE)
#: The name of a module below the IRI of its ontology, which is that of its file, too.
_MODULE = re.compile(r"\w[\w-]*(/\w[\w-]*)?")
_NAMESPACE, _PREFIX = (URIRef(f"http://purl.org/vocab/vann/preferredNamespace{each}") for each in ("Uri", "Prefix"))


@dataclass(frozen=True)
class Header:
    """What the module that imports the others says of them."""

    #: Where its Turtle file is, or would be if it was read from elsewhere.
    path: Path
    #: The IRI of the ontology; its modules are named below it.
    iri: URIRef
    #: The namespace of the guideline's own terms, and the prefix by which CURIEs and queries name them.
    base: str
    prefix: str
    #: The names of the modules of its own, and of those that it shares with the shipped ontology.
    own: frozenset[str]
    shared: frozenset[str]

    @property
    def name(self) -> str:
        """Its name as a module."""
        return self.path.stem

    @property
    def modules(self) -> tuple[str, ...]:
        """The names of all modules: its own, then those that it imports by name."""
        return self.name, *sorted(self.own | self.shared)

    def graph_name(self, module: str) -> URIRef:
        """Return the name of the graph of a module."""
        return URIRef(f"{STS.ontology if module in self.shared else self.iri}/{module}")

    def read(self, module: str, text: str | None = None) -> Quads:
        """Return a module as quads of pyoxigraph, by its file or by a text; blank nodes are the same at every call.

        Raises
        ------
        ParseError
            The file is missing, or it is not Turtle.
        """
        folder = ontology_folder() if module in self.shared else self.path.parent
        own = "" if module in self.shared or self.prefix == "sts" else self.prefix  # no other guideline has the same
        nodes = re.sub("[^A-Za-z0-9]", "", own + module)
        path = f"{module}.ttl" if text is not None else folder / f"{module}.ttl"
        return named_quads(path, self.graph_name(module), blank_nodes=nodes, text=text)


def read_header(folder: Path, quads: Mapping[str, Quads] | None = None) -> Header:
    """Return the header of the guideline in a folder, or of modules that were read from elsewhere; declare its prefix.

    Raises
    ------
    ParseError
        There is no header or several; it does not say which ontology it is of, or imports what is not a module or not
        all that is needed; or its prefix cannot be used.
    """
    name = _find_name(folder, quads)
    path = folder / f"{name}.ttl"
    graph = of_quads(named_quads(path, "urn:header", blank_nodes="header") if quads is None else quads[name])
    iri = _find_iri(graph, path)
    base = str(graph.value(iri, _NAMESPACE) or f"{iri.rpartition('/')[0]}/")
    prefix = str(graph.value(iri, _PREFIX) or ("sts" if iri == STS.ontology else ""))
    if not prefix:
        raise ParseError("does not say the prefix of its terms: add vann:preferredNamespacePrefix", path=path)
    _declare(prefix, base, path)
    own, shared = _imported(graph, iri, path)
    needed = {*CASE_MODULES} if iri == STS.ontology else {*CASE_MODULES, _CODES}
    if wanting := sorted(needed - own - shared):
        raise ParseError(f"does not import {', '.join(wanting)}", path=path)
    return Header(path, iri, base, prefix, own, shared)


def _find_name(folder: Path, quads: Mapping[str, Quads] | None) -> str:
    if quads is None:
        paths = (path for path in sorted(folder.glob("*.ttl")) if path.is_file())
        found = [path.stem for path in paths if _IMPORTS.search(read_text(path))]
    else:
        imports = str(OWL.imports)
        found = [name for name, given in quads.items() if any(quad.predicate.value == imports for quad in given)]
    if len(found) != 1:
        reason = f"has {len(found)} Turtle files with owl:imports; one is expected, the header of the ontology"
        raise ParseError(reason, path=folder if quads is None else None)
    return found[0]


def _find_iri(header: Graph, path: Path) -> URIRef:
    """Return the IRI of the ontology that imports modules."""
    found = {*header.subjects(OWL.imports)}
    iri = next(iter(found))
    if len(found) != 1 or not isinstance(iri, URIRef):
        reason = "has owl:imports of several things, or of one without an IRI; only the ontology has them"
        raise ParseError(reason, path=path)
    return iri


def _declare(prefix: str, base: str, path: Path) -> None:
    """Make the prefix known; raise if it cannot be used, or stands for something else."""
    known = Prefixes.shipped().find(prefix)
    if known is not None and known.iri != base:
        raise ParseError(f"has the prefix {prefix}:, which is that of <{known.iri}>; choose another", path=path)
    try:
        declare_namespace(prefix, base)
    except CurieError as error:
        raise ParseError(f"has {error.text}, which cannot be used: {error.reason}", path=path) from error


def _imported(header: Graph, iri: URIRef, path: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of its own modules, and of those of the shipped ontology that another one imports."""
    own, shared = set[str](), set[str]()
    for node in sorted(header.objects(iri, OWL.imports), key=str):
        module = str(node)
        below, name = next(
            ((each, module[len(each) + 1 :]) for each in (iri, STS.ontology) if module.startswith(f"{each}/")),
            ("", ""),
        )
        if not (isinstance(node, URIRef) and _MODULE.fullmatch(name)):
            others = "" if iri == STS.ontology else f", or <{STS.ontology}/vocabulary>"
            expected = f"<{iri}/findings>, whose file is findings.ttl{others}"
            raise ParseError(f"imports {node.n3()}; expected is a module such as {expected}", path=path)
        if name in own | shared:
            raise ParseError(f"imports two modules of the name {name}", path=path)
        (own if below == iri else shared).add(name)
    return frozenset(own), frozenset(shared)


def read_modules(header: Header, quads: Mapping[str, Quads] | None = None) -> dict[str, Quads]:
    """Return the name of each module to its quads, the header first; conditions may be compiled and duals generated.

    Parameters
    ----------
    header : Header
        What `read_header` returned.
    quads : mapping, optional
        The modules by name, if they were read from elsewhere.

    Raises
    ------
    ParseError
        A module is missing or not Turtle, or the conditions are in two files or cannot be compiled.
    """
    if quads is not None:
        if missing := [name for name in header.modules if name not in quads]:
            raise ParseError(f"the module {missing[0]} of the ontology is missing")
        return {name: quads[name] for name in header.modules}
    found = {name: header.read(name) for name in header.modules if not _is_generated(name, header)}
    if _CONDITIONS not in found:
        path, asserted = header.path.parent / _TEXT, of_quads(chain.from_iterable(found.values()))
        text = compile_conditions(read_text(path), asserted, base=header.base, iri=str(header.iri), path=path)
        found[_CONDITIONS] = header.read(_CONDITIONS, text)
    if DUALS not in found:
        found[DUALS] = duals_module(header, of_quads(chain.from_iterable(found.values())))
    return found


def _is_generated(module: str, header: Header) -> bool:
    """Return whether a module is made from other files of the guideline."""
    if module in header.shared:
        return False
    folder = header.path.parent
    has_file = (folder / f"{module}.ttl").exists()
    has_text = module == _CONDITIONS and (folder / _TEXT).exists()
    if has_file and has_text:
        raise ParseError(f"is there beside {module}.ttl; keep one of them", path=folder / _TEXT)
    return has_text or (module == DUALS and not has_file)


def duals_module(header: Header, asserted: Graph) -> Quads:
    """Return the module of the duals of the findings, options and conditions of a graph.

    Raises
    ------
    ParseError
        A condition has no dual.
    """
    try:
        text = not_met(asserted, header.iri)
    except ValueError as error:
        raise ParseError(str(error), path=header.path.with_name("conditions.ttl")) from error
    return header.read(DUALS, text)


def require_usable(header: Header, quads: Mapping[str, Quads]) -> None:
    """Refuse a namespace that no term has, and axioms about shared terms: in one graph they would hold for all cases.

    Raises
    ------
    ParseError
        The modules of another guideline than the shipped one have such a namespace or such an axiom.
    """
    if header.iri == STS.ontology:
        return
    own = {name: quads[name] for name in sorted(header.own)}
    terms = (str(getattr(quad.subject, "value", "")) for each in own.values() for quad in each)
    if not any(term.startswith(header.base) for term in terms):
        reason = f"has the namespace <{header.base}>, with which no term of its modules begins"
        raise ParseError(reason, path=header.path)
    axiomatic = (str(RDF), str(RDFS), str(OWL))
    for name, each in own.items():
        for quad in each:
            subject, predicate = str(getattr(quad.subject, "value", "")), quad.predicate.value
            is_note = predicate in _NOTES or not predicate.startswith(axiomatic)
            is_declaration = predicate == str(RDF.type) and getattr(quad.object, "value", "") in _DECLARED
            if subject.startswith(STS) and not (is_note or is_declaration):
                reason = f"asserts {compress(predicate)} of {compress(subject)}, a term that all guidelines share"
                path = header.path.with_name(f"{name}.ttl")
                raise ParseError(f"{reason}; say it of a term of its own", path=path)
