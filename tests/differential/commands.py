"""What a shop may be told, as plain values: the very same list can be told to any number of shops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import attrs
from hypothesis import strategies as st

from omnicommerce import Channel, Commerce, Identifier, Namespace, Points, Strength, order
from omnicommerce.kernel.changes import adding_to
from omnicommerce.kernel.collection import Counter
from omnicommerce.kernel.flow import Flow, Get, Now, Outcome, ask_all
from omnicommerce.kernel.ids import CampaignId, MemberId
from omnicommerce.kernel.todo import remembering
from omnicommerce.orders import Return, Sale
from tests.lending import THINGS, kept, lend
from tests.shopfront import DAY, SHOP_OPENS, SPRING, returned, sale

CARDS: Final = ("a", "B", "c", "\u4e2d")
TILLS: Final = ("1", "a", "B", "\u00e9", "\uff5e", "\U0001f600")
"""In the order of their bytes; every language would sort them otherwise, and UTF-16 would, too."""

NUMBERS: Final = ("1", "2", "3", "10")
"""So few that receipts are told twice, told differently, and returned before they were sold."""

CEILING: Final = 7
"""What the shelf of the tests holds at the most."""

KEYS: Final = (None, None, None, None, None, "k1", "k2")
"""Most commands have none; some are asked again, or for something else."""

Verb: TypeAlias = Literal[
    "register", "find", "ingest", "take_back", "ingest_many", "spend", "adjust", "balance", "statement",
    "tier", "stage", "exceptions", "close", "remind", "tick", "find_sale", "draw", "lend",
    "link", "unlink", "distinct", "explain", "changes", "hand_on", "tell", "profile",
]  # fmt: skip


@attrs.frozen
class Told:
    """One command: which verb, with what, under which idempotency key, and how long after the last."""

    verb: Verb
    what: tuple[Any, ...] = ()
    key: str | None = None
    hours: int = 0


def remind(*, subject: str, due: datetime) -> Flow[None]:
    """A to-do for a process that no host offers: it is put off again and again, and then put aside."""
    changes = yield from remembering("reminders", subject, due)
    return Outcome(None, changes)


def draw(*, quantity: int) -> Flow[int]:
    """Move a bounded counter without looking at it first, so that only the storage knows its bounds."""
    held, now = yield from ask_all(Get(THINGS, "shelf free"), Now())
    bounds = {"floor": 0} if quantity < 0 else {"ceiling": CEILING}
    return Outcome(quantity, kept(held, abs(quantity), now) + adding_to(Counter("free"), quantity, **bounds))


@attrs.frozen(eq=False)
class _Desk:
    """Where one command is told: the shop, whom it has registered so far, and what time it is."""

    shop: Commerce
    members: list[MemberId]
    now: datetime

    def member(self, place: int) -> MemberId:
        return self.members[place] if place < len(self.members) else MemberId("nobody")


def do(shop: Commerce, told: Told, members: list[MemberId], now: datetime) -> Any:
    """Tell *shop* one command; *members* are those whom it has registered so far."""
    desk = _Desk(shop if told.key is None else shop.once(told.key), members, now)
    return _DOING[told.verb](desk, *told.what)


def _register(desk: _Desk, card: str) -> Any:
    answer = desk.shop.members.register(identifier=_card(card))
    if answer.member not in desk.members:
        desk.members.append(answer.member)
    return answer


def _find(desk: _Desk, card: str) -> Any:
    return desk.shop.members.find(identifier=_card(card))


def _ingest(desk: _Desk, *what: Any) -> Any:
    return desk.shop.sales.ingest(sale=_sale(what, desk.now))


def _take_back(desk: _Desk, *what: Any) -> Any:
    return desk.shop.sales.take_back(goods=_return(what, desk.now))


def _ingest_many(desk: _Desk, *facts: Any) -> Any:
    return desk.shop.sales.ingest_many(facts=tuple(_fact(each, desk.now) for each in facts))


def _find_sale(desk: _Desk, till: str, number: str) -> Any:
    return desk.shop.sales.find(receipt=sale(number, till=till).key)


def _spend(desk: _Desk, place: int, count: int) -> Any:
    return desk.shop.points.spend(member=desk.member(place), points=Points(count), source="desk")


def _adjust(desk: _Desk, place: int, count: int, reason: str) -> Any:
    return desk.shop.points.adjust(member=desk.member(place), points=Points(count), reason=reason)


def _balance(desk: _Desk, place: int) -> Any:
    return desk.shop.points.balance(member=desk.member(place))


def _statement(desk: _Desk, place: int, limit: int) -> Any:
    return desk.shop.points.statement(member=desk.member(place), limit=limit)


def _tier(desk: _Desk, place: int) -> Any:
    return desk.shop.tiers.of(member=desk.member(place))


def _stage(desk: _Desk, place: int) -> Any:
    return desk.shop.stages.of(member=desk.member(place))


def _exceptions(desk: _Desk, limit: int) -> Any:
    return desk.shop.exceptions.list(limit=limit)


def _close(desk: _Desk, process: str, subject: str) -> Any:
    return desk.shop.exceptions.close(process=process, subject=subject)


def _tick(desk: _Desk, ahead_hours: int) -> Any:
    return desk.shop.tick(desk.now + timedelta(hours=ahead_hours))


def _remind(desk: _Desk, subject: str, hours: int) -> Any:
    return desk.shop.run(remind, subject=subject, due=desk.now + timedelta(hours=hours))


def _draw(desk: _Desk, quantity: int) -> Any:
    return desk.shop.run(draw, quantity=quantity)


def _lend(desk: _Desk, quantity: int) -> Any:
    return desk.shop.run(lend, counter="free", quantity=quantity)


def _identifier(text: str) -> Identifier:
    """A card, or, with slashes, the order of a guest."""
    return order(text) if "/" in text else _card(text)


def _link(desk: _Desk, a: str, b: str, strength: Strength, hours: int) -> Any:
    until = None if hours == 0 else desk.now + timedelta(hours=hours)
    return desk.shop.members.link(
        a=_identifier(a),
        b=_identifier(b),
        strength=strength,
        proved=(_identifier(a), _identifier(b)),
        valid_until=until,
    )


def _unlink(desk: _Desk, a: str, b: str) -> Any:
    return desk.shop.members.unlink(a=_identifier(a), b=_identifier(b))


def _distinct(desk: _Desk, a: str, b: str) -> Any:
    return desk.shop.members.distinct(a=_identifier(a), b=_identifier(b))


def _explain(desk: _Desk, a: str, b: str) -> Any:
    return desk.shop.members.explain(a=_identifier(a), b=_identifier(b))


def _changes(desk: _Desk, place: int, limit: int) -> Any:
    return desk.shop.members.changes(member=desk.member(place), limit=limit)


def _hand_on(desk: _Desk, a: str) -> Any:
    return desk.shop.members.hand_on(identifier=_identifier(a))


def _tell(desk: _Desk, place: int, value: Any) -> Any:
    return desk.shop.members.tell(
        member=desk.member(place),
        field="shop.note",
        value=value,
        source="till",
        channel=Channel.STORE,
        purpose="service",
    )


def _profile(desk: _Desk, place: int) -> Any:
    return desk.shop.members.profile(member=desk.member(place))


_DOING: Final[dict[Verb, Callable[..., Any]]] = {
    "register": _register, "find": _find, "ingest": _ingest, "take_back": _take_back,
    "ingest_many": _ingest_many, "spend": _spend, "adjust": _adjust, "balance": _balance,
    "statement": _statement, "tier": _tier, "stage": _stage, "exceptions": _exceptions, "close": _close,
    "remind": _remind, "tick": _tick, "find_sale": _find_sale, "draw": _draw, "lend": _lend,
    "link": _link, "unlink": _unlink, "distinct": _distinct, "explain": _explain, "changes": _changes,
    "hand_on": _hand_on, "tell": _tell, "profile": _profile,
}  # fmt: skip


def _card(text: str) -> Identifier:
    return Identifier(Namespace.TILL_MEMBER, text)


def _fact(what: tuple[Any, ...], now: datetime) -> Any:
    match what[0]:
        case "sale":
            return _sale(what[1:], now)
        case "return":
            return _return(what[1:], now)
        case _:
            return what[0]


def _sale(what: tuple[Any, ...], now: datetime) -> Sale:
    till, number, card, paid, units, burn, coupons, late_hours = what
    return sale(
        number,
        [("milk", units, paid), ("bread", 1, 500)],
        till=till,
        card=card,
        # A till tells its day in a whole number of days, so the same receipt may come again unchanged.
        at=max(SHOP_OPENS, _noon(now) - timedelta(hours=late_hours)),
        burn=Points(burn),
        coupons=tuple(map(CampaignId, coupons)),
    )


def _return(what: tuple[Any, ...], now: datetime) -> Return:
    till, number, return_number, line, units = what
    return returned(sale(number, till=till), return_number, ((line, units),), at=_noon(now))


def _noon(now: datetime) -> datetime:
    return SHOP_OPENS + (now - SHOP_OPENS) // DAY * DAY


_tills = st.sampled_from(TILLS)
_numbers = st.sampled_from(NUMBERS)
_who = st.sampled_from((0, 0, 0, 1, 1, 2))
# Mostly what can have happened, so that histories grow; sometimes not, so that it is refused.
_sales = st.tuples(
    _tills,
    _numbers,
    st.sampled_from((None, *CARDS[:2] * 3, *CARDS)),
    st.sampled_from((0, 99, 10_000, 35_050, 120_000)),
    st.sampled_from((1, 1, 1, 2, 2, 2, 3, 0)),
    st.sampled_from((*((0,) * 8), 1, 100, -1)),
    st.sampled_from((*(((),) * 3), *(((SPRING,),) * 3), (SPRING, SPRING), ("unknown",))),
    st.sampled_from((*((0,) * 8), 24, 2_400, -48)),
)
_units = st.sampled_from((1, 1, 1, 2, 0))
_lines = st.sampled_from((1, 1, 2, 2, 0, 3))
# Most bring back what the opening sold.
_returns = st.tuples(
    st.sampled_from((*("1",) * 4, *TILLS)),
    st.sampled_from((*("1",) * 4, *NUMBERS)),
    st.sampled_from(("r1", "r2", "r3")),
    _lines,
    _units,
)
_told_sales = _sales.map(lambda what: ("sale", *what))
_facts = st.one_of(
    _told_sales,
    _told_sales,
    _returns.map(lambda what: ("return", *what)),
    st.just(("no fact",)),
)
_amounts = st.sampled_from((-1_000_000, -50, -1, 0, 1, 1, 30, 30, 500, 10**16))
# Guests' orders of the till "1", and cards that are mostly known.
_linkable = st.sampled_from((*CARDS[:2] * 3, *CARDS, "s1/1/2", "s1/1/10"))
_KINDS: Final[dict[Verb, st.SearchStrategy[tuple[Any, ...]]]] = {
    "register": st.tuples(st.sampled_from((*CARDS, ""))),
    "find": st.tuples(st.sampled_from((*CARDS, "unknown"))),
    "ingest": _sales,
    "take_back": _returns,
    "ingest_many": st.lists(_facts, max_size=5).map(tuple),
    "spend": st.tuples(_who, _amounts),
    "adjust": st.tuples(_who, _amounts, st.sampled_from(("gift", "gift", ""))),
    "balance": st.tuples(_who),
    "statement": st.tuples(_who, st.sampled_from((1, 2, 100, 100, 0))),
    "tier": st.tuples(_who),
    "stage": st.tuples(_who),
    "exceptions": st.tuples(st.sampled_from((1, 2, 500, 501))),
    "close": st.tuples(
        st.sampled_from(("returns", "returns", "reminders", "No Word")),
        st.sampled_from(("s2/t1/r1", "s2/t1/r1", "a")),
    ),
    "remind": st.tuples(_tills, st.sampled_from((-1, 0, 5))),
    "tick": st.tuples(st.sampled_from((0, 0, 0, 12, 25))),
    "draw": st.tuples(st.sampled_from((-3, -1, 2, 8))),
    "lend": st.tuples(st.integers(1, 4)),
    "find_sale": st.tuples(_tills, _numbers),
    "link": st.tuples(
        _linkable,
        _linkable,
        st.sampled_from(
            (Strength.VERIFIED, Strength.VERIFIED, Strength.SHOWN, Strength.DECLARED, Strength.SCORED)
        ),
        st.sampled_from((0, 0, 0, 24 * 15)),
    ),
    "unlink": st.tuples(_linkable, _linkable),
    "distinct": st.tuples(_linkable, _linkable),
    "explain": st.tuples(_linkable, _linkable),
    "changes": st.tuples(_who, st.sampled_from((1, 2, 100, 0))),
    "hand_on": st.tuples(_linkable),
    "tell": st.tuples(_who, st.sampled_from(("tall", 38, True, date(1990, 5, 1), ""))),
    "profile": st.tuples(_who),
}
# Sales and what moves points stand here more often: without them there is little to differ in.
_OFTEN: Final[tuple[Verb, ...]] = (
    "ingest",
    "ingest",
    "ingest",
    "take_back",
    "spend",
    "adjust",
    "tick",
    "draw",
    "link",
    "link",
    "link",
    "unlink",
)
_WEIGHTED: Final[tuple[Verb, ...]] = (*_KINDS, *_OFTEN)
_hours = st.sampled_from((0, 0, 0, 1, 24, 24 * 15, 24 * 100))


def _command(verb: Verb) -> st.SearchStrategy[Told]:
    return st.builds(Told, st.just(verb), _KINDS[verb], st.sampled_from(KEYS), _hours)


def histories(longest: int) -> st.SearchStrategy[list[Told]]:
    """Lists of commands; most begin with two members and a full desk of to-dos that are due at once."""
    commands = st.sampled_from(_WEIGHTED).flatmap(_command)
    opening = [Told("register", (card,)) for card in CARDS[:2]]
    opening += [Told("ingest", ("1", "1", "a", 35_050, 1, 0, (SPRING,), 0))]
    opening += [Told("take_back", ("a", "2", "r1", 1, 3)), Told("ingest", ("a", "2", "B", 99, 1, 0, (), 0))]
    opening += [Told("adjust", (0, 500, "gift")), *(Told("remind", (till, 0)) for till in TILLS)]
    return st.builds(
        lambda begins, goes_on: [*begins, *goes_on],
        st.sampled_from((opening, opening, [])),
        st.lists(commands, min_size=longest // 3, max_size=longest),
    )
