from .graph import KnowledgeGraph as KnowledgeGraph
from .graph import asking as asking
from .graph import connect as connect
from .graph import load as load
