"""The tests of gatewayctl; ordinary packages, so that every ring may use tests.support."""
