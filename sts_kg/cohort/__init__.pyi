from .dialects import DIALECTS as DIALECTS
from .spark import on_spark as on_spark
from .sql import WHATS as WHATS
from .sql import sql as sql
