"""Where redirects within the gateway lead to: the real matcher is asked with the path that a client would be sent to."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gatewayctl.config.masking import MASK
from gatewayctl.lint.subject import Subject
from gatewayctl.routing.exact import Reached
from gatewayctl.routing.witness import Witness

_NAMES: Final = re.compile(r"\{([^{}]*)\}")


class Redirect(NamedTuple):
    """``request`` is redirected by ``route`` (an index) to ``shown``, which ``taker`` takes; None: no route does."""

    route: int
    name: str
    request: Witness
    shown: str
    taker: int | None


def local_redirects(subject: Subject) -> Iterator[Redirect]:
    """Those to a path of the same host. One whose target depends on more than the path's parameters is left out."""
    for index, compiled in enumerate(subject.routes.compiled):
        redirect = subject.config.routes[compiled.name].redirect
        if redirect is None or not redirect.to.startswith("/"):
            continue
        reached = subject.routes.reach(index)
        if not isinstance(reached, Reached):
            continue
        values = subject.routes.parameters(reached.witness)
        if any(name not in values for name in _NAMES.findall(redirect.to)):
            continue
        target = _filled(redirect.to, values).partition("#")[0]
        path, _, query = target.partition("?")
        request = reached.witness._replace(path=path.encode(), query=query.encode() or reached.witness.query)
        taker = subject.routes.taker(request._replace(method=b"GET")) if redirect.status == 303 else None
        taker = subject.routes.taker(request) if redirect.status != 303 else taker
        hidden = any(subject.secret(("routes", compiled.name, key)) for key in ("path", "path_regex", "redirect"))
        yield Redirect(index, compiled.name, reached.witness, MASK if hidden else path, taker)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _NAMES.sub(lambda found: values[found[1]], template)
