"""What the books must come to by what clients were told: worked out anew, with none of the library's sums.

Everybody who was told that something is done finds it there, once and whole, with the figures that they were
told; what was refused left nothing; and what nobody knows the end of is there as a whole, or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from omnicommerce.commerce import Commerce
from omnicommerce.kernel.errors import Refused
from omnicommerce.orders import Return, Sale
from omnicommerce.runner import Done, Failed
from omnicommerce.testing.simulation.booked import Booked, booked
from omnicommerce.testing.simulation.shop_rules import A_POINT_COSTS
from omnicommerce.testing.simulation.wishes import Heard, Told

Fact: TypeAlias = Sale | Return


@attrs.frozen
class Telling:
    """A wish that tells receipts: one, or a group in one call."""

    facts: tuple[Fact, ...]


@attrs.frozen
class Posting:
    """A wish that moves points by hand: under this name in the books, so many to this account."""

    name: str
    account: str
    points: int


@attrs.define(eq=False)
class Claim:
    """What clients know of one receipt, or of one movement of points."""

    is_done: bool = False
    is_open: bool = False
    answers: list[Any] = attrs.field(factory=list)

    def hear(self, end: Any, *, is_certain: bool) -> None:
        """One more end of it: an answer, a refusal, or None if nobody knows."""
        if isinstance(end, Refused):
            self.is_open = self.is_open or not is_certain
        elif end is None:
            self.is_open = True
        else:
            self.is_done = True
            self.answers.append(end)

    def fits(self, times: int) -> bool:
        """Whether so often is what clients were told."""
        if self.is_done:
            return times == 1
        return times in (0, 1) if self.is_open else times == 0


def wrong(
    shop: Commerce, told: Sequence[Told], heard: Sequence[Heard], uses: Mapping[str, int]
) -> Iterator[str]:
    """Where the books and what clients were told do not agree."""
    books = booked(told)
    receipts: dict[str, Claim] = {}
    facts: dict[str, Fact] = {}
    by_hand: list[tuple[Posting, Claim]] = []
    for each in heard:
        match each.wish.about:
            case Telling(receipt):
                for fact, end in zip(receipt, _ends(each, len(receipt)), strict=True):
                    facts[fact.key.id] = fact
                    claim = receipts.setdefault(fact.key.id, Claim())
                    claim.hear(end, is_certain=each.is_certain)
            case Posting() as posting:
                claim = Claim()
                claim.hear(each.refusal or each.answer, is_certain=each.is_certain)
                by_hand.append((posting, claim))
    for id, fact in facts.items():
        check = _about_sale if isinstance(fact, Sale) else _about_return
        yield from (f"{id}: {what}" for what in check(id, fact, receipts[id], books))
    for posting, claim in by_hand:
        yield from _about_posting(posting, claim, books)
    yield from _about_units(books)
    yield from _about_uses(books, uses)
    yield from _about_members(shop, books)
    yield from _about_standings(shop, books)


def _ends(heard: Heard, count: int) -> Sequence[Any]:
    """How each receipt of a wish has ended for the client."""
    if heard.refusal is not None or heard.answer is None:
        return [heard.refusal] * count
    if not isinstance(heard.answer, tuple):
        return [heard.answer]
    # What failed for another reason than a refusal was told again, so it was never the last answer.
    return [end.answer if isinstance(end, Done) else _refusal(end) for end in heard.answer]


def _refusal(end: Failed) -> Refused | None:
    return end.error if isinstance(end.error, Refused) else None


# --- receipts ------------------------------------------------------------------------------------


def _about_sale(id: str, sale: Any, claim: Claim, books: Booked) -> Iterator[str]:
    times = books.times["sale.recorded", id]
    if not claim.fits(times):
        yield f"it is in the books {times} times, and {_told(claim)}"
    is_members = sale.shown is not None
    earned = sale.total.minor // A_POINT_COSTS if is_members else 0
    burned = sale.burn.count
    for answer in claim.answers:
        if (answer.earned.count, answer.burned.count) != (earned, burned):
            yield f"it was answered {answer.earned} earned and {answer.burned} burned"
    for what, account, points in (("accrual", "issuer", -earned), ("burn", "burned", burned)):
        name = f"sale/{id}/{what}"
        due = points if times else 0
        if books.posted(name, account) != due or books.times["points.moved", name] != bool(due):
            yield f"its {what} posted {books.posted(name, account)} to {account}, and {due} is due"


def _about_return(id: str, goods: Any, claim: Claim, books: Booked) -> Iterator[str]:
    taken, parked, refused = (books.times[f"return.{state}", id] for state in ("taken", "parked", "refused"))
    if not claim.fits(max(taken, parked)) or taken > 1 or parked > 1:
        yield f"it was taken {taken} times and parked {parked} times, and {_told(claim)}"
    sale = books.sales.get(goods.of.id)
    if parked and sale is not None and taken + refused != 1:
        yield f"it waits for a sale that is there: taken {taken} times, refused {refused} times"
    if not taken:
        due = (0, 0)
    else:
        assert sale is not None, "what is taken back was sold"
        places = [line.line - 1 for line in goods.lines]
        paid = [line["paid_minor"] for line in sale["lines"]]
        weights = paid if any(paid) else [line["quantity"] for line in sale["lines"]]
        earned = sum(paid) // A_POINT_COSTS if sale["member"] is not None else 0
        burned = sum(line["burned"] for line in sale["lines"])
        due = tuple(sum(_shares(whole, weights)[place] for place in places) for whole in (earned, burned))
    for what, account, points in (("reversal", "issuer", due[0]), ("restoral", "burned", -due[1])):
        posted = books.posted(f"return/{id}/{what}", account)
        if posted != points:
            yield f"its {what} posted {posted} to {account}, and {points} is due"


def _shares(whole: int, weights: Sequence[int]) -> list[int]:
    """Largest remainders, the leftmost first among equals."""
    total = sum(weights)
    shares = [whole * weight // total for weight in weights]
    rests = [(-(whole * weight % total), place) for place, weight in enumerate(weights)]
    for _, place in sorted(rests)[: whole - sum(shares)]:
        shares[place] += 1
    return shares


def _told(claim: Claim) -> str:
    if claim.is_done:
        return "its client was told that it is done"
    return "nobody knows" if claim.is_open else "its client was told that it is not done"


# --- points, units, uses -------------------------------------------------------------------------


def _about_posting(posting: Posting, claim: Claim, books: Booked) -> Iterator[str]:
    movements = books.named.get(posting.name, [])
    if not claim.fits(len(movements)):
        yield f"{posting.name} moved points {len(movements)} times, and {_told(claim)}"
    for movement in movements:
        if books.posted(movement, posting.account) != posting.points:
            yield f"{posting.name} posted {books.moved[movement]}, and {posting.points} was asked"


def _about_units(books: Booked) -> Iterator[str]:
    """Nothing comes back twice."""
    back: Counter[tuple[str, int]] = Counter()
    for record in books.returns.values():
        for line in record["taken"]:
            back[record["of"], line["line"]] += line["quantity"]
    for (sale, line), units in back.items():
        if units > books.sales[sale]["lines"][line - 1]["quantity"]:
            yield f"{sale}: {units} units of line {line} came back"


def _about_uses(books: Booked, limits: Mapping[str, int]) -> Iterator[str]:
    for (campaign, member), uses in books.uses.items():
        if member and not 0 <= uses <= limits[campaign]:
            yield f"{member} has used {campaign} {uses} times"


def _about_members(shop: Commerce, books: Booked) -> Iterator[str]:
    """Balance, statement and journal say the same, and each member's accounts sum to nothing."""
    for member, accounts in books.accounts.items():
        posted = accounts["member"] + accounts["debt"]
        known: Any = member
        balance = shop.points.balance(member=known)
        has = (balance.points + balance.pending - balance.debt).count
        if has != posted or sum(accounts.values()) != 0:
            yield f"{member} has {has}, and the journal posted {dict(accounts)}"
        limit = 500
        lines = shop.points.statement(member=known, limit=limit).lines
        said = sum(line.points.count for line in lines)
        if len(lines) < limit and said != posted:
            yield f"the statement of {member} adds up to {said}, the journal to {posted}"


def _about_standings(shop: Commerce, books: Booked) -> Iterator[str]:
    """What was written down of a person is what the verbs work out anew, now that time has been settled."""
    for member, person in books.persons.items():
        standing = books.standings.get(person)
        if standing is None:
            continue
        known: Any = member
        worked_out = (shop.tiers.of(member=known).level, shop.stages.of(member=known).stage)
        if worked_out != (standing["tier"], standing["stage"]):
            yield f"{member} is {worked_out}, and known as {standing['tier']}, {standing['stage']}"
