"""What people want of the depot, and what must have come of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from omnicommerce.commerce import Commerce
from omnicommerce.kernel.flow import Flow
from omnicommerce.testing.simulation import depot
from omnicommerce.testing.simulation.history import Seen, out_of_line
from omnicommerce.testing.simulation.wishes import Heard, Told, Wish

SLOTS: Final = ("a", "b", "c")
CRATES: Final = 20
"""Fewer than a hundred, which is what one `take` ends at the most."""

A_WEEK: Final = 7 * 24 * 60
MINUTES: Final = (1, 10, 60, 24 * 60, A_WEEK)

AGAIN: Final = 0.6
"""People come in crowds: so often the next one wants the same as the one before."""


@attrs.frozen
class Depot:
    """The flows that a depot is made of: a test puts a careless one in the place of any of them."""

    count_on: Callable[..., Flow[int]] = depot.count_on
    look_at: Callable[..., Flow[int]] = depot.look_at
    pass_gate: Callable[..., Flow[bool]] = depot.pass_gate
    lend: Callable[..., Flow[str]] = depot.lend


@attrs.frozen
class About:
    """A wish of the depot's: what it does, and to what."""

    what: str
    whom: str


class DepotDays:
    """What people want of a depot; see `wishes.Workload`."""

    def __init__(self, die: random.Random, flows: Depot = Depot()) -> None:
        self.random = die
        self.flows = flows
        self.number = self.gates = 0
        self.lent: list[str] = []
        kinds: tuple[tuple[Callable[[], Wish | None], int], ...] = (
            (self._count_on, 40),
            (self._look, 30),
            (self._gate, 10),
            (self._lend, 10),
            (self._give_back, 3),
            (self._send, 6),
            (self._tick, 3),
        )
        self.kinds = [kind for kind, often in kinds for _ in range(often)]
        self.kind: Callable[[], Wish | None] = self._look

    def next(self, _now: datetime, /) -> Wish:
        """See `Workload.next`."""
        self.number += 1
        if self.number == 1:
            return self._wish("stock", "crates", depot.stock, quantity=CRATES)
        while self.random.random() > AGAIN or (wish := self.kind()) is None:
            self.kind = self.random.choice(self.kinds)
        return wish

    def hear(self, heard: Heard, /) -> Iterable[str]:
        """See `Workload.hear`."""
        if heard.is_answered and heard.wish.about == About("lend", "crates"):
            self.lent.append(heard.answer)
        return ()

    def last(self) -> Iterable[Wish]:
        """See `Workload.last`: every lease has run out, so all crates can be lent at once."""
        self.number += 1
        yield self._wish("lend", "all", depot.lend, quantity=CRATES, minutes=1)

    def wrong(self, shop: Commerce, told: Sequence[Told], heard: Sequence[Heard]) -> Iterable[str]:
        """See `Workload.wrong`."""
        facts = [(entry["tag"], entry["fact"]) for entry in told]
        mine = [each for each in heard if isinstance(each.wish.about, About)]
        yield from _about_slots(facts, mine)
        yield from _about_gates(facts, mine)
        yield from _about_crates(facts, mine)
        yield from _about_parcels(facts, mine, shop)

    # --- what is wanted -------------------------------------------------------------------------

    def _wish(self, what: str, whom: str, flow: Callable[..., Flow[Any]], **arguments: Any) -> Wish:
        name = f"{what} {whom} {self.number}"
        return Wish(
            name,
            lambda shop: shop.run(flow, **arguments),
            key=name,
            same=lambda answer: answer,
            about=About(what, whom),
        )

    def _count_on(self) -> Wish:
        slot = self.random.choice(SLOTS)
        return self._wish("count", slot, self.flows.count_on, slot=slot)

    def _look(self) -> Wish:
        slot, look_at = self.random.choice(SLOTS), self.flows.look_at
        return Wish(f"look {slot}", lambda shop: shop.run(look_at, slot=slot), about=About("look", slot))

    def _gate(self) -> Wish:
        """Two come to every pair of gates, one right behind the other."""
        self.gates += 1
        pair, side = str((self.gates + 1) // 2), depot.SIDES[self.gates % 2]
        return self._wish("pass", f"{pair} {side}", self.flows.pass_gate, pair=pair, side=side)

    def _lend(self) -> Wish:
        minutes = self.random.choice(MINUTES)
        quantity = self.random.randint(1, CRATES)
        return self._wish("lend", "crates", self.flows.lend, quantity=quantity, minutes=minutes)

    def _give_back(self) -> Wish | None:
        if not self.lent:
            return None
        return self._wish("bring", "back", depot.give_back, lease=self.random.choice(self.lent))

    def _send(self) -> Wish:
        return self._wish("send", str(self.number), depot.send, parcel=str(self.number))

    def _tick(self) -> Wish:
        return Wish("tick", lambda shop: shop.tick(), asks_max=2)


# --- what must have come of it -------------------------------------------------------------------

Facts: TypeAlias = list[tuple[str, dict[str, Any]]]


def _answered(heard: Sequence[Heard], what: str) -> list[Heard]:
    return [each for each in heard if each.is_answered and each.wish.about.what == what]


def _about_slots(facts: Facts, heard: Sequence[Heard]) -> Iterator[str]:
    """Every count is there once, in an order in which nobody was told of it before it began."""
    sizes = Counter(fact["slot"] for tag, fact in facts if tag == "depot.counted")
    for slot in SLOTS:
        mine = [each for each in heard if each.wish.about == About("count", slot)]
        done = [each for each in mine if each.is_answered]
        if not len(done) <= sizes[slot] <= len(mine):
            yield f"slot {slot}: {sizes[slot]} counts, {len(done)} of {len(mine)} were answered"
        looks = [each for each in _answered(heard, "look") if each.wish.about.whom == slot]
        seen = [
            Seen(each.answer, is_look, each.began, each.ended or 0, each.wish.name)
            for is_look, those in ((False, done), (True, looks))
            for each in those
        ]
        yield from (f"slot {slot}: {what}" for what in out_of_line(seen))


def _about_gates(facts: Facts, heard: Sequence[Heard]) -> Iterator[str]:
    passed = Counter((fact["pair"], fact["side"]) for tag, fact in facts if tag == "depot.gate_passed")
    for (pair, side), times in passed.items():
        if times > 1:
            yield f"gate {pair} {side} was passed {times} times"
    for pair in sorted({pair for pair, _ in passed}):
        if all(passed[pair, side] for side in depot.SIDES):
            yield f"both gates {pair} were passed"
    for each in _answered(heard, "pass"):
        pair, side = each.wish.about.whom.split()
        if each.answer and not passed[pair, side]:
            yield f"gate {pair} {side} was passed, and nobody knows"


def _about_crates(facts: Facts, heard: Sequence[Heard]) -> Iterator[str]:
    """Never more were out than there are; each lease ends once; in the end all can be lent."""
    free, out = 0, Counter[str]()
    for tag, fact in facts:
        match tag:
            case "depot.stocked":
                free += fact["quantity"]
            case "depot.lent":
                free -= fact["quantity"]
                out[fact["lease"]] += 1
            case "depot.lease_ended":
                free += fact["quantity"]
                out[fact["lease"]] -= 1
        if free < 0:
            yield f"{-free} more crates were lent than there are"
            return
    yield from (
        f"lease {lease} ended {1 - times} times" for lease, times in out.items() if times not in (0, 1)
    )
    for each in _answered(heard, "lend"):
        if each.answer not in out:
            yield f"lease {each.answer} was granted, and nobody knows"
    last = [each for each in heard if each.wish.about == About("lend", "all")]
    is_stocked = any(each.is_answered for each in heard if each.wish.about == About("stock", "crates"))
    if is_stocked and not any(each.is_answered for each in last):
        yield "every lease has run out, and the crates cannot be lent again"


def _about_parcels(facts: Facts, heard: Sequence[Heard], shop: Commerce) -> Iterator[str]:
    """Every parcel that was sent has arrived once; one that failed too often is on the list of exceptions."""
    sent = Counter(fact["parcel"] for tag, fact in facts if tag == "depot.parcel_sent")
    arrived = Counter(fact["parcel"] for tag, fact in facts if tag == "depot.parcel_arrived")
    parked = {each.subject for each in shop.exceptions.list(limit=500).parked if each.process == "deliver"}
    claims: Mapping[str, Heard] = {
        each.wish.about.whom: each for each in heard if each.wish.about.what == "send"
    }
    for parcel, each in claims.items():
        if each.is_answered and sent[parcel] != 1:
            yield f"parcel {parcel} was sent {sent[parcel]} times"
    for parcel in sent:
        if arrived[parcel] != 1 and not (parcel in parked and not arrived[parcel]):
            yield f"parcel {parcel} has arrived {arrived[parcel]} times"
