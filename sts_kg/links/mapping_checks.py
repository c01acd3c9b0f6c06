"""All checks of a mapping set: of its metadata, of the form of each row, and of the matches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Mapping as Map

from rdflib import Graph

from sts_kg.links.mapping_set import Mapping, MappingSet
from sts_kg.links.match_checks import ExternalTerms, MatchChecks
from sts_kg.links.metadata_checks import MetadataChecks
from sts_kg.links.row_checks import RowChecks
from sts_kg.links.slots import PROPOSED_BY
from sts_kg.links.value_checks import Values
from sts_kg.links.violations import RowViolation, Severity, Violations
from sts_kg.links.wrong_matches import Denial, denials, shipped_denials, traps

__all__ = ["validate"]


def validate(
    mappings: MappingSet,
    *,
    entities: Collection[object] | None = None,
    graph: Graph | None = None,
    labels: Map[str, str] | None = None,
    retired: Map[str, str] | None = None,
    denied: Iterable[Denial] = (),
    layered: bool = False,
) -> list[RowViolation]:
    """Return the problems of a mapping set, line by line; an empty list if there are none.

    Parameters
    ----------
    mappings : MappingSet
        As `read` returns it.
    entities : collection of IRIs, optional
        All terms of our own; a subject in our namespace must be one of them.
    graph : Graph, optional
        External terms with `rdfs:label` and `owl:deprecated`, to compare the objects with.
    labels : mapping of str to str, optional
        CURIE or IRI of an external term to its label.
    retired : mapping of str to str, optional
        CURIE or IRI of a retired term to its replacement, or to "".
    denied : iterable of Denial
        Further matches that are known to be wrong, besides the shipped traps and the denials of the shipped sets.
    layered : bool
        Whether the set goes into `Layers`, where a match that a row of a set denies is a conflict, and no error here,
        and a proposal that nobody has judged is an error.
    """
    values, found = Values(mappings), Violations(mappings)
    rows = RowChecks(mappings, values, found)
    matches = MatchChecks(
        mappings,
        values,
        found,
        wrong=(*traps(), *denied, *(() if layered else (*shipped_denials(), *denials([mappings])))),
        spared=shipped_denials() if layered else (),
        outside=ExternalTerms(graph, labels or {}, retired or {}),
        ours=frozenset(map(str, entities)) if entities is not None else None,
    )
    MetadataChecks(mappings, values, found).check()
    for row in mappings.mappings:
        if mappings.cell(row, "mapping_tool") == PROPOSED_BY and not _judged(row):
            message, remedy = "nobody has judged this proposal", "accept or deny it: sts-kg mappings accept"
            severity: Severity = "error" if layered else "warning"
            found.say(row.line, "reviewer_id", message, remedy, severity, once="proposal")
        rows.check(row)
        matches.check(row)
    matches.check_together()
    return found.by_line()


def _judged(row: Mapping) -> bool:
    return any((row.reviewer_id, row.reviewer_label, row.author_id, row.author_label))
