"""The treatments of stage 4 soft tissue sarcoma as a knowledge graph. Not medical advice.

>>> import sts_kg
>>> kg = sts_kg.load()
>>> kg.query("drugs/options-with-drug", drug="ifosfamide").column("option")
(rdflib.term.URIRef('https://w3id.org/sts-kg/option-doxorubicin-ifosfamide'),)

The public names are imported when first used, so that the command line starts at once.
"""

from typing import Any

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def load_ipython_extension(shell: Any) -> None:
    """Add `%%sparql` and `%sts` to IPython, which calls this for `%load_ext sts_kg`."""
    from sts_kg.magics import add_to

    add_to(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take the magics from IPython, which calls this for `%unload_ext sts_kg`."""
    from sts_kg.magics import take_from

    take_from(shell)
