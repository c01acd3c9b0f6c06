from .routes import ROUTES as ROUTES
from .routes import Page as Page
from .running import serve as serve
from .settings import Settings as Settings
