"""The front door: give it your ports and your rules, get the shop's verbs."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any, Final, ParamSpec, TypeVar

import attrs

from omnicommerce import wire
from omnicommerce.kernel.actor import Actor, System
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Flow
from omnicommerce.kernel.ids import checked_id, checked_word
from omnicommerce.kernel.instant import utc
from omnicommerce.kernel.process import Story
from omnicommerce.kernel.shard import WHOLE, Shard
from omnicommerce.ports.clock import Clock
from omnicommerce.ports.ids import Ids
from omnicommerce.ports.keys import KeyRing
from omnicommerce.ports.storage import START, AsyncStorage, Position, Storage
from omnicommerce.processes.audit import audit
from omnicommerce.processes.audited import Audited
from omnicommerce.processes.tick import Ticked, tick
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner import AsyncRunner, RandomIds, Runner, World, command, in_force, shelf, utc_now
from omnicommerce.verbs import Exceptions, Members, Points, Sales, Stages, Tiers

P = ParamSpec("P")
T = TypeVar("T")

HOST: Final = System("host")
"""Who is at work unless the host says otherwise."""

EXPORT_PAGE: Final = 500
"""Entries that are read at once while the journal is exported."""

TICK_AHEAD_MAX: Final = timedelta(days=1)
"""No record is ever written at an earlier time than it bears: what is settled ahead keeps out later facts."""

RANDOM_IDS: Final = RandomIds()
_CHECK_ACTOR: Final = wire.checker(Actor)
_CHECK_SHARD: Final = wire.checker(Shard)
NO_STORIES: Final[Mapping[str, Story]] = {}
NO_EVENTS: Final[Mapping[str, type[Any]]] = {}


class Commerce:
    """A shop over a blocking storage.

    `keys` holds the shop's secrets: `SecretKeys` in earnest, `DemoKeys` to play; there is no default.
    `clock` and `ids` say what time it is and draw names. A host that writes flows and processes of its
    own gives the processes by name, and the events that they record by tag.

    A verb that meets somebody else's write is tried again. Over a storage that is bound to a transaction of
    the host's it is not: the `Conflict` is raised for the host, who rolls back and runs all of it again.

    Raises:
        BadValue: the storage is an async one, `keys` is no key ring, or the rulebook is none.
    """

    __slots__ = ("_key", "_runner")

    def __init__(
        self,
        storage: Storage,
        rulebook: Rulebook,
        *,
        keys: KeyRing,
        clock: Clock = utc_now,
        ids: Ids = RANDOM_IDS,
        processes: Mapping[str, Story] = NO_STORIES,
        events: Mapping[str, type[Any]] = NO_EVENTS,
    ) -> None:
        _checked_storage(storage, is_async=False)
        world = _world(rulebook, keys, clock, ids, processes, events)
        self._runner = Runner(storage, _around(storage, world))
        self._key: str | None = None

    def once(self, key: str) -> Commerce:
        """The same shop, in which a verb happens at most once for *key*.

        Whoever asks again under the same key gets the first answer, whoever they are: make keys that nobody
        else can know, or put the customer's own id into them. The same key for another request is
        `NotTheSame`.

        Raises:
            BadValue: the key is empty, longer than 256 characters, or holds characters nobody can see.
        """
        shop = copy(self)
        shop._key = checked_id(key, "key")
        return shop

    def acting(self, actor: Actor) -> Commerce:
        """The same shop with *actor* at work; every journal entry records who it was.

        Raises:
            BadValue: *actor* is no customer, staff, till or system.
        """
        shop = copy(self)
        shop._runner = attrs.evolve(self._runner, world=_acting(self._runner.world, actor))
        return shop

    def run(self, flow: Callable[P, Flow[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow of the host's own as one transaction, like every verb; its arguments are named.

        Under an idempotency key the flow is known by its ``__name__``.

        Raises:
            Refused: the flow refused.
            BadValue: an argument does not fit the flow's signature.
        """
        return self._runner.run(command(flow.__name__, flow, args, kwargs), self._key)

    def tick(self, now: datetime | None = None, *, shard: Shard = WHOLE) -> Ticked:
        """Do everything that is due at *now*, each thing once; by default now is what the clock says.

        What a process does in this tick is dated at *now*, too. Several processes may tick at the same time:
        with a *shard* each, they share the work; without, all but one of them find it done.

        Raises:
            BadValue: *now* lies more than a day ahead of the clock, or *shard* is none.
        """
        world, until = _heartbeat(self._runner.world, now)
        _CHECK_SHARD(shard, "shard")
        return attrs.evolve(self._runner, world=world).follow(lambda: tick(until, shard), "tick")

    def audit(self, *, shard: Shard = WHOLE) -> Audited:
        """Fold the journal again, and compare every record, book and counter with it.

        It may run beside writers. What it finds is named: which entry, record or counter is wrong. Several
        processes may share the work, each with a *shard* of it: see `Audited.joined_with`.

        Raises:
            BadValue: *shard* is none.
        """
        _CHECK_SHARD(shard, "shard")
        return self._runner.follow(lambda: audit(shard=shard), "audit")

    def export(self, after: Position = START) -> Iterator[str]:
        """The journal as lines of JSON, one an entry, from behind *after* to its present end.

        Each line says its ``position``: hand that of the last one back as *after* to go on from there.

        Raises:
            PortFault: an entry is damaged.
        """
        while (page := self._runner.export(after, EXPORT_PAGE)).lines:
            yield from page.lines
            after = page.position

    @property
    def members(self) -> Members[Runner]:
        """Who is this?"""
        return Members(self._runner, self._key)

    @property
    def sales(self) -> Sales[Runner]:
        """What was sold, and what came back?"""
        return Sales(self._runner, self._key)

    @property
    def points(self) -> Points[Runner]:
        """What has this member earned, and what may they spend?"""
        return Points(self._runner, self._key)

    @property
    def tiers(self) -> Tiers[Runner]:
        """Which tier has this member reached?"""
        return Tiers(self._runner, self._key)

    @property
    def stages(self) -> Stages[Runner]:
        """How far has this member come with the shop, and are they still there?"""
        return Stages(self._runner, self._key)

    @property
    def exceptions(self) -> Exceptions[Runner]:
        """What waits for somebody to look?"""
        return Exceptions(self._runner, self._key)


class AsyncCommerce:
    """The same shop over an async storage; every verb is awaited. See `Commerce`."""

    __slots__ = ("_key", "_runner")

    def __init__(
        self,
        storage: AsyncStorage,
        rulebook: Rulebook,
        *,
        keys: KeyRing,
        clock: Clock = utc_now,
        ids: Ids = RANDOM_IDS,
        processes: Mapping[str, Story] = NO_STORIES,
        events: Mapping[str, type[Any]] = NO_EVENTS,
    ) -> None:
        _checked_storage(storage, is_async=True)
        world = _world(rulebook, keys, clock, ids, processes, events)
        self._runner = AsyncRunner(storage, _around(storage, world))
        self._key: str | None = None

    def once(self, key: str) -> AsyncCommerce:
        """See `Commerce.once`."""
        shop = copy(self)
        shop._key = checked_id(key, "key")
        return shop

    def acting(self, actor: Actor) -> AsyncCommerce:
        """See `Commerce.acting`."""
        shop = copy(self)
        shop._runner = attrs.evolve(self._runner, world=_acting(self._runner.world, actor))
        return shop

    async def run(self, flow: Callable[P, Flow[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Commerce.run`."""
        return await self._runner.run(command(flow.__name__, flow, args, kwargs), self._key)

    async def tick(self, now: datetime | None = None, *, shard: Shard = WHOLE) -> Ticked:
        """See `Commerce.tick`."""
        world, until = _heartbeat(self._runner.world, now)
        _CHECK_SHARD(shard, "shard")
        return await attrs.evolve(self._runner, world=world).follow(lambda: tick(until, shard), "tick")

    async def audit(self, *, shard: Shard = WHOLE) -> Audited:
        """See `Commerce.audit`."""
        _CHECK_SHARD(shard, "shard")
        return await self._runner.follow(lambda: audit(shard=shard), "audit")

    async def export(self, after: Position = START) -> AsyncIterator[str]:
        """See `Commerce.export`."""
        while (page := await self._runner.export(after, EXPORT_PAGE)).lines:
            for line in page.lines:
                yield line
            after = page.position

    @property
    def members(self) -> Members[AsyncRunner]:
        """Who is this?"""
        return Members(self._runner, self._key)

    @property
    def sales(self) -> Sales[AsyncRunner]:
        """What was sold, and what came back?"""
        return Sales(self._runner, self._key)

    @property
    def points(self) -> Points[AsyncRunner]:
        """What has this member earned, and what may they spend?"""
        return Points(self._runner, self._key)

    @property
    def tiers(self) -> Tiers[AsyncRunner]:
        """Which tier has this member reached?"""
        return Tiers(self._runner, self._key)

    @property
    def stages(self) -> Stages[AsyncRunner]:
        """How far has this member come with the shop, and are they still there?"""
        return Stages(self._runner, self._key)

    @property
    def exceptions(self) -> Exceptions[AsyncRunner]:
        """What waits for somebody to look?"""
        return Exceptions(self._runner, self._key)


def _world(
    rulebook: Rulebook,
    keys: KeyRing,
    clock: Clock,
    ids: Ids,
    processes: Mapping[str, Story],
    events: Mapping[str, type[Any]],
) -> World:
    if isinstance(keys, type) or not callable(getattr(keys, "digest", None)):
        raise BadValue("keys", "expected a key ring: SecretKeys(secret), or DemoKeys() to play")
    if not callable(clock):
        raise BadValue("clock", "expected a function that returns an aware datetime")
    if isinstance(ids, type) or not callable(getattr(ids, "fresh", None)):
        raise BadValue("ids", "expected something that draws ids and codes: see omnicommerce.ports.ids")
    for name, story in processes.items():
        checked_word(name, "processes")
        if not callable(story):
            raise BadValue(f"processes.{name}", "expected a process: a generator function of a subject")
    wire.checker(Rulebook)(rulebook, "rulebook")
    brought = in_force(rulebook)
    return World(
        clock=clock,
        ids=ids,
        keys=keys,
        rules=brought,
        shelf=shelf(brought, keys, is_installed=False),
        actor=HOST,
        stories=dict(processes),
        vocabulary=wire.SHIPPED.joined_with(wire.Vocabulary(events=events)) if events else wire.SHIPPED,
    )


def _around(storage: Storage | AsyncStorage, world: World) -> World:
    """The world around a storage. One that is bound to a connection of the host's says to which."""
    return attrs.evolve(world, is_bound=True) if hasattr(storage, "bound_to") else world


def _acting(world: World, actor: Actor) -> World:
    _CHECK_ACTOR(actor, "actor")
    return world.acting(actor)


def _heartbeat(world: World, now: datetime | None) -> tuple[World, datetime]:
    clock = utc(world.clock(), "clock")
    until = clock if now is None else utc(now, "now")
    if until - clock > TICK_AHEAD_MAX:
        raise BadValue("now", f"expected no more than a day ahead of the clock, which says {clock}")
    return world.told(lambda: until), until


def _checked_storage(storage: Storage | AsyncStorage, *, is_async: bool) -> None:
    for method in ("read", "scan", "commit", "journal"):
        if isinstance(storage, type) or not callable(getattr(storage, method, None)):
            raise BadValue(
                "storage", f"expected a storage with read, scan, commit and journal; got {storage!r}"
            )
    if inspect.iscoroutinefunction(storage.read) != is_async:
        right = "AsyncCommerce" if inspect.iscoroutinefunction(storage.read) else "Commerce"
        raise BadValue("storage", f"this storage belongs to {right}")
