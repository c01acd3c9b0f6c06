"""Quality gates over the ontology, the queries and, if it is given, the page: what is wrong, and what is covered.

A check is a function in `ontology_checks` or `page_checks`, a query in `queries/check/` whose rows are violations, the
profile (`sts_kg.quality.profile`), the linter of queries (`sts_kg.quality.lint`) or a SHACL shape in `shapes.ttl`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, RDFS, SH

from sts_kg.errors import InconsistentError, ParseError, QueryError
from sts_kg.guideline import Guideline, ontology_folder
from sts_kg.quality import lint, profile
from sts_kg.quality.covered import coverage
from sts_kg.quality.ontology_checks import CHECKS, with_readings
from sts_kg.quality.page_checks import PAGE_CHECKS, page_violations
from sts_kg.quality.violation import Violation
from sts_kg.queries import CannedQuery, Store, check_syntax, read_all, run, store_of
from sts_kg.rdf import STS, compress, read
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Table

__all__ = ["Report", "guideline_violations", "query_violations", "report"]


@dataclass(frozen=True)
class Report(Shown):
    """What the checks found: `violations` (empty if all is well), `coverage` rows of (what, covered, of), `notes`.

    `notes` say what was left out and why, such as the page when it is not at hand; `n_checks` counts the checks run.
    """

    violations: tuple[Violation, ...]
    coverage: tuple[tuple[str, int, int], ...]
    notes: tuple[str, ...]
    n_checks: int

    def __repr__(self) -> str:
        return f"<Report: {counted(len(self.violations), 'violation')} by {counted(self.n_checks, 'check')}>"

    def as_dict(self) -> dict[str, object]:
        """Return the report as plain values."""
        return {
            "violations": [vars(violation) for violation in self.violations],
            "coverage": {what: {"covered": covered, "of": total} for what, covered, total in self.coverage},
            "notes": list(self.notes),
            "checks": self.n_checks,
        }

    def table(self) -> Table:
        """Return the violations as a table: check, subject, message, remedy."""
        rows = [tuple(map(Literal, (v.check, v.subject, v.message, v.remedy))) for v in self.violations]
        return Table(("check", "subject", "message", "remedy"), tuple(rows))


def report(
    guideline: Guideline, *, canned_folder: Path, own: Iterable[CannedQuery] = (), page: Path | None = None
) -> Report:
    """Return what all checks say of an ontology and of the queries in a folder (some ten seconds).

    Parameters
    ----------
    guideline : Guideline
        What is checked; its closure is computed.
    canned_folder : Path
        The canned queries, including the checks in `check/`.
    own : iterable of CannedQuery
        More queries to check, and to check by if their topic is `check`.
    page : Path, optional
        The source page; without it the checks that need it are left out, which `notes` says.
    """
    wrong_files: list[Violation] = []

    def wrong(error: QueryError | ParseError) -> None:
        wrong_files.append(Violation("query-syntax", getattr(error, "name", str(canned_folder)), str(error)))

    queries = read_all(canned_folder, on_error=wrong) | {query.id: query for query in own}
    terms = {term for term in guideline.asserted.subjects() if isinstance(term, URIRef)}
    linted = queries.values() if guideline.iri == STS.ontology else own  # shipped ones name terms that others lack
    of_queries = [
        violation for each in linted for violation in lint.violations(each, terms, second_parser=check_syntax)
    ]
    checks = {name: each for name, each in queries.items() if each.topic == "check"}
    unreadable = {violation.subject for violation in of_queries if violation.check == "query-syntax"}
    found, notes = guideline_violations(
        guideline, [each for name, each in checks.items() if name not in unreadable], page=page
    )
    return Report(
        violations=tuple(sorted({*found, *of_queries, *wrong_files})),
        coverage=tuple(coverage(guideline, len(queries) - len(checks))),
        notes=notes,
        n_checks=len(profile.CHECKS)
        + len(CHECKS)
        + len(PAGE_CHECKS)
        + len(lint.CHECKS)
        + len(checks)
        + 1,  # the shapes
    )


def guideline_violations(
    guideline: Guideline, checks: Iterable[CannedQuery], *, page: Path | None = None
) -> tuple[tuple[Violation, ...], tuple[str, ...]]:
    """Return what all checks but those of queries say of a guideline, and notes on what was left out.

    What is wrong with a term of the shipped vocabulary is not reported for another guideline, which imports it.
    """
    found: list[Violation] = list(profile.violations(with_readings(guideline)))
    for check in CHECKS.values():
        found += check(guideline)
    of_page, without_page = page_violations(guideline, page)
    of_shapes, without_shapes = _shape_violations(guideline)
    found += [*of_page, *of_shapes, *query_violations(guideline, checks)]
    imported = _imported(guideline)
    mine = {violation for violation in found if violation.subject not in imported}
    return tuple(sorted(mine)), tuple(note for note in (without_page, without_shapes) if note)


def _imported(guideline: Guideline) -> frozenset[str]:
    """Return the CURIEs of the terms of the shipped ontology that another guideline imports."""
    if guideline.iri == STS.ontology:
        return frozenset()
    terms = guideline.asserted.subjects(RDFS.isDefinedBy, STS.ontology)
    return frozenset(compress(str(term)) for term in (*terms, STS.ontology))


def query_violations(guideline: Guideline, checks: Iterable[CannedQuery]) -> Iterator[Violation]:
    """Yield a violation for each row of the checks that are queries (`?subject ?message`), or if one is none."""
    stores: dict[str, Store] = {}
    for check in checks:
        if check.form != "select" or check.parameters or check.graph not in ("asserted", "closed"):
            reason = "a check selects ?subject ?message from the asserted or the closed graph, and has no parameters"
            yield Violation("query-syntax", check.id, reason)
            continue
        if check.graph not in stores:
            try:
                closed = guideline.closure if check.graph == "closed" else guideline.asserted
            except InconsistentError:  # which a check reports; what follows from a contradiction means nothing
                continue
            stores[check.graph] = store_of(closed)
        rows = run(stores[check.graph], check.text, name=check.id)
        assert isinstance(rows, Table), "its form was looked at"
        if len(rows.variables) != 2:
            yield Violation("query-syntax", check.id, "a check selects ?subject ?message, two variables")
            continue
        for subject, message in rows:
            shown = compress(str(subject)) if isinstance(subject, URIRef) else str(subject)
            yield Violation(check.id.removeprefix("check/"), shown, str(message), check.remedy)


def _shape_violations(guideline: Guideline) -> tuple[list[Violation], str]:
    """Return the results of `shapes.ttl`, or why they are not there: pyshacl is an extra."""
    try:
        import pyshacl
    except ImportError:
        return [], "pyshacl is not installed: the shapes were left out (pip install 'sts-kg[shapes]')"
    own = guideline.folder / "shapes.ttl"
    shapes = read(own if own.exists() else ontology_folder() / "shapes.ttl")
    _, results, _ = pyshacl.validate(guideline.asserted, shacl_graph=shapes, inference="none", advanced=False)
    found = []
    for result in results.subjects(RDF.type, SH.ValidationResult):
        subject, shape = results.value(result, SH.focusNode), results.value(result, SH.sourceShape)
        message = str(results.value(result, SH.resultMessage) or f"does not conform to {compress(str(shape))}")
        found.append(Violation("shape", compress(str(subject)), message, "see ontology/shapes.ttl"))
    return found, ""
