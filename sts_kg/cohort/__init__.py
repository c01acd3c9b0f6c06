"""Cohorts: the conditions of a guideline over a hospital, from tables, in SQL or by bits.

For reading tables, counting, asking, and writing what the plan answers for each patient, here or where the data are.
It never writes a row about a patient unless asked to, shows no small count, and drops no row in silence.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
