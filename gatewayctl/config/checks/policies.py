"""Limits, breakers, caches, CORS and transforms: settings that go together and those that contradict each other."""

from gatewayctl.config.checks.view import View, needs, no_doubles
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.models.limits import LimitConfig
from gatewayctl.config.models.resilience import BreakerConfig
from gatewayctl.config.models.web import CacheConfig, CorsConfig, HeaderChangesConfig


def check(view: View, findings: Findings) -> None:
    """The rules about policies."""
    config = view.config
    for name, limit in config.limits.items():
        _limit(("limits", name), limit, findings)
    for name, breaker in config.breakers.items():
        _breaker(("breakers", name), breaker, findings)
    for name, cache in config.caches.items():
        _cache(("caches", name), cache, findings)
    for name, cors in config.cors.items():
        _cors(("cors", name), cors, findings)
    for name, transform in config.transforms.items():
        _changes(("transforms", name, "request"), transform.request, findings)
        _changes(("transforms", name, "response"), transform.response, findings)


def _limit(path: KeyPath, limit: LimitConfig, findings: Findings) -> None:
    if limit.algorithm == "concurrency":
        needs(path, limit, "window", False, "an algorithm over time", findings)
    elif limit.window is None:
        message = f"{limit.algorithm} counts over a window"
        findings.error("E103", path, message, label='no "window"', help='add window = "1m"')
    needs(path, limit, "burst", limit.algorithm == "token_bucket", 'algorithm = "token_bucket"', findings)
    room = limit.burst if limit.algorithm == "token_bucket" and limit.burst is not None else limit.limit
    if limit.cost > room:
        message = f"no request ever fits: it costs {limit.cost} of at most {room}"
        findings.error(
            "E122", (*path, "cost"), message, label="more than there is", help="lower cost, or raise the limit"
        )
    no_doubles([((*path, "key", n), part, f"{part} is there") for n, part in enumerate(limit.key)], findings)


def _breaker(path: KeyPath, breaker: BreakerConfig, findings: Findings) -> None:
    fallback = breaker.fallback
    if fallback is not None and fallback.service is not None:
        for key in ("status", "body"):
            if getattr(fallback, key) is not None:
                message = "a fallback is an answer or another service, not both"
                other = ((*path, "fallback", "service"), "the other one")
                findings.error(
                    "E116",
                    (*path, "fallback", key),
                    message,
                    label="one too many",
                    help=f"remove {key} or service",
                    on_key=True,
                    related=(other,),
                )
                break


def _cache(path: KeyPath, cache: CacheConfig, findings: Findings) -> None:
    if cache.max_entry > cache.max_size:
        message = "one entry may not be larger than all together"
        findings.error("E122", (*path, "max_entry"), message, label="more than max_size", help="lower max_entry")
    for number, method in enumerate(cache.methods):
        if method not in ("GET", "HEAD"):
            message = f"answers to {method} are not cached"
            at: KeyPath = (*path, "methods", number)
            findings.error("E113", at, message, label="cannot be cached", help="GET and HEAD can")


def _cors(path: KeyPath, cors: CorsConfig, findings: Findings) -> None:
    if cors.credentials and "*" in cors.origins:
        findings.error(
            "E122",
            (*path, "origins", cors.origins.index("*")),
            "credentials for every origin would let any site act as its visitors",
            label="not with credentials",
            help="name the origins, or remove credentials",
            related=(((*path, "credentials"), "credentials are allowed here"),),
        )
    no_doubles(
        [((*path, "origins", n), origin, f"{origin} is there") for n, origin in enumerate(cors.origins)], findings
    )


def _changes(path: KeyPath, changes: HeaderChangesConfig, findings: Findings) -> None:
    for key in ("set", "add", "rename"):
        names: dict[str, str] = getattr(changes, key)
        if len(names) > 1:
            no_doubles([((*path, key, name), name.lower(), f"{name} is there") for name in names], findings)
