"""The graph as a whole: the picture of all options, what there is in numbers, and its files."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from rdflib import OWL, RDF, RDFS, URIRef

from sts_kg.errors import MissingLibraryError, UnknownNameError
from sts_kg.guideline import DESCRIPTIONS
from sts_kg.links import text as sssom
from sts_kg.rdf import BASE, STS, serialize
from sts_kg.server.messages import Refusal, Request, Response
from sts_kg.server.site import Site
from sts_kg.server.terms import Piece, worded
from sts_kg.stores import KINDS

__all__ = ["downloads", "export", "pathway", "statistics"]

#: The syntaxes of a file by its ending: the media type, and what it is called.
SYNTAXES = {
    "ttl": ("text/turtle", "Turtle"),
    "owl": ("application/rdf+xml", "RDF/XML, for Protégé"),
    "rdf": ("application/rdf+xml", "RDF/XML"),
    "nt": ("application/n-triples", "N-Triples"),
    "jsonld": ("application/ld+json", "JSON-LD"),
    "n3": ("text/n3", "N3"),
    "trig": ("application/trig", "TriG, a graph a kind"),
    "nq": ("application/n-quads", "N-Quads, a graph a kind"),
}
_PICTURES = {"svg": "image/svg+xml", "png": "image/png", "dot": "text/vnd.graphviz"}
_OF_PNG = "resvg_py", "matplotlib"  # the libraries that it needs beside those of all pictures
_DESCRIBED = {"void": "ttl", "dcat": "ttl", "schema": "jsonld"}
_ENDINGS = "|".join(SYNTAXES)
_ONTOLOGY = re.compile(rf"sts-kg(-modules)?(-inferred)?(-mappings)?\.({_ENDINGS}|zip)(\.gz)?")
_GRAPHS = re.compile(rf"graphs-([a-z-]+)\.({_ENDINGS})(\.gz)?")
_SSSOM = re.compile(r"mappings-([A-Za-z0-9-]+)\.sssom\.tsv")


# --- the options


def pathway(site: Site, request: Request) -> Response:
    """Return the picture of all options, with the same as a table beneath it."""
    guideline, terms = site.kg.guideline, site.terms
    rows = []
    for option, condition in guideline.conditions.items():
        words = guideline.wordings[option]
        modality = [terms.label(str(each)) for each in guideline.asserted.objects(option, STS.hasModality)]
        refined = [Piece(terms.label(str(each)), str(each)) for each in guideline.asserted.objects(option, STS.refines)]
        order = [(heading, ", ".join(said)) for key, heading, said in words.clauses() if key in _ORDER]
        rows.append(
            (
                Piece(terms.label(str(option)), str(option)),
                sorted(modality),
                refined,
                worded(condition, guideline.labels),
                order,
            )
        )
    return site.page(request, "pathway.html", rows=rows, picture=site.markup(request, site.pathway))


_ORDER = ("strength", "frequency", "positions", "follows", "may_enable")


# --- numbers


def statistics(site: Site, request: Request) -> Response:
    """Return what there is in numbers: as VoID has them, by class and by property, and where it comes from."""
    terms = site.terms
    kinds, more, used, followed = (Counter[str]() for _ in range(4))
    subjects, objects = set[object](), set[object]()
    for graph, of_kinds, of_properties in ((terms.asserted, kinds, used), (terms.inferred, more, followed)):
        for subject, predicate, value in graph:
            of_properties[str(predicate)] += 1
            if predicate == RDF.type and isinstance(value, URIRef):
                of_kinds[str(value)] += 1
            if graph is terms.asserted:
                subjects.add(subject)
                objects.add(value)

    def table(first: Counter[str], second: Counter[str]) -> list[tuple[Piece, int, int]]:
        found = sorted({*first, *second}, key=lambda iri: (-first[iri], -second[iri], terms.label(iri)))
        return [(Piece(terms.label(iri), iri), first[iri], second[iri]) for iri in found[:400]]

    graphs = [
        (Piece(name.rpartition("/")[2], str(name) if str(name) in terms.known else ""), len(quads))
        for name, quads in site.kg.session.quads.items()
    ]
    slices = [(name.removeprefix(BASE), len(graph)) for name, graph in terms.slices.items()]
    sets = [(Piece(each.name, each.id), len(each.mappings)) for each in terms.sets.values()]
    return site.page(
        request,
        "statistics.html",
        counts=site.kg.summary,
        classes=table(kinds, more),
        properties=table(used, followed),
        graphs=graphs,
        slices=slices,
        sets=sets,
        guidelines=[
            (each.header(RDFS.label), each.header(OWL.versionInfo), each.source_digest) for each in site.kg.guidelines
        ],
        digest=site.dataset.digest,
        subjects=len(subjects),
        objects=len(objects),
    )


# --- files


class _File(NamedTuple):
    name: str
    told: str


def downloads(site: Site, request: Request) -> Response:
    """Return the list of all files."""
    endings = {ending: told for ending, (_, told) in SYNTAXES.items()}
    return site.page(request, "downloads.html", sections=[*_sections(site)], endings=endings)


def _sections(site: Site) -> Iterator[tuple[str, str, list[tuple[str, list[_File]]]]]:
    """Yield each kind of file with what it is, and its files by what they hold."""
    plain = [ending for ending in SYNTAXES if ending not in ("trig", "nq")]
    parts = {
        "": "what is stated",
        "-inferred": "with what follows",
        "-mappings": "with matches",
        "-inferred-mappings": "with both",
    }
    rows = [(what, [_File(f"sts-kg{part}.{ending}", ending) for ending in SYNTAXES]) for part, what in parts.items()]
    told = "One OWL 2 DL ontology, inside OWL 2 RL, with one header. Add .gz to a name to have it compressed."
    yield "The ontology", told, rows
    modules = [
        (what, [_File(f"sts-kg-modules{part}.{ending}", ending) for ending in ("zip", "trig", "nq")])
        for part, what in parts.items()
    ]
    yield "Its modules", "Each with its own header; the zip has the catalogue by which Protégé finds them.", modules
    kinds = [kind for kind in KINDS if kind != "links" or site.terms.slices]
    graphs = [
        (kind, [_File(f"graphs-{kind}.{ending}", ending) for ending in ("nq", "trig", *plain)])
        for kind in [*kinds, "-".join(kinds)]
    ]
    told = "As a store holds them, with nothing left out; merged where the syntax has no named graphs."
    yield "Named graphs", told, graphs
    sets = [(each.name, [_File(f"mappings-{each.name}.sssom.tsv", "tsv")]) for each in site.terms.sets.values()]
    yield "Mapping sets", "The matches with external terms, as SSSOM tables.", sets
    pictures = [ending for ending in _PICTURES if ending != "png" or all(map(find_spec, _OF_PNG))]
    others = [
        ("canned queries, for any SPARQL 1.1 engine", [_File("queries.zip", "zip")]),
        *((f"description: {name}", [_File(f"{name}.{ending}", ending)]) for name, ending in _DESCRIBED.items()),
        ("picture of all options", [_File(f"pathway.{ending}", ending) for ending in pictures]),
    ]
    yield "Others", "", others


def export(site: Site, request: Request) -> Response:
    """Return a file, made when it is asked for.

    Raises
    ------
    Refusal
        There is no such file (404), or what draws a picture is not installed (404).
    """
    name = request.parameters["file"]
    body, media = _made(site, name)
    return Response(200, body, media, (("Content-Disposition", f'attachment; filename="{name}"'),))


def _made(site: Site, name: str) -> tuple[bytes, str]:
    kg = site.kg
    if found := _ONTOLOGY.fullmatch(name):
        modules, inferred, mappings, ending, compressed = found.groups()
        fits = ending in ("zip", "trig", "nq") if modules else ending != "zip"
        if fits and not (compressed and ending == "zip"):
            options: dict[str, Any] = {
                "inferred": bool(inferred),
                "mappings": bool(mappings),
                "modules": bool(modules),
            }
            return _written(lambda path: kg.export(path, **options), ending, compressed)
    if found := _GRAPHS.fullmatch(name):
        kinds, ending, compressed = found.groups()
        named = kinds.split("-")
        if set(named) <= set(KINDS) and len(set(named)) == len(named) and ("links" not in named or site.terms.slices):
            return _written(lambda path: kg.export(path, kinds=named), ending, compressed)
    if found := _SSSOM.fullmatch(name):
        for each in site.terms.sets.values():
            if each.name == found[1]:
                return sssom(each).encode(), "text/tab-separated-values"
    stem, _, ending = name.partition(".")
    if stem in DESCRIPTIONS and ending in SYNTAXES:
        syntax = {"ttl": "turtle", "nt": "ntriples", "jsonld": "jsonld", "rdf": "rdfxml", "owl": "rdfxml"}.get(ending)
        if syntax is not None:
            return serialize(kg.describe(stem), syntax), SYNTAXES[ending][0]
    if stem == "pathway" and ending in _PICTURES:
        try:
            return site.pathway.as_bytes(ending), _PICTURES[ending]
        except MissingLibraryError as error:
            raise Refusal(404, str(error)) from error
    if name == "queries.zip":
        return _written(lambda path: kg.write_queries(path), "zip", None)
    files = [file.name for *_, rows in _sections(site) for _, row in rows for file in row]
    raise Refusal(404, f"{UnknownNameError('file', name[:100], files)}; /downloads lists all")


_MEMORY = "/dev/shm"  # files that are in memory only, where the system has them: nothing reaches a disk


def _written(write: Callable[[Path], object], ending: str, compressed: str | None) -> tuple[bytes, str]:
    """Return what is written into a file or, for a zip, into a folder."""
    with TemporaryDirectory(dir=_MEMORY if Path(_MEMORY).is_dir() else None) as folder:
        path = Path(folder, "sts-kg" if ending == "zip" else f"sts-kg.{ending}")
        write(path)
        if ending == "zip":
            return _zipped(path), "application/zip"
        body = path.read_bytes()
    return (gzip.compress(body, mtime=0), "application/gzip") if compressed else (body, SYNTAXES[ending][0])


def _zipped(folder: Path) -> bytes:
    """Return a folder as an archive, the same bytes for the same files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return made.getvalue()
