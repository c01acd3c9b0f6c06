"""What a query returns, and how it is shown: `Table`, and cells as text, Markdown and HTML.

For every room that has rows to show; frames of pandas, polars and Arrow, networks, JSON, CSV.
It never queries a graph and never prints.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
