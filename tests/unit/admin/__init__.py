"""Tests of the admin face."""
