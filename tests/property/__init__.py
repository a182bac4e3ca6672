"""Statements that hold for every input that can be made up."""
