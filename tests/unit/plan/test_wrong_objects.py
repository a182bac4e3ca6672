"""An object that is wrong is one error, whatever refers to it: what goes on compiling does without it."""

import pytest

from gatewayctl.config import load
from gatewayctl.plan import compile_plan
from tests.unit.plan.compiling import Text

SERVICE = '[services.s]\ninstances = [{ id = "one", url = "http://10.0.0.1:1" }]\n'
ROUTE = '[routes.r]\npath = "/"\nservice = "s"\n'
WRONG = {
    "service": ("[services.s]\nnonsense = 1\n", ROUTE),
    "service of another route": ("[services.t]\nnonsense = 1\n", SERVICE + ROUTE.replace('"s"', '"t"')),
    "fallback": (
        "[services.t]\nnonsense = 1\n",
        SERVICE + 'breaker = "b"\n[breakers.b]\nfallback = { service = "t" }\n' + ROUTE,
    ),
    "limit": ("[limits.x]\nlimit = 1\n", SERVICE + ROUTE + 'limits = ["x"]\n'),
    "default limit": ("[limits.x]\nlimit = 1\n", SERVICE + ROUTE + '[defaults]\nlimits = ["x"]\n'),
    "store": (
        "[stores.m]\nnonsense = 1\n",
        SERVICE
        + ROUTE
        + 'limits = ["x"]\n[limits.x]\nalgorithm = "fixed_window"\nlimit = 1\nwindow = "1s"\nstore = "m"\n',
    ),
    "retry": ("[retries.x]\nnonsense = 1\n", SERVICE + ROUTE + 'retry = "x"\n'),
    "default retry": ("[retries.x]\nnonsense = 1\n", SERVICE + ROUTE + '[defaults]\nretry = "x"\n'),
    "breaker": ("[breakers.x]\nnonsense = 1\n", SERVICE + 'breaker = "x"\n' + ROUTE),
    "default breaker": ("[breakers.x]\nnonsense = 1\n", SERVICE + ROUTE + '[defaults]\nbreaker = "x"\n'),
    "auth": ("[auth.x]\nnonsense = 1\n", SERVICE + ROUTE + 'auth = "x"\nrequire = { scopes = ["a"] }\n'),
    "auth of any": (
        "[auth.x]\nnonsense = 1\n",
        SERVICE + ROUTE + 'auth = "y"\n[auth.y]\ntype = "any"\nof = ["x"]\n',
    ),
    "access": ("[access.x]\nnonsense = 1\n", SERVICE + ROUTE + 'access = "x"\n'),
    "cors": ("[cors.x]\nnonsense = 1\n", SERVICE + ROUTE + 'cors = "x"\n'),
    "transform": ("[transforms.x]\nnonsense = 1\n", SERVICE + ROUTE + 'transform = "x"\n'),
    "consumer": (
        "[consumers.x]\nnonsense = 1\n",
        SERVICE + ROUTE + 'auth = "k"\nrequire = { consumers = ["x"] }\n[auth.k]\ntype = "api_key"\nheader = "X-Key"\n',
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_it_is_told_once_and_nothing_that_refers_to_it_fails(kind: str) -> None:
    wrong, rest = WRONG[kind]
    loaded = load(["gateway.toml"], environ={}, reader=Text(f"version = 1\n{wrong}{rest}"))
    plan, diagnostics = compile_plan(loaded)

    assert plan is None
    lines = {d.span.line for d in (*loaded.errors, *diagnostics) if d.span is not None}
    assert lines <= {2, 3}, "all is wrong with the object itself"
