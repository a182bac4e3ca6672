"""The language of route tests: ``*.test.toml`` beside a configuration. Strict, as the configuration is."""

from typing import Annotated, Any

from pydantic import Field

from gatewayctl.config.kinds.base import Kind, Many, Some, invalid, quoted, text, wrong_type
from gatewayctl.config.kinds.http import HeaderName, HeaderValue
from gatewayctl.config.kinds.text import Text
from gatewayctl.config.kinds.units import Size, TimeoutOrWord
from gatewayctl.config.models.base import Table
from gatewayctl.core.failures import FAILURES
from gatewayctl.core.suggest import did_you_mean


def read_sent(value: Any) -> str | bool:
    """What a header is sent on as: its value, or whether it is there."""
    if isinstance(value, bool | str):
        return value
    raise wrong_type(value, "a string, true or false")


def read_claims(value: Any) -> dict[str, Any]:
    """What a token says."""
    if isinstance(value, dict):
        return value
    raise wrong_type(value, "a table")


def read_reason(value: Any) -> str:
    """One of the reasons that the gateway gives for an answer of its own."""
    written = text(value, "a string")
    if written not in FAILURES:
        way_out = did_you_mean(written, FAILURES) or "the access log and docs/wire.md name them"
        raise invalid("E104", f"unknown reason {quoted(written)}", label="no reason of the gateway", help=way_out)
    return written


def read_address(value: Any) -> str:
    """An IP address, in its canonical form."""
    from ipaddress import ip_address

    written = text(value, "an address")
    try:
        return str(ip_address(written))
    except ValueError:
        message = f"not an IP address: {quoted(written)}"
        raise invalid("E120", message, label="not an address", help='such as "192.0.2.7"') from None


def read_whole(value: Any) -> str:
    """A path without its query."""
    written = text(value, "a path")
    if not written.startswith("/"):
        way_out = f'such as "/{written}"' if written else 'such as "/users/42"'
        raise invalid("E120", f"not a path: {quoted(written)}", label="a path begins with /", help=way_out)
    if "?" in written:
        path, _, query = written.partition("?")
        way_out = f'write upstream_path = "{path}" and upstream_query = "{query}"'
        raise invalid("E120", "the query is compared on its own", label="holds a query", help=way_out)
    return written


SentHeader = Annotated[
    str | bool, Kind(read_sent, {"anyOf": [{"type": "string"}, {"type": "boolean"}], "examples": ["gatewayctl", False]})
]
Claims = Annotated[dict[str, Any], Kind(read_claims, {"type": "object"})]
Reason = Annotated[str, Kind(read_reason, {"enum": sorted(FAILURES)})]
Address = Annotated[str, Kind(read_address, {"type": "string", "examples": ["192.0.2.7"]})]
UpstreamPath = Annotated[str, Kind(read_whole, {"type": "string", "pattern": r"^/[^?]*$", "examples": ["/users/42"]})]


class ExpectConfig(Table):
    """What is expected; only what is named here is compared."""

    route: Text | None = Field(
        default=None, description='The route that takes it; "none": no route does.', examples=["user-by-id", "none"]
    )
    service: Text | None = Field(
        default=None, description='The service it is sent to; "none": it is not sent on.', examples=["users"]
    )
    upstream_path: UpstreamPath | None = Field(
        default=None, description="The path that the service is asked for, without query.", examples=["/users/42"]
    )
    upstream_query: Text | None = Field(
        default=None, description="The query that the service is asked with; empty: none.", examples=["v=2"]
    )
    params: dict[str, Text] | None = Field(
        default=None, description="Parameters of the path, as they are in it.", examples=[{"id": "42"}]
    )
    headers: dict[HeaderName, SentHeader] | None = Field(
        default=None,
        description="Headers as they are sent on: a value, true for any value, false for none.",
        examples=[{"x-gateway": "gatewayctl", "x-debug": False}],
    )
    status: Annotated[int, Field(ge=100, le=599)] | None = Field(
        default=None, description="The status of an answer that the gateway gives itself.", examples=[405]
    )
    reason: Reason | None = Field(default=None, description="Why the gateway refuses it.", examples=["no_route"])
    allow: Many[Text] | None = Field(
        default=None, description="The methods that a 405 allows.", examples=[["GET", "HEAD"]]
    )
    location: Text | None = Field(default=None, description="Where it is redirected to.", examples=["/v2/users/42"])
    body: Text | None = Field(
        default=None, description="The body of an answer that the gateway gives itself.", examples=["hello"]
    )
    timeout: TimeoutOrWord | None = Field(
        default=None, description='The time to the head of the response; "none" for none.', examples=["5s"]
    )
    auth: Text | None = Field(
        default=None,
        description='The authentication scheme that lets it in; "none": nobody is asked.',
        examples=["jwt"],
    )
    limits: Many[Text] | None = Field(
        default=None, description="The limits that it counts against, in any order.", examples=[["per-client"]]
    )
    limit_keys: dict[str, Text] | None = Field(
        default=None,
        description="By limit: what it is counted as; parts of a key with a comma and a space between them.",
        examples=[{"per-client": "192.0.2.7", "per-plan": "gold, client_ip 192.0.2.7"}],
    )


class CaseConfig(Table):
    """One request, and what is expected of it."""

    name: Text = Field(default="", description="What the case shows, for people.", examples=["a user by id"])
    request: Text = Field(
        description="METHOD and path or URL; a path alone is a GET.",
        examples=["GET https://api.example.com/api/users/42?v=2"],
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="Headers of the request.", examples=[{"x-channel": "beta"}]
    )
    client_ip: Address = Field(
        default="127.0.0.1", description="Who asks, as the gateway sees it.", examples=["192.0.2.7"]
    )
    body_size: Size | None = Field(default=None, description="The length of its body.", examples=["5MiB"])
    token: Claims | None = Field(
        default=None, description="What its token would say.", examples=[{"sub": "u1", "scope": "users:read"}]
    )
    consumer: Text = Field(
        default="", description="Whose credentials it would carry, where these are no token.", examples=["acme"]
    )
    expect: ExpectConfig = Field(description="What is expected.", examples=[{"route": "users"}])


class SuiteConfig(Table):
    """A file of route tests."""

    config: Some[Text] = Field(
        default=(),
        description="The configuration, or its layers, relative to this file. Default: gateway.toml beside it.",
        examples=["gateway.toml", ["gateway.toml", "production.toml"]],
    )
    case: Many[CaseConfig] = Field(
        description="The cases.", examples=[[{"request": "GET /", "expect": {"route": "home"}}]], min_length=1
    )
