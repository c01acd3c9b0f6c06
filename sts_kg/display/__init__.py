"""What a person sees: views of our objects as HTML, Markdown and text, and pictures as SVG, PNG and DOT.

For notebooks, pages and the terminal; a view says what is shown, and a writer how.
It never computes an answer, never loads anything from elsewhere, and writes no script and no `style=`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
