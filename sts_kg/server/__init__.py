"""The service: a SPARQL 1.1 endpoint, and pages for people, from one process without data and workers that share it.

It asks the facade and shows what `display` makes.
It never writes, never keeps what it was told, and never lets one query hold up another kind of request.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
