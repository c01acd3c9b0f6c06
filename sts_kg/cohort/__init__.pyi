from .release import HIDDEN as HIDDEN
from .release import Asked as Asked
from .release import Combination as Combination
from .release import Release as Release
from .release import Statuses as Statuses
from .release import Step as Step
from .suppression import THRESHOLD as THRESHOLD
from .suppression import suppressed as suppressed
