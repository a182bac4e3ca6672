"""The configuration that ``gatewayctl init`` writes: small, complete in itself, written to be changed."""

from typing import Final

STARTER: Final = """\
#:schema ./schemas/gateway.schema.json
#
# Change this file while the gateway runs: it is read again at once, and a mistake is refused with its line.

version = 1

[server]
listen      = "127.0.0.1:8080"
health_path = "/health"  # for a load balancer in front

# A service is where requests are sent to. This one is built in and answers with what it was asked, so that there is
# something to try. Put the addresses of your own in its place:
#
#   instances = [{ url = "http://127.0.0.1:9001" }, { url = "http://127.0.0.1:9002" }]

[services.api]
builtin = "echo"

# A route says which requests go where. The order of routes never matters: the most specific one wins.

[routes.home]
path    = "/"
respond = { body = "It works. Try /api/hello\\n", headers = { content-type = "text/plain" } }

[routes.api]
path         = "/api/*"  # /api and everything below it
service      = "api"
strip_prefix = "/api"  # the service is asked for /hello, not for /api/hello
"""

SCHEMA_FILE: Final = "schemas/gateway.schema.json"
"""Beside the configuration, as its first line says."""
