"""Both type checkers infer every verb's full signature, in both front doors. Checked, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from omnicommerce import AsyncCommerce, Commerce, Identifier, MemberId, Points, Return, Sale
from omnicommerce.flows.balance import balance
from omnicommerce.flows.ingest_sale import Ingested
from omnicommerce.flows.standing_of import StageStanding
from omnicommerce.flows.statement import Statement
from omnicommerce.flows.take_back import TakenBack
from omnicommerce.identity import Found, Membership
from omnicommerce.loyalty import Balance, TierStanding
from omnicommerce.processes.audited import Audited
from omnicommerce.processes.tick import Ticked
from omnicommerce.runner import Ended


def blocking(shop: Commerce, card: Identifier, member: MemberId) -> None:
    assert_type(shop.members.register(identifier=card), Membership)
    assert_type(shop.members.find(identifier=card), Found)
    assert_type(shop.points.balance(member=member), Balance)
    assert_type(shop.points.statement(member=member, limit=5), Statement)
    assert_type(shop.points.spend(member=member, points=Points(1), source="reward/mug"), Balance)
    assert_type(shop.points.adjust(member=member, points=Points(1), reason="gift"), Balance)
    assert_type(shop.once("k").points.balance(member=member), Balance)
    assert_type(shop.tiers.of(member=member), TierStanding)
    assert_type(shop.stages.of(member=member), StageStanding)
    assert_type(shop.tick(), Ticked)
    assert_type(shop.audit(), Audited)
    assert_type(shop.export(), Iterator[str])
    assert_type(shop.run(balance, member=member), Balance)

    shop.run(balance, member=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shop.points.balance(member="a text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shop.points.balance(memer=member)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    shop.points.balance(member)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def awaited(shop: AsyncCommerce, card: Identifier, member: MemberId) -> None:
    assert_type(await shop.members.register(identifier=card), Membership)
    assert_type(await shop.members.find(identifier=card), Found)
    assert_type(await shop.points.balance(member=member), Balance)
    assert_type(await shop.points.statement(member=member, limit=5), Statement)
    assert_type(await shop.points.spend(member=member, points=Points(1), source="reward/mug"), Balance)
    assert_type(await shop.points.adjust(member=member, points=Points(1), reason="gift"), Balance)
    assert_type(await shop.once("k").points.balance(member=member), Balance)
    assert_type(await shop.tiers.of(member=member), TierStanding)
    assert_type(await shop.stages.of(member=member), StageStanding)
    assert_type(await shop.tick(), Ticked)
    assert_type(await shop.audit(), Audited)
    assert_type(shop.export(), AsyncIterator[str])
    assert_type(await shop.run(balance, member=member), Balance)

    await shop.points.balance(member=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def of_sales(shop: Commerce, sale: Sale, goods: Return) -> None:
    assert_type(shop.sales.ingest(sale=sale), Ingested)
    assert_type(shop.sales.take_back(goods=goods), TakenBack)
    assert_type(shop.sales.ingest_many(facts=[sale, goods]), tuple[Ended[Ingested | TakenBack], ...])

    shop.sales.ingest(sale=goods)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shop.sales.take_back(goods=sale)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shop.sales.ingest_many(facts=["a text"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


async def of_sales_awaited(shop: AsyncCommerce, sale: Sale, goods: Return) -> None:
    assert_type(await shop.sales.ingest(sale=sale), Ingested)
    assert_type(await shop.sales.take_back(goods=goods), TakenBack)
    ended = await shop.sales.ingest_many(facts=[sale, goods])
    assert_type(ended, tuple[Ended[Ingested | TakenBack], ...])

    await shop.sales.ingest(sale=goods)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
