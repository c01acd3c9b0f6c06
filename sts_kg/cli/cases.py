"""Commands about cases: options, explain, ask, what-if."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from sts_kg.cli.shared import DONE, NO, UNREADABLE, File, as_json, case_file, case_id, formats, page_option, terminal
from sts_kg.errors import StsKgError, UnknownNameError

__all__ = ["ask", "explain", "options_command", "what_if"]

_STATUSES = ("met", "not-met", "undetermined")


@click.command(name="options")
@click.argument("files", nargs=-1, required=True, type=File, metavar="FILE...")
@formats("table", "json", "csv")
@click.option("--status", "statuses", type=click.Choice(_STATUSES), multiple=True, help="Only these; repeatable.")
@page_option
def options_command(files: tuple[Path, ...], form: str, statuses: tuple[str, ...], page: Path | None) -> None:
    """Tell for each case and option: met, not met or undetermined, and what is missing.

    FILE is a case in YAML, JSON or RDF, or a cohort in CSV (column `case`, then findings; yes, no or nothing).

    \b
    Example:
      sts-kg options patient.yaml
      sts-kg options cohort.csv --format json --status undetermined
    """
    from sts_kg.knowledge import load

    kg, shown = load(), terminal()
    code = DONE
    segments = kg.sources(page=page) if page else ()

    def unreadable(error: StsKgError) -> None:
        nonlocal code
        code = UNREADABLE
        shown.error(str(error))

    with shown.busy("reasoning …"):
        found = kg.options(files, on_error=unreadable)
    for contradiction in found.contradictions:
        shown.error(str(contradiction))
        code = code or NO
    answers = [answer for answer in found if not statuses or answer.status in statuses]
    if form == "json":
        shown.write(as_json([answer.as_dict() for answer in answers]))
    elif form == "csv":
        shown.write(_csv([answer.as_dict() for answer in answers]))
    elif answers:
        shown.options(answers, kg.guideline.asserted, found.labels)
        if segments:
            quoted = {name for answer in answers for name in answer.segment_ids}
            shown.segments([one for one in segments if one.id in quoted])
        shown.write(_legend(found.footer))
    sys.exit(code)


@click.command()
@case_file
@click.argument("option")
@case_id
@formats("table", "json")
@page_option
def explain(file: Path, option: str, case: str | None, form: str, page: Path | None) -> None:
    """Tell why an option has its status for a case: known, not needed, to ask, source, interpretation.

    OPTION is an id or its short form, such as option-pazopanib or pazopanib.

    \b
    Example:
      sts-kg explain patient.yaml pazopanib
    """
    from sts_kg.knowledge import load

    shown = terminal()
    with shown.busy("reasoning …"):
        told = load().explain(file, option, case=case, page=page)
    if form == "json":
        shown.write(as_json(told.as_dict()))
    else:
        shown.explanation(told)


@click.command()
@case_file
@case_id
@formats("table", "json")
def ask(file: Path, case: str | None, form: str) -> None:
    """Tell what to ask next for a case: the question that most undetermined options wait for comes first.

    \b
    Example:
      sts-kg ask patient.yaml
    """
    from sts_kg.knowledge import load

    kg, shown = load(), terminal()
    cases = kg.with_cases(file).cases
    wanted = [one for one in cases if case is None or one.id == case]
    if not wanted:
        raise UnknownNameError("case", str(case), [one.id for one in cases])
    with shown.busy("reasoning …"):
        asked = {one.id: kg.ask(one) for one in wanted}
    if form == "json":
        rows = [{"case": name} | question.as_dict() for name, questions in asked.items() for question in questions]
        shown.write(as_json(rows))
        return
    for name, questions in asked.items():
        shown.questions(name, questions)


@click.command(name="what-if")
@case_file
@click.argument("findings", nargs=-1, required=True, metavar="FINDING=yes|no|unknown...")
@case_id
@formats("table", "json")
def what_if(file: Path, findings: tuple[str, ...], case: str | None, form: str) -> None:
    """Show which options would change if findings were others. Nothing of it is a fact.

    Instead of findings, a possible transition of the source can be named: transition-S21.

    \b
    Example:
      sts-kg what-if patient.yaml resectable=yes
      sts-kg what-if patient.yaml transition-S21
    """
    from sts_kg.knowledge import load

    shown = terminal()
    supposed = findings[0] if len(findings) == 1 and "=" not in findings[0] else _assignments(findings)
    with shown.busy("reasoning …"):
        changes = load().what_if(file, supposed, case=case)
    if form == "json":
        shown.write(as_json([change.as_dict() for change in changes]))
    else:
        shown.changes(changes, " ".join(findings))


def _assignments(findings: Sequence[str]) -> dict[str, bool | None]:
    words = {"yes": True, "no": False, "unknown": None}
    found: dict[str, bool | None] = {}
    for finding in findings:
        name, equals, word = finding.partition("=")
        if not equals or word not in words:
            raise click.UsageError(f"{finding!r} is not of the form FINDING=yes, FINDING=no or FINDING=unknown")
        found[name] = words[word]
    return found


def _legend(footer: str) -> str:
    from sts_kg.cli.console import legend

    return f"{legend()}\n{footer}\n"


def _csv(rows: Sequence[dict[str, object]]) -> str:
    """Return rows as CSV; lists become words separated by spaces, true and false yes and no."""

    def cell(value: object) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return " ".join(one["finding"] if isinstance(one, dict) else str(one) for one in value)
        return str(value)

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    header = "case option status tried declined true false missing recommendation segments decisions".split()
    writer.writerow(header)
    writer.writerows([cell(row[name]) for name in header] for row in rows)
    return text.getvalue()
