"""Where requests go: destinations, services with their instances and TLS, and what is sent along."""

from collections.abc import Iterator
from typing import Any, Final

from gatewayctl.diff.difference import Difference, by_rules, difference, presence, shown
from gatewayctl.diff.handling import TARGETS, Part, policy, service, services_of
from gatewayctl.diff.rules import BREAKER, RETRY, SERVICE, UPSTREAM_TLS
from gatewayctl.diff.side import Side

_Sides = tuple[Side, Side]
_TLS_DEFAULTS: Final = {"verify": True}


def target_text(settings: dict[str, Any]) -> str:
    """Where a route's requests go, in words."""
    if "service" in settings:
        return f"service {settings['service']}"
    if "split" in settings:
        return "split " + ", ".join(f"{part['service']} {part['weight']}" for part in settings["split"])
    if "respond" in settings:
        return f"answer {settings['respond']['status']}"
    if "redirect" in settings:
        return f"redirect {settings['redirect']['status']} to {shown(settings['redirect']['to'])}"
    return "aggregate of " + ", ".join(services_of(settings))


def target_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """The differences of destinations, and those of the services that both go to."""
    key = next(key for key in TARGETS if key in new.settings)
    texts = target_text(old.settings), target_text(new.settings)
    if key not in old.settings:
        yield Difference("D201", new.where(key), "destination", *texts)
        return
    if key in ("respond", "redirect"):
        if old.settings[key] != new.settings[key]:
            yield Difference("D203", new.where(key), "answer", *_answers(old, new, key, texts))
        return
    before, now = services_of(old.settings), services_of(new.settings)
    if key == "aggregate" and old.settings[key] != new.settings[key]:
        yield Difference("D201", new.where(key), "destination", *texts)
    elif key == "service" and before != now:
        same = not list(service_differences(sides, before[0], now[0]))
        yield Difference("D205" if same else "D201", new.where(key), "destination", *texts)
        return
    elif key == "split":
        if set(before) != set(now):
            yield Difference("D201", new.where(key), "destination", *texts)
        elif texts[0] != texts[1]:
            yield Difference("D204", new.where(key), "split", *texts)
        if old.settings.get("split_key") != new.settings.get("split_key"):
            yield difference("D208", old, new, "split_key", "split_key")
    for name in dict.fromkeys(before):
        if name in now:
            yield from service_differences(sides, name, name)


def _answers(old: Part, new: Part, key: str, texts: tuple[str, str]) -> tuple[str, str]:
    if texts[0] != texts[1]:
        return texts
    one, other = old.settings[key], new.settings[key]
    changed = next(name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name))
    return f"{changed} {shown(one.get(changed))}", f"{changed} {shown(other.get(changed))}"


def service_differences(sides: _Sides, before: str, now: str) -> Iterator[Difference]:
    """The differences of two services."""
    old, new = service(sides[0], before), service(sides[1], now)
    what = f"service {now}: "
    yield from by_rules(old, new, SERVICE, what)
    yield from _instances(old, new, what)
    yield from _tls(old, new, what)
    yield from _breakers(sides, old, new, what)


def _instances(old: Part, new: Part, what: str) -> Iterator[Difference]:
    before, now = (_by_url(part) for part in (old, new))
    if before == now:
        return
    texts = _instance_text(before), _instance_text(now)
    taking = [[u for u, i in known.items() if i["status"] == "up" and i["weight"]] for known in (before, now)]
    where = new.where("instances")
    if taking[0] and not taking[1] and "instances" in new.settings:
        yield Difference("D207", where, f"{what}instances", *texts)
    elif before.keys() == now.keys():
        weights = [{url: i["weight"] for url, i in known.items()} for known in (before, now)]
        code = "D204" if weights[0] != weights[1] else "D206"
        yield Difference(code, where, f"{what}instances", *texts)
    else:
        yield Difference("D206", where, f"{what}instances", *texts)
    plain = [any(url.startswith("http://") for url in known) for known in (before, now)]
    if before and now and plain[1] and not plain[0]:
        yield Difference("D213", where, f"{what}instances", *texts)


def _by_url(part: Part) -> dict[str, dict[str, Any]]:
    return {
        item["url"]: {key: value for key, value in item.items() if key != "url"}
        for item in sorted(part.settings.get("instances") or (), key=lambda item: str(item["url"]))
    }


def _instance_text(known: dict[str, dict[str, Any]]) -> str:
    if not known:
        return "none"
    parts = []
    for url, item in known.items():
        status = "" if item["status"] == "up" else f" {item['status']}"
        weight = "" if item["weight"] == 1 else f" weight {item['weight']}"
        parts.append(f"{shown(url)}{weight}{status}")
    return ", ".join(parts) if len(parts) <= 4 else f"{', '.join(parts[:4])} and {len(parts) - 4} more"


def _tls(old: Part, new: Part, what: str) -> Iterator[Difference]:
    first, second = (Part((*p.at, "tls"), {**_TLS_DEFAULTS, **(p.settings.get("tls") or {})}) for p in (old, new))
    yield from by_rules(first, second, UPSTREAM_TLS, f"{what}tls.")


def _breakers(sides: _Sides, old: Part, new: Part, what: str) -> Iterator[Difference]:
    one_sided = presence(old, new, "breaker", "D416", "D416")
    if one_sided is not None:
        yield from (found._replace(detail=f"{what}breaker") for found in one_sided)
    else:
        before, now = old.settings["breaker"], new.settings["breaker"]
        first, second = policy(sides[0], "breakers", before), policy(sides[1], "breakers", now)
        yield from by_rules(first, second, BREAKER, f"breaker {now}: ")


def retry_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """The differences of what is tried again."""
    one_sided = presence(old, new, "retry", "D414", "D415")
    if one_sided is not None:
        yield from one_sided
    else:
        before, now = old.settings["retry"], new.settings["retry"]
        yield from by_rules(
            policy(sides[0], "retries", before), policy(sides[1], "retries", now), RETRY, f"retry {now}: "
        )


def cache_differences(sides: _Sides, old: Part, new: Part) -> Iterator[Difference]:
    """The differences of what is answered from a cache."""
    parts = [
        policy(side, "caches", part.settings.get("cache", "")) for side, part in zip(sides, (old, new), strict=True)
    ]
    if parts[0].settings != parts[1].settings:
        before, now = (part.settings.get("cache") for part in (old, new))
        if before == now:
            key = next(
                key
                for key in sorted(parts[0].settings.keys() | parts[1].settings.keys())
                if parts[0].settings.get(key) != parts[1].settings.get(key)
            )
            yield difference("D417", parts[0], parts[1], key, f"cache {now}: {key}")
        else:
            yield difference("D417", old, new, "cache", "cache")
