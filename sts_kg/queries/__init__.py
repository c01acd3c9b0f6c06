"""SPARQL: canned queries with typed parameters, and their answers from a graph in memory.

For query files, their checked texts, and the engine that runs them.
It never writes to a graph and never leaves this machine.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
