"""The interactive view: neighbours of terms as plain data, and the widget that shows them and asks for more."""
