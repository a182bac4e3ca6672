"""Circuit breakers: the states as a table (``table.py``), what they remember, and one breaker as the data path asks it."""
