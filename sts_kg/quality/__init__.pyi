from .gates import Report as Report
from .gates import report as report
