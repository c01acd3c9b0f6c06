from .closure import Closure as Closure
from .closure import Progress as Progress
from .closure import close_graph as close_graph
from .closure import closure_of as closure_of
from .engines import AXIOMS as AXIOMS
from .engines import ENGINES as ENGINES
from .flaws import Warned as Warned
from .proofs.proof import Proof as Proof
