"""The ASGI door: the same exchange behind any ASGI server, without anything of Starlette or the server on the path."""

from gatewayctl.proxy.asgi.application import AsgiGateway

__all__ = ["AsgiGateway"]
