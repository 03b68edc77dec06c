"""A day at the tills: sales, returns, points spent and given, groups told again, and people who only ask."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from omnicommerce.commerce import Commerce
from omnicommerce.identity import Identifier, Namespace
from omnicommerce.kernel.errors import Again
from omnicommerce.kernel.ids import MemberId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.quantity import Quantity
from omnicommerce.orders import Line, Return, ReturnedLine, Sale, Shown
from omnicommerce.runner import Failed
from omnicommerce.testing.simulation.accounts import Posting, Telling, wrong
from omnicommerce.testing.simulation.shop_rules import BREAD, MILK, MUG, ONCE, STORES, TWICE, USES
from omnicommerce.testing.simulation.wishes import Heard, Told, Wish

CARDS: Final = tuple(f"M-{number}" for number in range(1, 7))
"""Few enough that they meet."""

LOOKS_MAX: Final = 2
"""Whoever only wants to know asks once more, and then lets it be."""

AGAIN: Final = 0.4
"""People come in crowds: so often the next one wants the same as the one before."""

LATE_DAYS: Final = (0, 0, 0, 0, 1, 5)


@attrs.frozen
class Listening:
    """A wish whose answer is looked at as soon as it is heard."""

    hear: Callable[[Heard], Iterable[str]]


class Till:
    """What tills, shoppers and staff want; see `wishes.Workload`."""

    def __init__(self, die: random.Random) -> None:
        self.random = die
        self.members: dict[str, MemberId] = {}
        self.sold: list[Sale] = []
        self.number = 0
        kinds: tuple[tuple[Callable[[datetime], Wish | None], int], ...] = (
            (self._sale, 30),
            (self._sale_again, 3),
            (self._return, 12),
            (self._group, 5),
            (self._register, 5),
            (self._spend, 15),
            (self._adjust, 8),
            (self._read, 14),
            (self._tick, 6),
            (self._audit, 2),
        )
        self.kinds = [kind for kind, often in kinds for _ in range(often)]
        self.kind: Callable[[datetime], Wish | None] = self._register

    def next(self, now: datetime, /) -> Wish:
        """See `Workload.next`."""
        while self.random.random() > AGAIN or (wish := self.kind(now)) is None:
            self.kind = self.random.choice(self.kinds)
        return wish

    def hear(self, heard: Heard, /) -> Iterable[str]:
        """See `Workload.hear`."""
        about = heard.wish.about
        return about.hear(heard) if isinstance(about, Listening) and heard.is_answered else ()

    def last(self) -> Iterable[Wish]:
        """See `Workload.last`: every verb still answers."""
        return (self._register_card(card) for card in CARDS)

    def wrong(self, shop: Commerce, told: Sequence[Told], heard: Sequence[Heard]) -> Iterable[str]:
        """See `Workload.wrong`."""
        return wrong(shop, told, heard, USES)

    # --- what is wanted -------------------------------------------------------------------------

    def _next_number(self) -> int:
        self.number += 1
        return self.number

    def _new_sale(self, now: datetime, number: str | None = None) -> Sale:
        die = self.random
        rows = [
            Line(
                die.choice((MILK, BREAD, MUG)),
                Quantity(die.randint(1, 3)),
                Money(die.choice((0, 199, 2_500, 40_000)) + die.randint(0, 99), "CNY"),
            )
            for _ in range(die.randint(1, 3))
        ]
        card = die.choice((*CARDS, *CARDS, None))
        burns = card is not None and die.random() < 0.2
        return Sale(
            store=die.choice(STORES),
            till="t1",
            number=number or str(self._next_number()),
            at=now - timedelta(days=die.choice(LATE_DAYS)),
            lines=tuple(rows),
            total=Money(sum(row.paid.minor for row in rows), "CNY"),
            shown=None if card is None else Shown("till_member", card),
            burn=Points(die.randint(1, 60) if burns else 0),
            coupons=tuple(each for each in (ONCE, TWICE) if die.random() < 0.2),
        )

    def _sale(self, now: datetime) -> Wish:
        sale = self._new_sale(now)
        self.sold.append(sale)
        return self._ingest(sale)

    def _sale_again(self, _: datetime) -> Wish | None:
        """A till that lost its connection sends what it had sent before."""
        return self._ingest(self.random.choice(self.sold)) if self.sold else None

    def _ingest(self, sale: Sale) -> Wish:
        return Wish(
            f"sale {sale.key.id}",
            lambda shop: shop.sales.ingest(sale=sale),
            same=lambda answer: answer,
            about=Telling((sale,)),
        )

    def _new_return(self, now: datetime) -> Return | None:
        if not self.sold:
            return None
        sale = self.random.choice(self.sold[-20:])
        places = [place for place in range(1, len(sale.lines) + 1) if self.random.random() < 0.7] or [1]
        return Return(
            store=self.random.choice(STORES),
            till="r1",
            number=str(self._next_number()),
            at=now,
            of=sale.key,
            # Whole lines: what part of a line comes to is the business of other tests.
            lines=tuple(ReturnedLine(place, sale.lines[place - 1].quantity) for place in places),
        )

    def _return(self, now: datetime) -> Wish | None:
        goods = self._new_return(now)
        if goods is None:
            return None
        return Wish(
            f"return {goods.key.id} of {goods.of.id}",
            lambda shop: shop.sales.take_back(goods=goods),
            same=lambda answer: answer.id,
            about=Telling((goods,)),
        )

    def _group(self, now: datetime) -> Wish:
        facts: list[Sale | Return] = []
        for _ in range(self.random.randint(2, 6)):
            goods = self._new_return(now) if self.random.random() < 0.3 else None
            facts.append(goods if goods is not None else self._new_sale(now))
        self.sold += [fact for fact in facts if isinstance(fact, Sale)]
        told = tuple(facts)
        return Wish(
            f"group of {', '.join(fact.key.id for fact in told)}",
            lambda shop: shop.sales.ingest_many(facts=told),
            again=lambda ends: any(isinstance(end, Failed) and isinstance(end.error, Again) for end in ends),
            about=Telling(told),
        )

    def _register(self, _: datetime) -> Wish:
        return self._register_card(self.random.choice(CARDS))

    def _register_card(self, card: str) -> Wish:
        identifier = Identifier(Namespace.TILL_MEMBER, card)

        def learn(heard: Heard) -> Iterable[str]:
            known = self.members.setdefault(card, heard.answer.member)
            if known != heard.answer.member:
                yield f"{card} is {known} and {heard.answer.member}"

        return Wish(
            f"register {card}",
            lambda shop: shop.members.register(identifier=identifier),
            same=lambda answer: answer.member,
            about=Listening(learn),
        )

    def _member(self) -> MemberId | None:
        return self.random.choice(list(self.members.values())) if self.members else None

    def _spend(self, _: datetime) -> Wish | None:
        member, number = self._member(), self._next_number()
        if member is None:
            return None
        points = Points(self.random.randint(1, 200))
        return Wish(
            f"spend {number}",
            lambda shop: shop.points.spend(member=member, points=points, source=f"reward/{number}"),
            key=f"spend {number}",
            same=lambda answer: answer,
            about=Posting(f"reward/{number}", "burned", points.count),
        )

    def _adjust(self, _: datetime) -> Wish | None:
        member, number = self._member(), self._next_number()
        if member is None:
            return None
        points = Points(self.random.choice((-20, 5, 100)))
        return Wish(
            f"adjust {number}",
            lambda shop: shop.points.adjust(member=member, points=points, reason=f"goodwill_{number}"),
            key=f"adjust {number}",
            same=lambda answer: answer,
            about=Posting(f"goodwill_{number}", "adjustment", -points.count),
        )

    def _tick(self, _: datetime) -> Wish:
        return Wish("tick", lambda shop: shop.tick(), asks_max=LOOKS_MAX)

    def _audit(self, _: datetime) -> Wish:
        """The books balance at any time, also while others write."""

        def balanced(heard: Heard) -> Iterable[str]:
            return map(str, heard.answer.findings)

        return Wish("audit", lambda shop: shop.audit(), asks_max=LOOKS_MAX, about=Listening(balanced))

    def _read(self, _: datetime) -> Wish | None:
        member = self._member()
        if member is None:
            return None
        receipt = self.random.choice(self.sold).key if self.sold else None
        asks: tuple[tuple[str, Callable[[Any], Any]], ...] = (
            ("balance", lambda shop: shop.points.balance(member=member)),
            ("statement", lambda shop: shop.points.statement(member=member)),
            ("tier", lambda shop: shop.tiers.of(member=member)),
            ("stage", lambda shop: shop.stages.of(member=member)),
            ("exceptions", lambda shop: shop.exceptions.list()),
            ("find", lambda shop: shop.members.find(identifier=Identifier(Namespace.TILL_MEMBER, CARDS[0]))),
            *((("receipt", lambda shop: shop.sales.find(receipt=receipt)),) if receipt is not None else ()),
        )
        name, ask = self.random.choice(asks)
        return Wish(name, ask, asks_max=LOOKS_MAX)
