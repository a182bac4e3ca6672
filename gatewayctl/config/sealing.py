"""Values that are compared and never shown: of a secret only a keyed fingerprint is kept.

The key is the caller's: two sides that are compared have the same one. The key path is part of what is fingerprinted,
so that equal secrets in two places do not look alike.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.loaded import Loaded
from gatewayctl.config.masking import MASK, mask_userinfo
from gatewayctl.config.output import to_data
from gatewayctl.config.selecting import Hit, select, tree

UNSEEN: Final = "unseen "
"""What the fingerprint of a secret begins with that the other process did not tell."""


HIDDEN: Final = "${secret:GATEWAYCTL_HIDDEN}"
"""What stands for a secret in a configuration that came without it; the variable is never set."""


class Sealed(str):
    """The fingerprint of a secret; ``shown`` is what may be seen of it."""

    shown: str

    def __new__(cls, fingerprint: str, shown: str = MASK) -> "Sealed":
        made = super().__new__(cls, fingerprint)
        made.shown = shown
        return made


def name_of(path: KeyPath) -> str:
    """A key path as a JSON pointer (RFC 6901), as fingerprints are listed."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def fingerprint(key: bytes, path: KeyPath, value: str) -> str:
    """The fingerprint of a secret at a key path."""
    return hmac.new(key, f"{name_of(path)}\0{value}".encode(), "sha256").hexdigest()


def key_of(token: str) -> bytes:
    """The key of the fingerprints that a running gateway tells: whoever knows its admin token has it too."""
    return hmac.new(token.encode(), b"gatewayctl fingerprints of secrets", "sha256").digest()


def fingerprints(loaded: Loaded, key: bytes) -> dict[str, str]:
    """The fingerprint of every secret of a configuration, by the JSON pointer of its key path."""
    data = to_data(loaded, redact=False)
    return {name_of(path): fingerprint(key, path, text) for path, text, _ in _secrets(loaded, data)}


def secret_values(loaded: Loaded) -> dict[str, tuple[KeyPath, str]]:
    """Every secret itself, by the JSON pointer of its key path: for comparing within this process."""
    data = to_data(loaded, redact=False)
    return {name_of(path): (path, text) for path, text, shown in _secrets(loaded, data) if shown == MASK}


def sealed_data(loaded: Loaded, key: bytes) -> dict[str, Any]:
    """The effective configuration with its secrets sealed."""
    data = to_data(loaded, redact=False)
    for path, text, shown in list(_secrets(loaded, data)):
        _put(data, path, Sealed(fingerprint(key, path, text), shown))
    return data


def sealed_elsewhere(loaded: Loaded, known: Mapping[str, str]) -> dict[str, Any]:
    """The same for a configuration that came without its secrets, as ``HIDDEN``, from a process that told the
    fingerprints ``known`` (or none: then its secrets are ``UNSEEN``)."""
    data = to_data(loaded, redact=False)
    for path, _, shown in list(_secrets(loaded, data)):
        _put(data, path, Sealed(known.get(name_of(path), UNSEEN + name_of(path)), shown))
    for path, written in loaded.unset.items():
        if written == HIDDEN:
            _put(data, path, Sealed(known.get(name_of(path), UNSEEN + name_of(path))))
    for hit in select(tree(_is_file), data):
        print_ = known.get(name_of(hit.path), "" if known else UNSEEN + name_of(hit.path))
        if isinstance(hit.value, str) and hit.value and print_:
            hit.holder[hit.key] = Sealed(print_, hit.value)
    return data


def _secrets(loaded: Loaded, data: dict[str, Any]) -> Iterator[tuple[KeyPath, str, str]]:
    """Each secret with its key path, its text, and what may be shown of it."""
    told: set[KeyPath] = set()
    for hit in select(tree(_is_guarded), data):
        if (
            isinstance(hit.value, str)
            and hit.value
            and hit.path not in loaded.unset
            and not isinstance(hit.value, Sealed)
        ):
            shown = MASK if hit.mark.secret or hit.path in loaded.secrets else _without_user(hit)
            if shown != hit.value:
                told.add(hit.path)
                yield hit.path, hit.value, shown
    for path in sorted(loaded.secrets - told, key=name_of):
        value = _at(data, path)
        if value is not None and value != "" and path not in loaded.unset:
            yield path, str(value), MASK
    for hit in select(tree(_is_file), data):
        content = loaded.contents.get(hit.value) if isinstance(hit.value, str) else None
        if content is not None:  # a file of keys or users is what it holds, wherever it lies
            yield hit.path, hashlib.sha256(content).hexdigest(), hit.value


def _is_guarded(kind: Kind) -> bool:
    return kind.secret or kind.url


def _is_file(kind: Kind) -> bool:
    return kind.path == "file"


def _without_user(hit: Hit[Kind]) -> str:
    return mask_userinfo(hit.value)


def _at(data: Any, path: KeyPath) -> Any:
    for part in path:
        if isinstance(data, dict):
            data = data.get(str(part))
        else:
            data = data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None
    return data


def _put(data: Any, path: KeyPath, value: Any) -> None:
    holder = _at(data, path[:-1])
    last = path[-1]
    holder[str(last) if isinstance(holder, dict) else last] = value
