"""[services.*]: one source of instances, no instance twice, settings that go together."""

from gatewayctl.config.checks.view import View, needs, no_doubles, one_of
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.models.discovery import DnsDiscoveryConfig
from gatewayctl.config.models.services import ServiceConfig


def check(view: View, findings: Findings) -> None:
    """The rules about services."""
    for name, service in view.config.services.items():
        path: KeyPath = ("services", name)
        one_of(path, service, ("instances", "discovery", "builtin"), "a service", findings)
        needs(path, service, "builtin_instances", service.builtin is not None, 'builtin = "echo"', findings)
        needs(path, service, "hash_key", service.load_balancer == "hash", 'load_balancer = "hash"', findings)
        _instances(path, service, findings)
        _pairs(path, service, findings)
        _timing(path, service, findings)


def _instances(path: KeyPath, service: ServiceConfig, findings: Findings) -> None:
    instances = list(enumerate(service.instances or ()))
    at: KeyPath = (*path, "instances")
    ids = [
        ((*at, n, "id"), instance.id, f'instance "{instance.id}" is there') for n, instance in instances if instance.id
    ]
    no_doubles(ids, findings)
    up = next((n for n, instance in instances if instance.status == "up"), None)
    if up is not None and not any(instance.weight for _, instance in instances):
        findings.error(
            "E122",
            (*at, up, "weight"),
            "all weights are 0, so no instance gets any traffic",
            label="nobody gets anything",
            help='raise one of them; status = "draining" is how all can be taken out',
        )
    no_doubles([((*at, n, "url"), instance.url, f"{instance.url} is there") for n, instance in instances], findings)


def _pairs(path: KeyPath, service: ServiceConfig, findings: Findings) -> None:
    if service.tls is not None and bool(service.tls.cert) != bool(service.tls.key):
        given, missing = ("cert", "key") if service.tls.cert else ("key", "cert")
        findings.error(
            "E123",
            (*path, "tls", given),
            f"{given} needs {missing}: they are two halves",
            label=f"no {missing}",
            help=f"add {missing}, or remove {given}",
        )
    found = service.discovery
    if isinstance(found, DnsDiscoveryConfig):
        at: KeyPath = (*path, "discovery")
        if found.record == "SRV" and found.port is not None:
            message = "SRV records have ports of their own"
            findings.error("E123", (*at, "port"), message, label="has no effect", help="remove port")
        elif found.record != "SRV" and found.port is None:
            message = f"{found.record} records have no port"
            findings.error("E123", at, message, label="no port", help="add port, the port of the instances")


def _timing(path: KeyPath, service: ServiceConfig, findings: Findings) -> None:
    health = service.health
    if health is not None and service.builtin is not None:
        findings.error(
            "E123",
            (*path, "health"),
            "a built-in upstream needs no checks: it lives and dies with the gateway",
            label="has no effect",
            help="remove it",
            on_key=True,
        )
    if health is not None and health.timeout > health.interval:
        findings.error(
            "E122",
            (*path, "health", "timeout"),
            "a check may not take longer than the interval between checks",
            label="longer than interval",
            help="lower timeout, or raise interval",
        )
