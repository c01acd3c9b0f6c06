"""What is shown of cohorts: sums with small counts hidden, never a patient and never what stands in a cell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sts_kg.cohort import HIDDEN, OMOP_COLUMNS
from sts_kg.display.view import (
    Block,
    Code,
    Facts,
    Heading,
    Inline,
    Listing,
    Paragraph,
    Quiet,
    View,
    cut,
    grid,
)
from sts_kg.display.views.terms import link_to
from sts_kg.guideline import Alternative, Conjunction
from sts_kg.rdf import local
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cohort import (
        Coded,
        Cohort,
        ConceptSets,
        OmopTables,
        Partitions,
        Rejected,
        Rejections,
        Release,
        Rows,
        Sums,
    )
    from sts_kg.plan import Plan

__all__ = [
    "of_coded",
    "of_cohort",
    "of_concept_sets",
    "of_omop_tables",
    "of_partitions",
    "of_rejected",
    "of_rejections",
    "of_release",
    "of_rows",
]

MOST_REJECTED = 20
MOST_CODES = 50


def of_cohort(cohort: Cohort) -> View:
    """Return how many patients there are and what the options come to, with small counts hidden, and things to try."""
    tables = ", ".join(kind.replace("_", " ") for kind in cohort.tables.names)
    more = (
        ("the answers for each patient: ", Code("cohort.rows().to_pandas()")),
        ("why, for one patient: ", Code(f"cohort.explain(case, '{_telling(cohort.plan)}')")),
    )
    blocks = (*_sums(cohort, ("tables", tables)), Heading("To try"), Listing((*_to_try(cohort.plan), *more)))
    return View("Cohort", blocks)


def _to_try(plan: Plan) -> tuple[tuple[Inline, ...], ...]:
    return (
        ("which questions settle most: ", Code("cohort.ask()")),
        ("who is left after each part of a condition: ", Code(f"cohort.funnel('{_telling(plan)}')")),
        ("which options are met together: ", Code("cohort.patterns()")),
        ("a picture: ", Code("cohort.plot('statuses')")),
    )


def _telling(plan: Plan) -> str:
    """Return the name of an option whose condition has most to tell: the first with alternatives beside other parts."""
    for option, each in plan.options.items():
        parts = each.condition.parts if isinstance(each.condition, Conjunction) else ()
        if any(isinstance(part, Alternative) for part in parts):
            return local(option)
    return local(next(iter(plan.options)))


def of_partitions(cohort: Partitions) -> View:
    """Return the same of the sums over all parts, and how many parts were read."""
    blocks = [*_sums(cohort, ("parts", f"{cohort.n_parts:,}"))]  # which reads the parts that are not kept
    blocks.append(Paragraph(Quiet(f"{counted(len(cohort.parts_read), 'part')} read, the others kept")))
    return View("Cohort in parts", (*blocks, Heading("To try"), Listing(_to_try(cohort.plan))))


def _sums(cohort: Sums, where: tuple[str, Inline]) -> Iterator[Block]:
    plan, rejected = cohort.plan, len(cohort.read.rejections)
    cannot = f"{rejected:,}, see the rejections" if rejected else ""
    facts = _whole(cohort.release)
    yield Facts((*facts, where, ("by the reading", cut(plan.reading or "")), ("rows that cannot be used", cannot)))
    yield from _options(cohort.release)


def _whole(release: Release) -> tuple[tuple[str, Inline], ...]:
    return (
        ("patients", _count(release.patients)),
        ("contradict themselves", _count(release.contradictory)),
    )


def _count(number: int | None) -> str:
    return HIDDEN if number is None else f"{number:,}"


def _options(release: Release) -> Iterator[Block]:
    """Yield how many patients have which status, a row an option."""
    rows = [
        (link_to(str(option), text=each.label), *map(_count, release.statuses(option)))
        for option, each in release.plan.options.items()
    ]
    yield grid(("option", "met", "not met", "undetermined"), rows, "option")
    if any(HIDDEN in row[1:] for row in rows) or release.patients is None or release.contradictory is None:
        yield Paragraph(Quiet(release.legend))
    yield Paragraph(Quiet(cut(release.plan.disclaimer, 1_000)))


def of_release(release: Release) -> View:
    """Return the sums that may be shown, and what the sign of a hidden one means."""
    return View("Counts of a cohort that may be shown", (Facts(_whole(release)), *_options(release)))


_FORMS = {
    "wide": "a row a patient: case, and for each option its status, missing, tried, declined, marks",
    "long": "a row a patient and option: case, option, status, missing, tried, declined, marks",
    "omop": "the table cohort of OMOP: cohort_definition_id, subject_id, cohort_start_date, cohort_end_date",
}


def of_rows(rows: Rows) -> View:
    """Return the form of the rows and the ways out; no row, since each is about a patient, and no number of them."""
    facts = (
        ("form", f"{rows.form}: {_FORMS[rows.form]}"),
        ("options", f"{len(rows.plan.options):,}"),
        ("as of", str(rows.as_of or "")),
    )
    ways = (
        Code("rows.to_pandas()"),
        Code("rows.to_polars()"),
        Code("rows.to_arrow()"),
        Code("rows.write('rows.parquet')"),
    )
    note = Paragraph(Quiet("Each row is about one patient, so none is shown unasked, and they are not counted."))
    return View("Answers for each patient", (Facts(facts), Listing(ways), note))


def of_rejections(rejections: Rejections) -> View:
    """Return how many rows cannot be used, by table and column, and the places of the first of them.

    Reasons may quote a cell, so they are not shown unasked.
    """
    title = f"{counted(len(rejections), 'row')} that cannot be used"
    if not len(rejections):
        return View("No row was rejected", ())
    counts = [(cut(table, 150), cut(column, 100), f"{n:,}") for (table, column), n in rejections.counts.most_common()]
    places = [(cut(one.table, 150), _line(one), cut(one.column, 100)) for one in rejections.listed[:MOST_REJECTED]]
    told = ("Why, perhaps with what stands in the cell: ", Code("print(rejections.listed[0])"))
    return View(
        title,
        (
            grid(("table", "column", "rows"), counts, "column", most=MOST_REJECTED),
            grid(("table", "line", "column"), places, "row", total=len(rejections)),
            Paragraph(told),
        ),
    )


def of_rejected(one: Rejected) -> View:
    """Return the place of a row that cannot be used."""
    facts = Facts((("table", cut(one.table)), ("line", _line(one)), ("column", cut(one.column))))
    return View(
        "A row that cannot be used", (facts, Paragraph(("Why: ", Code("str()"), " says it, perhaps with the cell.")))
    )


def _line(one: Rejected) -> str:
    return "" if one.row is None else f"{one.row:,}"


# --- codes


def of_concept_sets(sets: ConceptSets) -> View:
    """Return which terms codes stand for, and the first codes."""
    facts = (
        ("codes", f"{len(sets.rows):,}"),
        ("findings", f"{len(sets.findings):,}"),
        ("therapies", f"{len(sets.therapies):,}"),
        ("denied", f"{len(sets.denied):,}" if sets.denied else ""),
        ("digest", Code(f"{sets.digest[:16]}…")),
    )
    rows = [
        (
            cut(row.term, 100),
            cut(row.relation, 20),
            cut(row.vocabulary_id or row.system, 100),
            cut(row.concept_code, 100),
            cut(row.label, 150),
            cut(row.needs, 100),
            "yes" if row.descendants else "",
        )
        for row in sets.rows[:MOST_CODES]
    ]
    header = ("term", "relation", "vocabulary", "code", "label", "needs", "below, too")
    codes = grid(header, rows, "code", most=MOST_CODES, total=len(sets.rows))
    return View(
        "Codes that stand for terms of ours", (Facts(facts), codes, Paragraph(("All of them: ", Code("table()"))))
    )


def of_coded(source: Coded) -> View:
    """Return where coded rows are and how cases are made of them."""
    told = {"schema": getattr(source, "schema", ""), "table": getattr(source, "table", "")}
    told |= {f"table {name}": text for name, text in getattr(source, "tables", {}).items()}
    facts = (
        *((name, Code(cut(text, 150)) if text else "") for name, text in told.items()),
        ("table of codes", Code(cut(source.sets_table, 150)) if source.sets_table else "in the text"),
        ("codes", f"{len(source.sets.rows):,}"),
        ("as of", source.as_of or ""),
        ("over before", source.over_before or ""),
        ("history", "complete" if source.history_complete else "may lack courses"),
    )
    ways = (Code("source.sql('cases', dialect='duckdb')"), Code("kg.cohort(source, connection=connection)"))
    return View(f"Coded rows: {type(source).__name__}", (Facts(facts), Heading("To try"), Listing(ways)))


def of_omop_tables(made: OmopTables) -> View:
    """Return the tables of an invented database and their sizes."""
    rows = [(name, f"{len(of):,}", f"{len(OMOP_COLUMNS[name]):,}") for name, of in made.rows.items()]
    note = Paragraph(Quiet("Invented: no person, date or course in it is real."))
    return View("Tables of OMOP CDM v5.4", (grid(("table", "rows", "columns"), rows, "table"), note))
