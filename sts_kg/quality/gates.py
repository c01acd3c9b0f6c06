"""Quality gates over the ontology, the queries and, if it is given, the page: what is wrong, and what is covered.

A check is a function in this module that yields violations, a query in `queries/check/` whose rows are violations, the
profile (`sts_kg.quality.profile`), the linter of queries (`sts_kg.quality.lint`) or a SHACL shape in `shapes.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, PROV, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from sts_kg.closure import closure_of
from sts_kg.errors import InconsistentError, ParseError, QueryError, SourceError
from sts_kg.guideline import CUES, Alternative, Condition, Conjunction, Guideline, Leaf, leaves, not_met, segments
from sts_kg.links import read as read_mappings
from sts_kg.links import to_graph
from sts_kg.quality import lint, profile
from sts_kg.quality.violation import Violation
from sts_kg.queries import CannedQuery, Store, check_syntax, read_all, run, store_of
from sts_kg.rdf import BASE, STS, ChangedGraph, compress, local, parse, read, read_text
from sts_kg.tables import Table

__all__ = ["CHECKS", "Report", "report"]

#: A cue, and any run of words shared with the page, has at most this many words (`docs/modelling.md`).
MOST_WORDS = 8


@dataclass(frozen=True)
class Report:
    """What the checks found: `violations` (empty if all is well), `coverage` rows of (what, covered, of), `notes`.

    `notes` say what was left out and why, such as the page when it is not at hand; `n_checks` counts the checks run.
    """

    violations: tuple[Violation, ...]
    coverage: tuple[tuple[str, int, int], ...]
    notes: tuple[str, ...]
    n_checks: int

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
    found: list[Violation] = list(profile.violations(_with_readings(guideline)))
    notes = []
    for check in CHECKS.values():
        found += check(guideline)
    of_page, note = _page_violations(guideline, page)
    found += of_page
    if note:
        notes.append(note)
    of_shapes, note = _shape_violations(guideline)
    found += of_shapes
    if note:
        notes.append(note)
    wrong_files: list[Violation] = []

    def wrong(error: QueryError | ParseError) -> None:
        wrong_files.append(Violation("query-syntax", getattr(error, "name", str(canned_folder)), str(error)))

    queries = read_all(canned_folder, on_error=wrong) | {query.id: query for query in own}
    terms = {term for term in guideline.asserted.subjects() if isinstance(term, URIRef)}
    for each in queries.values():
        found += lint.violations(each, terms, second_parser=check_syntax)
    checks = {name: each for name, each in queries.items() if each.topic == "check"}
    unreadable = {violation.subject for violation in found if violation.check == "query-syntax"}
    found += query_violations(guideline, [each for name, each in checks.items() if name not in unreadable])
    return Report(
        violations=tuple(sorted({*found, *wrong_files})),
        coverage=tuple(_coverage(guideline, len(queries) - len(checks))),
        notes=tuple(notes),
        n_checks=len(profile.CHECKS)
        + len(CHECKS)
        + len(PAGE_CHECKS)
        + len(lint.CHECKS)
        + len(checks)
        + 1,  # the shapes
    )


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


# --- checks of the ontology


def _inconsistent(guideline: Guideline) -> Iterator[Violation]:
    """Find contradictions in what the ontology asserts and entails."""
    try:
        _ = guideline.closure
    except InconsistentError as error:
        for sentence in error.contradictions:
            yield Violation("inconsistent", "sts:ontology", sentence, "an axiom or a fact must go")


def _contradicts_standards(guideline: Guideline) -> Iterator[Violation]:
    """Find contradictions with what SKOS, PROV-O and Dublin Core publish, all mappings of the ontology loaded."""
    try:
        _ = guideline.closure
    except InconsistentError:  # which a check reports; what follows from a contradiction means nothing
        return
    graph = guideline.asserted + read(Path(__file__).with_name("published.ttl"))
    for path in sorted((guideline.folder / "mappings").glob("*.sssom.tsv")):
        graph += to_graph(read_mappings(path))
    for found in closure_of(graph, axioms="none").inconsistencies:
        remedy = "constrain no term of a standard, and use each as it is published (sts_kg/quality/published.ttl)"
        yield Violation("contradicts-standards", "sts:ontology", str(found), remedy)


def _not_met_stale(guideline: Guideline) -> Iterator[Violation]:
    """Find out whether not-met.ttl is still what findings, options and conditions.ttl give."""
    try:
        fresh = parse(not_met(guideline.asserted))
    except ValueError as error:
        yield Violation("not-met-stale", "not-met.ttl", f"cannot be generated: {error}", "fix conditions.ttl")
        return
    if not isomorphic(fresh, guideline.modules["not-met"]):
        message = "is not what findings, options and conditions.ttl give"
        yield Violation("not-met-stale", "not-met.ttl", message, "generate it again with `make docs`")


def _parts_unlike_axiom(guideline: Guideline) -> Iterator[Violation]:
    """Compare the parts of a recommendation with the leaves of its axiom, and the alternatives with its unions."""
    graph = guideline.asserted
    for recommendation, option in graph.subject_objects(STS.recommendsOption):
        condition = guideline.conditions.get(URIRef(str(option)))
        parts = list(graph.objects(recommendation, STS.hasConditionPart))
        groups: dict[object, set[object]] = {}
        for part in parts:
            group = graph.value(part, STS.inAlternatives)
            groups.setdefault(group, set()).update(graph.objects(part, STS.onFinding))
        wanted = set(leaves(condition)) if condition is not None else set()
        stated = {finding for findings in groups.values() for finding in findings}
        subject = compress(str(recommendation))
        if wanted != stated or len(parts) != len(stated):
            message = f"its parts are on {_names(stated)}, its axiom is over {_names(wanted)}"
            yield Violation("parts-unlike-axiom", subject, message, "a part for each leaf of the axiom, and no other")
        else:
            unions = {frozenset(leaves(part)) for part in _alternatives(condition)}
            said = {frozenset(findings) for group, findings in groups.items() if group is not None}
            if unions != said:
                message = "its alternatives (sts:inAlternatives) are not the unions of its axiom"
                yield Violation("parts-unlike-axiom", subject, message, "one group of parts for each owl:unionOf")


def _alternatives(condition: Condition | None) -> Iterator[Alternative]:
    if isinstance(condition, Alternative):
        yield condition
    if isinstance(condition, Conjunction | Alternative):
        for part in condition.parts:
            yield from _alternatives(part)


def _condition_odd(guideline: Guideline) -> Iterator[Violation]:
    """Find conditions that ask for opposites, or for what another part implies and the source does not state."""
    graph = guideline.asserted
    for option, condition in guideline.conditions.items():
        parts = condition.parts if isinstance(condition, Conjunction) else (condition,)
        required = [part for part in parts if isinstance(part, Leaf)]
        groups = [(required, "required"), *(([*_leaves(a)], "alternatives") for a in _alternatives(condition))]
        said = {*_stated(graph, option)}
        for found, kind in groups:
            for one in found:
                reached = _reached(graph, one)
                for other in found:
                    if other != one and other in reached and (kind == "alternatives" or other.finding not in said):
                        message = f"{_said(one)} implies {_said(other)}, and both are {kind}"
                        yield Violation("condition-odd", compress(option), message, "one of the two is superfluous")
                    excluded = Leaf(other.finding, not other.holds) in reached and (one.holds or not other.holds)
                    if kind == "required" and excluded:
                        message = f"{_said(one)} and {_said(other)} exclude each other, and both are required"
                        yield Violation("condition-odd", compress(option), message, "no case can meet it")


def _stated(graph: Graph, option: URIRef) -> Iterator[Node]:
    """Yield the findings that the source itself states in the condition of an option."""
    for recommendation in graph.subjects(STS.recommendsOption, option):
        for part in graph.objects(recommendation, STS.hasConditionPart):
            if (part, STS.hasBasis, STS["basis-stated"]) in graph:
                yield from graph.objects(part, STS.onFinding)


def _leaves(condition: Condition) -> Iterator[Leaf]:
    if isinstance(condition, Leaf):
        yield condition
    else:
        for part in condition.parts:
            yield from _leaves(part)


def _reached(graph: Graph, leaf: Leaf) -> set[Leaf]:
    """Return what a leaf implies, itself with it."""
    if not leaf.holds:
        lacked = list(graph.transitive_subjects(STS.impliesFinding, leaf.finding))
        had = [Leaf(URIRef(str(other))) for finding in lacked for other in graph.objects(finding, STS.complementOf)]
        return {Leaf(URIRef(str(f)), False) for f in lacked} | {each for one in had for each in _reached(graph, one)}
    implied = list(graph.transitive_objects(leaf.finding, STS.impliesFinding))
    excluded = [other for finding in implied for other in graph.objects(finding, STS.oppositeOf)]
    return {Leaf(URIRef(str(f))) for f in implied} | {Leaf(URIRef(str(f)), False) for f in excluded}


def _said(leaf: Leaf) -> str:
    return ("" if leaf.holds else "not ") + _names([leaf.finding])


def _cue_too_long(guideline: Guideline) -> Iterator[Violation]:
    """Find cues of more than eight words."""
    for predicate in CUES:
        for subject, cue in guideline.asserted.subject_objects(predicate):
            if len(str(cue).split()) > MOST_WORDS:
                message = f"the cue “{cue}” has {len(str(cue).split())} words"
                yield Violation("cue-too-long", compress(str(subject)), message, f"at most {MOST_WORDS} words")


def _dishonest(guideline: Guideline) -> Iterator[Violation]:
    """Find texts that say more than the source does; decisions and verdicts may name what they reject."""
    graph = _with_readings(guideline)
    spoken = (
        RDFS.label,
        SKOS.definition,
        SKOS.altLabel,
        SKOS.scopeNote,
        RDFS.comment,
        STS.gist,
        STS.question,
        STS.nounPhrase,
    )
    for predicate in spoken:
        for subject, text in graph.subject_objects(predicate):
            free = not {STS.Decision, STS.Verdict}.isdisjoint(graph.objects(subject, RDF.type))
            if free or not str(subject).startswith(BASE):
                continue
            for what, pattern in guideline.forbidden_words.items():
                if match := pattern.search(str(text)):
                    message = f"“{match.group()}” is {what}, which the source does not give"
                    yield Violation("dishonest", compress(str(subject)), message, "say only what the source says")


def _released_lost(guideline: Guideline) -> Iterator[Violation]:
    """Find IRIs of `released.txt` that are not terms any more; a deprecated term still is one."""
    listed = guideline.folder / "released.txt"
    known = {str(subject) for subject in guideline.asserted.subjects()}
    for line in read_text(listed).splitlines() if listed.exists() else ():
        name = line.strip()
        if name and not name.startswith("#") and BASE + name not in known:
            message = "was released and is gone"
            remedy = "keep it with owl:deprecated true and dcterms:isReplacedBy"
            yield Violation("released-lost", f"sts:{name}", message, remedy)


def _with_readings(guideline: Guideline) -> Graph:
    """Return the ontology with what its readings add; without them, if one of them does not fit."""
    added = Graph()
    try:
        for reading in guideline.readings.values():
            for triple in reading.asserted.added:
                added.add(triple)
    except ParseError:  # which a check reports
        return guideline.asserted
    return ChangedGraph(guideline.asserted, frozenset(), added)


def _reading_unfit(guideline: Guideline) -> Iterator[Violation]:
    """Find readings that cannot be read, remove what is not there, or change nothing but words; and idle files."""
    folder = guideline.folder / "readings"
    try:
        known = guideline.readings
    except ParseError as error:
        yield Violation("reading-unfit", Path(str(error.path)).name, error.reason, "what the ontology says today")
        return
    for reading in known.values():
        if reading.kinds <= {"words"}:
            yield Violation("reading-unfit", reading.name, "changes no answer", "an axiom that it removes or adds")
    decisions = {f"{local(reading.decision)}.trig" for reading in known.values()}
    for path in sorted(folder.glob("*")):
        if path.name not in decisions:
            yield Violation("reading-unfit", path.name, "belongs to no reading", "a sts:Reading in readings.ttl")


#: The checks of the ontology that are functions, by id.
CHECKS: Mapping[str, Callable[[Guideline], Iterator[Violation]]] = {
    "inconsistent": _inconsistent,
    "contradicts-standards": _contradicts_standards,
    "not-met-stale": _not_met_stale,
    "parts-unlike-axiom": _parts_unlike_axiom,
    "condition-odd": _condition_odd,
    "cue-too-long": _cue_too_long,
    "dishonest": _dishonest,
    "released-lost": _released_lost,
    "reading-unfit": _reading_unfit,
}


def _names(findings: Iterable[object]) -> str:
    return ", ".join(sorted(local(str(finding)).removeprefix("finding-") for finding in findings)) or "nothing"


# --- SHACL shapes


def _shape_violations(guideline: Guideline) -> tuple[list[Violation], str]:
    """Return the results of `shapes.ttl`, or why they are not there: pyshacl is an extra."""
    try:
        import pyshacl
    except ImportError:
        return [], "pyshacl is not installed: the shapes were left out (pip install 'sts-kg[shapes]')"
    shapes = read(guideline.folder / "shapes.ttl")
    _, results, _ = pyshacl.validate(guideline.asserted, shacl_graph=shapes, inference="none", advanced=False)
    found = []
    for result in results.subjects(RDF.type, SH.ValidationResult):
        subject, shape = results.value(result, SH.focusNode), results.value(result, SH.sourceShape)
        message = str(results.value(result, SH.resultMessage) or f"does not conform to {compress(str(shape))}")
        found.append(Violation("shape", compress(str(subject)), message, "see ontology/shapes.ttl"))
    return found, ""


# --- checks against the page


def _page_violations(guideline: Guideline, page: Path | None) -> tuple[list[Violation], str]:
    if page is None:
        return (
            [],
            "the page is not at hand: digests, cues and quotations were not compared with it (--source, STS_KG_SOURCE)",
        )
    try:
        texts = guideline.texts(page) or {}
    except SourceError as error:
        return [Violation("source-digest", str(error.path), str(error), "the unchanged page")], ""
    text = page.read_bytes().decode("utf-8")
    found = [violation for check in PAGE_CHECKS.values() for violation in check(guideline, texts, text)]
    return found, ""


def _source_uncovered(guideline: Guideline, texts: Mapping[str, str], page: str) -> Iterator[Violation]:
    """Find what of the page is in no segment; white space need not be."""
    end = 0
    for one in [*segments(guideline.asserted), None]:
        between = page[end : one.start if one else len(page)]
        if between.strip():
            remedy = "a segment for it in source.ttl"
            yield Violation("source-uncovered", f"characters {end}", "some of the page is in no segment", remedy)
        end = one.end if one else end


def _cue_not_in_source(guideline: Guideline, texts: Mapping[str, str], page: str) -> Iterator[Violation]:
    """Find cues of segments that do not stand in them; what is quoted from a segment is one of its cues."""
    for one in segments(guideline.asserted):
        for cue in guideline.asserted.objects(STS[one.id], STS.cue):
            if str(cue) not in texts.get(one.id, ""):
                message = f"the cue “{cue}” does not stand in it"
                yield Violation("cue-not-in-source", f"sts:{one.id}", message, "the words as they stand")


def _quotes_source(guideline: Guideline, texts: Mapping[str, str], page: str) -> Iterator[Violation]:
    """Find literals that repeat more than eight words of the page in a row: its sentences are not ours to ship."""
    size = MOST_WORDS + 1
    words = _words(page)
    runs = {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}
    for subject, predicate, text in _with_readings(guideline):
        if isinstance(text, Literal):
            own = _words(str(text))
            if any(tuple(own[i : i + size]) in runs for i in range(len(own) - size + 1)):
                message = f"its {compress(str(predicate))} repeats more than {MOST_WORDS} words of the page"
                yield Violation("quotes-source", compress(str(subject)), message, "say it in other words")


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "").replace("'", ""))


PageCheck = Callable[[Guideline, Mapping[str, str], str], Iterator[Violation]]

#: The checks that need the page, by id; `source-digest` stands before them.
PAGE_CHECKS: Mapping[str, PageCheck] = {
    "source-uncovered": _source_uncovered,
    "cue-not-in-source": _cue_not_in_source,
    "quotes-source": _quotes_source,
}


# --- coverage


def _coverage(guideline: Guideline, n_queries: int) -> Iterator[tuple[str, int, int]]:
    """Yield what is covered of what there is: segments by statements, options by axioms, the rest by use."""
    graph = guideline.asserted
    quoted = {
        segment
        for statement, segment in graph.subject_objects(PROV.wasQuotedFrom)
        if any((kind, RDFS.subClassOf, STS.Statement) in graph for kind in graph.objects(statement, RDF.type))
    }
    spoken_for = quoted | set(graph.subjects(STS.noClaimReason))
    for what, kind in (("sentences", STS.Sentence), ("headings", STS.Heading)):
        every = set(graph.subjects(RDF.type, kind))
        yield what, len(every & spoken_for), len(every)
    options = set(graph.subjects(RDF.type, STS.TreatmentOption)) | set(graph.subjects(RDF.type, STS.UmbrellaOption))
    recommended = set(graph.objects(None, STS.recommendsOption))
    unmet = {graph.value(r, OWL.hasValue) for r in graph.subjects(OWL.onProperty, STS.hasUnmetOption)}
    yield "options", len(options & recommended & set(guideline.conditions) & unmet), len(options)
    findings = set(graph.subjects(RDF.type, STS.Finding))
    asked = set(graph.subjects(STS.question))
    used = {finding for condition in guideline.conditions.values() for finding in leaves(condition)}
    yield "findings", len(findings & asked & used), len(findings)
    decisions = set(graph.subjects(RDF.type, STS.Decision))
    yield "decisions", len(decisions & set(graph.objects(None, STS.hasDecision))), len(decisions)
    parts = set(graph.subjects(RDF.type, STS.ConditionPart))
    yield "condition parts", len(parts & set(graph.objects(None, STS.hasConditionPart))), len(parts)
    yield "canned queries", n_queries, n_queries
