"""A case as a form: the questions of a guideline, what was typed, the case that it says, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count

from rdflib import URIRef

from sts_kg.cases import Case, Item, Placed, case_of_placed, form_items
from sts_kg.errors import CaseError
from sts_kg.guideline import Guideline, leaves, short
from sts_kg.rdf import STS
from sts_kg.server.messages import Refusal

__all__ = ["MOST", "CaseForm", "Group", "Said", "fields_of", "groups_of"]

MOST = 30  #: courses, and periods, that one form may have
_FIRST = "What most answers rest on"
_ID = "case"  #: the id of a case that was given none
_OF_ITSELF = (Item("case", "string", "Id of the case"), Item("label", "string", "Label"))
_PART = re.compile(r"([a-z_]+)\.([1-9][0-9]{0,3})\.([a-z_]+)")


@dataclass(frozen=True)
class Group:
    """Findings that stand together in the form; `items` are numbered through the whole form."""

    legend: str
    items: tuple[tuple[int, Item], ...]


@lru_cache(maxsize=8)
def groups_of(guideline: Guideline) -> tuple[Group, ...]:
    """Return the findings in groups: first those on which others rest, then by the modality whose options need them.

    A finding that options of several modalities need is among the first, and so is the complement of one of these.
    """
    vocabulary, asserted = guideline.vocabulary, guideline.asserted
    needing: dict[URIRef, dict[URIRef, None]] = {}
    for option, condition in guideline.conditions.items():
        for finding in leaves(condition):
            for modality in asserted.objects(option, STS.hasModality):
                needing.setdefault(finding, {})[URIRef(str(modality))] = None
    first = set(vocabulary.ask_ranks)
    first |= {URIRef(str(one)) for one, asked in asserted.subject_objects(STS.complementOf) if asked in first}
    groups: dict[URIRef | None, list[Item]] = {None: []}
    for modality in dict.fromkeys(one for some in needing.values() for one in some):
        groups[modality] = []
    for item in _findings(guideline):
        assert item.code is not None, "a finding has its term"
        modalities = [*needing.get(item.code, ())]
        alone = modalities[0] if len(modalities) == 1 and item.code not in first else None
        groups[alone].append(item)
    numbers = count(1)
    return tuple(
        Group(f"For {vocabulary.label(one)}" if one else _FIRST, tuple((next(numbers), item) for item in items))
        for one, items in groups.items()
        if items
    )


def _numbers(guideline: Guideline) -> dict[str, int]:
    return {item.link_id: number for group in groups_of(guideline) for number, item in group.items}


def _findings(guideline: Guideline) -> tuple[Item, ...]:
    return next(item.items for item in fields_of(guideline) if item.key == "findings")


@lru_cache(maxsize=8)
def fields_of(guideline: Guideline) -> tuple[Item, ...]:
    """Return all that the form asks for: the keys of a case file, in the order of `form_items`."""
    return (*_OF_ITSELF, *form_items(guideline.vocabulary))


@dataclass(frozen=True)
class Said:
    """One thing that the form asks for, and what was answered; empty if that is not known."""

    about: str
    question: str
    answer: str


@dataclass
class CaseForm:
    """What was typed, by the names of fields: a finding has its short name, others have `courses.1.end`.

    `errors` are sentences by the name of a field, or of a course or period (`courses.1`).
    """

    guideline: Guideline
    values: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  #: what was sent and is not used, in sentences

    @classmethod
    def of_case(cls, case: Case, guideline: Guideline) -> CaseForm:
        """Return the form that says a case.

        Raises
        ------
        CaseError
            The case has and lacks a finding.
        Refusal
            It has more courses or periods than a form may have.
        """
        told, values = case.as_dict(), {}
        for item in fields_of(guideline):
            value = told.get(item.key)
            if item.kind != "group":
                values[item.link_id] = _typed(value, item)
            elif item.repeats:
                several = value if isinstance(value, list) else []
                for number, one in enumerate(several, 1):
                    for inner in item.items:
                        values[f"{item.key}.{number}.{inner.key}"] = _typed(one.get(inner.key), inner)
            elif isinstance(value, dict):
                for inner in item.items:
                    values[inner.link_id] = _typed(value.get(inner.key), inner)
        return cls.of_pairs(((name, one) for name, some in values.items() for one in some), guideline)

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[str, str]], guideline: Guideline, others: Collection[str] = ()) -> CaseForm:
        """Return the form with what was typed; an answer to one of the `others`, findings of other readings, is noted.

        Raises
        ------
        Refusal
            There is no such field, it was sent twice, or there are too many courses or periods.
        """
        form = cls(guideline)
        items = {item.link_id: item for item in fields_of(guideline) if item.kind != "group"}
        items |= {item.link_id: item for item in _findings(guideline)}
        parts = {inner.link_id: inner for item in form.repeated for inner in item.items}
        for name, value in pairs:
            part = _PART.fullmatch(name)
            item = parts.get(f"{part[1]}.{part[3]}") if part else items.get(name)
            if item is None and name in others:
                if value:
                    form.notes.append(f"The answer {value[:20]!r} to {name} is not used: no question here asks for it.")
                continue
            if item is None:
                raise Refusal(400, f"the form has no field {name[:60]!r}")
            if name in form.values and not item.repeats:
                raise Refusal(400, f"the field {name!r} was sent twice; it takes one answer")
            if part and int(part[2]) > MOST:
                raise Refusal(400, f"a form has at most {MOST} {part[1]}; sts-kg options takes a file with any number")
            form.values.setdefault(name, []).append(value)
        return form

    @property
    def repeated(self) -> tuple[Item, ...]:
        """The groups that may be there several times: courses, and periods without growth."""
        return tuple(item for item in fields_of(self.guideline) if item.kind == "group" and item.repeats)

    def numbers(self, key: str) -> list[int]:
        """Return the numbers of the courses, or of the periods, in order."""
        found = {int(part[2]) for name in self.values if (part := _PART.fullmatch(name)) and part[1] == key}
        return sorted(found)

    def value(self, name: str) -> str:
        """Return what was typed into a field; empty if nothing was."""
        return next(iter(self.values.get(name, ())), "")

    def title(self, name: str) -> str:
        """Return what a field, a course or a period is called on the page."""
        items = {item.link_id: item for item in fields_of(self.guideline)}
        key, _, rest = name.partition(".")
        number, _, inner = rest.partition(".")
        if not rest:
            return f"Question {_numbers(self.guideline)[name]}" if name not in items else items[name].text
        part = f"{'Course' if key == 'courses' else 'Period'} {number}"
        return part if not inner else f"{part}: {next(one.text for one in items[key].items if one.key == inner)}"

    # --- changes

    def add(self, key: str) -> str:
        """Add an empty course or period, and return its name; without room for another, an error stands there."""
        number = max(self.numbers(key), default=0) + 1
        if number > MOST:
            self.errors[f"{key}.{MOST}"] = f"a form has at most {MOST}; sts-kg options takes a file with any number"
            return f"{key}.{MOST}"
        inner = next(item for item in self.repeated if item.key == key).items[0]
        self.values[f"{key}.{number}.{inner.key}"] = []
        return f"{key}.{number}"

    def remove(self, name: str) -> None:
        """Remove a course or period; those after it move up."""
        key, _, number = name.partition(".")
        kept = [one for one in self.numbers(key) if str(one) != number]
        moved = {one: place for place, one in enumerate(kept, 1)}
        values: dict[str, list[str]] = {}
        for field_name, typed in self.values.items():
            part = _PART.fullmatch(field_name)
            if part is None or part[1] != key:
                values[field_name] = typed
            elif int(part[2]) in moved:
                values[f"{key}.{moved[int(part[2])]}.{part[3]}"] = typed
        self.values = values

    def answer(self, answers: str) -> None:
        """Set findings, as `resectable=no`, several with blanks between.

        Raises
        ------
        Refusal
            There is no such finding, or no such answer.
        """
        names = {item.link_id for item in _findings(self.guideline)}
        for each in answers.split():
            name, _, answer = each.partition("=")
            if name not in names or answer not in ("yes", "no", ""):
                raise Refusal(400, f"{each[:60]!r} answers no question of the form")
            self.values[name] = [answer]

    # --- what it says

    def read(self) -> Case | None:
        """Return the case that the form says; None if something is wrong, which is then in `errors`."""
        left_out: set[str] = set()
        for name, why in self._incomplete():
            self.errors[name] = why
            left_out.add(name)
        while True:
            written = _Written(self, left_out)
            try:
                case = case_of_placed(written.case, self.guideline.vocabulary)
            except CaseError as error:
                name = written.names.get(str(error.path), _ID)
                part = _PART.fullmatch(name)
                self.errors.setdefault(name, _plainly(error))
                without = f"{part[1]}.{part[2]}" if part else name
                if without in left_out:
                    return None
                left_out.add(without)
            else:
                return None if self.errors else case

    def _incomplete(self) -> Iterator[tuple[str, str]]:
        """Yield the courses and periods that lack what they cannot be without; those that are empty say nothing."""
        for item in self.repeated:
            needed = [inner for inner in item.items if inner.required]
            for number in self.numbers(item.key):
                name = f"{item.key}.{number}"
                typed = any(one.strip() for inner in item.items for one in self.values.get(f"{name}.{inner.key}", ()))
                for inner in needed:
                    if typed and not any(one.strip() for one in self.values.get(f"{name}.{inner.key}", ())):
                        if inner.kind == "choice":
                            yield f"{name}.{inner.key}", "choose at least one, or remove this course"
                        else:
                            yield f"{name}.{inner.key}", "a date is missing, such as 2025-05; or remove this period"

    def said(self) -> Iterator[Said]:
        """Yield all that the form asks for, with what was answered."""
        vocabulary = self.guideline.vocabulary
        numbers = _numbers(self.guideline)
        for item in fields_of(self.guideline):
            if item.kind != "group":
                yield Said("", item.text, self._words(item, item.link_id))
            elif not item.repeats:
                for inner in item.items:
                    answer = self._words(inner, inner.link_id)
                    yield Said(str(numbers[inner.link_id]), inner.text, answer)
            else:
                for number in self.numbers(item.key):
                    about = f"{item.text} {number}"
                    for inner in item.items:
                        yield Said(about, inner.text, self._words(inner, f"{item.key}.{number}.{inner.key}"))
                if not self.numbers(item.key):
                    yield Said("", f"{vocabulary.label(item.code) if item.code else item.text}", "")

    def _words(self, item: Item, name: str) -> str:
        labels = {short(option): self.guideline.vocabulary.label(option) for option in item.options}
        return ", ".join(labels.get(one, one) for one in self.values.get(name, ()) if one)


class _Written:
    """A form with the keys of a case file, in which each value says where it stands."""

    FORM = "the form"

    def __init__(self, form: CaseForm, left_out: set[str]) -> None:
        self._form, self._left_out = form, left_out
        self.names: dict[str, str] = {}  #: what a place is called, to the name of its field
        numbers = _numbers(form.guideline)
        said: dict[str, Placed] = {}
        for item in fields_of(form.guideline):
            if item.kind != "group":
                value = self._value(item, item.link_id, item.key.replace("_", " "))
            elif item.repeats:
                several = [self._part(item, number) for number in form.numbers(item.key)]
                value = Placed([one for one in several if one], self.FORM)
            else:
                values = {
                    one.key: self._value(one, one.link_id, f"question {numbers[one.link_id]}") for one in item.items
                }
                value = Placed({key: one for key, one in values.items() if one}, self.FORM)
            if value:
                said[item.key] = value
        self.case = Placed({"case": Placed(_ID, self.FORM), **said}, self.FORM)

    def _part(self, item: Item, number: int) -> Placed | None:
        """Return a course or a period; None if it is left out, or empty."""
        name = f"{item.key}.{number}"
        if any(name == each or each.startswith(f"{name}.") for each in self._left_out):
            return None
        place = f"{'course' if item.key == 'courses' else 'period'} {number}"
        self.names[place] = name
        values = {
            inner.key: self._value(inner, f"{name}.{inner.key}", f"{place}, {inner.key.replace('_', ' ')}")
            for inner in item.items
        }
        known = {key: value for key, value in values.items() if value}
        return Placed(known, place) if known else None

    def _value(self, item: Item, name: str, place: str) -> Placed | None:
        """Return what was typed into a field; None if it is left out, or empty."""
        self.names[place] = name
        typed = [one.strip() for one in self._form.values.get(name, ()) if one.strip()]
        if name in self._left_out or not typed:
            return None
        if not item.repeats:
            return Placed(typed[0], place)
        parts = [part.strip() for one in typed for part in (re.split("[,;]", one) if item.kind == "date" else [one])]
        return Placed([Placed(part, place) for part in parts if part], place)


def _typed(value: object, item: Item) -> list[str]:
    """Return what is typed for a value of a case file."""
    if value is None:
        return []
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, list):
        return [", ".join(value)] if item.kind == "date" else [*value]
    return [str(value)]


def _plainly(error: CaseError) -> str:
    """Return what is wrong without the place, keys in words."""
    near = f"; did you mean {' or '.join(error.near)}?" if error.near else ""
    reason = error.reason.removeprefix(f"{error.key}: ") if error.key else error.reason
    return re.sub(r"(?<=[a-z])_(?=[a-z])", " ", reason) + near
