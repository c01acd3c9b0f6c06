"""What a notebook shows of our objects: one mixin, which asks the display room when something is shown."""

from __future__ import annotations

from typing import Any

__all__ = ["Shown"]


class Shown:
    """Mixin of all that a person may look at: HTML, Markdown and text of one view, which `sts_kg.display` makes.

    Nothing of that room is loaded before something is shown. `repr` stays one line.
    """

    __slots__ = ()

    def __init_subclass__(cls, **given: Any) -> None:
        """Give each class the way of IPython itself: in a class that has a `__repr__`, IPython looks no further."""
        super().__init_subclass__(**given)
        if "_repr_pretty_" not in vars(cls):
            cls._repr_pretty_ = Shown._repr_pretty_  # type: ignore[method-assign]

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
        """Print the text of the view in IPython, whose protocol this is; within a list or a dict, one line."""
        from sts_kg.display import as_text

        is_within = cycle or len(getattr(printer, "stack", ())) > 1
        printer.text(repr(self) if is_within else as_text(self, getattr(printer, "max_width", 100)))
