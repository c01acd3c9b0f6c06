__all__: list[str]

from .authoring import new_guideline as new_guideline
from .cases import Case as Case
from .closure import Closure as Closure
from .closure import close_graph as close_graph
from .closure import closure_of as closure_of
from .errors import CaseError as CaseError
from .errors import InconsistentError as InconsistentError
from .errors import ParseError as ParseError
from .errors import StsKgError as StsKgError
from .errors import UnknownNameError as UnknownNameError
from .knowledge import KnowledgeGraph as KnowledgeGraph
from .knowledge import connect as connect
from .knowledge import load as load
from .rdf import parse as parse
from .rdf import read as read
from .rdf import write as write
from .tables import Table as Table

def load_ipython_extension(shell: object) -> None: ...
def unload_ipython_extension(shell: object) -> None: ...
