from .gates import Report as Report
from .gates import guideline_violations as guideline_violations
from .gates import report as report
from .query_slips import slips as slips
from .violation import Violation as Violation
