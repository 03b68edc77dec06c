"""Both type checkers infer every verb's full signature, in both front doors. Checked, never run."""

from __future__ import annotations

from typing import assert_type

from omnicommerce import AsyncCommerce, Commerce, Identifier, MemberId, Points
from omnicommerce.flows.balance import balance
from omnicommerce.identity import Membership
from omnicommerce.loyalty import Balance
from omnicommerce.processes.tick import Ticked


def blocking(shop: Commerce, card: Identifier, member: MemberId) -> None:
    assert_type(shop.members.register(identifier=card), Membership)
    assert_type(shop.points.balance(member=member), Balance)
    assert_type(shop.points.adjust(member=member, points=Points(1), reason="gift"), Balance)
    assert_type(shop.once("k").points.balance(member=member), Balance)
    assert_type(shop.tick(), Ticked)
    assert_type(shop.run(balance, member=member), Balance)

    shop.run(balance, member=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shop.points.balance(member="a text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shop.points.balance(memer=member)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    shop.points.balance(member)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def awaited(shop: AsyncCommerce, card: Identifier, member: MemberId) -> None:
    assert_type(await shop.members.register(identifier=card), Membership)
    assert_type(await shop.points.balance(member=member), Balance)
    assert_type(await shop.points.adjust(member=member, points=Points(1), reason="gift"), Balance)
    assert_type(await shop.once("k").points.balance(member=member), Balance)
    assert_type(await shop.tick(), Ticked)
    assert_type(await shop.run(balance, member=member), Balance)

    await shop.points.balance(member=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
