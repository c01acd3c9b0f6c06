"""Graphs kept elsewhere: SPARQL endpoints by URL, stores in a folder.

For asking, filling and verifying them, each request within bounds of time and size.
It never sends a patient's facts unless `push` is given them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
