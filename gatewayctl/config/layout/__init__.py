"""The canonical layout of a TOML file: the same text for the same data and comments, whoever wrote it.

Nothing but blank space, line ends, needless quotes and commas is touched: keys, tables and comments keep their order.
"""

from gatewayctl.config.layout.document import UnformattableError, formatted

__all__ = ["UnformattableError", "formatted"]
