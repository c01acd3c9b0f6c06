from .engines import LeftOut as LeftOut
from .golden import GoldenReport as GoldenReport
from .golden import Tested as Tested
from .golden import run_golden as run_golden
from .new_case import Asked as Asked
from .new_case import NewCase as NewCase
from .new_case import case_of_answers as case_of_answers
from .words import ENGINES as ENGINES
