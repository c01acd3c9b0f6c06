"""The form of a canned query: a field for each parameter, with the values to choose from, which the graph has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from rdflib import URIRef

from sts_kg.errors import UnknownNameError
from sts_kg.knowledge import KnowledgeGraph
from sts_kg.queries import CannedQuery, Parameter
from sts_kg.rdf import compress, local

__all__ = ["Choice", "Choices", "Field"]

MOST_CHOICES = 400  #: of a drop-down; where there are more, names are typed
_SHORT = 4  #: characters of a name, such as that of a case, that is shown before its label

#: The type of a parameter to the type of its input, its step, and what is typed there.
_INPUTS: Mapping[str, tuple[str, str, str]] = {
    "iri": ("text", "", "an IRI, a CURIE such as CHEBI:71219, or a name"),
    "integer": ("number", "1", "a whole number"),
    "number": ("number", "any", "a number, such as 0.5"),
    "xsd:integer": ("number", "1", "a whole number"),
    "xsd:nonNegativeInteger": ("number", "1", "a whole number, 0 or above"),
    "xsd:positiveInteger": ("number", "1", "a whole number above 0"),
    "xsd:decimal": ("number", "any", "a number, such as 0.5"),
    "xsd:double": ("number", "any", "a number, such as 0.5"),
    "xsd:float": ("number", "any", "a number, such as 0.5"),
    "xsd:date": ("date", "", "a day, such as 2026-01-15"),
    "xsd:dateTime": ("text", "", "a time, such as 2026-01-15T08:30:00"),
    "xsd:gYear": ("text", "", "a year, such as 2026"),
    "xsd:gYearMonth": ("text", "", "a month, such as 2026-01"),
    "xsd:anyURI": ("text", "", "an absolute address, such as https://example.org/"),
}
_TEXT = ("text", "", "a text")


class Choice(NamedTuple):
    """A value that can be chosen: the text that stands in the address, the term that it names, and its label."""

    value: str
    term: str
    label: str


class Field(NamedTuple):
    """A field of a form: `kind` is `select` or the type of an input, `value` what it holds, `error` what is wrong.

    `can_be_any` says that it may be left out, and means any then; `hint` says what it takes; `near` are values that may
    have been meant.
    """

    name: str
    label: str
    kind: str
    step: str
    value: str
    choices: tuple[Choice, ...]
    required: bool
    can_be_any: bool
    hint: str
    error: str = ""
    near: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What the field holds as a person reads it."""
        labels = {choice.value: choice.label for choice in self.choices}
        return labels.get(self.value, self.value) or "any"

    @property
    def described_by(self) -> str:
        """The ids of what is said of the field, for `aria-describedby`."""
        return " ".join(
            [*([f"{self.name}-error"] if self.error else []), *([f"{self.name}-hint"] if self.hint else [])]
        )


class Choices:
    """What the parameters of canned queries may be in one graph; computed once for each class."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self.kg = kg
        self._kept: dict[URIRef, tuple[Choice, ...]] = {}

    def of(self, parameter: Parameter) -> tuple[Choice, ...]:
        """Return the values to choose from; none if any value of the type will do, or there are too many."""
        if parameter.choices:
            is_iri = parameter.type == "iri"
            return tuple(Choice(local(each) if is_iri else each, each, self._label(each)) for each in parameter.choices)
        if parameter.type == "xsd:boolean":
            return (Choice("true", "true", "yes"), Choice("false", "false", "no"))
        kind = parameter.entity_class
        if kind is None:
            return ()
        if kind not in self._kept:
            self._kept[kind] = self._members(kind)
        return self._kept[kind]

    def _members(self, kind: URIRef) -> tuple[Choice, ...]:
        members = self.kg.entities.members(kind)
        if len(members) > MOST_CHOICES:
            return ()
        count = Counter(map(local, members))
        names = {each: local(each) if count[local(each)] == 1 else f"<{each}>" for each in members}
        found = [Choice(name, str(member), self._named(member, name)) for member, name in names.items()]
        labels = Counter(choice.label for choice in found)
        told = [
            each._replace(label=f"{each.label} ({compress(each.term)})") if labels[each.label] > 1 else each
            for each in found
        ]
        return tuple(sorted(told, key=lambda choice: _natural(choice.label)))

    def _label(self, iri: str) -> str:
        return next(iter(self.kg.entities.labels.get(URIRef(iri), ())), local(iri))

    def _named(self, member: URIRef, name: str) -> str:
        label = self._label(member)
        return label if len(name) > _SHORT or name in label.split() else f"{name}: {label}"

    def chosen(self, parameter: Parameter, text: str) -> str | None:
        """Return the value to choose that a text names, in whatever way; None if it names none."""
        choices = self.of(parameter)
        for choice in choices:
            if text in (choice.value, choice.term):
                return choice.value
        if parameter.type != "iri":
            return None
        try:
            if parameter.entity_class is not None:
                iri = self.kg.entities.resolve(text, parameter.entity_class)
            else:
                iri = URIRef(parameter.term(text, self.kg.entities)[1:-1])
        except (UnknownNameError, ValueError):
            return None
        return next((choice.value for choice in choices if choice.term == str(iri)), None)

    def short(self, parameter: Parameter, default: str) -> str:
        """Return a default as it is typed: by the value to choose, or as a CURIE."""
        found = next((choice.value for choice in self.of(parameter) if choice.term == default), None)
        return found or (compress(default) if parameter.type == "iri" else default)

    def fields(
        self, query: CannedQuery, given: Mapping[str, str], errors: Mapping[str, tuple[str, tuple[str, ...]]]
    ) -> tuple[Field, ...]:
        """Return the fields of a query as they were filled, with the error and the near names of those that are wrong.

        A field that was not given holds the default of its parameter.
        """
        return tuple(
            self._field(each, given.get(each.name), *errors.get(each.name, ("", ()))) for each in query.parameters
        )

    def _field(self, parameter: Parameter, given: str | None, error: str, near: tuple[str, ...]) -> Field:
        choices = self.of(parameter)
        value = given if given is not None else ""
        if not value and parameter.default is not None and (given is None or not parameter.required):
            value = self.short(parameter, parameter.default)
        if choices:
            kind, step, hint = "select", "", ""
            value = self.chosen(parameter, value) or value if value else value
        else:
            kind, step, hint = _INPUTS.get(parameter.type, _TEXT)
            if parameter.limit:
                hint = "a whole number from 0 to 10,000"
            elif parameter.entity_class is not None:
                hint = f"the name, label, CURIE or IRI of a {compress(parameter.entity_class)}"
            kind = "text" if error else kind  # an input of another type would not show what is no value of it
        can_be_any = not parameter.required and parameter.default is None
        if can_be_any and kind != "select":
            hint += "; empty means any"
        return Field(
            name=parameter.name,
            label=parameter.label or parameter.name,
            kind=kind,
            step=step,
            value=value,
            choices=choices,
            required=parameter.required,
            can_be_any=can_be_any,
            hint=hint,
            error=error,
            near=near,
        )


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Return what texts are ordered by as people read them: 2 before 10."""
    parts = re.findall(r"[0-9]{1,9}|[^0-9]+|[0-9]", text.casefold())
    return [
        (part.isdigit() and part.isascii(), int(part) if part.isascii() and part.isdigit() else 0, part)
        for part in parts
    ]
