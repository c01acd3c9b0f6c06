"""Cohorts: the conditions of a guideline over a whole table of patients, where the table is.

For SQL texts of a plan in several dialects, and for the engines that run them.
It never connects to a database, and never takes unknown for false.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
