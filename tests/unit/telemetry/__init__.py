"""Tests of the telemetry ring: series, the exposition, the access log and its writer."""
