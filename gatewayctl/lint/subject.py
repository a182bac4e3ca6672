"""What rules look at: a configuration that loads and compiles, and what several of them want to know of it."""

from collections.abc import Iterator
from functools import cached_property

from gatewayctl.config import GatewayConfig, Loaded
from gatewayctl.config.finding import KeyPath
from gatewayctl.config.masking import MASK
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.config.sources import at
from gatewayctl.core.frozen import frozen
from gatewayctl.lint.routes import RouteFacts
from gatewayctl.lint.suppressions import Suppression
from gatewayctl.plan import Plan
from gatewayctl.plan.findings import secret_parts
from gatewayctl.plan.table import routing_options
from gatewayctl.routing.witness import Witness


@frozen
class Comments:
    """The comments that suppress findings, those of them that were ``needed``, and the codes and names of the rules that
    have ``ran``."""

    all: tuple[Suppression, ...] = ()
    needed: frozenset[Suppression] = frozenset()
    ran: frozenset[str] = frozenset()


class Subject:
    """``config`` are the models (all routes), ``plan`` what was compiled (the enabled ones)."""

    def __init__(self, loaded: Loaded, plan: Plan) -> None:
        if loaded.config is None:
            raise ValueError("only a valid configuration can be linted")
        self.loaded = loaded
        self.plan = plan
        self.config: GatewayConfig = loaded.config
        self.comments = Comments()
        """Known once all rules that are about something else have run."""

    @cached_property
    def routes(self) -> RouteFacts:
        """Questions about which requests routes take."""
        return RouteFacts([route.match for route in self.plan.routes], routing_options(self.plan.server))

    def enabled(self) -> Iterator[tuple[str, RouteConfig]]:
        """The routes that are served, by name."""
        return ((name, route) for name, route in sorted(self.config.routes.items()) if route.enabled)

    def written(self, *path: str | int) -> bool:
        """Whether a file says anything at that key path, so that it is no built-in default."""
        return self.loaded.places.source(path) is not None

    def text(self, *path: str | int) -> object:
        """The TOML value at that key path, after substitution; None where nothing is written."""
        return at(self.loaded.places.data, path)

    def literal(self, path: KeyPath) -> str | None:
        """The TOML of the value at a key path as it is written, before substitution; None where no file has it. It may be
        a secret: for looking at, never for showing."""
        source = self.loaded.places.source(path)
        node = source.index().node(path) if source is not None and not source.variables else None
        return None if node is None else (node.text or b"").decode(errors="replace")

    def made_of_variables(self, path: KeyPath) -> bool:
        """Whether the value at a key path is written with variables, which an edit would put the values in place of."""
        return not isinstance(self.text(*path), dict) and "${" in (self.literal(path) or "")

    def secret(self, path: KeyPath) -> bool:
        """Whether the value there, or anything around it, must not be shown."""
        return any(path[:length] in self.loaded.secrets for length in range(1, len(path) + 1))

    def uncertain(self, path: KeyPath) -> bool:
        """Whether the value there is only a placeholder, for a variable or file that is not there."""
        return any(path[:length] in self.loaded.unset for length in range(1, len(path) + 1))

    def shown(self, witness: Witness) -> str:
        """A request as route-test takes it, with a mask for what a route matches by a secret."""
        return witness.shown(self._secret_parts, MASK.encode())

    @cached_property
    def _secret_parts(self) -> frozenset[tuple[str, str]]:
        return secret_parts(self.loaded)
