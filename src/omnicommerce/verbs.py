"""The verbs of the front door, grouped by room: one line each over a flow, for both doors at once."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Sequence
from types import MethodType
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, overload

import attrs

from omnicommerce.flows.adjust_points import adjust_points
from omnicommerce.flows.balance import balance
from omnicommerce.flows.devices import own, owner
from omnicommerce.flows.exceptions import close_exception, list_exceptions
from omnicommerce.flows.find_member import find_member
from omnicommerce.flows.find_sale import find_sale
from omnicommerce.flows.identifiers import changes, hand_on, person, quarantine, release
from omnicommerce.flows.ingest_sale import Ingested, ingest
from omnicommerce.flows.link import distinct, explain, link, reconsider, unlink, what_if
from omnicommerce.flows.profiles import profile, retract, tell
from omnicommerce.flows.register import register
from omnicommerce.flows.spend_points import spend_points
from omnicommerce.flows.standing_of import stage_of, tier_of
from omnicommerce.flows.statement import statement
from omnicommerce.flows.take_back import TakenBack, take_back
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Flow
from omnicommerce.orders import Return, Sale
from omnicommerce.runner import AsyncRunner, Command, Ended, Runner, command

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
    # A reader of help() is told the answer, not the generator that finds it.
    answer = str(asked.return_annotation).removeprefix("Flow[").removesuffix("]")
    run.__signature__ = inspect.Signature([itself, *asked.parameters.values()], return_annotation=answer)  # type: ignore[attr-defined]
    run.__name__ = run.__qualname__ = name.rpartition(".")[2]
    run.__doc__ = flow.__doc__
    return run


@attrs.frozen(eq=False)
class Members(Generic[W]):
    """Who is this?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    register = Verb("members.register", register)
    find = Verb("members.find", find_member)
    link = Verb("members.link", link)
    unlink = Verb("members.unlink", unlink)
    distinct = Verb("members.distinct", distinct)
    reconsider = Verb("members.reconsider", reconsider)
    what_if = Verb("members.what_if", what_if)
    explain = Verb("members.explain", explain)
    own = Verb("members.own", own)
    owner = Verb("members.owner", owner)
    person = Verb("members.person", person)
    changes = Verb("members.changes", changes)
    hand_on = Verb("members.hand_on", hand_on)
    quarantine = Verb("members.quarantine", quarantine)
    release = Verb("members.release", release)
    tell = Verb("members.tell", tell)
    retract = Verb("members.retract", retract)
    profile = Verb("members.profile", profile)


@attrs.frozen(eq=False)
class Sales(Generic[W]):
    """What was sold, and what came back?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    ingest = Verb("sales.ingest", ingest)
    take_back = Verb("sales.take_back", take_back)
    find = Verb("sales.find", find_sale)

    @overload
    def ingest_many(
        self: Sales[Runner], *, facts: Sequence[Sale | Return]
    ) -> tuple[Ended[Ingested | TakenBack], ...]: ...
    @overload
    def ingest_many(
        self: Sales[AsyncRunner], *, facts: Sequence[Sale | Return]
    ) -> Coroutine[Any, Any, tuple[Ended[Ingested | TakenBack], ...]]: ...
    def ingest_many(self: Sales[Any], *, facts: Sequence[Sale | Return]) -> Any:
        """Take in many sales and returns, in their order, a group to a commit; one answer each, likewise.

        The answers are those of `ingest` and `take_back` one by one: `Done` with the answer, or `Failed` with
        the error of that one. A refused one changes nothing of the others. Each receipt is its own
        idempotency key, so the whole may be told again after any failure.

        Raises:
            BadValue: one of *facts* is neither a sale nor a return (the path says which), or the shop was
                given an idempotency key, which many facts cannot share.
            CommitUnknown: the storage lost an answer; tell them again.
            Conflict: only in a transaction of the host's, who rolls back and runs all of it again.
            Unavailable: likewise.
        """
        if self.key is not None:
            raise BadValue("key", "expected none: each receipt is its own idempotency key")
        return self.runner.run_group([(_fact(fact, place), None) for place, fact in enumerate(facts)])


def _fact(fact: Sale | Return, place: int) -> Command[Any]:
    match fact:
        case Sale():
            return Command("sales.ingest", ingest, {"sale": fact})
        case Return():
            return Command("sales.take_back", take_back, {"goods": fact})
        case _:
            raise BadValue(f"facts[{place}]", f"expected Sale or Return, got {type(fact).__name__}")


@attrs.frozen(eq=False)
class Points(Generic[W]):
    """What has this member earned, and what may they spend?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    balance = Verb("points.balance", balance)
    statement = Verb("points.statement", statement)
    spend = Verb("points.spend", spend_points)
    adjust = Verb("points.adjust", adjust_points)


@attrs.frozen(eq=False)
class Tiers(Generic[W]):
    """Which tier has this member reached?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    of = Verb("tiers.of", tier_of)


@attrs.frozen(eq=False)
class Stages(Generic[W]):
    """How far has this member come with the shop, and are they still there?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    of = Verb("stages.of", stage_of)


@attrs.frozen(eq=False)
class Exceptions(Generic[W]):
    """What waits for somebody to look?"""

    runner: W = attrs.field(repr=False)
    key: str | None

    list = Verb("exceptions.list", list_exceptions)
    close = Verb("exceptions.close", close_exception)
