"""All commands in the order in which the overview shows them. A new one: a file here with ``run``, and a line below."""

from typing import Final, NamedTuple


class Command(NamedTuple):
    """``module`` holds ``run`` and is imported when the command is used; ``summary`` is its line in the overview."""

    module: str
    group: str
    summary: str
    alias_of: str = ""


_SERVE: Final = "Serving"
_CHECK: Final = "Checking, without a running gateway"
_SHOW: Final = "Looking at a configuration"
_START: Final = "Getting started"

COMMANDS: Final[dict[str, Command]] = {
    "init": Command("init", _START, "Write a first configuration, with its schema beside it"),
    "serve": Command("serve", _SERVE, "Run the gateway; it follows changes of its files"),
    "status": Command("status", _SERVE, "Show how a running gateway is"),
    "discover": Command("discover", _SERVE, "Resolve where a service's instances are found, once, and print them"),
    "reload": Command("reload", _SERVE, "Make a running gateway read its configuration now"),
    "drain": Command("drain", _SERVE, "Make a running gateway finish what it has, and end"),
    "validate": Command("validate", _CHECK, "Check configurations: syntax, settings, references, routes"),
    "lint": Command("lint", _CHECK, "Find mistakes in valid configurations: routing, services, limits, security"),
    "route-test": Command("route_test", _CHECK, "Show which route takes a request, and what happens to it"),
    "test-route": Command("route_test", _CHECK, "The same as route-test", alias_of="route-test"),
    "explain": Command("explain", _CHECK, "Show why a route takes a request, and all that is decided about it"),
    "test": Command("test", _CHECK, "Run route tests from files, and show what they do not cover"),
    "diff": Command("diff", _CHECK, "Show what changes for requests between two configurations"),
    "blame": Command("blame", _CHECK, "Show the commit that last changed how a request is handled"),
    "replay": Command("replay", _CHECK, "Show what another configuration would do with the requests of an access log"),
    "simulate": Command("simulate", _CHECK, "Show what limits would have done to the requests of an access log"),
    "import": Command("import_", _START, "Make a configuration of an OpenAPI description or of nginx's files"),
    "export": Command("export", _SHOW, "Describe the routes as OpenAPI"),
    "graph": Command("graph", _SHOW, "Draw routes, policies, services and instances as Mermaid or DOT"),
    "fmt": Command("fmt", _CHECK, "Lay configurations out in the canonical way, comments kept"),
    "routes": Command("routes", _SHOW, "List the routes in the order in which they are matched"),
    "services": Command("services", _SHOW, "List the services and their instances"),
    "dump": Command("dump", _SHOW, "Print the effective configuration, without secrets"),
    "option": Command("option", _SHOW, "Explain a setting: its type, default, and where it may stand"),
    "rule": Command("rule", _SHOW, "Explain a rule of lint: what it finds, why that is bad, what to write instead"),
    "schema": Command("schema", _SHOW, "Print the JSON Schema of the configuration, for editors"),
    "hash-key": Command("hash_key", _START, "Print the hash of an API key, for a consumer"),
    "completion": Command("completion", _START, "Print a script that completes commands in your shell"),
}
