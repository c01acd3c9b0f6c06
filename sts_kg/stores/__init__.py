"""Stores of graphs: SPARQL endpoints by URL, and Oxigraph stores in a folder.

It queries, fills and verifies them. Each request has a limit of time and of size.
It never sends facts about a patient, unless you give them to `push`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
