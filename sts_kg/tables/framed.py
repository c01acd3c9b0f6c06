"""What has a table has frames: one mixin, by way of `Table`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from sts_kg.tables.table import Table

__all__ = ["Framed"]


class Framed:
    """Mixin of all that has a `table()`: the frames of that table."""

    __slots__ = ()

    def table(self) -> Table:
        """Return the rows of this as a table of RDF terms."""
        raise NotImplementedError

    def to_pandas(self) -> pandas.DataFrame:
        """Return the table as a pandas frame: see `Table.to_pandas`."""
        return self.table().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """Return the table as a polars frame: see `Table.to_polars`."""
        return self.table().to_polars()

    def to_arrow(self) -> pyarrow.Table:
        """Return the table as an Arrow table: see `Table.to_arrow`."""
        return self.table().to_arrow()
