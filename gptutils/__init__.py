"""The pieces of a GPT, each once. Every module is built by hand in the lesson that its docstring names."""

__version__ = "0.1.0"
