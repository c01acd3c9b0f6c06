"""What is shown of the answers for cases: a board of statuses for one case, and of cases and options for several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from rdflib import URIRef

from sts_kg.cases import NOT_MET_AS_READ, STATUSES, WORDING
from sts_kg.display.view import (
    Badge,
    Block,
    Facts,
    Fold,
    Grid,
    Heading,
    Inline,
    Listing,
    Paragraph,
    Quiet,
    View,
    grid,
    text_of,
)
from sts_kg.display.views.pieces import (
    MOST_OF_TEXT,
    capitalized,
    clipped,
    footed,
    listing,
    option,
    pill,
    questions,
    status,
    term,
)
from sts_kg.safe import counted

if TYPE_CHECKING:
    from sts_kg.cases import Answer, Answers, Mark, ReadingAnswer

__all__ = ["of_answer", "of_answers", "of_mark", "of_reading_answer"]

#: Cases in one fold of a board, and in all folds: with 18 options this keeps the markup below 100 kB.
FOLD, MOST_CASES, MOST_CELLS, MOST_OPTIONS = 25, 100, 1800, 60
MOST_ERRORS = 20
#: The words of the cells of a board, which are narrow.
SHORT = {"met": "met", "not-met": "not met", "undetermined": "undet."}


def of_answers(answers: Answers) -> View:
    """Return a board of statuses: the options for one case, or cases against options for several."""
    cases = list(dict.fromkeys(answer.case for answer in answers))
    if len(cases) == 1:
        name, label = cases[0], answers.labels.get(cases[0], "")
        title = f"Options for case {clipped(name)}" + (f": {clipped(label, 100)}" if label else "")
        return footed(title, _of_one(answers), answers.footer)
    if not cases:
        return footed("No answers", _errors(answers), answers.footer)
    of = counted(len({answer.option for answer in answers}), "option")
    return footed(f"{of} for {counted(len(cases), 'case')}", _of_several(answers, cases), answers.footer)


# --- one case


def _of_one(answers: Answers) -> Iterator[Block]:
    yield from _errors(answers)
    said = [answer for answer in answers if answer.status != "contradictory"]
    if not said:
        return
    counts = Counter(answer.status for answer in said)
    words = (Badge(f"{counts[one]} {one.replace('-', ' ')}", one) for one in STATUSES if counts[one])
    yield Paragraph(text_of(words, " "))
    seen: set[URIRef] = set()
    rows: list[tuple[Inline, ...]] = []
    for answer in said:
        rows.append((_place(answer, seen), _status_and_note(answer), questions(answer)))
        seen.add(answer.option)
    yield grid(("option", "status", "still to know"), rows, "option", most=MOST_OPTIONS)
    words_of_source = tuple((a.label, "; ".join(a.wording.sentences())) for a in said[:MOST_OPTIONS])
    yield Fold("words of the source for each option", (Facts(words_of_source),))
    yield Fold("what the words mean", (_legend(counts),))


def _place(answer: Answer, seen: set[URIRef]) -> Inline:
    """Return an option, behind a dot if it stands below a group of which it is a kind."""
    return option(answer) if seen.isdisjoint(answer.groups) else ("·\u00a0", option(answer))


def _status_and_note(answer: Answer) -> Inline:
    note = answer.of_note
    return (status(answer), " ", Quiet(f"({note})")) if note else pill(answer)


def _legend(statuses: Collection[str]) -> Facts:
    words = {**WORDING, "not-met": NOT_MET_AS_READ.format("")}  # which holds whatever hangs on a decision
    return Facts(tuple((one.replace("-", " "), words[one]) for one in STATUSES if one in statuses))


def _errors(answers: Answers) -> Iterator[Block]:
    """Yield how each case contradicts itself."""
    if wrong := [clipped(error.summary, MOST_OF_TEXT) for error in answers.contradictions]:
        verb = "contradicts itself" if len(wrong) == 1 else "contradict themselves"
        yield Heading(f"{counted(len(wrong), 'case')} {verb}, so nothing follows from what is known")
        yield listing(wrong, MOST_ERRORS, ".contradictions")


# --- several cases


def _of_several(answers: Answers, cases: Sequence[str]) -> Iterator[Block]:
    by_option: dict[URIRef, Counter[str]] = {}
    labels: dict[URIRef, Inline] = {}
    for answer in answers:
        if answer.option not in by_option:
            labels[answer.option] = _place(answer, set(by_option))
            by_option[answer.option] = Counter()
        by_option[answer.option][answer.status] += 1
    statuses = [one for one in STATUSES if any(counts[one] for counts in by_option.values())]
    rows = [
        (labels[one], *(f"{counts[each]:,}" if counts[each] else "–" for each in statuses))
        for one, counts in by_option.items()
    ]
    header = ("number of cases", *(one.replace("-", " ") for one in statuses))
    yield grid(header, rows, "option", most=MOST_OPTIONS)
    yield from _errors(answers)
    yield from _board(answers, cases)


def _board(answers: Answers, cases: Sequence[str]) -> Iterator[Block]:
    """Yield cases against options, some at a time, and what is cut; cases that contradict themselves are not in it."""
    contradictory = {answer.case for answer in answers if answer.status == "contradictory"}
    agreeing = [case for case in cases if case not in contradictory]
    labels = {answer.option: clipped(answer.label) for answer in answers}
    options = list(labels)[:MOST_OPTIONS]
    rows = {case: dict[URIRef, Badge]() for case in agreeing[: min(MOST_CASES, MOST_CELLS // len(options))]}
    if not rows:
        return
    for answer in answers:
        if answer.case in rows:
            rows[answer.case][answer.option] = Badge(SHORT[answer.status], answer.status)
    yield Heading("Each case")
    header, upright = ("case", *(labels[one] for one in options)), frozenset(range(1, len(options) + 1))
    lines = [(clipped(case, 30), *(of.get(one, "") for one in options)) for case, of in rows.items()]
    for start in range(0, len(lines), FOLD):
        some = lines[start : start + FOLD]
        summary = f"cases {start + 1:,} to {start + len(some):,} of {len(agreeing):,}"
        yield Fold(summary, (Grid(header, tuple(some), upright=upright),), is_open=start == 0)
    more = [counted(len(agreeing) - len(lines), "case"), counted(len(labels) - len(options), "option")]
    cut = " and ".join(each for each in more if not each.startswith("0 "))
    legend = "undet.: undetermined, neither met nor ruled out by what is known. Not met is not contraindicated."
    yield Paragraph(Quiet(f"{legend} {f'{cut} not shown: to_csv() and table() have all.' if cut else ''}".rstrip()))


# --- one answer


def of_answer(answer: Answer) -> View:
    """Return the status of one option for a case, what is known, what is still to know, and what the source says."""
    findings = (("known to hold", answer.true), ("known not to hold", answer.false))
    facts: list[tuple[str, Inline]] = [(name, text_of(map(term, found))) for name, found in findings]
    facts.append(("of note", answer.of_note))
    facts.append(("words of the source", "; ".join(answer.wording.sentences())))
    facts.append(("from", ", ".join(answer.segment_ids)))
    asked: list[Block] = [Heading("Still to know"), _asked(answer)] if answer.missing else []
    said = Paragraph(f"{capitalized(answer.meaning)} (case {clipped(answer.case)}).")
    blocks: list[Block] = [said, *asked, Facts(tuple(facts))]
    return footed((option(answer), " ", status(answer)), blocks, answer.footer)


def _asked(answer: Answer) -> Listing:
    return listing([(answer.questions[f] or "nothing to ask", " ", Quiet(term(f))) for f in answer.missing])


def of_reading_answer(answer: ReadingAnswer) -> View:
    """Return what an option comes to by a reading that was not chosen."""
    marks = [word for word, so in (("tried", answer.tried), ("declined", answer.declined)) if so]
    facts: tuple[tuple[str, Inline], ...] = (
        ("by the reading", answer.reading),
        ("which was not chosen in", term(answer.decision)),
        ("beside the status", ", ".join(marks)),
    )
    return footed((term(answer.option), " ", status(answer)), [Facts(facts)], answer.footer)


def of_mark(mark: Mark) -> View:
    """Return what happened to a person beside an option."""
    facts: tuple[tuple[str, Inline], ...] = (("because of", mark.reason), ("where", mark.place))
    said = Paragraph(Quiet("A mark says what happened; it changes no status."))
    return View((mark.label, ": ", term(mark.option)), (Facts(facts), said))
