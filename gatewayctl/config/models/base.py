"""The base of all models: frozen, nothing unknown, nothing converted that the file does not say."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table of the configuration."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True, defer_build=True)
