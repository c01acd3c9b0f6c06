"""Commands for authors of a guideline: new-guideline, conditions, test, new-case."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sts_kg.authoring import ENGINES
from sts_kg.cli.shared import DONE, NO, UNREADABLE, File, as_json, formats, guideline_option, loaded, terminal
from sts_kg.errors import CaseError, ParseError, StsKgError

if TYPE_CHECKING:
    from rdflib import URIRef

    from sts_kg.cases import Question
    from sts_kg.cli.console import Terminal
    from sts_kg.guideline import Number

__all__ = ["conditions", "new_case_command", "new_guideline_command", "test_command"]

_WORDS = "y (yes), n (no), u (not known), ? (what waits for it) or q (end here)"


@click.command()
@guideline_option
@formats("text", "ttl")
def conditions(form: str) -> None:
    """Print the conditions of a guideline in their short text form.

    That is history, what past courses and wishes mean, and one line for each option. Format ttl has the axioms.

    \b
    Example:
      sts-kg conditions
      sts-kg conditions --guideline my-guideline --format ttl
    """
    from sts_kg.guideline import compile_conditions, conditions_text

    guideline = loaded().guideline
    text = conditions_text(guideline.asserted, guideline.modules["conditions"])
    if form == "ttl":
        text = compile_conditions(text, guideline.asserted, base=guideline.base, iri=str(guideline.iri))
    terminal().write(text)


@click.command(name="new-guideline")
@click.argument("name")
@click.argument("page", type=File)
@click.option(
    "--conditions",
    type=File,
    metavar="FILE",
    help="Conditions in the text form; what they name gets a stub, with its name.",
)
@click.option("--into", type=File, default=Path(), help="Where the folder is made; here without it.")
@click.option("--prefix", help="The prefix of its names; the initials of NAME without it.")
@click.option("--base", metavar="IRI", help="What its names stand for; https://example.org/NAME/ without it.")
@click.option("--title", metavar="TEXT", help="Its title.")
@click.option("--license", metavar="IRI", help="The license of its files; CC BY 4.0 without it.")
@click.option("--keep-page", is_flag=True, help="Copy the page into the folder; only if you may pass it on.")
def new_guideline_command(
    name: str,
    page: Path,
    conditions: Path | None,
    into: Path,
    prefix: str | None,
    base: str | None,
    title: str | None,
    license: str | None,
    keep_page: bool,
) -> None:
    """Begin a guideline: write the folder NAME from the text of a PAGE.

    It has all segments of the page by positions and digests, without their text, and stubs of all other files, which
    load as they are. A line of the page is a heading or a paragraph. With --conditions there is a stub of each finding,
    option, therapy and outcome that they name, quoted from the sentence that seems to speak of it, which is a guess.
    Exit 3 if a file cannot be read or the folder is there.

    \b
    Example:
      sts-kg new-guideline marsh-fever page.txt --conditions conditions.txt
      sts-kg new-guideline marsh-fever page.txt --prefix mf --base https://guidelines.example/marsh-fever/
    """
    from sts_kg.authoring import new_guideline

    folder = new_guideline(
        name,
        page,
        conditions=conditions,
        into=into,
        prefix=prefix,
        base=base,
        title=title,
        license=license,
        keep_page=keep_page,
    )
    terminal().note(f"{folder} written; what to do next: sts-kg check --guideline {folder} --watch")


@click.command(name="test")
@guideline_option
@click.argument("path", type=File)
@click.option("--engine", "engines", type=click.Choice(ENGINES), multiple=True, help="Only this one; repeatable.")
@formats("table", "json")
def test_command(path: Path, engines: tuple[str, ...], form: str) -> None:
    """Hold golden cases against what three engines answer; exit 1 if anything differs.

    PATH is a case file with the key `expected`, or a folder of such files. The engines are the closure, the bits that
    answer many cases, and the SQL that hospitals run, here in SQLite. Each difference has its reasons.

    \b
    Example:
      sts-kg test cases
      sts-kg test marsh-fever --guideline marsh-fever
      sts-kg test cases/nestling.yaml --engine closure
    """
    shown, code = terminal(), DONE

    def unreadable(error: StsKgError) -> None:
        nonlocal code
        code = UNREADABLE
        shown.error(str(error))

    with shown.busy("testing …"):
        found = loaded().test(path, engines=engines or ENGINES, on_error=unreadable)
    if form == "json":
        shown.write(as_json(found.as_dict()))
    elif found.tested:
        shown.indented(found.lines())
    sys.exit(code or (DONE if found.agrees else NO))


@click.command(name="new-case")
@guideline_option
@click.option("-o", "--output", type=File, metavar="FILE", help="Write the case to this file; FILE.(yaml|yml).")
@click.option("--id", "id_", metavar="ID", help="The id of the case; without it the name of the file.")
@click.option("--label", default="", metavar="TEXT", help="What the case is called.")
@click.option(
    "--expected/--no-expected",
    default=True,
    show_default=True,
    help="Expect what the conditions come to today, to be corrected; or nothing.",
)
def new_case_command(output: Path | None, id_: str | None, label: str, expected: bool) -> None:
    """Ask the questions of the guideline, and write the case that the answers make.

    Each question is answered with y (yes), n (no), u (not known), ? (what waits for it) or q (end here), on a terminal
    or, line by line, through a pipe; where a number decides, it is an answer, too. Questions stand on standard error;
    without -o the case on standard output.

    \b
    Example:
      sts-kg new-case -o cases/nestling.yaml --label "a nestling with a high fever"
      yes y | sts-kg new-case
    """
    from sts_kg.rdf import write_bytes

    if output is not None:
        _require_new(output)
    kg = loaded()
    asker = _Asker(terminal(), kg.guideline.vocabulary.compared)
    made = kg.new_case(asker, id=id_ or (output.stem if output else "new-case"), label=label, expected=expected)
    if asker.ended:
        asker.shown.note("the answers ended here; what was answered so far is kept")
    if output is None:
        asker.shown.write(made.text)
    else:
        _require_new(output)
        write_bytes(output, made.text.encode())
    if made.contradiction:
        asker.shown.error(made.contradiction)
    asker.shown.note(made.summary + (f"; the case was written to {output}" if output else ""))


def _require_new(output: Path) -> None:
    """Refuse what cannot be written, before a question is asked."""
    if output.suffix.casefold() not in (".yaml", ".yml"):
        raise click.UsageError(f"{output}: a case is written as YAML; end its name in .yaml")
    if output.exists():
        raise ParseError("is there already; give another name", path=output)
    if not output.absolute().parent.is_dir():
        raise ParseError("cannot be written: there is no such folder", path=output)


class _Asker:
    """Asks on a terminal, or reads answers line by line from a pipe."""

    def __init__(self, shown: Terminal, compared: Mapping[URIRef, Number]) -> None:
        self.shown, self._compared = shown, compared
        self.ended = False
        self._number = self._line = 0

    def __call__(self, question: Question) -> str:
        self._number += 1
        number = self._compared.get(question.finding) if question.finding is not None else None
        waiting = f"{len(question.options)} option{'' if len(question.options) == 1 else 's'} waiting"
        also = f"; or give the {number.named}" if number is not None else ""
        self.shown.note(f"{self._number}. {question.text} ({waiting}{also})")
        while True:
            word = self._read()
            if word in ("yes", "y", "no", "n", "unknown", "u", "quit", "q"):
                return word
            if word == "?":
                self.shown.note(_about(question))
                continue
            try:
                self._require_number(word, number)
                return word
            except CaseError as error:
                if not sys.stdin.isatty():
                    raise
                self.shown.note(error.reason)

    def _require_number(self, word: str, number: Number | None) -> None:
        """Refuse a word that is not the number which decides a finding."""
        from sts_kg.authoring import is_number
        from sts_kg.cases import Place

        place = Place("standard input", self._line)
        if number is None or not is_number(word):
            wanted = _WORDS + (f", or the {number.named}" if number is not None else "")
            raise place.error(f"{word[:60]!r} is no answer: {wanted} is expected")
        place.number(word, number.key, number)

    def _read(self) -> str:
        if sys.stdin.isatty():
            click.echo("y/n/u/?/q: ", nl=False, err=True)
        self._line += 1
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError as error:
            raise ParseError("is not text in UTF-8", path="standard input") from error
        self.ended = not line
        return line.strip().casefold() if line else "quit"


def _about(question: Question) -> str:
    """Return what waits for a question, and what one answer makes met."""
    from sts_kg.guideline import short

    options = (
        ("waiting", question.options),
        ("met by a yes", question.would_meet),
        ("met by a no", question.would_meet_if_no),
    )
    said = [f"{name}: {', '.join(question.labels[one] for one in some)}" for name, some in options if some]
    said += [f"any of: {', '.join(short(one) for one, _ in question.choices)}"] if question.choices else []
    return "; ".join([*([short(question.finding)] if question.finding else []), *said])
