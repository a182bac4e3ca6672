"""What the TOML may say: one frozen model a table, one file a section. The whole language, also what comes later.

Optional settings: where an unset value falls back on ``[defaults]`` or on another setting, it is None, and a word such
as ``"none"`` stays that word. Where a built-in default applies, the field holds it, and ``"none"`` or ``"unlimited"``
is None.
"""

from gatewayctl.config.models.root import GatewayConfig

__all__ = ["GatewayConfig"]
