"""gatewayctl: a declarative API gateway whose configuration lives in Git."""

__version__ = "0.1.0"
