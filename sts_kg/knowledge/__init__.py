"""The knowledge graph: everything that the other rooms can do, as methods of one object.

For loading it from the shipped ontology, a folder, a store or an endpoint, and asking it.
It never does the work itself: a method is a few lines, and the room that knows how does it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
