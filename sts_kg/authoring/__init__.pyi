from .new_guideline import new_guideline as new_guideline
from .todo import Item as Item
from .todo import ToDo as ToDo
from .todo import todo as todo
from .watching import changes as changes
