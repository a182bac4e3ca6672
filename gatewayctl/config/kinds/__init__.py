"""The kinds of values the language has. Each says how it is read, how it is written back and what the schema says."""
