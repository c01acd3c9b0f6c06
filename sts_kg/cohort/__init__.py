"""Cohorts: the conditions over the patients of a hospital, where their data are.

For inputs, engines and outputs of many patients: tables, OMOP, SQL.
It never copies a condition or a mapping, and never takes an absent code for a no.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
