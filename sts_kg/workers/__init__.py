"""Processes that can be stopped: a pool of workers, and limits of time and memory that are kept.

For any function whose work may have no end, and for commands that may need more memory than there is.
It never knows what the work is about.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
