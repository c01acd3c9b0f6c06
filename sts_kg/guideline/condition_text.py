"""The short text form of conditions: `conditions.txt` into statements, and statements into text again.

`condition_turtle` writes the axioms of statements, and `condition_axioms` reads those of a module into statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import NoReturn

from rdflib import URIRef
from rdflib.namespace import RDFS

from sts_kg.errors import CurieError, ParseError, UnknownNameError
from sts_kg.guideline.condition import Alternative, Condition, Conjunction, Leaf, ordinal
from sts_kg.guideline.condition_statements import (
    DEEPEST,
    CourseFinding,
    CourseKind,
    Declining,
    OptionCondition,
    Part,
    Restriction,
    Statement,
)
from sts_kg.guideline.condition_words import FACETS, KEYWORDS, NAME, Names
from sts_kg.rdf import STS
from sts_kg.safe import brief, visible

__all__ = ["statements_of", "text_of"]

_WIDTH = 100
_TOKEN = re.compile(
    rf"(?P<space>\s+|#.*)|(?P<mark>[():])|(?P<word><[^<>\s]*>|{NAME.pattern}(?::{NAME.pattern})?)", re.DOTALL
)
#: Where a line that goes on with a statement seems to lack its indent.
_INSIDE = frozenset({"and", "or", "with", "(", ")"})
_JOINERS = "\u200c\u200d"  # they cannot be seen, and words of many languages need them
#: What could go on where a statement seems complete.
_AFTER: Mapping[type[Statement], str] = {
    OptionCondition: "and, or, or ",
    CourseFinding: "and, with, or ",
    CourseKind: "or, or ",
    Declining: "",
}


# --- reading a text


@dataclass(frozen=True)
class _Token:
    text: str
    line: int
    column: int


def statements_of(text: str, names: Names, path: object = None) -> list[Statement]:
    """Return the statements of a text, in its order.

    Raises
    ------
    ParseError
        As `compile_conditions`.
    """
    found: list[Statement] = []
    lines: dict[object, int] = {}
    for tokens in _split(text.removeprefix("\ufeff"), path):
        statement = _Parser(tokens, names, path).statement()
        key, said = _once(statement, names)
        if key in lines:
            raise ParseError(f"{said} is on line {lines[key]} already", path=path, line=statement.line, column=1)
        lines[key] = statement.line
        found.append(statement)
    return found


def _once(statement: Statement, names: Names) -> tuple[object, str]:
    """Return that of which a text has one statement, and in words what this is."""
    if isinstance(statement, OptionCondition):
        return statement.option, f"the condition of {names.name(statement.option, 'option')}"
    if isinstance(statement, CourseKind):
        return statement.course, f"what makes a course a {names.name(statement.course, 'kind of course')}"
    if isinstance(statement, Declining):
        return statement.finding, f"what is declined by {names.name(statement.finding, 'finding')}"
    return statement, "the same statement"


def _split(text: str, path: object) -> Iterator[list[_Token]]:
    """Yield the tokens of each statement; a line that is indented goes on with the one before."""
    tokens: list[_Token] = []
    for number, line in enumerate(re.split("\r\n|\r|\n", text), 1):
        here = [_Token(each[0], number, each.start() + 1) for each in _tokens(line, number, path)]
        if here and here[0].column == 1:
            if tokens:
                yield tokens
            tokens = here
        elif here and not tokens:
            reason = "an indented line goes on with the statement before it, and there is none"
            raise ParseError(reason, path=path, line=number, column=here[0].column)
        else:
            tokens += here
    if tokens:
        yield tokens


def _tokens(line: str, number: int, path: object) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(line):
        token = _TOKEN.match(line, at)
        if token is None:
            hint = {"&": "; write and", "|": "; write or", "!": "; write not"}.get(line[at], "")
            hint = hint or ("; an IRI ends with >" if line[at] == "<" else "")
            raise ParseError(f"the character {line[at]!r} is not expected{hint}", path=path, line=number, column=at + 1)
        if token.lastgroup != "space":
            for place, letter in enumerate(token[0], token.start() + 1):
                if not letter.isprintable() and letter not in _JOINERS:
                    reason = f"the character U+{ord(letter):04X} cannot be seen; delete it"
                    raise ParseError(reason, path=path, line=number, column=place)
            yield token
        at = token.end()


class _Parser:
    """Reads one statement from its tokens."""

    def __init__(self, tokens: list[_Token], names: Names, path: object) -> None:
        self.tokens, self.names, self.path, self.at = tokens, names, path, 0

    @property
    def word(self) -> str:
        """The text of the next token; empty at the end."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def takes(self, *words: str) -> bool:
        """Take some tokens if they are the next ones, and return whether they are."""
        if [token.text for token in self.tokens[self.at : self.at + len(words)]] != [*words]:
            return False
        self.at += len(words)
        return True

    def fail(self, expected: str) -> NoReturn:
        """Raise: something else is expected at the next token."""
        if not self.word:
            last = self.tokens[-1]
            reason = f"{expected} is expected at the end; a statement goes on only in lines that are indented"
            raise ParseError(reason, path=self.path, line=last.line, column=last.column + len(last.text))
        small = self.word.casefold()
        hint = f"; write {small} in small letters" if small in KEYWORDS and small != self.word else ""
        self.refuse(f"{expected} is expected, not {brief(self.word, 80)!r}{hint}", self.at)

    def refuse(self, reason: str, at: int) -> NoReturn:
        """Raise for a reason, with the place of a token."""
        raise ParseError(reason, path=self.path, line=self.tokens[at].line, column=self.tokens[at].column)

    def name(self, *kinds: str, expected: str) -> URIRef:
        """Take the name of a thing of some kinds."""
        if not self.word or self.word in "():" or self.word in KEYWORDS:
            self.fail(expected)
        try:
            found = self.names.find(self.word, *kinds)
        except (CurieError, ParseError, UnknownNameError) as error:
            small = self.word.casefold()
            if small in KEYWORDS:
                self.fail(expected)
            self.refuse(str(error), self.at)
        self.at += 1
        return found

    def statement(self) -> Statement:
        """Return the statement that the tokens are."""
        found = self.condition() if self.tokens[1:] and self.tokens[1].text == ":" else self.history()
        if self.word:
            self.fail(f"{_AFTER[type(found)]}the end of the statement")
        return replace(found, line=self.tokens[0].line)

    # --- conditions

    def condition(self) -> OptionCondition:
        option = self.name("option", expected="an option")
        self.takes(":")
        found = self.either(True, 0)
        if _depth(found) > DEEPEST:
            self.refuse(f"the condition nests more than {DEEPEST} deep; say it with fewer levels", 0)
        return OptionCondition(option, found)

    def either(self, holds: bool, depth: int) -> Condition:
        """Return alternatives; their negation if they do not hold."""
        parts = [self.both(holds, depth)]
        while self.takes("or"):
            parts.append(self.both(holds, depth))
        return parts[0] if len(parts) == 1 else (Alternative if holds else Conjunction)(tuple(parts))

    def both(self, holds: bool, depth: int) -> Condition:
        parts = [self.operand(holds, depth)]
        while self.takes("and"):
            parts.append(self.operand(holds, depth))
        return parts[0] if len(parts) == 1 else (Conjunction if holds else Alternative)(tuple(parts))

    def operand(self, holds: bool, depth: int) -> Condition:
        while self.takes("not"):
            holds = not holds
        if not self.takes("("):
            return Leaf(self.name("finding", expected="a finding, not or ("), holds)
        opened = self.tokens[self.at - 1]
        if depth == DEEPEST:
            self.refuse(f"parentheses nest more than {DEEPEST} deep; say it with fewer", self.at - 1)
        found = self.either(holds, depth + 1)
        self.close(opened)
        return found

    def close(self, opened: _Token) -> None:
        if not self.takes(")"):
            self.fail(f") for the ( of line {opened.line}, column {opened.column},")

    # --- history

    def history(self) -> CourseFinding | CourseKind | Declining:
        first = self.word
        if first in "():" or first in KEYWORDS:
            indent = "; a line that goes on with a statement is indented" if first in _INSIDE else ""
            self.refuse(f"an option, a finding or a kind of course is expected, not {first!r}{indent}", 0)
        self.at = 1
        if not self.takes("if"):
            if ":" in first and self.names.has(first.partition(":")[0], "option"):
                self.refuse("a space is expected after the colon that follows an option", 0)
            self.fail("a colon after an option, or if after a finding or a kind of course,")
        if self.takes("it", "includes"):
            return CourseKind(self.subject("kind of course"), self.included())
        if self.takes("and", "only", "if"):
            if not self.takes("declines"):
                self.fail("declines")
            return Declining(self.subject("finding"), self.name("modality", expected="a modality"))
        given = self.word == "given"
        if not (self.takes("given") or self.takes("had")):
            self.fail("given, had, it includes, or and only if declines,")
        finding, parts = self.subject("finding"), [*self.parts()]
        if given:
            parts = _in_order([STS.GivenCourse, *(part for part in parts if part != STS.GivenCourse)])
        return CourseFinding(finding, tuple(parts))

    def subject(self, kind: str) -> URIRef:
        """Return what the first token names, as a thing of one kind."""
        at, self.at = self.at, 0
        found = self.name(kind, expected=f"a {kind}")
        self.at = at
        return found

    def parts(self) -> Iterator[Part]:
        yield self.part()
        while self.word == "with" or self.takes("and"):
            yield self.part()

    def part(self) -> Part:
        if self.takes("with"):
            facet = self.word
            if facet not in FACETS:
                self.fail(" or ".join(FACETS))
            self.at += 1
            return Restriction(FACETS[facet], self.name(facet, expected=f"a name of the {facet}"))
        if self.takes("("):
            opened = self.tokens[self.at - 1]
            found = self.included()
            self.close(opened)
        elif self.word in ("any", "exactly"):
            found = self.item()
        else:
            thing = self.name("therapy", "kind of course", expected="a therapy or a kind of course")
            if self.names.is_a(thing, "kind of course"):
                return thing
            found = _values(self.names.kinds(thing))
        if self.word == "or":
            self.fail("and, with, or the end of the statement (alternatives are written in parentheses)")
        return found[0] if len(found) == 1 else found

    def included(self) -> tuple[Restriction, ...]:
        """Return alternatives of what a course includes, each once."""
        found = dict.fromkeys(self.item())
        while self.takes("or"):
            found |= dict.fromkeys(self.item())
        return tuple(found)

    def item(self) -> tuple[Restriction, ...]:
        if self.takes("any"):
            kind = self.name("kind of therapy", expected="a kind of therapy")
            return (Restriction(STS.includesTherapy, kind, some=True),)
        exactly = self.takes("exactly")
        therapy = self.name("therapy", expected="a therapy" if exactly else "a therapy, any or exactly")
        return _values((therapy,) if exactly else self.names.kinds(therapy))


def _depth(condition: Condition) -> int:
    return 0 if isinstance(condition, Leaf) else 1 + max(map(_depth, condition.parts))


def _values(therapies: Iterable[URIRef]) -> tuple[Restriction, ...]:
    return tuple(Restriction(STS.includesTherapy, each) for each in therapies)


def _in_order(parts: Iterable[Part]) -> list[Part]:
    """Return the parts of a given course as an axiom has them: classes by name, then what else there is."""
    parts = list(parts)
    named = sorted((part for part in parts if isinstance(part, URIRef)), key=lambda one: re.split("[/#]", one)[-1])
    return [*named, *(part for part in parts if not isinstance(part, URIRef))]


# --- writing a text


def text_of(statements: Iterable[Statement], names: Names) -> str:
    """Return statements as a text: history first, then the conditions in the order of their options."""
    history: list[tuple[tuple[int, int, str], str]] = []
    options: list[tuple[tuple[int, str], str]] = []
    for statement in dict.fromkeys(statements):
        line = _wrapped(_said(statement, names))
        if isinstance(statement, OptionCondition):
            place = ordinal(names.asserted, statement.option)
            options.append(((place, line), _label(statement.option, names) + line))
        elif isinstance(statement, CourseKind):
            history.append(((0, 0, line), line))
        else:
            history.append(((1, ordinal(names.asserted, statement.finding), line), line))
    blocks = (
        ("# History: what past courses and wishes mean", [line for _, line in sorted(history)]),
        ("# Conditions: what each option needs", [line for _, line in sorted(options)]),
    )
    return "\n".join(f"{heading}\n\n" + "".join(f"{line}\n" for line in lines) for heading, lines in blocks if lines)


def _wrapped(line: str) -> str:
    lines = wrap(line, _WIDTH, subsequent_indent=" " * 4, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def _label(option: URIRef, names: Names) -> str:
    """Return the label of an option as a comment, if it is not the name with other characters."""
    label = " ".join(str(names.asserted.value(option, RDFS.label) or "").split())
    same = label.casefold().replace(" ", "-") == names.name(option, "option").casefold()
    return f"# {visible(label)}\n" if label and not same else ""


def _said(statement: Statement, names: Names) -> str:
    if isinstance(statement, OptionCondition):
        return f"{names.name(statement.option, 'option')}: {_worded(statement.condition, names)}"
    if isinstance(statement, CourseKind):
        includes = sorted(statement.includes, key=lambda each: (-len(names.kinds(each.value)), each.value))
        items = sorted(_items(includes, names), key=lambda item: (item[0] != "any ", item[1]))
        return f"{names.name(statement.course, 'kind of course')} if it includes {_either(items)}"
    finding = names.name(statement.finding, "finding")
    if isinstance(statement, Declining):
        return f"{finding} if and only if declines {names.name(statement.modality, 'modality')}"
    verb, parts = "had", list(statement.parts)
    others = [part for part in parts if part != STS.GivenCourse]
    if others and len(others) < len(parts) and _in_order([STS.GivenCourse, *others]) == parts:
        verb, parts = "given", others
    said = [_part_said(part, names) for part in parts]
    return f"{finding} if {verb} {' and '.join(said)}".replace(" and with ", " with ")


_Item = tuple[str, str]  # any, exactly or nothing, and a name


def _items(restrictions: Iterable[Restriction], names: Names) -> Iterator[_Item]:
    """Yield the alternatives of what a course includes; a therapy all of whose kinds are there stands for them."""
    restrictions = list(restrictions)
    values = {each.value for each in restrictions if not each.some}
    said: set[URIRef] = set()
    for each in restrictions:
        if each.some:
            yield "any ", names.name(each.value, "kind of therapy")
        elif each.value not in said:
            kinds = {*names.kinds(each.value)}
            said |= kinds if kinds <= values else {each.value}
            yield "" if kinds <= values else "exactly ", names.name(each.value, "therapy")


def _exact_items(restrictions: Iterable[Restriction], names: Names) -> Iterator[_Item]:
    for each in restrictions:
        if each.some:
            yield "any ", names.name(each.value, "kind of therapy")
        else:
            yield "exactly " if len(names.kinds(each.value)) > 1 else "", names.name(each.value, "therapy")


def _either(items: Iterable[_Item]) -> str:
    return " or ".join(f"{modifier}{name}" for modifier, name in items)


def _part_said(part: Part, names: Names) -> str:
    if isinstance(part, URIRef):
        return names.name(part, "therapy", "kind of course")
    if isinstance(part, Restriction):
        for facet, on in FACETS.items():
            if part.on == on:
                return f"with {facet} {names.name(part.value, facet)}"
        part = (part,)
    part = tuple(dict.fromkeys(part))
    items = [*_items(part, names)]
    read = (each for modifier, name in items for each in _restrictions(modifier, name, names))
    if tuple(dict.fromkeys(read)) != part:
        items = [*_exact_items(part, names)]
    if len(items) > 1:
        return f"({_either(items)})"
    [(modifier, name)] = items
    return f"{modifier}{name}" if modifier else names.name(part[0].value, "therapy", "kind of course")


def _restrictions(modifier: str, name: str, names: Names) -> tuple[Restriction, ...]:
    """Return the restrictions that an alternative is read as."""
    if modifier == "any ":
        return (Restriction(STS.includesTherapy, names.find(name, "kind of therapy"), some=True),)
    therapy = names.find(name, "therapy")
    return _values((therapy,) if modifier else names.kinds(therapy))


def _worded(condition: Condition, names: Names, inner: bool = False) -> str:
    if isinstance(condition, Leaf):
        return ("" if condition.holds else "not ") + names.name(condition.finding, "finding")
    word = " and " if isinstance(condition, Conjunction) else " or "
    said = word.join(_worded(part, names, inner=True) for part in condition.parts)
    return f"({said})" if inner else said
