"""Mappings to external vocabularies, and slices of the ontologies behind them.

For SSSOM mapping sets, linking, and the report of what holds.
It never merges an external term with one of ours.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
