"""One source of knowledge as data: its ontology, its conditions, its segments.

For what a guideline says, read from its triples.
It knows no patient, and never repeats in Python what a triple says.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
