"""The axioms of a module `conditions`, read into the statements of the text form; none is left out in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NoReturn

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import OWL, RDF, RDFS
from rdflib.term import Node

from sts_kg.errors import ParseError
from sts_kg.guideline.condition import Alternative, Condition, Conjunction, Leaf
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
from sts_kg.guideline.condition_text import text_of
from sts_kg.guideline.condition_words import FACETS, Names
from sts_kg.rdf import STS, compress

__all__ = ["conditions_text"]

#: How deep a class is told in an error, and how many members of a list.
_MOST_SAID = 4
_OPERATORS: Mapping[URIRef, type[Conjunction | Alternative]] = {
    OWL.intersectionOf: Conjunction,
    OWL.unionOf: Alternative,
}


def conditions_text(asserted: Graph, module: Graph) -> str:
    """Return the conditions of a guideline in the text form; compiled again, they are the same axioms.

    History comes first, then one statement for each option that has a condition, in the order of the options.

    Parameters
    ----------
    asserted : Graph
        The findings, treatments, vocabulary and schemes of the guideline.
    module : Graph
        Its module `conditions`.

    Raises
    ------
    ParseError
        The module says what the text form cannot say; the axiom is named.
    """
    names = Names(asserted)
    return text_of(_Reader(module, names).statements(), names)


class _Reader:
    """Reads the axioms of a module, and keeps account of the triples that are left."""

    def __init__(self, module: Graph, names: Names) -> None:
        self.module, self.names, self.left = module, names, {*module}
        self.inner: set[Node] = set()

    def statements(self) -> list[Statement]:
        for header in {*self.module.subjects(RDF.type, OWL.Ontology)}:
            self.left -= {*self.module.triples((header, None, None))}
        found: list[Statement] = []
        of_kinds: dict[URIRef, list[Restriction]] = {}
        options: set[URIRef] = set()
        trees: dict[Node, Condition] = {}
        for below, above in sorted(self.module.subject_objects(RDFS.subClassOf), key=str):
            self.left.discard((below, RDFS.subClassOf, above))
            if isinstance(above, URIRef) and self.names.is_a(above, "kind of course") and isinstance(below, BNode):
                of_kinds.setdefault(above, []).append(self.included(below))
            elif isinstance(above, BNode):
                found.append(self.course_finding(below, above))
            elif (option := self.side(above, "Met")) is not None:
                if option in options:
                    said = compress(option)
                    raise ParseError(f"{said} has several conditions; the text form has one: say them as one union")
                options.add(option)
                if below not in trees:
                    trees[below] = self.condition(below, 0)
                found.append(OptionCondition(option, trees[below]))
            else:
                self.refuse(below, RDFS.subClassOf, above)
        found += [CourseKind(course, tuple(includes)) for course, includes in of_kinds.items()]
        declined = {self.declining(*pair) for pair in self.module.subject_objects(OWL.equivalentClass)}
        if several := {one.finding for one in declined for other in declined - {one} if one.finding == other.finding}:
            raise ParseError(f"{compress(min(several))} is to decline several modalities; the text form has one")
        found += declined
        for triple in sorted(self.left, key=lambda triple: (isinstance(triple[0], BNode), triple)):
            self.refuse(*triple)
        return found

    def refuse(self, subject: Node, predicate: Node, value: Node) -> NoReturn:
        """Raise: the text form cannot say a triple."""
        said = " ".join(self.said(node) for node in (subject, predicate, value))
        raise ParseError(f"the text form of conditions cannot say: {said}")

    def said(self, node: Node, depth: int = 0) -> str:
        """Return a node in words; a blank one by what is said of it, but for its types."""
        if not isinstance(node, BNode):
            return node.n3() if isinstance(node, Literal) else compress(str(node))
        if (node, RDF.first, None) in self.module:
            items = [*islice(self.module.items(node), _MOST_SAID)] if depth < _MOST_SAID else []
            return f"( {' '.join(self.said(item, depth + 1) for item in items)} )" if items else "(…)"
        pairs = [(p, o) for p, o in self.module.predicate_objects(node) if p not in (RDF.type, RDFS.subClassOf)]
        if depth == _MOST_SAID:
            return "[…]"
        said = (f"{self.said(p)} {self.said(o, depth + 1)}" for p, o in sorted(pairs, key=str))
        return f"[ {' ; '.join(said)} ]"

    def take(self, node: Node, predicate: URIRef) -> Node | None:
        """Return the one value of a property, which is now read; None if there is none or several."""
        values = [*self.module.objects(node, predicate)]
        if len(values) != 1:
            return None
        self.left.discard((node, predicate, values[0]))
        return values[0]

    def take_type(self, node: Node, kind: URIRef) -> None:
        self.left.discard((node, RDF.type, kind))

    def side(self, cases: Node, side: str) -> URIRef | None:
        """Return the finding or option that a class of cases is of, if it is of this side."""
        found = [thing for of, thing in self.names.classes.get(URIRef(str(cases)), ()) if of == side]
        return found[0] if len(found) == 1 and isinstance(cases, URIRef) else None

    def condition(self, node: Node, depth: int) -> Condition:
        for side in ("With", "Without"):
            if (finding := self.side(node, side)) is not None:
                return Leaf(finding, side == "With")
        if depth == DEEPEST:
            raise ParseError(f"a condition nests more than {DEEPEST} deep, which the text form does not")
        if depth and node in self.inner:
            raise ParseError(f"a class expression is a part of several, or of itself: {self.said(node)}")
        self.inner.add(node)
        operator, members = self.members(node)
        return _OPERATORS[operator](tuple(self.condition(member, depth + 1) for member in members))

    def members(self, node: Node) -> tuple[URIRef, list[Node]]:
        """Return the operator of an intersection or union of two or more, and its members."""
        if isinstance(node, BNode):
            for operator in _OPERATORS:
                if (head := self.take(node, operator)) is not None:
                    self.take_type(node, OWL.Class)
                    members = [*self.items(head)]
                    if len(members) > 1:
                        return operator, members
        self.refuse_expression(node)

    def refuse_expression(self, node: Node) -> NoReturn:
        raise ParseError(f"the text form of conditions cannot say the class {self.said(node)}")

    def items(self, head: Node) -> Iterator[Node]:
        seen: set[Node] = set()
        while head != RDF.nil:
            item, rest = self.take(head, RDF.first), self.take(head, RDF.rest)
            self.take_type(head, RDF.List)
            if head in seen or item is None or rest is None:
                raise ParseError("a list of the conditions has no end, or runs in a circle")
            seen.add(head)
            yield item
            head = rest

    def restriction(self, node: Node) -> tuple[Node | None, Node | None, bool]:
        """Return property and filler of a restriction, and whether it is about some value of a class."""
        if not isinstance(node, BNode):
            return None, None, False
        on, value = self.take(node, OWL.onProperty), self.take(node, OWL.hasValue)
        self.take_type(node, OWL.Restriction)
        return (on, value, False) if value is not None else (on, self.take(node, OWL.someValuesFrom), True)

    def included(self, node: Node) -> Restriction:
        on, value, some = self.restriction(node)
        if on != STS.includesTherapy or not isinstance(value, URIRef):
            self.refuse_expression(node)
        return Restriction(STS.includesTherapy, value, some)

    def course_finding(self, below: Node, above: Node) -> CourseFinding:
        has, finding, some = self.restriction(above)
        on, course, of_class = self.restriction(below)
        if has != STS.hasFinding or some or not isinstance(finding, URIRef):
            self.refuse(below, RDFS.subClassOf, above)
        if on != STS.hadCourse or not of_class or course is None:
            self.refuse_expression(below)
        if (course, OWL.intersectionOf, None) not in self.module:
            return CourseFinding(finding, (self.part(course),))
        _, members = self.members(course)
        return CourseFinding(finding, tuple(self.part(member) for member in members))

    def part(self, node: Node) -> Part:
        """Return what holds of a course: a kind of courses, a restriction, or alternatives of what it includes."""
        if isinstance(node, URIRef):
            if not self.names.is_a(node, "kind of course"):
                self.refuse_expression(node)
            return node
        if (node, OWL.unionOf, None) in self.module:
            _, members = self.members(node)
            return tuple(self.included(member) for member in members)
        on, value, some = self.restriction(node)
        if not isinstance(on, URIRef) or not isinstance(value, URIRef):
            self.refuse_expression(node)
        if on != STS.includesTherapy and (some or on not in FACETS.values()):
            self.refuse_expression(node)
        return Restriction(on, value, some)

    def declining(self, cases: Node, definition: Node) -> Declining:
        self.left.discard((cases, OWL.equivalentClass, definition))
        finding, (on, modality, some) = self.side(cases, "With"), self.restriction(definition)
        if finding is None or on != STS.declinesModality or some or not isinstance(modality, URIRef):
            self.refuse(cases, OWL.equivalentClass, definition)
        return Declining(finding, modality)
