"""A command: a flow with its arguments, ready to be run any number of times."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import attrs

from omnicommerce import wire
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Flow, Outcome

T = TypeVar("T")


@attrs.frozen
class Parameter:
    """One named argument of a flow: how it is checked, and what it is taken for when left out."""

    kind: Any
    check: Callable[[object, str], None]
    default: Any


@attrs.frozen
class Signature:
    """What a flow takes, and what it answers."""

    parameters: Mapping[str, Parameter]
    answer: Any


@lru_cache(maxsize=1_000)
def signature_of(flow: Callable[..., Flow[Any]]) -> Signature:
    """Read the signature of *flow*, once.

    Raises:
        TypeError: the flow does not say what it takes and answers.
    """
    hints = get_type_hints(flow)
    ends = get_args(hints.get("return"))
    if len(ends) != 3 or get_origin(ends[2]) is not Outcome:  # noqa: PLR2004  # what it yields, is sent, returns
        raise TypeError(f"{flow.__qualname__} must say what it answers: -> Flow[...]")
    outcome = ends[2]
    return Signature(
        {
            name: Parameter(hints[name], wire.checker(hints[name]), parameter.default)
            for name, parameter in inspect.signature(flow).parameters.items()
        },
        get_args(outcome)[0],
    )


@attrs.frozen
class Command(Generic[T]):
    """A flow and its arguments. `name` is what the journal and the receipts call it.

    Raises:
        BadValue: an argument is missing, unknown or of another kind than the flow's signature says.
    """

    name: str
    flow: Callable[..., Flow[T]]
    arguments: Mapping[str, Any]

    def __attrs_post_init__(self) -> None:
        arguments, parameters = self.arguments, signature_of(self.flow).parameters
        for name, value in arguments.items():
            if name not in parameters:
                raise BadValue(name, f"{self.name} takes no such argument")
            parameters[name].check(value, name)
        if len(arguments) < len(parameters):
            for name, parameter in parameters.items():
                if name not in arguments and parameter.default is inspect.Parameter.empty:
                    raise BadValue(name, f"{self.name} needs it")

    def begin(self) -> Flow[T]:
        """Start the flow from its beginning."""
        return self.flow(**self.arguments)

    @property
    def answer(self) -> Any:
        """The type of the flow's answer."""
        return signature_of(self.flow).answer

    def asked(self) -> str:
        """What is asked, as canonical text: equal for equal requests in whatever order they are written.

        An argument that has its default is left out, so that a verb may gain one and old requests
        stay the same.
        """
        parameters = signature_of(self.flow).parameters
        said = {
            name: wire.dump(value, parameters[name].kind)
            for name, value in self.arguments.items()
            if (type(value), value) != (type(parameters[name].default), parameters[name].default)
        }
        return wire.text([self.name, said])


def command(
    name: str, flow: Callable[..., Flow[T]], args: tuple[object, ...], arguments: Mapping[str, object]
) -> Command[T]:
    """*flow* with its arguments, which a caller must name.

    Raises:
        BadValue: an argument is not named, or does not fit the flow's signature.
    """
    if args:
        raise BadValue(
            "arguments", f"the arguments of {name} are named: {', '.join(signature_of(flow).parameters)}"
        )
    return Command(name, flow, arguments)
