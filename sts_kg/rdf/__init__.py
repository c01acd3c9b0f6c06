"""RDF in files, texts and terms: read it, write it, name it.

For everything below the level of meaning: syntaxes, prefixes, datatypes, files.
It never queries, never reasons and never opens a network connection.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
