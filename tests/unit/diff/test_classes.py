"""Each kind of change, made by one edit of one configuration."""

import pytest

from gatewayctl.config.models.auth import ApiKeyConfig, BasicConfig, ForwardAuthConfig, JwtConfig, MtlsConfig
from gatewayctl.config.models.limits import LimitConfig
from gatewayctl.config.models.resilience import BreakerConfig, RetryConfig
from gatewayctl.config.models.routes import RequireConfig, RouteConfig
from gatewayctl.config.models.server import ServerConfig, ServerTlsConfig
from gatewayctl.config.models.services import ServiceConfig, ServiceTlsConfig
from gatewayctl.config.models.web import CorsConfig
from gatewayctl.diff import CLASSES, Severity, rules
from tests.unit.diff.sides import codes, diff

BASE = """
version = 1
[server]
listen = ["127.0.0.1:8080", "https://127.0.0.1:8443"]
trusted_proxies = ["10.0.0.0/8"]
max_headers = 50
health_path = "/health"
[server.tls]
min_version = "1.3"
[server.tls.certificates.main]
cert = "a.pem"
key = "a.key"
[admin]
token = "${secret:TOKEN:-tok-1}"
[log]
level = "info"
[defaults]
timeout = "30s"
[services.one]
instances = [{ url = "https://10.0.0.1:9001" }, { url = "https://10.0.0.2:9001", weight = 2 }]
host_header = "instance"
load_balancer = "round_robin"
max_in_flight = 100
breaker = "standard"
[services.one.tls]
verify = true
server_name = "one.internal"
[services.one.health]
type = "http"
path = "/up"
[services.two]
instances = [{ url = "http://10.0.0.9:9001" }]
[services.twin]
instances = [{ url = "http://10.0.0.9:9001" }]
[breakers.standard]
failure_threshold = 5
fallback = { status = 503, body = "later" }
[routes.users]
path = "/api/users/{id}"
methods = ["GET", "POST"]
service = "one"
strip_prefix = "/api"
auth = "jwt"
require = { scopes = ["read"], consumers = ["acme"], claims = { role = ["a", "b"] } }
access = "office"
limits = ["per-client"]
cors = "web"
retry = "safe"
cache = "hot"
transform = "public"
timeout = "5s"
max_body_size = "64KiB"
upgrades = ["websocket"]
deprecated = { link = "https://example.com/v2" }
mirror = { service = "two", percent = 10 }
[routes.split]
path = "/split"
split = [{ service = "one", weight = 9 }, { service = "two", weight = 1 }]
[routes.fault]
path = "/fault"
service = "two"
[routes.fault.fault]
abort = { status = 503, percent = 1 }
[routes.home]
path = "/"
respond = { status = 200, body = "hello" }
[limits.per-client]
algorithm = "token_bucket"
limit = 100
window = "1m"
burst = 20
[auth.jwt]
type = "jwt"
algorithms = ["RS256", "ES256"]
jwks_url = "https://issuer.example/jwks"
issuer = "https://issuer.example/"
audience = ["api"]
leeway = "30s"
forward_claims = { sub = "X-User" }
[auth.key]
type = "api_key"
header = "X-API-Key"
[consumers.acme]
api_keys = ["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
[access.office]
allow = ["10.0.0.0/8"]
deny = ["10.6.0.0/16"]
[cors.web]
origins = ["https://a.example", "https://b.example"]
[retries.safe]
attempts = 3
[caches.hot]
ttl = "30s"
[transforms.public]
builtin = "security_headers"
response = { rename = { referrer-policy = "x-referrer" } }
request = { set = { x-a = "1", x-b = "2" }, remove = ["x-debug"] }
query = { remove = ["utm"] }
"""

TWO = '{ url = "http://10.0.0.9:9001" }]\n[services.twin]'
REQUIRE = 'require = { scopes = ["read"], consumers = ["acme"], claims = { role = ["a", "b"] } }'
NEW = '[consumers.new]\napi_keys = ["sha256:' + "1f" * 32 + '"]\n[access.office]'
EDITS = [
    ('path = "/api/users/{id}"', 'path = "/api/users/{id:int}"', "D101"),
    ('path = "/split"', 'path = "/other"', "D101 D104"),
    ('methods = ["GET", "POST"]', 'methods = ["GET"]', "D102"),
    ('methods = ["GET", "POST"]', 'methods = ["GET", "POST", "PUT"]', "D104"),
    ('path = "/"\n', 'path = "/*"\n', "D104"),
    ('health_path = "/health"', 'health_path = "/split"', "D101 D103"),
    ("[routes.home]", "[routes.house]", "D105"),
    ('service = "two"\n[routes.fault.fault]', 'service = "one"\n[routes.fault.fault]', "D201"),
    ('service = "two"\n[routes.fault.fault]', 'service = "twin"\n[routes.fault.fault]', "D205"),
    ('{ service = "two", weight = 1 }', '{ service = "twin", weight = 1 }', "D201"),
    ("weight = 9", "weight = 8", "D204"),
    ('split = [', 'split_key = "cookie:s"\nsplit = [', "D208"),
    ('strip_prefix = "/api"', 'strip_prefix = "/api/users"', "D202"),
    ('strip_prefix = "/api"', 'rewrite = "/v2/{id}"', "D202"),
    ('strip_prefix = "/api"', "strip_prefix = true", "D202"),
    ('body = "hello"', 'body = "hi"', "D203"),
    ('body = "later"', 'body = "soon"', "D203"),
    ("weight = 2", "weight = 3", "D204"),
    ("10.0.0.2:9001", "10.0.0.3:9001", "D206"),
    (TWO, TWO.replace(" }", ', status = "down" }'), "D207"),
    ('load_balancer = "round_robin"', 'load_balancer = "random"', "D208"),
    ('load_balancer = "round_robin"', 'load_balancer = "weighted"', ""),
    ('host_header = "instance"', 'host_header = "preserve"', "D209"),
    ("verify = true", "verify = false", "D210"),
    ('server_name = "one.internal"', 'server_name = "uno.internal"', "D212"),
    ("https://10.0.0.1:9001", "http://10.0.0.1:9001", "D206 D213"),
    ('upgrades = ["websocket"]', "upgrades = []", "D214"),
    ("percent = 10", "percent = 20", "D216"),
    ("percent = 1 }", "percent = 2 }", "D217"),
    (f'auth = "jwt"\n{REQUIRE}', 'auth = "none"', "D301 D306"),
    ('path = "/split"', 'path = "/split"\nauth = "key"', "D302"),
    ('algorithms = ["RS256", "ES256"]', 'algorithms = ["RS256", "ES256", "PS256"]', "D303"),
    ('algorithms = ["RS256", "ES256"]', 'algorithms = ["RS256"]', "D304"),
    ('audience = ["api"]', 'audience = ["api", "web"]', "D303"),
    ('leeway = "30s"', 'leeway = "60s"', "D303"),
    ('leeway = "30s"', 'leeway = "10s"', "D304"),
    ('leeway = "30s"', 'leeway = "30s"\noptional = true', "D303"),
    ('auth = "jwt"', 'auth = "key"', "D305"),
    ("https://issuer.example/jwks", "https://other.example/jwks", "D305"),
    ('scopes = ["read"]', 'scopes = ["read", "write"]', "D307"),
    ('scopes = ["read"], ', "", "D306"),
    ('consumers = ["acme"], ', "", "D306"),
    ('role = ["a", "b"]', 'role = ["a"]', "D307"),
    ('role = ["a", "b"]', 'role = ["a", "b", "c"]', "D306"),
    ('deny = ["10.6.0.0/16"]', 'deny = ["10.6.0.0/17"]', "D308"),
    ('allow = ["10.0.0.0/8"]', 'allow = ["10.0.0.0/9"]', "D309"),
    ('allow = ["10.0.0.0/8"]', 'allow = ["10.0.0.0/9", "10.128.0.0/9"]', ""),
    ('access = "office"\n', "", "D308"),
    ("[access.office]", NEW, "D310"),
    ("sha256:9f", "sha256:8f", "D310 D311"),
    ('"https://b.example"]', '"https://b.example", "https://c.example"]', "D312"),
    ('"https://a.example", ', "", "D313"),
    ('cors = "web"\n', "", "D313"),
    ('sub = "X-User"', 'sub = "X-Subject"', "D314"),
    ('trusted_proxies = ["10.0.0.0/8"]', 'trusted_proxies = ["10.0.0.0/7"]', "D315"),
    ('trusted_proxies = ["10.0.0.0/8"]', 'trusted_proxies = ["10.0.0.0/9"]', "D316"),
    ('"${secret:TOKEN:-tok-1}"', '"tok-1"', "D317"),
    ('"${secret:TOKEN:-tok-1}"', '"${secret:TOKEN:-tok-2}"', "D321"),
    ('min_version = "1.3"', 'min_version = "1.2"', "D319"),
    ('min_version = "1.3"', 'min_version = "1.3"\nredirect_http = true', "D320"),
    ('limits = ["per-client"]', "limits = []", "D401"),
    ('path = "/split"', 'path = "/split"\nlimits = ["per-client"]', "D402"),
    ("limit = 100", "limit = 50", "D403"),
    ('window = "1m"', 'window = "2m"', "D403"),
    ("limit = 100", "limit = 200", "D404"),
    ("burst = 20", "burst = 30", "D404"),
    ('burst = 20', 'burst = 20\nmode = "report"', "D401"),
    ('burst = 20', 'burst = 20\nkey = "consumer"', "D405"),
    ('burst = 20', 'burst = 20\nheaders = false', "D406"),
    ('timeout = "5s"', 'timeout = "4s"', "D410"),
    ('timeout = "5s"', 'timeout = "none"', "D411"),
    ('timeout = "30s"', 'timeout = "20s"', "D410"),
    ('max_body_size = "64KiB"', 'max_body_size = "32KiB"', "D412"),
    ('max_body_size = "64KiB"', 'max_body_size = "unlimited"', "D413"),
    ("max_headers = 50", "max_headers = 60", "D413"),
    ("[consumers.acme]", "[consumers.acme]\nlimits = [\"per-client\"]", "D405"),
    ('timeout = "30s"', 'timeout = "30s"\ncors = "web"', "D312"),
    ("attempts = 3", "attempts = 2", "D414"),
    ("attempts = 3", "attempts = 4", "D415"),
    ("failure_threshold = 5", "failure_threshold = 6", "D416"),
    ('ttl = "30s"', 'ttl = "31s"', "D417"),
    ('path = "/up"', 'path = "/ok"', "D418"),
    ("max_in_flight = 100", 'max_in_flight = 100\nkeepalive = { idle = "3s" }', "D419"),
    ("max_in_flight = 100", "max_in_flight = 90", "D420"),
    ("max_in_flight = 100\n", "", "D421"),
    ('x-a = "1", ', "", "D501"),
    ('x-a = "1"', 'x-a = "3"', "D502"),
    ('x-a = "1"', 'x-a = "1", x-c = "3"', "D503"),
    (', remove = ["x-debug"]', "", "D504"),
    ('remove = ["utm"]', 'remove = ["utm", "ref"]', "D505"),
    ("https://example.com/v2", "https://example.com/v3", "D506"),
    ('upgrades = ["websocket"]', 'upgrades = ["websocket"]\ncompress = true', "D507"),
    ('builtin = "security_headers"\n', "", "D508"),
    ("response = { rename", 'response = { remove = ["x-frame-options"], rename', "D508"),
    ("response = { rename", 'response = { set = { x-frame-options = "SAMEORIGIN" }, rename', "D502"),
    ("response = { rename", 'response = { remove = ["x-powered-by"], rename', "D501"),
    ('response = { rename = { referrer-policy = "x-referrer" } }', "", "D502"),
    ('listen = ["127.0.0.1:8080"', 'listen = ["127.0.0.1:8081"', "D601"),
    ("[server]\n", "[server]\nworkers = 2\n", "D602"),
    ("[server]\n", "[server]\nmerge_slashes = true\n", "D107"),
    ("[server]\n", '[server]\nencoded_slashes = "keep"\n', "D107"),
    ('level = "info"', 'level = "debug"', "D603"),
]  # fmt: skip
BACKWARDS = {"D211": ("verify = true", "verify = false"), "D215": ('upgrades = ["websocket"]', "upgrades = []")}
NOT_SHOWN_HERE = {"D109": "a setting that no rule names: there is none", "D110": "see test_bounds.py"}


@pytest.mark.parametrize(("old", "new", "expected"), EDITS)
def test_an_edit_is_a_change_of_these_classes(old: str, new: str, expected: str) -> None:
    assert BASE.count(old) == 1 or old in ("[server]\n",), old
    changed = BASE.replace(old, new, 1)

    assert codes(diff(BASE, changed)) == sorted(expected.split())


@pytest.mark.parametrize("code", BACKWARDS)
def test_an_edit_taken_back_is_a_change_of_this_class(code: str) -> None:
    old, new = BACKWARDS[code]

    assert codes(diff(BASE.replace(old, new), BASE)) == [code]


def test_every_class_is_shown_by_an_edit() -> None:
    shown = {code for *_, expected in EDITS for code in expected.split()}

    assert shown | BACKWARDS.keys() | NOT_SHOWN_HERE.keys() == CLASSES.keys()


def test_what_is_neither_compared_by_a_rule_nor_said_to_be_silent_does_not_exist() -> None:
    tables = [
        (RouteConfig, rules.ROUTE),
        (ServiceConfig, rules.SERVICE),
        (LimitConfig, rules.LIMIT),
        (CorsConfig, rules.CORS),
        (RetryConfig, rules.RETRY),
        (BreakerConfig, rules.BREAKER),
        (ServerConfig, rules.SERVER),
        (ServerTlsConfig, rules.SERVER_TLS),
        (ServiceTlsConfig, rules.UPSTREAM_TLS),
        (RequireConfig, rules.REQUIRE),
        (JwtConfig, rules.JWT),
        (ApiKeyConfig, rules.AUTH["api_key"]),
        (BasicConfig, rules.AUTH["basic"]),
        (ForwardAuthConfig, rules.AUTH["forward"]),
        (MtlsConfig, rules.AUTH["mtls"]),
    ]
    missing = {model.__name__: model.model_fields.keys() - known.keys() for model, known in tables}

    assert {name: keys for name, keys in missing.items() if keys} == {}


def test_codes_and_names_are_there_once_and_the_worst_severity_comes_first() -> None:
    assert len({kind.name for kind in CLASSES.values()}) == len(CLASSES)
    assert sorted(Severity, key=lambda severity: severity.rank) == [Severity.SECURITY, Severity.BREAKING, Severity.SAFE]
