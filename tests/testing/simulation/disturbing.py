"""Every verb of the front door in a story, and a storage that goes wrong at exactly the calls of a plan."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from omnicommerce import Commerce, DemoKeys, Identifier, Namespace
from omnicommerce.flows.register import register
from omnicommerce.kernel.errors import CommitUnknown, Conflict, Unavailable
from omnicommerce.kernel.points import Points
from omnicommerce.ports.storage import Batch, Committed, Entry, Found, Key, Page, Position, Query, Storage
from omnicommerce.testing import CountingIds, FrozenClock, SimulatedCrash
from omnicommerce.verbs import Verb
from tests.flows.test_crashes import BOUGHT, BURNING, LATER, STORIES, Keeper, Story, a_purchase, nothing
from tests.shopfront import SHOP_OPENS, SPRING, Shop, returned, sale, tell
from tests.testing.simulation.linked import LINKING

T = TypeVar("T")

# --- the stories that tests/flows does not tell --------------------------------------------------

CARD: Final = Identifier(Namespace.TILL_MEMBER, "M-1")


def a_return_of_too_much(shop: Shop) -> None:
    """A return had waited, and its sale had not sold that much: somebody has to look."""
    shop.at(SHOP_OPENS + timedelta(days=1))
    tell(shop, returned(BOUGHT, "too much", ((1, 5),), at=shop.clock()))
    tell(shop, BOUGHT)


def asked(name: str, ask: Callable[[Shop], object], lived: Callable[[Shop], object] = a_purchase) -> Story:
    """A story of somebody who only asks."""
    return Story(f"somebody asks: {name}", LATER, lived, ask, ())


def keyed(shop: Shop) -> Commerce:
    """Nothing names these but the key under which they are asked."""
    return shop.commerce.once("the very same")


MORE_STORIES: Final = (
    Story(
        "a member is registered",
        SHOP_OPENS,
        nothing,
        lambda shop: keyed(shop).members.register(identifier=CARD),
        ("member.registered",),
    ),
    Story(
        "a member shows that a card is theirs",
        LATER,
        a_purchase,
        lambda shop: keyed(shop).members.register(identifier=CARD, verified=True),
        ("member.verified",),
    ),
    Story(
        "a sale that burns, with a coupon",
        LATER,
        lambda shop: tell(shop.at(SHOP_OPENS), sale(1, 35_050)),
        lambda shop: shop.commerce.sales.ingest(sale=attrs.evolve(BURNING, coupons=(SPRING,))),
        ("sale.recorded", "coupon.redeemed", "points.moved"),
    ),
    Story(
        "points are given",
        LATER,
        a_purchase,
        lambda shop: keyed(shop).points.adjust(member=shop.member(), points=Points(70), reason="gift"),
        ("points.moved",),
    ),
    Story(
        "points are taken",
        LATER,
        a_purchase,
        lambda shop: keyed(shop).points.adjust(member=shop.member(), points=Points(-70), reason="slip"),
        ("points.moved",),
    ),
    Story(
        "an exception is closed",
        LATER,
        a_return_of_too_much,
        lambda shop: keyed(shop).exceptions.close(process="returns", subject="s2/t1/too much"),
        (),
    ),
    Story(
        "a flow of the host's own",
        LATER,
        nothing,
        lambda shop: keyed(shop).run(register, identifier=CARD),
        ("member.registered",),
    ),
    asked("who is this?", lambda shop: shop.commerce.members.find(identifier=CARD)),
    asked("what was bought?", lambda shop: shop.commerce.sales.find(receipt=BOUGHT.key)),
    asked("how many points?", lambda shop: shop.commerce.points.balance(member=shop.member())),
    asked("how did they come about?", lambda shop: shop.commerce.points.statement(member=shop.member())),
    asked("which tier?", lambda shop: shop.commerce.tiers.of(member=shop.member())),
    asked("which stage?", lambda shop: shop.commerce.stages.of(member=shop.member())),
    asked("what waits?", lambda shop: shop.commerce.exceptions.list(), a_return_of_too_much),
    asked("do the books balance?", lambda shop: shop.commerce.audit().findings),
    asked("what happened?", lambda shop: len(list(shop.commerce.export())) > 0),
    *LINKING,
)

ALL_STORIES: Final = (*STORIES, *MORE_STORIES)


# --- which verbs there are, and which a story uses -----------------------------------------------

DOORS: Final = frozenset({"once", "acting"})
"""They open no storage: they only turn the door."""


def verbs_of(shop: Commerce) -> Iterator[str]:
    """Every public verb, as ``room.verb`` or, on the shop itself, ``verb``."""
    for name, member in vars(type(shop)).items():
        if name.startswith("_") or name in DOORS:
            continue
        if isinstance(member, property):
            room = getattr(shop, name)
            yield from (
                f"{name}.{verb}"
                for verb, what in vars(type(room)).items()
                if not verb.startswith("_") and (isinstance(what, Verb) or inspect.isfunction(what))
            )
        elif inspect.isfunction(member):
            yield name


class Listening:
    """Hands on whatever it is asked for, and remembers by which name."""

    def __init__(self, to: Any, heard: set[str], path: str = "") -> None:
        self._to, self._heard, self._path = to, heard, path

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._to, name)
        path = f"{self._path}{name}"
        if name in DOORS:
            return lambda given: Listening(found(given), self._heard)
        if callable(found):
            self._heard.add(path)
            return found
        return Listening(found, self._heard, f"{path}.")


def verbs_in(story: Story, storage: Keeper) -> set[str]:
    """The verbs that a story uses when it is told."""
    heard: set[str] = set()
    shop = opened(storage, story, CountingIds("first"))
    listening: Any = Listening(shop.commerce, heard)
    story.told(Shop(listening, shop.storage, shop.clock))
    return heard


def opened(storage: Storage, story: Story, ids: CountingIds) -> Shop:
    """The shop as a process finds it that has just begun; no id is drawn twice."""
    clock = FrozenClock(story.now)
    return Shop(Commerce(storage, story.rules, keys=DemoKeys(), clock=clock, ids=ids), storage, clock)


# --- plans ---------------------------------------------------------------------------------------


class Mishap(StrEnum):
    """What goes wrong with one call."""

    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    UNAVAILABLE = "unavailable"
    CONFLICT = "conflict"
    LOST_REQUEST = "lost request"
    LOST_ANSWER = "lost answer"


AT_COMMITS: Final = frozenset({Mishap.CONFLICT, Mishap.LOST_REQUEST, Mishap.LOST_ANSWER})

Plan: TypeAlias = Mapping[int, Mishap]
"""Which calls go wrong, counted from 1 over all tries; a try after a crash goes on counting."""


class Planned:
    """Goes wrong at the calls of a plan; `methods` are those that were called."""

    def __init__(self, storage: Storage, plan: Plan) -> None:
        self.storage = storage
        self.plan = plan
        self.methods: list[str] = []

    def read(self, keys: Sequence[Key]) -> list[Found]:
        return self._call("read", lambda: self.storage.read(keys))

    def scan(self, query: Query) -> Page:
        return self._call("scan", lambda: self.storage.scan(query))

    def commit(self, batch: Batch) -> Committed:
        return self._call("commit", lambda: self.storage.commit(batch))

    def journal(self, after: Position, limit: int) -> list[Entry]:
        return self._call("journal", lambda: self.storage.journal(after, limit))

    def _call(self, method: str, call: Callable[[], T]) -> T:
        self.methods.append(method)
        mishap = self.plan.get(len(self.methods))
        match mishap:
            case None:
                return call()
            case Mishap.CRASH_AFTER | Mishap.LOST_ANSWER:
                call()
        match mishap:
            case Mishap.CRASH_BEFORE | Mishap.CRASH_AFTER:
                raise SimulatedCrash(mishap.value)
            case Mishap.UNAVAILABLE:
                raise Unavailable(mishap.value)
            case Mishap.CONFLICT:
                raise Conflict(mishap.value)
            case _:
                raise CommitUnknown(mishap.value)


def mishaps_at(method: str) -> tuple[Mishap, ...]:
    """What can go wrong with a call of *method*."""
    return tuple(each for each in Mishap if method == "commit" or each not in AT_COMMITS)
