"""What the TOML may say, and how it is read: ``load`` gives a ``Loaded`` with the configuration or what is wrong.

Importing this package is cheap; the models come in with the first ``load``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gatewayctl.config.json_schema import schema, schema_text, write_schema
    from gatewayctl.config.loaded import Loaded
    from gatewayctl.config.loading import load
    from gatewayctl.config.models.root import GatewayConfig
    from gatewayctl.config.output import to_data, to_toml

__all__ = ["GatewayConfig", "Loaded", "load", "schema", "schema_text", "to_data", "to_toml", "write_schema"]

_HOMES = {
    "GatewayConfig": "models.root",
    "Loaded": "loaded",
    "load": "loading",
    "schema": "json_schema",
    "schema_text": "json_schema",
    "to_data": "output",
    "to_toml": "output",
    "write_schema": "json_schema",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
