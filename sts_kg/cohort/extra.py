"""Libraries that a cohort can do without, imported when they are needed."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["needed"]


def needed(module: str, what: str) -> Any:
    """Return a module of an optional library; `what` is what needs it.

    Raises
    ------
    ImportError
        It is not installed; the error says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise ImportError(f"{what} needs {library}: pip install 'sts-kg[cohort]'", name=library) from error
