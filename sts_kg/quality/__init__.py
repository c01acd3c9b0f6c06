"""What is wrong with an ontology and its queries: profile, checks, linter, coverage.

For `sts-kg check` and for whoever edits the ontology.
It never changes what it checks.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
