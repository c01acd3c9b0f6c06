"""Checks of the form of each row of a mapping set: what must be filled in, ids, words, numbers, dates, extensions."""

from __future__ import annotations

import re
from collections.abc import Collection

from sts_kg.errors import nearest
from sts_kg.links.mapping_set import SLOTS, Mapping, MappingSet, date_of
from sts_kg.links.slots import (
    BUILT_IN,
    CARDINALITIES,
    DATE,
    DATES,
    EXACT,
    IDENTITY,
    IDS,
    JUSTIFICATIONS,
    LITERAL,
    NO_TERM,
    NUMBER,
    PREDICATES,
    TYPE_SLOTS,
    TYPES,
)
from sts_kg.links.value_checks import Values
from sts_kg.links.violations import Violations

__all__ = ["RowChecks"]

_ALSO = "rdfs:subClassOf"
_UNMAPPED = {"1:0": (False, True), "0:1": (True, False), "0:0": (True, True)}  # which side is NoTermFound
#: The justification that each word of `match_type` meant, before SSSOM 0.9.1.
_MATCH_TYPES = {
    "Lexical": "LexicalMatching",
    "Logical": "LogicalReasoning",
    "HumanCurated": "ManualMappingCuration",
    "Complex": "CompositeMatching",
    "Unspecified": "UnspecifiedMatching",
    "SemanticSimilarity": "SemanticSimilarityThresholdMatching",
}
_XSD = BUILT_IN["xsd"]
#: The form of the values of an extension, by the type that its definition gives.
_FORMS = {
    f"{_XSD}integer": r"[+-]?[0-9]+",
    f"{_XSD}double": NUMBER,
    f"{_XSD}boolean": "true|false",
    f"{_XSD}date": DATE,
}


class RowChecks:
    """The checks of single rows of one set; what they find goes into `found`."""

    def __init__(self, mappings: MappingSet, values: Values, found: Violations) -> None:
        self.set, self.values, self.say = mappings, values, found.say

    def check(self, row: Mapping) -> None:
        """Note the problems in the format of a row."""
        line = row.line
        self._filled(row)
        about_ours = self.values.is_ours(row)
        for slot in SLOTS:
            if slot in IDS and (value := getattr(row, slot)):
                for each in value if isinstance(value, tuple) else (value,):
                    if each.strip():
                        for key, message, remedy, severity in self.values.faults(slot, each, about_ours):
                            self.say(line, slot, message, remedy, severity, once=key)
        self._words(row, about_ours)
        for slot in ("confidence", "similarity_score"):
            number = getattr(row, slot)
            if number is not None and not (isinstance(number, float) and 0 <= number <= 1):
                message = f"{row.cell(slot)} is not a number from 0 to 1"
                self.say(line, slot, message, "write a number such as 0.9, or nothing")
        for slot in sorted(DATES):
            if row.cell(slot) and date_of(row.cell(slot)) is None:
                self.say(line, slot, f"{row.cell(slot)!r} is not a date", "write YYYY-MM-DD")
        if row.review_date and not (row.reviewer_id or row.reviewer_label):
            self.say(
                line,
                "review_date",
                "the row has a date of review and no reviewer",
                "fill in reviewer_id or reviewer_label",
            )
        for name, cell in row.extra.items():
            _, hint = self.set.extensions.get(name, ("", None))  # None: a slot of the set, as a column
            form = _FORMS.get(self.values.iri(hint)) if hint else None
            if form and not re.fullmatch(form, cell):
                message = f"{cell!r} is not of the type {hint} that {name} is defined with"
                self.say(
                    line, name, message, "write such a value, or mend the definition", "warning", once=("hint", name)
                )

    def _filled(self, row: Mapping) -> None:
        """Note required slots that are empty, and ends that stand for no term."""
        for side in ("subject", "object"):
            literal = self.set.cell(row, f"{side}_type") == LITERAL
            slot = f"{side}_label" if literal else f"{side}_id"
            if not row.cell(slot).strip():
                remedy = "fill it in: without it there is no mapping"
                if not literal and row.cell(f"{side}_label").strip():
                    remedy = f"fill it in, or write {LITERAL} in {side}_type if it has a label only"
                self.say(row.line, slot, f"the row has no {slot}", remedy, once=self._column(slot))
            if row.cell(f"{side}_id") == NO_TERM and not self.set.cell(row, f"{side}_source"):
                message = f"the row does not say where {side}s were looked for"
                remedy = f"fill in {side}_source"
                self.say(row.line, f"{side}_source", message, remedy, "information", once=("nowhere", side))
        for slot in IDS - {"subject_id", "object_id"}:
            value = getattr(row, slot)
            if value and NO_TERM in (value if isinstance(value, tuple) else (value,)):
                self.say(
                    row.line, slot, f"{NO_TERM} stands only for a subject or an object", "write a term, or nothing"
                )
        for slot, example in (("predicate_id", EXACT), ("mapping_justification", "semapv:UnspecifiedMatching")):
            if not row.cell(slot).strip():
                old = _MATCH_TYPES.get(row.extra.get("match_type", "")) if slot == "mapping_justification" else None
                remedy = f"write semapv:{old}, which match_type meant" if old else f"fill it in, such as {example}"
                self.say(row.line, slot, f"the row has no {slot}", remedy, once=self._column(slot))

    def _column(self, slot: str) -> object:
        """Return what makes the emptiness of a slot one problem: that the table has no such column."""
        return ("column", slot) if self.set.columns and slot not in self.set.columns else None

    def _words(self, row: Mapping, ours: bool) -> None:
        predicate, kind = row.predicate_id, row.mapping_justification
        meant = self.values.curie(predicate) if predicate else ""
        if ours and meant in IDENTITY:
            message = f"{predicate} makes the two terms identical, so that all statements about one hold for the other"
            self.say(row.line, "predicate_id", message, f"write {EXACT}", "warning")
        elif ours and meant and meant not in (*PREDICATES, _ALSO):
            near = nearest(meant, PREDICATES) or PREDICATES
            message = f"the predicate {predicate} is not one for matches"
            self.say(row.line, "predicate_id", message, f"write {' or '.join(near)}", "warning")
        if kind and kind.strip() and self.values.curie(kind) not in JUSTIFICATIONS:
            near = nearest(kind, JUSTIFICATIONS) or ("semapv:UnspecifiedMatching",)
            message = f"the justification {kind} is not one of SSSOM"
            self.say(row.line, "mapping_justification", message, f"write {' or '.join(near)}", once=("kind", kind))
        if row.predicate_modifier not in (None, "Not"):
            message = f"the modifier {row.predicate_modifier!r} is unknown"
            self.say(row.line, "predicate_modifier", message, "write Not, or nothing")
        for slot in TYPE_SLOTS:
            if word := getattr(row, slot):
                self._word(row.line, slot, word, TYPES)
        if row.mapping_cardinality:
            self._word(row.line, "mapping_cardinality", row.mapping_cardinality, CARDINALITIES)
            ends = (row.subject_id == NO_TERM, row.object_id == NO_TERM)
            if row.mapping_cardinality in _UNMAPPED and _UNMAPPED[row.mapping_cardinality] != ends:
                message = f"{row.mapping_cardinality} says that there is no term, and the row has one"
                remedy = f"write {NO_TERM} for the end that is missing, or another cardinality"
                self.say(row.line, "mapping_cardinality", message, remedy)

    def _word(self, line: int | None, slot: str, word: str, known: Collection[str]) -> None:
        if (fault := self.values.word_fault(slot, word, known)) is not None:
            key, message, remedy, severity = fault
            self.say(line, slot, message, remedy, severity, once=key)
