"""The one way a kind of value is declared: how it is read, how it is written back, and what the schema says of it.

A ``Kind`` stands in ``Annotated[PythonType, Kind(...)]``. ``read`` takes what TOML gave (a string, a number, …) and
gives the Python value or raises what ``invalid`` makes; ``show`` gives the canonical TOML value back. The marks
(``secret``, ``path``, ``reference``) are read by the loader, which knows files, and by the reference check.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from gatewayctl.core.frozen import frozen

T = TypeVar("T")

LONGEST: Final = 60
"""Of a longer string only the beginning is shown in a message."""


def invalid(code: str, message: str, *, label: str = "", help: str = "", discreet: bool = False) -> PydanticCustomError:
    """The error a reader raises: a diagnostic code and its words. ``message`` must not hold a secret; ``discreet``: nor
    anything else of the value, so that the words may be said of a secret too."""
    return PydanticCustomError(
        code, "{message}", {"message": message, "label": label, "help": help, "discreet": discreet}
    )


def as_is(value: Any) -> Any:
    """For kinds whose Python value is what TOML holds."""
    return value


@frozen
class Kind:
    """How one kind of value is read and written.

    ``schema`` is its JSON Schema, whose ``examples[0]`` must be a valid value: it stands in for a variable that is
    unset offline (``stand_in`` makes one from the variable's name where each must differ; with ``free`` any string is
    valid, so the text stays as it is written). ``secret`` values are never shown, of ``url`` values never user and
    password. ``path`` is "file" for a file's name, "source" for one that need not be there, "address" where only
    ``unix:`` holds one, "log" where words such as ``stdout`` are none. ``reference`` is the section a name points into,
    ``beside`` the words allowed there as well.
    """

    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    show: Callable[[Any], Any] = as_is
    secret: bool = False
    url: bool = False
    path: str = ""
    reference: str = ""
    beside: tuple[str, ...] = ()
    free: bool = False
    stand_in: Callable[[str], Any] | None = field(default=None)

    # each is itself: what two of them read is not to be compared
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(self.show)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        extra: dict[str, Any] = dict(self.schema)
        if self.secret:
            extra["writeOnly"] = True
        return extra


class OneOrMore:
    """Marks a tuple that may be written as a single value: ``listen = "…"`` as well as ``listen = ["…", "…"]``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(_as_list, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A list, kept as a tuple because configuration never changes."""

Some = Annotated[tuple[T, ...], Field(strict=False), OneOrMore()]
"""A list that may be written as one value."""


def text(value: Any, what: str) -> str:
    """That value if it is a string, else an error that says ``what`` is expected."""
    if not isinstance(value, str):
        raise wrong_type(value, what)
    return value


def wrong_type(value: Any, what: str) -> PydanticCustomError:
    """The error for a value of another TOML type than ``what`` says."""
    return invalid("E102", f"expected {what}, not {kind_of(value)}", label=f"expected {what}")


def quoted(value: Any) -> str:
    """A value as TOML writes it, on one line and shortened, for messages."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if len(value) <= LONGEST else f'"{value[: LONGEST - 1]}…"'
        case list() | tuple():
            return f"[{', '.join(quoted(item) for item in value)}]"
        case dict():
            return "{ " + ", ".join(f"{key} = {quoted(item)}" for key, item in value.items()) + " }"
        case _:
            return str(value)


def kind_of(value: Any) -> str:
    """What TOML calls that value, with its article."""
    match value:
        case bool():
            return "a boolean"
        case int():
            return "a whole number"
        case float():
            return "a decimal number"
        case str():
            return "a string"
        case list() | tuple():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"
