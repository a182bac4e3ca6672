"""Asks DNS, with times to live. The system's servers and search list, or servers that are given."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from gatewayctl.core.frozen import frozen
from gatewayctl.upstream.discovery.hosts import HostsFile

if TYPE_CHECKING:
    import dns.asyncresolver
    import dns.resolver

SHORTEST: Final = 5.0
LONGEST: Final = 60.0
"""Seconds between which a time to live is kept."""
AGAIN: Final = 5.0
"""Seconds until a name is asked for again after that failed."""
_PATIENCE: Final = 5.0
"""Seconds for one question, over all servers and tries."""


class ResolveError(Exception):
    """A question without an answer; its text says why in a few words."""


@frozen
class Service:
    """One SRV record (RFC 2782)."""

    priority: int
    weight: int
    target: str
    port: int


class Resolver:
    """``nameservers`` are ``address:port``; without any, those of the system's resolv.conf, read for each question."""

    def __init__(self, nameservers: tuple[str, ...] = (), hosts: HostsFile | None = None) -> None:
        self._nameservers = nameservers
        self._hosts = hosts or HostsFile()

    async def addresses(self, name: str) -> tuple[tuple[str, ...], float]:
        """All IP addresses of a name, IPv4 first, and for how many seconds they hold. Raises ResolveError."""
        known = self._hosts.addresses(name)
        if known:
            return known, SHORTEST
        outcomes = await asyncio.gather(self.records(name, "A"), self.records(name, "AAAA"), return_exceptions=True)
        found = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, ResolveError):
                raise outcome
        if not found:
            raise ResolveError(str(outcomes[0]))
        return tuple(address for addresses, _ in found for address in addresses), min(ttl for _, ttl in found)

    async def records(self, name: str, kind: str) -> tuple[tuple[str, ...], float]:
        """The addresses of a name by A or AAAA records, sorted, and for how many seconds they hold. Raises ResolveError."""
        answer = await self._ask(name, kind)
        return tuple(sorted(record.address for record in answer)), _ttl(answer)

    async def services(self, name: str) -> tuple[tuple[Service, ...], float]:
        """The SRV records of a name, and for how many seconds they hold. Raises ResolveError."""
        answer = await self._ask(name, "SRV")
        found = [
            Service(record.priority, record.weight, record.target.to_text(omit_final_dot=True).lower(), record.port)
            for record in answer
        ]
        if any(not service.target for service in found):
            raise ResolveError("the name says that there is no such service")  # a target of "."
        return tuple(found), _ttl(answer)

    async def _ask(self, name: str, kind: str) -> Any:
        await asyncio.to_thread(import_module, "dns.asyncresolver")  # the first time a tenth of a second
        import dns.exception
        import dns.resolver

        try:
            return await self._resolver().resolve(name, kind, search=True, lifetime=_PATIENCE)
        except dns.resolver.NXDOMAIN:
            raise ResolveError("the name does not exist") from None
        except dns.resolver.NoAnswer:
            raise ResolveError(f"the name has no {kind} record") from None
        except dns.resolver.LifetimeTimeout:
            raise ResolveError(f"no DNS server answered within {_PATIENCE:.0f}s") from None
        except dns.resolver.NoNameservers:
            raise ResolveError("the DNS servers refused or failed") from None
        except dns.resolver.NoResolverConfiguration:
            raise ResolveError("the system knows no DNS server") from None
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            raise ResolveError(f"the question failed ({type(error).__name__})") from None

    def _resolver(self) -> "dns.asyncresolver.Resolver":
        import dns.asyncresolver
        from dns.nameserver import Do53Nameserver

        if not self._nameservers:
            return dns.asyncresolver.Resolver()
        resolver = dns.asyncresolver.Resolver(configure=False)
        servers = [server.rpartition(":") for server in self._nameservers]
        resolver.nameservers = [Do53Nameserver(host.strip("[]"), int(port)) for host, _, port in servers]
        return resolver


def kept_for(ttl: float) -> float:
    """Seconds until the next question, for a time to live."""
    return min(max(ttl, SHORTEST), LONGEST)


def _ttl(answer: "dns.resolver.Answer") -> float:
    """That of the shortest-lived link of the chain of aliases."""
    return float(answer.chaining_result.minimum_ttl)
