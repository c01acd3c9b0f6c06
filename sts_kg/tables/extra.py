"""Libraries that can be done without, imported when they are needed."""

from __future__ import annotations

import importlib
from typing import Any

from sts_kg.errors import MissingLibraryError

__all__ = ["needed"]


def needed(module: str, what: str, extra: str = "cohort") -> Any:
    """Return a module of an optional library; `what` is what needs it, `extra` what installs it, empty for none.

    Raises
    ------
    MissingLibraryError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingLibraryError(module.partition(".")[0], what, extra) from error
