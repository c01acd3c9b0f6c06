"""A cohort in parts: sums of the parts that have not changed are kept, and only the others are read again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sts_kg.cohort.cohort import Cohort
from sts_kg.cohort.rejections import Rejections
from sts_kg.cohort.release import Key
from sts_kg.cohort.sums import Read, Sums, TableRead, digest_of
from sts_kg.errors import CaseError, ParseError
from sts_kg.guideline import Guideline
from sts_kg.plan import Plan, Tally
from sts_kg.rdf import read_text, write_bytes
from sts_kg.safe import counted

__all__ = ["Partitions"]

_FORM = 1  # of the files of sums


class _Part(NamedTuple):
    """The sums of a part, and what was read of it."""

    tally: Tally
    kinds: Counter[Key]
    read: Read


class Partitions(Sums):
    """A cohort whose patients are in several parts, none in two: the sums over all of them.

    With `kept`, the sums of each part stay in that folder, in a file named after the digests of its tables and of the
    plan; a part that has its file there is not read. Such a file has sums, also small ones, and no row of a patient.

    Parameters
    ----------
    guideline : Guideline
        The source of knowledge.
    parts : sequence of mappings
        The tables of each part by kind, as paths.
    open_part : callable
        Makes a cohort of the tables of a part.
    kept : path, optional
        The folder of sums; it is made if it is not there.
    min_cell : int
        Counts below it are hidden, in the sums over all parts.
    """

    def __init__(
        self,
        guideline: Guideline,
        parts: Sequence[Mapping[str, Path]],
        open_part: Callable[[Mapping[str, Path]], Cohort],
        *,
        kept: str | Path | None = None,
        min_cell: int = 11,
    ) -> None:
        super().__init__(guideline, min_cell)
        self._parts, self._open, self._kept = parts, open_part, None if kept is None else Path(kept)
        self._seen: dict[int, tuple[str, str]] = {}
        #: The parts that were read, the others being kept; known with the sums.
        self.parts_read: list[str] = []

    @cached_property
    def _sums(self) -> _Part:
        found = [self._sums_of(part) for part in self._parts]
        kinds: Counter[Key] = Counter()
        for each in found:
            kinds.update(each.kinds)
        return _Part(sum((each.tally for each in found), Tally()), kinds, Read.of(each.read for each in found))

    @property
    def tally(self) -> Tally:
        """The sums over all patients, before any is hidden.

        Raises
        ------
        CaseError
            A patient is in two of the parts that are read, or a table cannot be used.
        ParseError
            A table, or a file of sums, cannot be read.
        """
        return self._sums.tally

    @property
    def kinds(self) -> Mapping[Key, int]:
        """How many patients are of each kind that the tables tell apart."""
        return self._sums.kinds

    @property
    def read(self) -> Read:
        """What was read, of parts that are kept when they were."""
        return self._sums.read

    def __len__(self) -> int:
        return self.tally.cases

    def __repr__(self) -> str:
        return f"<Partitions: {counted(self.n_parts, 'part')}; {self._hides}>"

    @property
    def n_parts(self) -> int:
        """The number of parts."""
        return len(self._parts)

    def _sums_of(self, part: Mapping[str, Path]) -> _Part:
        path = None if self._kept is None else self._kept / f"{_digest(part, self.plan)}.json"
        if path is not None and path.exists():
            return _kept_part(path, self.plan)
        cohort = self._open(part)
        self.parts_read.append(str(part["patients"]))
        for case in cohort.ids():
            first, where = self._seen.setdefault(hash(case), (case, str(part["patients"])))
            if where != str(part["patients"]) and first == case:
                raise CaseError(
                    f"the case {case!r} is in {where}, too; a patient may be in one part only", path=part["patients"]
                )
        found = _Part(cohort.tally, Counter(cohort.kinds), cohort.read)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, json.dumps(_said(found, self.plan)).encode())
        return found


def _digest(part: Mapping[str, Path], plan: Plan) -> str:
    """Return a digest of the tables of a part and of the plan."""
    said = [str(_FORM), plan.digest]
    for kind, path in part.items():
        said.append(f"{kind} {path} {digest_of(path)}")
    return sha256("\n".join(said).encode()).hexdigest()


def _said(part: _Part, plan: Plan) -> dict[str, object]:
    rejections = part.read.rejections
    return {
        "note": "Sums of one part of a cohort. Small ones are not hidden here: do not pass this file on.",
        "tally": part.tally.as_dict(plan),
        "kinds": [[number, str(code), n] for (_, number, code), n in part.kinds.items()],
        "tables": [list(vars(table).values()) for table in part.read.tables],
        "rejected": rejections.as_dicts(),
        "rejected_counts": [[table, column, n] for (table, column), n in rejections.counts.items()],
    }


def _kept_part(path: Path, plan: Plan) -> _Part:
    """Return the sums of a file that `_said` made.

    Raises
    ------
    ParseError
        It is damaged.
    """
    try:
        said = json.loads(read_text(path))
        kinds = Counter({("kind", number, int(code)): n for number, code, n in said["kinds"]})
        rejections = Rejections.from_dicts(said["rejected"], said["rejected_counts"])
        tables = tuple(TableRead(*table) for table in said["tables"])
        return _Part(Tally.from_dict(said["tally"], plan), kinds, Read(tables, rejections))
    except (ValueError, KeyError, TypeError) as error:
        raise ParseError("is no file of sums, or damaged; delete it, and its part is read again", path=path) from error
