from .html import escaped as escaped
from .html import html_table as html_table
from .layout import Cell as Cell
from .layout import markdown_table as markdown_table
from .layout import markdown_text as markdown_text
from .layout import text_table as text_table
from .table import Table as Table
