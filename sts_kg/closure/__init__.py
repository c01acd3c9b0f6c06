"""What a graph entails under OWL 2 RL, with proofs: `closure_of`.

For any RDF graph. `sts_kg.closure.encoding` is a second door, to terms as integers.
It never runs SPARQL and knows no term of any guideline.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
