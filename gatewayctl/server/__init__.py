"""Runs the gateway: listeners, workers' life, reload, drain. The only ring that opens listening sockets and owns signals."""
