from .dialects import DIALECTS as DIALECTS
from .sql import WHATS as WHATS
from .sql import sql as sql
