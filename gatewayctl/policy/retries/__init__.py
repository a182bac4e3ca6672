"""Retries: what is tried again (``rules.py``), after which pause, and how many of them a fleet is asked to bear (``budget.py``)."""
