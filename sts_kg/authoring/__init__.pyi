from .folders import new_guideline as new_guideline
from .to_do import Item as Item
from .to_do import ToDo as ToDo
from .to_do import todo as todo
from .watching import changes as changes
