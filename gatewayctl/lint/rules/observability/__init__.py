"""What can be seen of the gateway while it runs (codes L6xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = ()
