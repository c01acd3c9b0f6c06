"""What a notebook shows of our objects: one mixin, which asks the display room when something is shown."""

from __future__ import annotations

from typing import Any

__all__ = ["Shown"]


class Shown:
    """Mixin of all that a person may look at: HTML, Markdown and text of one view, which `sts_kg.display` makes.

    Nothing of that room is loaded before something is shown. `repr` stays one line.
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        """Have IPython show the text: it looks for the method in each class, before its `__repr__`, not in all."""
        super().__init_subclass__(**options)
        cls._repr_pretty_ = Shown._repr_pretty_  # type: ignore[method-assign] # of the same type

    def to_html(self) -> str:
        """Return one HTML page that shows this: no script, nothing loaded from anywhere, light and dark."""
        from sts_kg.display import page

        return page(self)

    def _repr_html_(self) -> str:
        from sts_kg.display import in_notebook

        return in_notebook(self)

    def _repr_markdown_(self) -> str:
        from sts_kg.display import as_markdown

        return as_markdown(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print the text of the view in IPython, whose protocol this is."""
        from sts_kg.display import as_text

        printer.text(repr(self) if cycle else as_text(self))
