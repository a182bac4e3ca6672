"""The values of a request for templates: what ``{client_ip}``, ``{header.NAME}`` and the others stand for."""

from gatewayctl.policy.auth.identity import ClaimTexts
from gatewayctl.routing import TemplateValues
from gatewayctl.steps.base import Traffic


def values_of(traffic: Traffic) -> TemplateValues:
    """The values as the client sent them, before any edit."""
    head, identity = traffic.head, traffic.identity
    values = TemplateValues(
        params=traffic.params,
        client_ip=traffic.client_ip,
        request_id=traffic.request_id,
        route=traffic.route_name.encode(),
        service=traffic.service_name.encode() or None,
        method=head.method,
        path=traffic.path,
        host=head.host,
        query=head.query or b"",
        fields=head.fields,
    )
    if identity is not None:
        values.consumer = identity.consumer.encode() or None
        values.claims = ClaimTexts(identity)
    return values
