"""Tests of the route tests."""
