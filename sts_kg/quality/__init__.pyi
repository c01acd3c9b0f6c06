from .gates import Report as Report
from .gates import report as report
from .slips import slips as slips
