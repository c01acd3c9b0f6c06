"""Patients: their facts, the options of the guideline for them, and why.

For reading cases, applying the fact rules, closing, answering and explaining.
It never writes a patient's facts anywhere, and never takes unknown for false.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
