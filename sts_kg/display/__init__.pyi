from .shows import as_markdown as as_markdown
from .shows import as_text as as_text
from .shows import in_notebook as in_notebook
from .shows import markup as markup
from .shows import page as page
from .shows import stylesheet as stylesheet
from .shows import view_of as view_of
from .view import View as View
