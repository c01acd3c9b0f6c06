"""Conditions as data: what a guideline asks of a case, and what it comes to for very many cases at once.

For reading a `Plan` off a closure, and for valuing cases by bits, 64 a word, without a closure for each.
It never reads a patient's file and never makes a sentence; unknown is neither false nor true.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
