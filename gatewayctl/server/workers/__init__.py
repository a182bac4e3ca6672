"""Several processes that serve one configuration: a supervisor that holds what they share, and workers that carry traffic.

The supervisor is the process that was started. It owns the listening sockets, compiles, watches the files, answers the
admin address, writes the logs and replaces workers that end. A worker accepts on sockets of its own and does nothing else.
"""
