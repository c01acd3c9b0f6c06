from .views import view_definitions as view_definitions
