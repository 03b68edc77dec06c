"""The verbs of the front door, grouped by room: one line each over a flow, for both doors at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from types import MethodType
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, overload

import attrs

from omnicommerce.flows.adjust_points import adjust_points
from omnicommerce.flows.balance import balance
from omnicommerce.flows.register import register
from omnicommerce.kernel.flow import Flow
from omnicommerce.runner import AsyncRunner, Runner, command

P = ParamSpec("P")
T = TypeVar("T")
W = TypeVar("W", Runner, AsyncRunner)
W_co = TypeVar("W_co", covariant=True)


class Room(Protocol[W_co]):
    """A group of verbs: the runner they are run by, and the idempotency key of the next one."""

    @property
    def runner(self) -> W_co:
        """Whoever runs the verbs."""
        ...

    @property
    def key(self) -> str | None:
        """The idempotency key, if the host gave one."""
        ...


class Verb(Generic[P, T]):
    """A flow, offered as a method of a room: it answers at once or can be awaited, as its runner does."""

    def __init__(self, name: str, flow: Callable[P, Flow[T]]) -> None:
        # The name is written down, because receipts outlive a renamed class or function.
        self.name = name
        self.flow = flow
        self.__doc__ = flow.__doc__
        self._run = _method(name, flow)

    @overload
    def __get__(self, room: None, owner: type[Any]) -> Verb[P, T]: ...
    @overload
    def __get__(self, room: Room[Runner], owner: type[Any]) -> Callable[P, T]: ...
    @overload
    def __get__(self, room: Room[AsyncRunner], owner: type[Any]) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, room: Any, owner: type[Any]) -> Any:
        return self if room is None else MethodType(self._run, room)


def _method(name: str, flow: Callable[..., Flow[Any]]) -> Callable[..., Any]:
    """A method that runs *flow*, and looks like it to help() and to an editor."""

    def run(room: Room[Any], /, *args: Any, **arguments: Any) -> Any:
        return room.runner.run(command(name, flow, args, arguments), room.key)

    itself = inspect.Parameter("room", inspect.Parameter.POSITIONAL_ONLY)
    asked = inspect.signature(flow)
    run.__signature__ = asked.replace(parameters=[itself, *asked.parameters.values()])  # type: ignore[attr-defined]
    run.__name__ = run.__qualname__ = name.rpartition(".")[2]
    run.__doc__ = flow.__doc__
    return run


@attrs.frozen(eq=False)
class Members(Generic[W]):
    """Who is this?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    register = Verb("members.register", register)


@attrs.frozen(eq=False)
class Points(Generic[W]):
    """What has this member earned, and what may they spend?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    balance = Verb("points.balance", balance)
    adjust = Verb("points.adjust", adjust_points)
