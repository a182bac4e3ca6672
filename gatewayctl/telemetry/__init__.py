"""Metrics and the access log: counted and formatted by our own cheap code, rendered by libraries where it does not matter."""
