"""Output of the commands: with rich on a terminal, and the same words as plain text in a pipe."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from rdflib import Graph
from rdflib.term import Node
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from sts_kg.cases import NOT_MET_AS_READ, WORDING, Answer, Change, Explanation, Question
from sts_kg.guideline import Segment, Vocabulary, short
from sts_kg.rdf import STS
from sts_kg.safe import counted, visible, visible_data
from sts_kg.tables import Table, text_table, wrapped

if TYPE_CHECKING:
    from sts_kg.quality import Report  # whose linter loads rdflib's grammar, which takes 0.2 s

__all__ = ["OptionRows", "Terminal", "legend"]

T = TypeVar("T")

_STYLES = {
    "met": "green",
    "met in general": "green",
    "not met": "red",
    "undetermined": "yellow",
    "contradictory": "magenta",
}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Raise again what was caught: rich would end the process with exit code 1."""
        raise


class Terminal:
    """Standard output and error, with rich only on a terminal; `NO_COLOR` turns colours off.

    If both go into one file or pipe, lines keep the order in which they were written.
    """

    def __init__(self) -> None:
        self.is_tty = sys.stdout.isatty()
        # Without force_terminal, rich would colour a pipe where FORCE_COLOR is set, as in many CI systems.
        self.out = _Console(
            highlight=False,
            soft_wrap=not self.is_tty,
            width=None if self.is_tty else 10_000,
            force_terminal=self.is_tty,
        )
        self.width = self.out.width if self.is_tty else None
        self.err = _Console(stderr=True, highlight=False, soft_wrap=True, force_terminal=sys.stderr.isatty())

    def write(self, text: str) -> None:
        """Write data, and end its last line if needed; unchanged, but for what a terminal would obey on a terminal."""
        text = visible_data(text) if self.is_tty else text
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")

    def tell(self, text: str) -> None:
        """Write lines for a person: what a terminal may obey is shown as escapes."""
        lines = "\n".join(map(visible, text.split("\n")))
        self.write(lines if self.width is None else wrapped(lines, self.width))

    def indented(self, lines: Iterable[str]) -> None:
        """Write lines for a person, each wrapped below its own indentation."""
        for line in lines:
            text = visible(line.lstrip(" "))
            indent = len(line) - len(line.lstrip(" "))
            if self.is_tty:
                self.out.print(Padding(Text(text), (0, 0, 0, indent)))
            else:
                self.write(" " * indent + text + "\n")

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        self._to_error("", text)

    def error(self, text: str) -> None:
        """Write an error to standard error."""
        self._to_error("sts-kg: ", text)

    def _to_error(self, who: str, text: str) -> None:
        line = who + visible(text)
        told = Text(wrapped(line, self.err.width) if self.err.is_terminal else line)
        told.stylize("bold red", 0, len(who))
        with suppress(OSError):  # the end of the program tells that standard output is full
            sys.stdout.flush()  # it waits in a buffer; standard error never waits beyond a line
        with suppress(OSError):  # nobody can be told that standard error is closed or full
            self.err.print(told)

    @contextmanager
    def busy(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show a spinner on a terminal, and yield a callback that updates its text."""
        if not self.err.is_terminal:
            yield lambda _: None
            return
        with self.err.status(Text(visible(text))) as status:
            yield lambda text: status.update(Text(visible(text)))

    def following(self, pieces: Iterable[T], told: Callable[[], str]) -> Iterator[T]:
        """Yield pieces, with a spinner while each is made; `told` gives its text, empty after the last piece."""
        following = iter(pieces)
        while True:
            with self.busy(text) if (text := told()) else nullcontext():  # and not while a piece is written
                piece = next(following, None)
            if piece is None:
                return
            yield piece

    def table(self, header: Sequence[str], rows: Iterable[Sequence[str]], *, styles: Mapping[str, str] = {}) -> None:
        """Show rows as a table; `styles` colours cells by their text."""
        page = text_table(header, rows, width=self.width)
        if not self.is_tty:
            self.write(page)
            return
        shown = Text(page)
        shown.stylize("bold", 0, max(0, page.find("\n-")))
        for word, style in styles.items():
            shown.highlight_regex(rf"(?m)(?<=  ){re.escape(word)}(?=  |$)", style)
        self.out.print(shown, soft_wrap=True)

    def answer(self, answer: Table) -> None:
        """Show the answer to a query, with the number of its rows."""
        self.table(answer.variables, answer.curies())
        if self.is_tty:
            self.note(counted(len(answer), "row"))

    def paragraphs(self, lines: Iterable[tuple[str, str]]) -> None:
        """Show paragraphs with headings; one without a heading continues the last."""
        for heading, text in ((visible(heading), visible(text)) for heading, text in lines):
            if self.is_tty:
                said = Text.assemble((f"{heading}: ", "bold") if heading else "", text)
                self.out.print(Padding(said, (0, 0, 0, 0 if heading else 2)))
            else:
                self.write(f"{heading}: {text}" if heading else f"  {text}")

    def options(self, answers: Sequence[Answer], rows: OptionRows, labels: Mapping[str, str]) -> None:
        """Show the answers for cases, the options under their groups."""
        for case, of_case in groupby(answers, key=lambda answer: answer.case):
            title = f"case {case}" + (f": {labels[case]}" if labels.get(case) else "")
            self.out.print(Text(visible(title), style="bold"))
            self.table(("option", "status", "of note", "still to know"), rows.of(list(of_case)), styles=_STYLES)
            self.write("\n")

    def words(self, answers: Collection[Answer]) -> None:
        """Show the words of the source for the options of some answers, one for each option."""
        self.out.print(Text("in the words of the source", style="bold"))
        self.paragraphs(_worded(answers))
        self.write("\n")

    def explanation(self, told: Explanation) -> None:
        """Show an explanation."""
        self.paragraphs(told.lines())

    def questions(self, case: str, questions: Sequence[Question]) -> None:
        """Show what to ask next for a case."""
        self.out.print(Text(f"case {visible(case)}: {counted(len(questions), 'open question')}", style="bold"))
        if not questions:
            return
        header = ("options waiting", "met by a yes", "by a no", "finding", "question", "hint (no fact)")
        shown = len(header) if any(asked.hint for asked in questions) else len(header) - 1
        self.table(header[:shown], [row[:shown] for asked in questions for row in _question_rows(asked)])

    def changes(self, changes: Sequence[Change], supposed: str) -> None:
        """Show what a supposed finding would change."""
        self.out.print(Text(f"hypothetical: if {visible(supposed)}", style="bold"))
        rows = [
            (
                change.label,
                change.before.shown_status,
                change.after.shown_status,
                ", ".join(short(finding) for finding in change.after.missing),
            )
            for change in changes
        ]
        self.table(("option", "now", "then", "still to know then"), rows, styles=_STYLES)
        if not rows:
            self.write("no option would change\n")

    def segments(self, segments: Sequence[Segment]) -> None:
        """Show segments of the source: their text if the page is available, else their gist."""
        rows = [
            (one.id, str(one.line), f"{one.start}–{one.end}", one.section, one.text or one.gist) for one in segments
        ]
        texts = any(one.text is not None for one in segments)
        self.table(("id", "line", "characters", "section", "text" if texts else "gist (our words)"), rows)

    def report(self, report: Report) -> None:
        """Show what the checks found."""
        for what, covered, total in report.coverage:
            self.out.print(Text(f"{covered}/{total} {visible(what)}", style="green" if covered == total else "red"))
        for note in report.notes:
            self.out.print(Text(f"note: {visible(note)}"))
        if report.violations:
            self.table(report.table().variables, report.table().curies())
        count = len(report.violations)
        said = f"{counted(report.n_checks, 'check')}, {counted(count, 'violation')}"
        self.out.print(Text(said, style="bold green" if not count else "bold red"))


class OptionRows:
    """The rows of a table of the options of a case, for as many cases as there are."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self._vocabulary = graph, Vocabulary(graph)
        self._orders: dict[tuple[Node, ...], list[tuple[int, str]]] = {}

    def of(self, answers: Sequence[Answer]) -> Iterator[tuple[str, str, str, str]]:
        """Yield a row for each option: an umbrella first, then, indented, those that refine it (some refine two)."""
        options = tuple(answer.option for answer in answers)
        if options not in self._orders:
            self._orders[options] = list(self._order(answers))
        for place, label in self._orders[options]:
            yield label, *answers[place].made("row", self._row)

    def _order(self, answers: Sequence[Answer]) -> Iterator[tuple[int, str]]:
        under: dict[object, list[int]] = {}
        there = {answer.option for answer in answers if answer.umbrella}
        for place, answer in enumerate(answers):
            umbrellas = sorted(there & set(self._graph.objects(answer.option, STS.refines)), key=str)
            under.setdefault(umbrellas[0] if umbrellas else None, []).append(place)
        for place in under.get(None, []):
            answer = answers[place]
            yield place, answer.label.upper() if answer.umbrella else answer.label
            for below in under.get(answer.option, []):
                yield below, f"  {answers[below].label}"

    def _row(self, answer: Answer) -> tuple[str, str, str]:
        words = self._vocabulary
        together = words.asked_together(answer.missing)
        names = {group: f"{words.label(group)} (any of {len(choices)})" for group, choices in together.items()}
        of_group = {finding: names[group] for group, choices in together.items() for finding in choices}
        missing = dict.fromkeys(of_group.get(one) or words.label(one) or short(one) for one in answer.missing)
        return answer.shown_status, answer.of_note, ", ".join(missing)


def _question_rows(asked: Question) -> Iterator[tuple[str, ...]]:
    """Yield a row for a question, its finding with the one that a no gives, and one for each of its choices."""
    counts = (str(len(options)) for options in (asked.options, asked.would_meet, asked.would_meet_if_no))
    complement = f" (no: {short(asked.complement)})" if asked.complement else ""
    yield *counts, (short(asked.finding) if asked.finding else "") + complement, asked.text, asked.hint
    for finding, text in asked.choices:
        yield "", "", "", short(finding), f"– {text}", ""


def _worded(answers: Collection[Answer]) -> Iterator[tuple[str, str]]:
    """Yield what the source says of each option beside its condition, and at last with whom to talk about which.

    Intents that are stated for a group stand with the group.
    """
    talk: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        said = []
        for key, heading, words in answer.wording.clauses():
            if key == "talk":
                for segment in words:
                    talk.setdefault((heading, segment), []).append(answer.label)
            elif key != "inherited_intents":
                said.append(("" if key in ("strength", "frequency") else f"{heading}: ") + ", ".join(words))
        yield answer.label + (" (group)" if answer.umbrella else ""), "; ".join(said)
    for (heading, options), said_of in groupby(talk.items(), key=lambda item: (item[0][0], item[1])):
        segments = ", ".join(segment for (_, segment), _ in said_of)
        about = "about all of them" if len(options) == len(answers) else f"about {', '.join(options)}"
        yield f"{heading} ({segments})", about


def legend(answers: Collection[Answer]) -> str:
    """Return what the statuses of some answers mean, what not met does not mean (D25), and what hanging on one is."""
    lines = []
    for status, words in WORDING.items():
        of_status = [answer for answer in answers if answer.status == status]
        if any(answer.meaning == words for answer in of_status):
            lines.append(f"{status.replace('-', ' ')}: {words}")
        if any(answer.readings is None and answer.meaning != words for answer in of_status):
            lines.append(f"not met: {NOT_MET_AS_READ.format('')}")
        elif any(answer.meaning != words for answer in of_status):
            lines.append(f"not met, hanging on D…: {NOT_MET_AS_READ.format('')}; another reading says otherwise")
    if any(answer.hangs_on for answer in answers):
        lines.append("hangs on D…: another reading of this decision gives another status; sts-kg explain says which")
    return "\n".join(lines)
