"""What each option comes to for each of many cases: its state by a plan, and all that an answer rests on, as bytes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rdflib import URIRef

from sts_kg.guideline import leaves
from sts_kg.plan.bits import Values, unpacked
from sts_kg.plan.plan import Plan

__all__ = ["Signature", "State", "States"]


class State(NamedTuple):
    """What an option comes to for a case: met, known not to be (None if neither), whether it was tried, and declined.

    If the case contradicts itself, nothing is said of it.
    """

    met: bool | None
    tried: bool
    declined: bool
    contradictory: bool


class Signature(NamedTuple):
    """All that the answer for an option and a case rests on: two cases with the same signature have the same answer.

    `known` are the findings of its condition that are known, `met` and `unmet` how many options of a group are so,
    and `others` its states by other plans, None where they are the same.
    """

    known: Mapping[URIRef, bool]
    state: State
    met: int
    unmet: int
    others: tuple[State | None, ...]


_UNMET, _MET, _UNDETERMINED, _CONTRADICTORY, _TRIED, _DECLINED, _SAME = 0, 1, 2, 3, 4, 8, 255
_CODE = 8  # bytes of what is known, a digit to the base 3 for each finding


class States:
    """The state of each option for some cases by a plan, from the values of their facts and what each has tried.

    The values may be those of another plan by which the same follows from the facts.
    """

    def __init__(self, plan: Plan, values: Values, tried: Sequence[Collection[URIRef]]) -> None:
        self.plan, self.values, self.tried, self.n = plan, values, tried, values.facts.n
        self._states: dict[URIRef, npt.NDArray[np.uint8]] = {}

    def signatures(self, option: URIRef, others: Sequence[States | None]) -> list[bytes]:
        """Return the signature of each case for an option, as bytes that `signature` reads.

        `others` are the states by other plans, None where they are the same for all cases.
        """
        state, kinds = self._of(option), self.plan.options[option].kinds or ()
        rows = np.full((self.n, _CODE + 3 + len(others)), _SAME, np.uint8)
        rows[:, :_CODE] = self._codes(option)[:, None].view(np.uint8)
        rows[:, _CODE] = state
        for place, status in enumerate((_MET, _UNMET), _CODE + 1):
            rows[:, place] = sum((self._of(kind) & 3 == status).astype(np.uint8) for kind in kinds)
        for place, other in enumerate(others, _CODE + 3):
            if other is not None:
                found = other._of(option)
                np.copyto(rows[:, place], found, where=found != state)
        data, size = rows.tobytes(), rows.shape[1]
        return [data[at : at + size] for at in range(0, len(data), size)]

    def signature(self, option: URIRef, data: bytes) -> Signature:
        """Return what the bytes of a signature say."""
        code, known = int.from_bytes(data[:_CODE], "little"), {}
        for finding in self._leaves(option):
            code, digit = divmod(code, 3)
            if digit:
                known[finding] = digit == 1
        state, met, unmet, *others = data[_CODE:]
        by_others = tuple(None if other == _SAME else _state(other) for other in others)
        return Signature(known, _state(state), met, unmet, by_others)

    def _leaves(self, option: URIRef) -> tuple[URIRef, ...]:
        return tuple(dict.fromkeys(leaves(self.plan.options[option].condition)))

    def _codes(self, option: URIRef) -> npt.NDArray[np.int64]:
        codes = np.zeros(self.n, np.dtype("<i8"))
        for place, finding in enumerate(self._leaves(option)):
            for digit, holds in ((1, True), (2, False)):
                codes[unpacked(self.values.known(finding, holds), self.n)] += digit * 3**place
        return codes

    def _of(self, option: URIRef) -> npt.NDArray[np.uint8]:
        if option not in self._states:
            values, plan = self.values, self.plan.options[option]
            found = np.full(self.n, _UNDETERMINED, np.uint8)
            for status, bits in zip((_MET, _UNMET), values.valued(plan.condition), strict=True):
                found[unpacked(bits, self.n)] = status
            found[[number for number, options in enumerate(self.tried) if option in options]] |= _TRIED
            found[unpacked(values.any_of(plan.declined), self.n)] |= _DECLINED
            found[unpacked(values.contradictory, self.n)] = _CONTRADICTORY
            self._states[option] = found
        return self._states[option]


def _state(code: int) -> State:
    status = code & 3
    met = None if status > _MET else status == _MET
    return State(met, bool(code & _TRIED), bool(code & _DECLINED), status == _CONTRADICTORY)
