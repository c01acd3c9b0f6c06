from .cohort import Cohort as Cohort
from .opening import open_cohort as open_cohort
from .rejections import Rejected as Rejected
from .rejections import Rejections as Rejections
from .release import Release as Release
from .rows import FORMS as FORMS
from .rows import Rows as Rows
