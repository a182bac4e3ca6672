"""The effective configuration as data and as TOML: defaults filled in, units in canonical form, secrets as ``***``."""

from typing import Any

from pydantic import BaseModel

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.loaded import Loaded
from gatewayctl.config.masking import MASK, mask_userinfo
from gatewayctl.config.selecting import select, tree


def to_data(loaded: Loaded, *, redact: bool = True) -> dict[str, Any]:
    """What applies, as TOML values: everything that was merged, with the built-in defaults, named tables in order.

    Paths are absolute. ``redact`` masks secrets by position and user and password in URLs. Where a variable was unset,
    what was written stands in place of the placeholder. Raises ValueError where ``loaded`` has errors.
    """
    if loaded.config is None:
        raise ValueError("a configuration with errors has no effective form")
    data: dict[str, Any] = {}
    for section in type(loaded.config).model_fields:
        value = getattr(loaded.config, section)
        if section == "include":
            continue  # what was included is here
        if isinstance(value, dict):
            if value:
                data[section] = {name: _plain(value[name]) for name in sorted(value)}
        else:
            data[section] = _plain(value)
    for path, written in loaded.unset.items():
        _put(data, path, written)
    if redact:
        for hit in select(tree(lambda kind: kind.secret or kind.url), data):
            if isinstance(hit.value, str) and hit.value and hit.path not in loaded.unset:
                hit.holder[hit.key] = MASK if hit.mark.secret else mask_userinfo(hit.value)
        for path in loaded.secrets:
            if path not in loaded.unset:
                _put(data, path, MASK)
    return data


def to_toml(loaded: Loaded, *, redact: bool = True) -> str:
    """The same as TOML. Without ``redact`` it is a configuration that loads to the same."""
    import tomli_w

    return tomli_w.dumps(to_data(loaded, redact=redact))


def _plain(value: Any) -> Any:
    """A model as TOML values; what is not set is left out."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _put(data: Any, path: KeyPath, value: Any) -> None:
    """Replaces what is at a path, if it is there; what was written as one value may be a list of it here."""
    for part in path[:-1]:
        if isinstance(data, dict):
            data = data.get(str(part))
        else:
            data = data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None
    last = path[-1]
    if isinstance(data, dict) and last in data:
        if not (value == MASK and data[str(last)] == ""):
            data[str(last)] = value
    elif isinstance(data, list) and isinstance(last, int) and last < len(data):
        data[last] = value
