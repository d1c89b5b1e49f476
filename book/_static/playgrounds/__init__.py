"""The playgrounds' pages, as package data: `importlib.resources` finds them in a wheel and in an editable install."""
