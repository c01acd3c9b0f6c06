"""Commands about cases: options, explain, ask, what-if, questionnaire."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from sts_kg.cases import STATUSES
from sts_kg.cli.shared import (
    DONE,
    NO,
    UNREADABLE,
    File,
    as_json,
    case_file,
    case_id,
    formats,
    graph_by,
    guideline_option,
    loaded,
    page_option,
    reading_option,
    terminal,
    verdicts_option,
)
from sts_kg.errors import InconsistentError, StsKgError
from sts_kg.safe import counted

__all__ = ["ask", "explain", "options_command", "questionnaire", "what_if"]


@click.command(name="options")
@guideline_option
@click.argument("files", nargs=-1, required=True, type=File, metavar="FILE...")
@formats("table", "json", "csv", "spreadsheet")
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Only these; repeatable.")
@reading_option
@page_option
@verdicts_option
def options_command(
    files: tuple[Path, ...],
    form: str,
    statuses: tuple[str, ...],
    readings: tuple[str, ...],
    page: Path | None,
    verdicts: tuple[Path, ...],
) -> None:
    """Answer each option for each case: met, not met or undetermined, what is missing, and the words of the source.

    A case that contradicts itself is contradictory for every option; the exit code is then 1.

    FILE is a case in YAML, JSON, FHIR (QuestionnaireResponse) or RDF, or a cohort in CSV (column `case`, then findings;
    yes, no or nothing).
    Format spreadsheet is CSV in which no cell is a formula.

    \b
    Example:
      sts-kg options patient.yaml
      sts-kg options cohort.csv --format json --status undetermined
      sts-kg options patient.yaml --reading D04=S08-alone
    """
    from sts_kg.cli.answers import writer

    kg, shown = graph_by(readings, verdicts), terminal()
    code, doing = DONE, "reasoning …"
    out = writer(form, shown, kg.guideline, kg.sources(page=page) if kg.guideline.page(page) else ())

    def unreadable(error: StsKgError) -> None:
        nonlocal code
        code = UNREADABLE
        shown.error(str(error))

    def answered(number: int, total: int) -> None:
        nonlocal doing
        doing = f"reasoning … {number:,} of {counted(total, 'case')} answered" if number < total else ""

    with shown.busy(doing):
        pieces = kg.iter_options(files, on_error=unreadable, on_progress=answered)
    for piece in shown.following(pieces, lambda: doing):
        for contradiction in piece.contradictions:
            shown.error(contradiction.summary)
            code = code or NO
        out.write(piece.with_status(*statuses) if statuses else piece)  # type: ignore[arg-type] # click lets only these through
    out.end()
    sys.exit(code)


@click.command()
@guideline_option
@case_file
@click.argument("option")
@case_id
@formats("table", "json")
@reading_option
@page_option
@verdicts_option
def explain(
    file: Path,
    option: str,
    case: str | None,
    form: str,
    readings: tuple[str, ...],
    page: Path | None,
    verdicts: tuple[Path, ...],
) -> None:
    """Explain why an option has its status for a case.

    What is known, what is not needed, what to ask, the source and its interpretation.

    OPTION is an id or its short form, such as option-pazopanib or pazopanib.

    \b
    Example:
      sts-kg explain patient.yaml pazopanib
    """
    shown = terminal()
    with shown.busy("reasoning …"):
        explanation = graph_by(readings, verdicts).explain(file, option, case=case, page=page)
    if form == "json":
        shown.write(as_json(explanation.as_dict()))
    else:
        shown.explanation(explanation)


@click.command()
@guideline_option
@case_file
@case_id
@formats("table", "json")
@reading_option
def ask(file: Path, case: str | None, form: str, readings: tuple[str, ...]) -> None:
    """Rank the open questions of a case.

    What other findings rest on comes first, then the question that most undetermined options wait for.
    Reasons that are alternatives are choices of one question. A hint is no fact.

    \b
    Example:
      sts-kg ask patient.yaml
    """
    shown = terminal()
    code = DONE

    def contradictory(error: InconsistentError) -> None:
        nonlocal code
        code = NO
        shown.error(error.summary)

    with shown.busy("reasoning …"):
        asked = graph_by(readings).questions(file, case=case, on_error=contradictory)
    if form == "json":
        rows = [{"case": name} | question.as_dict() for name, questions in asked.items() for question in questions]
        shown.write(as_json(rows))
    else:
        for name, questions in asked.items():
            shown.questions(name, questions)
    sys.exit(code)


@click.command(name="what-if")
@guideline_option
@case_file
@click.argument("findings", nargs=-1, required=True, metavar="FINDING=yes|no|unknown...")
@case_id
@formats("table", "json")
@reading_option
def what_if(file: Path, findings: tuple[str, ...], case: str | None, form: str, readings: tuple[str, ...]) -> None:
    """Show which options would change if findings were different. The result is hypothetical.

    Instead of findings, a possible transition of the source can be named: transition-S21.

    \b
    Example:
      sts-kg what-if patient.yaml resectable=yes
      sts-kg what-if patient.yaml transition-S21
    """
    shown = terminal()
    supposed = findings[0] if len(findings) == 1 and "=" not in findings[0] else _assignments(findings)
    with shown.busy("reasoning …"):
        changes = graph_by(readings).what_if(file, supposed, case=case)
    if form == "json":
        shown.write(as_json([change.as_dict() for change in changes]))
    else:
        shown.changes(changes, " ".join(findings))


@click.command()
@guideline_option
@click.option("-o", "--output", type=File, metavar="FILE", help="Write to this file.")
def questionnaire(output: Path | None) -> None:
    """Print the form of a case: a Questionnaire of FHIR R4, in JSON. Its responses are cases.

    \b
    Example:
      sts-kg questionnaire -o questionnaire.json
      sts-kg options response.json
    """
    from sts_kg.rdf import write_bytes

    text = as_json(loaded().questionnaire())
    if output is None:
        terminal().write(text)
    else:
        write_bytes(output, f"{text}\n".encode())
        terminal().note(f"the questionnaire was written to {output}")


def _assignments(findings: Sequence[str]) -> dict[str, bool | None]:
    words = {"yes": True, "no": False, "unknown": None}
    found: dict[str, bool | None] = {}
    for finding in findings:
        name, equals, word = finding.partition("=")
        if not equals or word not in words:
            raise click.UsageError(f"{finding!r} is not of the form FINDING=yes, FINDING=no or FINDING=unknown")
        found[name] = words[word]
    return found
