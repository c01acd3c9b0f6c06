"""What a text names by mappings: the rows about a term, and terms of ours by external ids and synonyms."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from rdflib import URIRef

from sts_kg.errors import UnknownNameError
from sts_kg.guideline import ontology_folder
from sts_kg.links.curies import iri_of
from sts_kg.links.layers import Layers
from sts_kg.links.mapping_set import Mapping, MappingSet
from sts_kg.links.mappings import rows_with
from sts_kg.links.slots import PREDICATES
from sts_kg.queries import Elsewhere, Entities
from sts_kg.rdf import Prefixes, is_ours, local, read_text

__all__ = ["looked_up", "named_elsewhere", "synonyms"]


def looked_up(
    layers: Layers,
    name: str | None,
    entities: Callable[[], Entities],
    *,
    prefix: str | None = None,
    predicate: str | None = None,
) -> tuple[tuple[MappingSet, Mapping], ...]:
    """Return the rows, each with its set, about the term that a text names; all rows without a text.

    Parameters
    ----------
    layers : Layers
        The sets to search.
    name : str, optional
        An external term by CURIE, IRI or code, or one of our terms by name or label.
    entities : callable
        Returns the names of our terms; called only if they are needed.
    prefix, predicate : str, optional
        Only external terms of this vocabulary; only this predicate.

    Raises
    ------
    UnknownNameError
        The name, the prefix or the predicate is unknown.
    CurieError
        The name is a CURIE with an unknown prefix.
    """
    vocabulary = layers.vocabulary(prefix) if prefix is not None else None
    wanted = f"skos:{predicate.removeprefix('skos:')}" if predicate is not None else None
    if wanted is not None and wanted not in PREDICATES:
        raise UnknownNameError("predicate", str(predicate), [each.removeprefix("skos:") for each in PREDICATES])
    every = ((each, row) for each in layers.sets for row in each.mappings)
    return tuple(
        (each, row)
        for each, row in (every if name is None else rows_with(layers.sets, _meant(name, layers, entities)))
        if (vocabulary is None or str(row.object_id).partition(":")[0] == vocabulary)
        and wanted in (None, row.predicate_id)
    )


def _meant(name: str, layers: Layers, entities: Callable[[], Entities]) -> set[str]:
    """Return the canonical IRIs that a text names."""
    inner = name[1:-1] if name.startswith("<") and name.endswith(">") else name
    iri = layers.iri(inner) or ""
    if not iri and ":" in inner:
        iri = str(Prefixes.shipped().expand(inner))  # says what is wrong
    if iri and not is_ours(iri):
        return {iri}
    ours_by_name = entities()
    if iri:
        return {str(ours_by_name.resolve(local(iri)))}
    wanted, ours, codes = " ".join(name.split()).casefold(), set(), set()
    for each in layers.sets:
        for row in each.mappings:
            subject = iri_of(row.cell("subject_id"), each.curie_map)
            labels = ours_by_name.labels.get(URIRef(subject), ())
            names = (local(subject), local(subject).partition("-")[2], *labels)
            if wanted in (" ".join(one.split()).casefold() for one in names):
                ours.add(subject)
            if wanted == row.cell("object_id").partition(":")[2].casefold():
                codes.add(iri_of(row.cell("object_id"), each.curie_map))
    return ours or codes or {str(ours_by_name.resolve(name))}


def named_elsewhere(text: str, layers: Layers) -> Elsewhere:
    """Return the terms of ours that a text names by a mapped external id or a synonym.

    The id is a CURIE or an IRI in any known form. Denied mappings do not count.
    """
    iri = layers.iri(text[1:-1] if text.startswith("<") and text.endswith(">") else text)
    if iri is None:
        label = synonyms().get(" ".join(text.split()).casefold())
        return Elsewhere(same={label: ""} if label else {})
    found: dict[str, dict[str, str]] = {"skos:exactMatch": {}}
    for each, row in rows_with(layers.about_ours, [iri]):
        if not row.negative:
            what = f"{row.object_label}, " if row.object_label else ""
            word = {"skos:closeMatch": "close to", "skos:narrowMatch": "a kind of"}.get(row.predicate_id or "", "")
            named = found.setdefault(str(row.predicate_id), {})
            named[f"<{iri_of(str(row.subject_id), each.curie_map)}>"] = f"{what}{word}" if word else ""
    near = found.get("skos:closeMatch", {}) or found.get("skos:narrowMatch", {})
    wide = {name: "" for kind in found if kind not in _NEAR for name in found[kind]}
    return Elsewhere(found["skos:exactMatch"], near, wide)


_NEAR = ("skos:exactMatch", "skos:closeMatch", "skos:narrowMatch")


@cache
def synonyms() -> dict[str, str]:
    """Return the label of ours for each other name that people use, in small letters."""
    rows = read_text(ontology_folder() / "synonyms.tsv").splitlines()[1:]
    return {row.split("\t")[0].casefold(): row.split("\t")[1] for row in rows}
