"""What the author of a guideline works with: golden cases, and new cases by the questions of the guideline.

For holding a guideline to what its author expects of it, by every engine that answers.
It never changes a guideline, and never writes over a file.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
