"""Tests of gatewayctl.server."""
