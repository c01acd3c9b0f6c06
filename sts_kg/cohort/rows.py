"""What is answered for each patient, block by block: a row each, a row each and option, or OMOP's cohort table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from rdflib import URIRef

from sts_kg.cohort.relations import column_name
from sts_kg.errors import ArgumentError, UnknownNameError
from sts_kg.guideline import short
from sts_kg.plan import Bits, Facts, Flags, Plan, Values, unpacked
from sts_kg.rdf import STS, local, writing
from sts_kg.shown import Shown
from sts_kg.tables import needed

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["FORMS", "Form", "Rows"]

Form: TypeAlias = Literal["wide", "long", "pivot", "omop"]
FORMS: tuple[Form, ...] = get_args(Form)
_BLOCK = 1024  # words: 65,536 patients
_STATUSES = ["contradictory", "not-met", "undetermined", "met"]  # in the order of the categories of a frame
_FEW = 16  # names of which sets are counted
_DECLINED = STS["mark-declined"]
Column: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of texts of which few differ: for each row the place of its text in a list, which may be an order."""

    codes: Column
    texts: list[str]
    is_ordered: bool = False

    def array(self) -> Column:
        """Return the texts themselves."""
        return np.array(self.texts, object)[self.codes]

    @classmethod
    def woven(cls, of: Sequence[Texts]) -> Texts:
        """Return columns of equal length as one that goes through them row by row."""
        texts = list(dict.fromkeys(text for each in of for text in each.texts))
        place = {text: number for number, text in enumerate(texts)}
        codes = [np.array([place[text] for text in each.texts], np.int32)[each.codes] for each in of]
        return cls(np.stack(codes, axis=1).reshape(-1), texts, all(each.is_ordered for each in of))


@dataclass(frozen=True, repr=False)
class Rows(Shown):
    """The answers for each patient of a cohort, made block by block when they are written or turned into a frame.

    `wide`: a row a patient with `case`, and five columns an option, such as `pazopanib` (its status),
    `pazopanib_missing`, `pazopanib_tried`, `pazopanib_declined` and `pazopanib_marks`. `long`: a row a patient and
    option with `case`, `option`, `status`, `missing`, `tried`, `declined`, `marks`. `pivot`: a row a patient with
    `case`, and a column an option with its status alone. `omop`: the table `cohort` of the OMOP CDM, a row for each
    option that is met, with its ordinal as `cohort_definition_id`.

    Statuses are met, not-met, undetermined and contradictory; in a frame they are ordered categories, contradictory <
    not-met < undetermined < met, also where not all occur. Missing findings are short names with blanks between, in
    the order of the condition; marks are labels with semicolons between, sorted. Nothing is said of a patient who is
    contradictory.
    """

    plan: Plan
    facts: Facts
    ids: Callable[[], Iterator[str]]
    form: Form = "wide"
    as_of: date | None = None

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise UnknownNameError("form of rows", self.form, FORMS)
        if self.form == "omop" and self.as_of is None:
            raise ArgumentError("rows", "as_of", "OMOP's cohort table needs the date on which the answers hold")

    def __repr__(self) -> str:
        return f"<Rows: {self.form}, of {len(self.plan.options)} options>"

    def _blocks(self) -> Iterator[dict[str, Column | Texts]]:
        """Yield columns by name, for up to 65,536 patients at a time, in their order; of nobody, empty ones."""
        ids = self.ids()
        make = {"wide": self._wide, "long": self._long, "pivot": self._pivot, "omop": self._omop}[self.form]
        for block in self.facts.blocks(_BLOCK) if self.facts.n else (self.facts,):
            yield make(Values(self.plan, block), np.array([*islice(ids, block.n)], object))

    def _wide(self, values: Values, ids: Column) -> dict[str, Column | Texts]:
        found: dict[str, Column | Texts] = {"case": ids}
        for option in self.plan.options:
            name = column_name(option)
            found |= {f"{name}_{key}" if key != "status" else name: c for key, c in _answers(values, option).items()}
        return found

    def _long(self, values: Values, ids: Column) -> dict[str, Column | Texts]:
        options = [*self.plan.options]
        answers = [_answers(values, option) for option in options]
        found: dict[str, Column | Texts] = {"case": np.repeat(ids, len(options))}
        names = [local(option) for option in options]
        found["option"] = Texts(np.tile(np.arange(len(names)), len(ids)), names)
        for key in answers[0]:
            columns = [answer[key] for answer in answers]
            texts = [column for column in columns if isinstance(column, Texts)]
            found[key] = Texts.woven(texts) if texts else np.stack(columns, axis=1).reshape(-1)  # type: ignore[arg-type]
        return found

    def _pivot(self, values: Values, ids: Column) -> dict[str, Column | Texts]:
        return {"case": ids, **{column_name(option): _status(values, option) for option in self.plan.options}}

    def _omop(self, values: Values, ids: Column) -> dict[str, Column | Texts]:
        options = [*self.plan.options.values()]
        met = np.stack([unpacked(values.met(each.option), values.facts.n) for each in options], axis=1)
        patients, which = met.nonzero()
        try:
            subjects = np.array([int(one) for one in ids], np.int64)
        except ValueError:
            wrong = next(one for one in ids if not one.lstrip("-").isdigit())
            raise ArgumentError("rows", "form", f"OMOP's subject_id is a whole number, and {wrong!r} is none") from None
        when = np.full(len(patients), self.as_of, "datetime64[D]")
        return {
            "cohort_definition_id": np.array([each.ordinal for each in options])[which],
            "subject_id": subjects[patients],
            "cohort_start_date": when,
            "cohort_end_date": when,
        }

    # --- out

    def write(self, path: str | Path) -> int:
        """Write the rows to a file, `.csv` or `.parquet`, whole or not at all; return how many there are.

        Raises
        ------
        ArgumentError
            The name has another ending, or an id is none of OMOP.
        MissingLibraryError
            The ending is `.parquet`, and pyarrow is not installed.
        """
        ending = Path(path).suffix.casefold()
        if ending not in (".csv", ".parquet"):
            raise ArgumentError("rows", "path", f"{path} ends neither in .csv nor in .parquet")
        with writing(path) as file:
            return self._parquet(file) if ending == ".parquet" else self._csv(file)

    def _csv(self, file: Any) -> int:
        n, text = 0, io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        for number, block in enumerate(self._blocks()):
            if not number:
                writer.writerow(block)
            columns = [_as_list(column) for column in block.values()]
            writer.writerows(zip(*columns, strict=True))
            n += len(columns[0])
        text.detach()
        return n

    def _parquet(self, file: Any) -> int:
        pq, n, out = needed("pyarrow.parquet", "Parquet"), 0, None
        for batch in self.batches():
            out = out or pq.ParquetWriter(file, batch.schema)
            out.write_batch(batch)
            n += batch.num_rows
        if out is not None:
            out.close()
        return n

    def batches(self) -> Iterator[pyarrow.RecordBatch]:
        """Yield the rows as Arrow record batches of up to 65,536 patients; statuses and lists are dictionaries.

        Raises
        ------
        MissingLibraryError
            pyarrow is not installed.
        """
        pa = needed("pyarrow", "Arrow")
        for block in self._blocks():
            yield pa.RecordBatch.from_pydict({name: _arrow(pa, column) for name, column in block.items()})

    def to_arrow(self) -> pyarrow.Table:
        """Return the rows as an Arrow table, held in memory."""
        return needed("pyarrow", "Arrow").Table.from_batches(self.batches())

    def to_polars(self) -> polars.DataFrame:
        """Return the rows as a polars frame; statuses are of an Enum, which has an order."""
        pl, rows = needed("polars", "to_polars()", ""), self.to_arrow()
        statuses = [each.name for each in rows.schema if getattr(each.type, "ordered", False)]
        return pl.from_arrow(rows).with_columns(pl.col(name).cast(pl.Enum(_STATUSES)) for name in statuses)

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a pandas frame; statuses are ordered categories, ids of cases of the type string."""
        pd, pa = needed("pandas", "to_pandas()", "notebook"), needed("pyarrow", "Arrow")
        return self.to_arrow().to_pandas(types_mapper={pa.string(): pd.StringDtype()}.get)


def _answers(values: Values, option: URIRef) -> dict[str, Column | Texts]:
    """Return what is answered of an option, a column each: status, missing, tried, declined, marks."""
    n, plan = values.facts.n, values.plan

    def flags(bits: Bits) -> Flags:
        return unpacked(bits, n)

    marked = {plan.mark_labels[mark]: bits for mark, bits in values.marked(option).items()}
    declined = values.declined(option)
    if declined.any():
        marked[plan.mark_labels[_DECLINED]] = declined
    missing = {short(finding): bits for finding, bits in values.missing(option).items()}
    return {
        "status": _status(values, option),
        "missing": _lists(missing, n, " "),
        "tried": flags(values.tried(option)),
        "declined": flags(declined),
        "marks": _lists(dict(sorted(marked.items())), n, "; "),
    }


def _status(values: Values, option: URIRef) -> Texts:
    """Return the status of an option for each patient."""
    met, unmet, contradictory = (
        unpacked(bits, values.facts.n) for bits in (values.met(option), values.unmet(option), values.contradictory)
    )
    return Texts(2 + 1 * met - 1 * unmet - 2 * contradictory, _STATUSES, is_ordered=True)


def _lists(named: Mapping[str, Bits], n: int, between: str) -> Texts:
    """Return for each patient the names whose bits it has, in their order."""
    names = [*named]
    sets: npt.NDArray[np.uint32] = np.zeros(n, np.uint32)
    for number, bits in enumerate(named.values()):
        sets |= unpacked(bits, n).astype(np.uint32) << np.uint32(number)
    found, codes = np.unique(sets, return_inverse=True) if len(names) > _FEW else _counted(sets)
    texts = [between.join(name for number, name in enumerate(names) if some >> number & 1) for some in found.tolist()]
    return Texts(codes, texts)


def _counted(sets: npt.NDArray[np.uint32]) -> tuple[Column, Column]:
    """Return the different numbers, and for each the place of its own: `np.unique` for small ones, without sorting."""
    found = np.flatnonzero(np.bincount(sets))
    places = np.zeros(int(found[-1]) + 1 if len(found) else 1, np.int32)
    places[found] = np.arange(len(found))
    return found, places[sets]


def _as_list(column: Column | Texts) -> list[object]:
    """Return a column as CSV has it."""
    if isinstance(column, Texts):
        return list(column.array())
    return list(np.where(column, "yes", "no") if column.dtype == bool else column)


def _arrow(pa: Any, column: Column | Texts) -> Any:
    if isinstance(column, Texts):
        codes, texts = pa.array(column.codes.astype(np.int32)), pa.array(column.texts, pa.string())
        return pa.DictionaryArray.from_arrays(codes, texts, ordered=column.is_ordered)
    return pa.array(column.tolist(), pa.string()) if column.dtype == object else pa.array(column)
