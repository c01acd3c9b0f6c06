"""Responses to the form of a guideline, FHIR QuestionnaireResponse in JSON, as the nodes of case files.

A response says the same as a case file in other brackets. So its nodes are put in the order of one, each with its line,
and what a case may not say is refused where case files are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import yaml

from sts_kg.cases.nodes import TAG, Nodes, is_null
from sts_kg.cases.places import shown
from sts_kg.cases.questionnaires import Item, form_items, parts, questionnaire_url
from sts_kg.guideline import Vocabulary

__all__ = ["cases_in_resources"]

#: The elements of the resources in FHIR R4 to R5; `modifierExtension` and `implicitRules` are refused.
_RESOURCE = "resourceType id meta implicitRules language text contained extension modifierExtension".split()
_RESPONSE = (*_RESOURCE, *"identifier basedOn partOf questionnaire status subject encounter authored author".split())
_RESPONSE = (*_RESPONSE, "source", "item")
_BUNDLE = (*_RESOURCE, *"identifier type timestamp total link entry signature issues".split())
_ELEMENT = "id extension modifierExtension".split()
_ENTRY = (*_ELEMENT, *"link fullUrl resource search request response".split())
_ITEM = (*_ELEMENT, *"linkId definition text subject answer item".split())
_STATUSES = ("in-progress", "completed", "amended", "stopped", "entered-in-error")
_KINDS = ("QuestionnaireResponse", "Bundle")
#: Types of questions to the value that an answer has, and what that is in JSON.
_VALUES = {
    "boolean": ("valueBoolean", "bool"),
    "date": ("valueDate", "str"),
    "choice": ("valueCoding", "map"),
    "integer": ("valueInteger", "number"),
    "decimal": ("valueDecimal", "number"),
}
#: The kinds of values in JSON, by the tags of nodes.
_JSON = {
    **{"bool": "true or false", "str": "a text", "number": "a number", "null": "null"},
    **{"map": "an object", "seq": "an array"},
}
#: http://hl7.org/fhir/R4/datatypes.html#date
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_PATIENT = re.compile(r"Patient/([^/]+)(/_history/[^/]+)?")


def cases_in_resources(path: str | Path, nodes: Iterable[yaml.Node], vocabulary: Vocabulary) -> Iterator[yaml.Node]:
    """Yield the nodes of cases: those given, and for a resource of FHIR those that it stands for.

    A resource has a `resourceType`; it is a QuestionnaireResponse, or a Bundle of such.

    Raises
    ------
    CaseError
        The resource is of another type, is no answer to the form, or has an answer of another type than its question.
    """
    reader = _Responses(path, vocabulary)
    for node in nodes:
        if isinstance(node, yaml.MappingNode) and any(key.value == "resourceType" for key, _ in node.value):
            yield from reader.cases(node)
        else:
            yield node


class _Responses(Nodes):
    """What the resources of a file say, as nodes of case files."""

    @cached_property
    def form(self) -> str:
        return questionnaire_url(self.vocabulary)

    @cached_property
    def expected(self) -> dict[str, Item]:
        """The items of the form by their link ids; those in groups are with these."""
        items = (*form_items(self.vocabulary), Item("note", "display", ""))
        return {one.link_id: one for one in items}

    def cases(self, node: yaml.Node) -> Iterator[yaml.Node]:
        kind, place = self.kind(node), self.place(node)
        if kind not in _KINDS:
            reason = f"a {shown(kind)} of FHIR is no case; a QuestionnaireResponse is expected, or a Bundle of them"
            raise place.error(reason, key="resourceType", value=kind, valid=_KINDS)
        if kind == "QuestionnaireResponse":
            yield self.case(node)
            return
        bundle = self.known(node, "a Bundle", _BUNDLE)
        for link in self.sequence(bundle.get("link"), "link"):
            relation = dict(self.named(link)).get("relation")
            if relation is not None and relation.value == "next":
                reason = "is one page of several: its link “next” leads to the others; put all entries into one Bundle"
                raise self.place(relation).error(f"the Bundle {reason}", key="link")
        for entry in self.sequence(bundle.get("entry"), "entry"):
            resource = self.known(entry, "an entry", _ENTRY).get("resource")
            if resource is None:
                raise self.place(entry).error("the entry has no resource", key="resource")
            if (kind := self.kind(resource)) != "QuestionnaireResponse":
                reason = f"the entry is a {shown(kind)}; only QuestionnaireResponse is a case"
                raise self.place(resource).error(reason, key="resourceType", value=kind)
            yield self.case(resource)

    def named(self, node: yaml.Node) -> Iterator[tuple[str, yaml.Node]]:
        yield from ((key.value, value) for key, value in self.pairs(node, "an element", '"id": …'))

    def kind(self, node: yaml.Node) -> str:
        found = dict(self.named(node)).get("resourceType")
        return "resource without resourceType" if found is None else self.scalar(found, "resourceType")

    def known(self, node: yaml.Node, what: str, valid: Sequence[str]) -> dict[str, yaml.Node]:
        """Return the elements of a resource by name, without the extensions of primitive ones (`_status`)."""
        found = self.mapping(node, what, [*valid, *(f"_{name}" for name in valid)], [*valid])
        for name in ("modifierExtension", "implicitRules"):
            if name in found:
                reason = f"{what} has {name}, which may change what it says, and is not understood here"
                raise self.place(found[name]).error(reason, key=name)
        return {name: value for name, value in found.items() if not name.startswith("_")}

    def case(self, node: yaml.Node) -> yaml.Node:
        response, place = self.known(node, "a QuestionnaireResponse", _RESPONSE), self.place(node)
        if "status" not in response:
            raise place.error("the QuestionnaireResponse has no status", key="status", valid=_STATUSES)
        status, at = self.scalar(response["status"], "status"), self.place(response["status"])
        if status not in _STATUSES:
            raise at.unknown(f"there is no status {shown(status)}", status, _STATUSES, key="status")
        if status == "entered-in-error":
            raise at.error("the QuestionnaireResponse was entered in error, and is no case", key="status", value=status)
        answered = response.get("questionnaire")
        if answered is not None and (name := self.scalar(answered, "questionnaire")).partition("|")[0] != self.form:
            reason = f"the QuestionnaireResponse answers {shown(name)}; answers to {self.form} are expected"
            raise self.place(answered).error(reason, key="questionnaire", value=name, valid=[self.form])
        return _mapping(node, [(_text("case", node), self.id(response, node)), *self.items(response, self.expected)])

    def id(self, response: Mapping[str, yaml.Node], node: yaml.Node) -> yaml.Node:
        """Return the id of the case: the identifier of the response, else that of its subject, else its id."""
        identifiers = self.sequence(self.listed(response.get("identifier")), "identifier")  # in R5 it is a list
        if len(identifiers) > 1:
            reason = "the response has several identifiers; one is expected"
            raise self.place(identifiers[1]).error(reason, key="identifier")
        subject = dict(self.named(response["subject"])) if "subject" in response else {}
        reference = subject.get("reference")
        if reference is not None and (patient := _PATIENT.fullmatch(self.scalar(reference, "reference"))):
            reference = _text(patient[1], reference)
        of_response, of_subject = (
            dict(self.named(one)).get("value") if one else None
            for one in (next(iter(identifiers), None), subject.get("identifier"))
        )
        for found in (of_response, reference, of_subject, response.get("id")):
            if found is not None and not is_null(found):
                return found
        reason = "the QuestionnaireResponse has no identifier, subject or id: every case needs an id"
        raise self.place(node).error(reason, key="case")

    def items(self, holder: Mapping[str, yaml.Node], expected: Mapping[str, Item]) -> list[tuple[yaml.Node, yaml.Node]]:
        """Return what the items of a response or of a group say, by the keys of case files."""
        found: dict[str, tuple[yaml.Node, list[yaml.Node]]] = {}
        for node in self.sequence(holder.get("item"), "item"):
            given = self.known(node, "an item", _ITEM)
            if "linkId" not in given:
                raise self.place(node).error("the item has no linkId", key="linkId")
            name, place = self.scalar(given["linkId"], "linkId"), self.place(given["linkId"])
            if name not in expected:
                group = next(
                    (key for key, one in expected.items() if name in {each.link_id for each in one.items}), None
                )
                reason = f"there is no item {shown(name)} here"
                if group is not None:
                    raise place.error(f"{reason}; it belongs into an item {group!r}", key="linkId", value=name)
                raise place.unknown(reason, name, expected, key="linkId")
            item = expected[name]
            if name in found and not (item.kind == "group" and item.repeats):
                first = f"the first is on line {self.place(found[name][0]).line}"
                raise place.error(f"the item {name!r} is there twice; {first}", key="linkId", value=name)
            found.setdefault(name, (given["linkId"], []))[1].extend(self.said(item, given, node))
        said: list[tuple[yaml.Node, yaml.Node]] = []
        for name, (at, values) in found.items():
            if values:
                item = expected[name]
                several = yaml.SequenceNode(f"{TAG}seq", values, at.start_mark, at.end_mark)
                said.append((_text(item.key, at), several if item.repeats else values[0]))
        return said

    def said(self, item: Item, given: Mapping[str, yaml.Node], node: yaml.Node) -> list[yaml.Node]:
        """Return what one item says: a mapping if it is a group, else the values of its answers."""
        name, answers = item.link_id, self.sequence(given.get("answer"), "answer")
        if item.kind in ("group", "display") and answers:
            raise self.place(answers[0]).error(f"the item {name!r} is no question, and has an answer", key=name)
        if item.kind == "group":
            return [_mapping(node, self.items(given, {one.link_id: one for one in item.items}))]
        if inner := self.sequence(given.get("item"), "item"):
            raise self.place(inner[0]).error(f"the item {name!r} is no group, and has items", key=name)
        if len(answers) > 1 and not item.repeats:
            raise self.place(answers[1]).error(f"the item {name!r} has several answers; one is expected", key=name)
        return [self.value(item, one) for one in answers]

    def value(self, item: Item, node: yaml.Node) -> yaml.Node:
        """Return the value of an answer as a case file has it; a Coding is then the name of its term."""
        expected, kind = _VALUES[item.kind]
        given, name = dict(self.named(node)), item.link_id
        value = given.pop(expected, None)
        others = [key for key in given if key.lstrip("_") not in {*_ELEMENT[:2], expected}]
        if value is None or others:
            has = shown(others[0]) if others else "no value"
            reason = f"an answer to {name!r} has {has}; {expected} is expected, or no answer if it is not known"
            raise self.place(node).error(reason, key=name, value=others[0] if others else None)
        if (found := value.tag.removeprefix(TAG)) != kind:
            reason = f"the {expected} of an answer to {name!r} is {_JSON[found]}; {_JSON[kind]} is expected"
            raise self.place(value).error(reason, key=name)
        if item.kind == "date" and not _DATE.fullmatch(value.value):
            reason = f"{name}: {shown(value.value)} is not a date of FHIR: YYYY, YYYY-MM or YYYY-MM-DD is expected"
            raise self.place(value).error(reason, key=name, value=value.value)
        return self.word(item, value) if item.kind == "choice" else value

    def word(self, item: Item, node: yaml.Node) -> yaml.Node:
        """Return the name of the term that a Coding stands for: its system and its code are the IRI of the term."""
        coding, name = dict(self.named(node)), item.link_id
        for key in ("system", "code"):
            if key not in coding:
                raise self.place(node).error(f"the valueCoding of an answer to {name!r} has no {key}", key=name)
        system, code = (self.scalar(coding[key], key) for key in ("system", "code"))
        terms = {str(one): parts(one)[1] for one in item.options}
        if system + code in terms:
            return _text(terms[system + code], coding["code"])
        systems = sorted({iri.removesuffix(word) for iri, word in terms.items()})
        if system not in systems:
            reason = f"the system of an answer to {name!r} is {shown(system)}; {' or '.join(systems)} is expected"
            raise self.place(coding["system"]).error(reason, key=name, value=system, valid=systems)
        reason = f"there is no answer {shown(code)} to {name!r}"
        raise self.place(coding["code"]).unknown(reason, code, terms.values(), key=name)


def _text(text: str, at: yaml.Node) -> yaml.ScalarNode:
    return yaml.ScalarNode(f"{TAG}str", text, at.start_mark, at.end_mark)


def _mapping(at: yaml.Node, pairs: list[tuple[yaml.Node, yaml.Node]]) -> yaml.MappingNode:
    return yaml.MappingNode(f"{TAG}map", pairs, at.start_mark, at.end_mark)
