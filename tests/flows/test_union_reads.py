"""One person with eight books costs no more looks at the storage than one with a single book."""

from __future__ import annotations

from collections.abc import Callable

from omnicommerce import Identifier, MemoryStorage, Namespace, Points, Strength
from omnicommerce.kernel.ids import MemberId
from omnicommerce.testing import CountingStorage
from tests.shopfront import DAY, SHOP_OPENS, SPRING, Shop, opened, returned, sale, tell

READS_MAX = 3
CARDS = tuple(f"M-{number}" for number in range(1, 9))


def one_of(cards: tuple[str, ...]) -> tuple[Shop, CountingStorage, MemberId]:
    """A shop in which *cards* are one person's, each with points of many days, and its first member."""
    storage = CountingStorage(MemoryStorage())
    shop = opened(storage)
    for place, card in enumerate(cards):
        for day in range(0, 40, 4):
            at = SHOP_OPENS + day * DAY
            shop.at(max(at, shop.clock()))
            tell(shop, sale(f"{card}-{day}", 5_000, at=at, card=card))
        if place:
            one, other = (Identifier(Namespace.TILL_MEMBER, each) for each in (cards[0], card))
            assert shop.commerce.members.link(a=one, b=other, strength=Strength.VERIFIED).is_one
    shop.at(SHOP_OPENS + 60 * DAY)
    return shop, storage, shop.member(cards[0])


def reads(storage: CountingStorage, deed: Callable[[], object]) -> int:
    before = storage.counts["read"]
    deed()
    return storage.counts["read"] - before


def test_a_sale_that_burns_what_others_have_reads_three_times_at_most() -> None:
    shop, storage, _ = one_of(CARDS)
    sold = sale("x", 1_000, at=shop.clock(), burn=Points(2_000), coupons=(SPRING,))

    assert reads(storage, lambda: tell(shop, sold)) <= READS_MAX
    # Which member a return concerns is told by the sale, and which person by the member.
    assert reads(storage, lambda: tell(shop, returned(sold, "r", at=shop.clock()))) <= READS_MAX + 1


def test_spending_what_others_have_reads_three_times_at_most() -> None:
    shop, storage, member = one_of(CARDS)

    def spend() -> None:
        shop.commerce.points.spend(member=member, points=Points(2_000), source="mug")

    assert reads(storage, spend) <= READS_MAX


def test_a_look_at_one_person_is_one_read_more_than_at_one_card_at_most() -> None:
    alone, counted_alone, single = one_of(CARDS[:1])
    together, counted, member = one_of(CARDS)
    looks: list[Callable[[Shop, MemberId], object]] = [
        lambda shop, who: shop.commerce.points.balance(member=who),
        lambda shop, who: shop.commerce.tiers.of(member=who),
        lambda shop, who: shop.commerce.stages.of(member=who),
        lambda shop, who: shop.commerce.members.profile(member=who),
    ]

    for look in looks:
        few = reads(counted_alone, lambda look=look: look(alone, single))  # type: ignore[misc]
        assert reads(counted, lambda look=look: look(together, member)) <= few + 1  # type: ignore[misc]
