"""What an author of a guideline still has to do, in order: texts to write, what checks find, and cases to expect."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path

from rdflib import Literal, URIRef

from sts_kg.authoring.golden import run_golden
from sts_kg.errors import CaseError, ParseError, StsKgError
from sts_kg.guideline import Guideline, instances
from sts_kg.quality import Violation, guideline_violations
from sts_kg.queries import CannedQuery, read_all
from sts_kg.rdf import STS, compress, local, passing_namespaces, read_text
from sts_kg.safe import counted
from sts_kg.shown import Shown
from sts_kg.tables import Table

__all__ = ["STAGES", "Item", "ToDo", "todo"]

#: What an author does, in this order, and the heading of each stage.
STAGES: Mapping[str, str] = {
    "reading": "What cannot be read",
    "page": "Page: a gist of each segment",
    "findings": "Findings",
    "treatments": "Treatments and coded words",
    "conditions": "Conditions",
    "recommendations": "Recommendations, their parts and cues",
    "decisions": "Decisions",
    "golden cases": "Golden cases",
    "header": "Header",
}
_FILES: Mapping[str, str] = {
    "source": "page",
    "findings": "findings",
    "treatments": "treatments",
    "schemes": "treatments",
    "conditions": "conditions",
    "not-met": "conditions",
    "recommendations": "recommendations",
    "decisions": "decisions",
    "readings": "decisions",
    "forbidden-words": "header",
}
#: The stage of what these checks find, wherever the term stands.
_CHECKS: Mapping[str, str] = {
    "condition-odd": "conditions",
    "cue-outside-segments": "recommendations",
    "decision-without-reading": "decisions",
    "header-metadata": "header",
    "implied-without-decision": "decisions",
    "module-metadata": "header",
    "not-met-stale": "conditions",
    "option-without-condition": "conditions",
    "option-without-recommendation": "recommendations",
    "parts-unlike-axiom": "recommendations",
    "reading-incomplete": "decisions",
    "reading-unfit": "decisions",
    "released-lost": "header",
    "segment-uncovered": "recommendations",
    "segment-with-idle-cue": "recommendations",
    "segment-with-idle-reason": "recommendations",
    "source-digest": "page",
    "unused-finding": "conditions",
    "version-mismatch": "header",
}
#: What to write where a text says no more than TODO.
_HINTS: Mapping[str, str] = {
    "cue": "at most eight words of the segment, as they stand; the same in source.ttl and where they are quoted",
    "strengthCue": "the words by which it is offered, as they stand; also a cue of the segment in source.ttl",
    "frequencyCue": "the words for how often, as they stand; also a cue of the segment in source.ttl",
}
_TODO = re.compile(r"\bTODO\b:?[ \t]*(?P<text>[^\"\n]*)")
_SUBJECT = re.compile(r"[A-Za-z][\w.-]*:[\w.-]+")
_PREDICATE = re.compile(r"[\w-]+:([\w-]+)\s+\"[^\"]*$")
_STUB = re.compile(r"(?:.*-)?example-(?:finding|modality|option|strength|therapy)")
#: The endings of case files, and of all files that an author edits.
_CASES = (".yaml", ".yml", ".json")
_ENDINGS = (".ttl", ".trig", ".txt", ".tsv", *_CASES)
_NO_LINE = 10**9


@dataclass(frozen=True)
class Item:
    """One thing to do: its `stage`, `what` it is, the `file` (its path in the folder) and `line`, and the `check`."""

    stage: str
    what: str
    file: str | None = None
    line: int | None = None
    check: str = ""

    @property
    def place(self) -> str:
        """File and line, as far as they are known."""
        return f"{self.file or ''}{f':{self.line}' if self.line else ''}"

    def as_dict(self) -> dict[str, object]:
        """Return the item as plain values."""
        return {"stage": self.stage, "file": self.file, "line": self.line, "what": self.what, "check": self.check}


@dataclass(frozen=True)
class ToDo(Shown):
    """What is still to do for a guideline, in the order of work; `notes` say what was not looked at, and why."""

    name: str
    items: tuple[Item, ...]
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<ToDo: {self.name}, {self.summary}>"

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    @property
    def summary(self) -> str:
        """How much there is to do."""
        return f"{counted(len(self.items), 'thing')} to do" if self.items else "nothing is left to do"

    @cached_property
    def stages(self) -> Mapping[str, tuple[Item, ...]]:
        """The heading of each stage in which something is left, and what."""
        return {STAGES[stage]: tuple(items) for stage, items in groupby(self.items, key=lambda item: item.stage)}

    def as_dict(self) -> dict[str, object]:
        """Return the list as plain values."""
        items = [item.as_dict() for item in self.items]
        return {"guideline": self.name, "done": not items, "items": items, "notes": list(self.notes)}

    def table(self) -> Table:
        """Return the items as a table: stage, file, line, what, check."""
        rows = [
            (
                Literal(item.stage),
                None if item.file is None else Literal(item.file),
                None if item.line is None else Literal(item.line),
                Literal(item.what),
                Literal(item.check) if item.check else None,
            )
            for item in self.items
        ]
        return Table(("stage", "file", "line", "what", "check"), tuple(rows))

    def lines(self, most: int | None = 5) -> Iterator[str]:
        """Yield the list as lines of text, of each stage the first `most` items, or all if it is None."""
        yield f"{self.name}: {self.summary}"
        for heading, items in self.stages.items():
            yield ""
            yield f"{heading} ({len(items)})"
            for item in items[:most]:
                yield f"  {item.place + '  ' if item.place else ''}{item.what}"
            if most is not None and len(items) > most:
                yield f"  … and {len(items) - most} more (--all)"
        for note in self.notes:
            yield ""
            yield f"note: {note}"


def todo(
    guideline: Guideline | str | Path,
    *,
    canned_folder: Path,
    own: Iterable[CannedQuery] = (),
    page: str | Path | None = None,
) -> ToDo:
    """Return what is still to do for a guideline, in the order of work.

    Texts that say TODO, terms with the names of the stub, what the checks find, options without a golden case. What
    cannot be read is the first item, and what can be said without it follows.

    Parameters
    ----------
    guideline : Guideline or path
        The guideline, or its folder, which is read.
    canned_folder : Path
        The canned queries; those in `check/` are asked.
    own : iterable of CannedQuery
        More queries; those with the topic `check` are asked, too.
    page : path, optional
        The page; `page.txt` in the folder without it, if that is there.

    Raises
    ------
    ParseError
        There is no such folder.
    """
    folder = guideline.folder if isinstance(guideline, Guideline) else Path(guideline)
    if not folder.is_dir():
        raise ParseError("there is no such folder; it holds the files of one guideline", path=folder)
    given = folder / "page.txt" if page is None and (folder / "page.txt").exists() else page
    files = _Files(folder)
    items = list(_left_texts(files))
    notes: tuple[str, ...] = ()
    with passing_namespaces():  # an author may change the base between two looks
        try:
            read = guideline if isinstance(guideline, Guideline) else Guideline(folder)
            checks = (*_checks(canned_folder), *(query for query in own if query.topic == "check"))
            violations, notes = guideline_violations(read, checks, page=None if given is None else Path(given))
            if given == folder / "page.txt":  # a page that is passed on with the guideline may be quoted
                violations = tuple(each for each in violations if each.check != "quotes-source")
            items += _of_violations(violations, files)
            items += _of_guideline(read, files)
            if not any(violation.check == "inconsistent" for violation in violations):  # else all is contradictory
                items += _of_cases(read, files)
        except (StsKgError, OSError) as error:
            items.append(_unread(error, folder))
    return ToDo(folder.resolve().name, tuple(sorted(dict.fromkeys(items), key=files.rank)), notes)


@cache
def _checks(canned_folder: Path) -> tuple[CannedQuery, ...]:
    """Return the checks that are queries; those that cannot be read are another's concern."""
    return tuple(
        each for each in read_all(canned_folder, on_error=lambda error: None).values() if each.topic == "check"
    )


class _Files:
    """The files of a folder that an author edits: their lines, and where a term stands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found = (path for pattern in ("*", "readings/*", "cases/**/*") for path in folder.glob(pattern))
        paths = (path for path in found if path.suffix.lower() in _ENDINGS and path.is_file())
        named = {path.relative_to(folder).as_posix(): path for path in paths if path.name != "page.txt"}
        self.names = sorted(named, key=lambda name: (list(STAGES).index(self.stage_of(name)), name))
        self.lines = {name: _lines(named[name]) for name in self.names}

    @staticmethod
    def stage_of(name: str) -> str:
        """Return the stage in which a file is written."""
        if name.startswith("readings/"):
            return "decisions"
        return "golden cases" if name.startswith("cases/") else _FILES.get(Path(name).stem, "header")

    @cached_property
    def places(self) -> dict[str, tuple[str, int]]:
        """CURIE of a term to the file and the line at whose start it stands first."""
        found: dict[str, tuple[str, int]] = {}
        for name, lines in self.lines.items():
            if name.endswith(".ttl"):
                for number, line in enumerate(lines, 1):
                    if subject := _SUBJECT.match(line) or re.match(r"<([^>]*)>", line):
                        found.setdefault(compress(subject[subject.lastindex or 0]), (name, number))
        return found

    def place_of(self, subject: str) -> tuple[str | None, int | None]:
        """Return file and line of a CURIE, or the file that is named."""
        if subject in self.lines:
            return subject, None
        return self.places.get(subject) or self._first_use(subject)

    def _first_use(self, subject: str) -> tuple[str | None, int | None]:
        """Return where a CURIE that stands at the start of no line is used first."""
        used = re.compile(rf"(?<![\w:-]){re.escape(subject)}(?![\w-])")
        for name, lines in self.lines.items():
            if name.endswith(".ttl") and ":" in subject:
                for number, line in enumerate(lines, 1):
                    if not line.startswith("#") and used.search(line):
                        return name, number
        return None, None

    def condition_of(self, name: str) -> tuple[str, int | None]:
        """Return file and line of the condition of an option, or the file where it is missing."""
        begin = re.compile(rf"(?:option-)?{re.escape(name)}\s*:")
        for number, line in enumerate(self.lines.get("conditions.txt", ()), 1):
            if begin.match(line):
                return "conditions.txt", number
        return ("conditions.txt" if "conditions.txt" in self.lines else "conditions.ttl"), None

    def rank(self, item: Item) -> tuple[int, int, int, str]:
        """Return what puts items in order: stage, file, line."""
        file = self.names.index(item.file) if item.file in self.lines else len(self.names)
        return list(STAGES).index(item.stage), file, item.line or _NO_LINE, item.what


def _lines(path: Path) -> tuple[str, ...]:
    try:
        return tuple(read_text(path).split("\n"))
    except StsKgError:  # which is told by whatever needs the file
        return ()


def _left_texts(files: _Files) -> Iterator[Item]:
    """Yield an item for each text that says TODO, and for each term that has a name of the stub."""
    for name, lines in files.lines.items():
        subject = ""
        for number, line in enumerate(lines, 1):
            code = name.endswith((".ttl", ".trig"))
            if code and (begin := _SUBJECT.match(line)):
                subject = begin[0]
                if _STUB.fullmatch(subject.partition(":")[2]):
                    what = f"{subject} has the name of the stub: rename it, here and where it is used"
                    yield Item(files.stage_of(name), what, name, number, "todo")
            if code and line.startswith("#") and not re.match(r"#+\s*TODO\b", line):  # an example
                continue
            for found in _TODO.finditer(line):
                said = found["text"].strip().rstrip(",")
                predicate = _PREDICATE.search(line[: found.start()])
                if predicate:
                    said = f"{subject or 'header'}, {predicate[1]}: {said or _HINTS.get(predicate[1], 'write it')}"
                yield Item(files.stage_of(name), said or "says TODO", name, number, "todo")


def _of_violations(violations: Iterable[Violation], files: _Files) -> Iterator[Item]:
    """Yield an item for each thing that checks find; of shapes only where nothing else is said of the same term."""
    told = [violation for violation in violations if violation.check != "shape"]
    subjects = {violation.subject for violation in told}
    told += [violation for violation in violations if violation.check == "shape" and violation.subject not in subjects]
    for violation in told:
        if "TODO" in violation.message:  # the text itself is an item
            continue
        file, line = files.place_of(violation.subject)
        stage = _CHECKS.get(violation.check) or (files.stage_of(file) if file else "header")
        if violation.check == "condition-odd":
            file, line = files.condition_of(violation.subject.partition(":")[2].removeprefix("option-"))
        remedy = f"; {violation.remedy[0].lower()}{violation.remedy[1:]}".rstrip(".") if violation.remedy else ""
        yield Item(stage, f"{violation.subject} {violation.message}{remedy}", file, line, violation.check)


def _of_guideline(guideline: Guideline, files: _Files) -> Iterator[Item]:
    """Yield an item for each option without a condition."""
    for option in _options(guideline):
        if option not in guideline.conditions:
            name = _name(option)
            file, _ = files.condition_of(name)
            what = f"{compress(option)} has no condition; write one, such as {name}: some-finding"
            yield Item("conditions", what, file, None, "option-without-condition")


def _of_cases(guideline: Guideline, files: _Files) -> Iterator[Item]:
    """Yield an item for each golden case that cannot be read, or one if there is none."""
    if not any(name.startswith("cases/") for name in files.names):
        what = "there is no golden case; write one to cases/, with what is expected (`expected: {some-option: met}`)"
        yield Item("golden cases", what, None, None, "golden-cases")
        return
    errors: list[CaseError | ParseError] = []
    found = run_golden(guideline, files.folder / "cases", ["closure"], on_error=errors.append)
    for error in errors:
        file, line = _place(error, files.folder)
        near = f"; did you mean {error.near[0]}?" if isinstance(error, CaseError) and error.near else ""
        yield Item("golden cases", f"{error.reason}{near}", file, line, "golden-cases")
    for one in found.differences:
        file, line = _where(found.places[one.case], None, files.folder)
        what = f"{one.case}, {_name(one.option)}: {one.difference}; correct the guideline, or the case"
        yield Item("golden cases", what, file, line, "golden-cases")
    met = {one.option for one in found.tested if one.expected == "met"}
    for option in guideline.conditions:
        if option not in met and not errors:
            what = f"no golden case expects {_name(option)} to be met; write one"
            yield Item("golden cases", what, None, None, "golden-cases")


def _name(option: URIRef) -> str:
    return local(option).removeprefix("option-")


def _options(guideline: Guideline) -> tuple[URIRef, ...]:
    kinds = (STS.TreatmentOption, STS.UmbrellaOption)
    return tuple(dict.fromkeys(option for kind in kinds for option in instances(guideline.asserted, kind)))


def _unread(error: StsKgError | OSError, folder: Path) -> Item:
    """Return the item of what cannot be read."""
    file, line = _place(error, folder)
    return Item("reading", str(getattr(error, "reason", None) or error), file, line, "reading")


def _place(error: Exception, folder: Path) -> tuple[str | None, int | None]:
    """Return the file of an error, by its path in the folder if it is there, and its line."""
    path, line = getattr(error, "path", None) or getattr(error, "filename", None), getattr(error, "line", None)
    return (None, line) if path is None else _where(str(path), line, folder)


def _where(path: str, line: int | None, folder: Path) -> tuple[str, int | None]:
    """Return a path as it stands in the folder, if it is there, and its line, which may stand in it."""
    if said := re.fullmatch(r"(.+), line (\d+)", path):
        path, line = said[1], int(said[2])
    try:
        return Path(os.path.realpath(path)).relative_to(os.path.realpath(folder)).as_posix(), line
    except ValueError:
        return path, line
