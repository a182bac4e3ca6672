"""Rules of lint: their golden files, their manuals, what suppresses and what fixes them, and the commands."""
