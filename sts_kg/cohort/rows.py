"""What is answered for each patient, block by block: a row each, a row each and option, or OMOP's cohort table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from rdflib import URIRef

from sts_kg.cohort.extra import needed
from sts_kg.errors import ParameterError, UnknownNameError
from sts_kg.plan import Bits, Facts, Flags, Plan, Values, short, unpacked
from sts_kg.rdf import STS, local, writing

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["FORMS", "Form", "Rows"]

Form: TypeAlias = Literal["wide", "long", "omop"]
FORMS: tuple[Form, ...] = get_args(Form)
_BLOCK = 1024  # words: 65,536 patients
_STATUSES = np.array(["undetermined", "met", "not-met", "contradictory"], object)
_DECLINED = STS["mark-declined"]
Column: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True, repr=False)
class Rows:
    """The answers for each patient of a cohort, made block by block when they are written or turned into a frame.

    `wide`: a row a patient with `case`, and five columns an option, such as `pazopanib` (its status),
    `pazopanib_missing`, `pazopanib_tried`, `pazopanib_declined` and `pazopanib_marks`. `long`: a row a patient and
    option with `case`, `option`, `status`, `missing`, `tried`, `declined`, `marks`. `omop`: the table `cohort` of the
    OMOP CDM, a row for each option that is met, with its ordinal as `cohort_definition_id`.

    Statuses are met, not-met, undetermined and contradictory. Missing findings are short names with blanks between, in
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
            raise ParameterError("rows", "as_of", "OMOP's cohort table needs the date on which the answers hold")

    def blocks(self) -> Iterator[dict[str, Column]]:
        """Yield columns by name, for up to 65,536 patients at a time, in their order."""
        ids = self.ids()
        make = {"wide": self._wide, "long": self._long, "omop": self._omop}[self.form]
        for block in self.facts.blocks(_BLOCK):
            yield make(Values(self.plan, block), np.array([*islice(ids, block.n)], object))

    def _wide(self, values: Values, ids: Column) -> dict[str, Column]:
        found: dict[str, Column] = {"case": ids}
        for option in self.plan.options:
            name = column_name(option)
            found |= {f"{name}_{key}" if key != "status" else name: c for key, c in _answers(values, option).items()}
        return found

    def _long(self, values: Values, ids: Column) -> dict[str, Column]:
        options = [*self.plan.options]
        answers = [_answers(values, option) for option in options]
        found: dict[str, Column] = {"case": np.repeat(ids, len(options))}
        found["option"] = np.tile(np.array([local(option) for option in options], object), len(ids))
        for key in answers[0]:
            found[key] = np.stack([answer[key] for answer in answers], axis=1).reshape(-1)
        return found

    def _omop(self, values: Values, ids: Column) -> dict[str, Column]:
        options = [*self.plan.options.values()]
        met = np.stack([unpacked(values.met(each.option), values.facts.n) for each in options], axis=1)
        patients, which = met.nonzero()
        try:
            subjects = np.array([int(one) for one in ids], np.int64)
        except ValueError:
            wrong = next(one for one in ids if not one.lstrip("-").isdigit())
            raise ParameterError(
                "rows", "form", f"OMOP's subject_id is a whole number, and {wrong!r} is none"
            ) from None
        when = np.full(len(patients), str(self.as_of), object)
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
        ParameterError
            The name has another ending, or an id is none of OMOP.
        ImportError
            The ending is `.parquet`, and pyarrow is not installed.
        """
        ending = Path(path).suffix.casefold()
        if ending not in (".csv", ".parquet"):
            raise ParameterError("rows", "path", f"{path} ends neither in .csv nor in .parquet")
        with writing(path) as file:
            return self._parquet(file) if ending == ".parquet" else self._csv(file)

    def _csv(self, file: Any) -> int:
        n, text = 0, io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\n")
        for number, block in enumerate(self.blocks()):
            if not number:
                writer.writerow(block)
            columns = [_as_text(column) for column in block.values()]
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
        ImportError
            pyarrow is not installed.
        """
        pa = needed("pyarrow", "Arrow")
        for block in self.blocks():
            yield pa.RecordBatch.from_pydict({name: _arrow(pa, column) for name, column in block.items()})

    def to_arrow(self) -> pyarrow.Table:
        """Return the rows as an Arrow table, held in memory."""
        return needed("pyarrow", "Arrow").Table.from_batches(self.batches())

    def to_polars(self) -> polars.DataFrame:
        """Return the rows as a polars frame."""
        return needed("polars", "to_polars()").from_arrow(self.to_arrow())

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a pandas frame."""
        return self.to_arrow().to_pandas()


def column_name(option: URIRef) -> str:
    """Return the name of the columns of an option, such as `sbrt_lung`."""
    return local(option).removeprefix("option-").replace("-", "_")


def _answers(values: Values, option: URIRef) -> dict[str, Column]:
    """Return what is answered of an option, a column each: status, missing, tried, declined, marks."""
    n, plan = values.facts.n, values.plan

    def flags(bits: Bits) -> Flags:
        return unpacked(bits, n)

    codes = flags(values.met(option)) + 2 * flags(values.unmet(option)) + 3 * flags(values.contradictory)
    marked = {plan.mark_labels[mark]: bits for mark, bits in values.marked(option).items()}
    declined = values.declined(option)
    if declined.any():
        marked[plan.mark_labels[_DECLINED]] = declined
    missing = {short(finding): bits for finding, bits in values.missing(option).items()}
    return {
        "status": _STATUSES[codes],
        "missing": _lists(missing, n, " "),
        "tried": flags(values.tried(option)),
        "declined": flags(declined),
        "marks": _lists(dict(sorted(marked.items())), n, "; "),
    }


def _lists(named: Mapping[str, Bits], n: int, between: str) -> Column:
    """Return for each patient the names whose bits it has, in their order."""
    names = [*named]
    sets = np.zeros(n, np.int64)
    for number, bits in enumerate(named.values()):
        sets |= unpacked(bits, n).astype(np.int64) << number
    found, which = np.unique(sets, return_inverse=True)
    texts = [between.join(name for number, name in enumerate(names) if some >> number & 1) for some in found.tolist()]
    return np.array(texts, object)[which]


def _as_text(column: Column) -> list[object]:
    return list(np.where(column, "yes", "no") if column.dtype == bool else column)


def _arrow(pa: Any, column: Column) -> Any:
    return pa.array(column.tolist() if column.dtype == object else column)
