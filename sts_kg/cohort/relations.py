"""The four relations of a cohort as a user names them: tables, and which columns they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import URIRef

from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.guideline import short
from sts_kg.plan import Plan
from sts_kg.rdf import local

__all__ = ["KINDS", "Cell", "Relations", "column_name", "inner_name", "kinds_of", "names_of", "relations"]

#: What cells hold: 1, 0 or NULL; a word for yes, no or unknown, or a truth value; a number; any text, days too.
KINDS = ("flag", "word", "number", "text")
#: The columns of each relation beside findings and numbers, `case` left out, and what their cells hold.
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "table": {"as_of": "text", "history_complete": "flag", "declines": "text", "label": "text"},
    "courses": {
        **{"course": "text", "therapies": "text", "start": "text", "end": "text", "ongoing": "flag"},
        **{"outcome": "text", "for": "text", "purpose": "text", "site": "text", "first_growth": "flag"},
        "no_growth_until": "text",
    },
    "growth": {"course": "text", "date": "text"},
    "no_growth": {"from": "text", "until": "text"},
}
_ALWAYS = {"courses": ("therapies",), "growth": ("date",), "no_growth": ("from", "until")}


#: What the steps of SQL have beside findings, and what is reserved in SQL of any of our dialects.
_TAKEN = frozenset(
    """
    id rejected clash contradictory as_of as_of_last history_complete

    all alter analyse analyze and any array as asc assert_rows_modified asymmetric at authorization between binary both
    by case cast check collate collation column commit concurrently connect connection constraint contains create cross
    cube current current_catalog current_date current_role current_schema current_time current_timestamp current_user
    database default deferrable define delete desc distinct do drop else end enum escape except exclude exists extract
    fetch filter following for foreign freeze from full glob grant group grouping groups having if ignore ilike in
    increment index indexed initially inner insert intersect interval into is isnull issue join key lambda lateral
    leading left like limit localtime localtimestamp lookup match merge minus natural new no not nothing notnull null
    nulls of offset on only or order organization outer over overlaps partition pivot placing pragma preceding primary
    proto qualify range recursive references regexp returning revoke right rlike rollup row rows sample schema select
    semi session_user set show similar some start summarize symmetric table tablesample then to top trailing transaction
    treat trigger true try_cast false unbounded union unique unnest unpivot update user using values variadic verbose
    view when whenever where window with within
    """.split()
)


@dataclass(frozen=True)
class Cell:
    """A column: its name as the table has it, and what its cells hold."""

    name: str
    kind: str


@dataclass(frozen=True)
class Relations:
    """The tables of a cohort, each an expression as SQL has it, and the columns that each has, by key.

    `findings` are the columns of the table of patients that hold findings. `checked` says that a table of patients is
    known to have each case once, with an id, and flags that are 1, 0 or NULL, so that nobody need look.
    """

    tables: Mapping[str, str]
    columns: Mapping[str, Mapping[str, Cell]]
    findings: Mapping[URIRef, Cell]
    checked: bool

    def has(self, relation: str, column: str) -> bool:
        """Return whether there is such a relation, and it has such a column."""
        return relation in self.tables and column in self.columns[relation]


def column_name(thing: URIRef) -> str:
    """Return the name of a finding, an option or the like as a column.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> column_name(STS["finding-certain-case-S20"]), column_name(STS["option-pazopanib"])
    ('certain_case_s20', 'pazopanib')
    """
    return short(thing).removeprefix("option-").replace("-", "_").casefold()


def inner_name(finding: URIRef) -> str:
    """Return the name of a finding as a column of a step of SQL: that of `column_name`, unless it means more there.

    Examples
    --------
    >>> from sts_kg.rdf import STS
    >>> inner_name(STS["finding-stage4-sts"]), inner_name(STS["finding-left"])
    ('stage4_sts', 'left_')
    """
    name = column_name(finding)
    return f"{name}_" if name in _TAKEN else name


def relations(
    plan: Plan, tables: Mapping[str, str | None], columns: Mapping[str, str] | None, *, checked: bool
) -> Relations:
    """Return the relations of tables with some columns.

    Without `columns` the table of patients has a column for each finding; with courses, it has `as_of`,
    `history_complete` and `declines`, too; and the others have all columns that they may have (`course` of courses
    only beside a table of growth). Findings and all yes or no are then flags.

    Raises
    ------
    UnknownNameError
        A column, or the kind of one, has a name that means nothing here.
    ArgumentError
        A column is there twice, its kind does not fit, or a table lacks what it needs.
    """
    given = {name: table for name, table in tables.items() if table}
    findings = {column_name(finding): finding for finding in plan.findings}
    if "growth" in given and "courses" not in given and "growth.course" in (columns or {}):
        raise ArgumentError("cohort", "growth", "it names courses, but there is no table of courses")
    found: dict[str, dict[str, Cell]] = {name: {} for name in given}
    of_findings: dict[URIRef, Cell] = {}
    for name, kind in {**_usual(plan, given, columns or {}), **(columns or {})}.items():
        relation, _, column = name.rpartition(".") if name.partition(".")[0] in _COLUMNS else ("", "", name)
        relation = relation or "table"
        key = _key(column)
        if relation not in given or key == "case":
            continue
        finding = findings.get(key) if relation == "table" else None
        known = _columns(plan, relation)
        if finding is None and key not in known:
            valid = [*known, *(findings if relation == "table" else ())]
            raise UnknownNameError(f"column of {relation}", column, valid)
        usual = "flag" if finding is not None else known[key]
        if kind not in KINDS:
            raise UnknownNameError(f"kind of the column {name}", kind, KINDS)
        if kind != usual and {kind, usual} != {"flag", "word"}:
            raise ArgumentError("cohort", name, f"its cells are of the kind {usual}, not {kind}")
        place = of_findings if finding is not None else found[relation]
        if (finding or key) in place:
            raise ArgumentError("cohort", name, "the column is there twice")
        place[finding or key] = Cell(column, kind)  # type: ignore[index] # of its own kind in each
    for relation, needed in _ALWAYS.items():
        for column in needed if relation in given else ():
            if column not in found[relation]:
                raise ArgumentError("cohort", f"{relation}.{column}", "the table needs this column")
    return Relations(given, found, of_findings, checked)


def _columns(plan: Plan, relation: str) -> Mapping[str, str]:
    """Return the columns of a relation beside findings, and what their cells hold."""
    if relation != "table":
        return _COLUMNS[relation]
    return {**_COLUMNS["table"], **dict.fromkeys((number.key for number in plan.numbers.values()), "number")}


def _usual(plan: Plan, tables: Mapping[str, str], columns: Mapping[str, str]) -> Mapping[str, str]:
    """Return the columns of the relations of which nothing is said."""
    said = {name.partition(".")[0] if name.partition(".")[0] in tables and "." in name else "table" for name in columns}
    usual: dict[str, str] = {}
    for relation in tables:
        if relation not in said:
            usual |= dict(_usual_of(relation, plan, tables))
    return usual


def _usual_of(relation: str, plan: Plan, tables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if relation == "table":
        yield from ((column_name(finding), "flag") for finding in plan.findings)
        names = ("as_of", "history_complete", "declines") if "courses" in tables else ()
        yield from ((name, _COLUMNS["table"][name]) for name in names)
    else:
        for name, kind in _COLUMNS[relation].items():
            if name != "course" or {"courses", "growth"} <= tables.keys():
                yield f"{relation}.{name}", kind


def names_of(things: tuple[URIRef, ...]) -> Mapping[str, URIRef]:
    """Return the words that name things in a cell: short names and ids, as in case files."""
    return {word: thing for thing in things for word in dict.fromkeys((short(thing), local(thing)))}


def kinds_of(plan: Plan, relation: str, columns: Mapping[str, bool]) -> Mapping[str, str]:
    """Return those columns of a table that mean something here, with what their cells hold, as `relations` takes them.

    `columns` are all columns that it has, each with whether its cells are numbers.
    """
    findings = {column_name(finding) for finding in plan.findings} if relation == "table" else set()
    found = {}
    for name, number in columns.items():
        key = _key(name)
        usual = "flag" if key in findings else _columns(plan, relation).get(key)
        if usual:
            prefix = "" if relation == "table" else f"{relation}."
            found[prefix + name] = usual if usual != "flag" or number else "word"
    return found


def _key(column: str) -> str:
    return column.casefold().replace("-", "_").removeprefix("finding_")
