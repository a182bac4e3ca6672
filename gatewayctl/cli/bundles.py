"""Options that several commands share, written once: a dataclass whose fields are typer parameters.

A command's ``run`` takes such a *bundle* as one parameter. ``flattened`` spreads the fields out for typer and puts them
together again for the call, so that typer sees ``--config``, and the command sees ``configuration.load()``.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def flattened(run: Callable[..., int], call: Callable[[Callable[[], int], dict[str, Any]], int]) -> Callable[..., int]:
    """A function for typer with the parameters of ``run``, bundles spread out.

    ``call`` gets the prepared call and its arguments, and gives the exit code: the place to handle what goes wrong.
    """
    hints = get_type_hints(run, include_extras=True)
    bundles: dict[str, Any] = {}
    parameters: list[Parameter] = []
    for parameter in signature(run).parameters.values():
        hint = hints[parameter.name]
        if is_dataclass(hint):
            bundles[parameter.name] = hint
            inner = get_type_hints(hint, include_extras=True)
            parameters += [_keyword(f.name, _default(f), inner[f.name]) for f in fields(hint) if f.init]
        else:
            parameters.append(_keyword(parameter.name, parameter.default, hint))

    def spread(**given: Any) -> int:
        arguments = {
            name: bundle(**{f.name: given.pop(f.name) for f in fields(bundle) if f.init})
            for name, bundle in bundles.items()
        }
        arguments.update(given)
        return call(lambda: run(**arguments), arguments)

    spread.__signature__ = Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    spread.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    spread.__doc__ = run.__doc__
    return spread


def _keyword(name: str, default: Any, annotation: Any) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _default(field: Field[Any]) -> Any:
    return Parameter.empty if field.default is MISSING else field.default
