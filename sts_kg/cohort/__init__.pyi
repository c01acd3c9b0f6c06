from .concepts import ConceptRow as ConceptRow
from .concepts import ConceptSets as ConceptSets
from .concepts import concept_sets as concept_sets
