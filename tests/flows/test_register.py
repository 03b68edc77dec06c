"""Registering and finding: one customer is one node, however they spell what they show."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from omnicommerce.adapters.storage.memory import MemoryStorage
from omnicommerce.flows.find_member import find_member
from omnicommerce.flows.register import register
from omnicommerce.identity import (
    NODES,
    Found,
    Identifier,
    Membership,
    Namespace,
    apply_to_node,
    email,
    note_guest,
    order,
    phone,
    shown,
)
from omnicommerce.kernel.changes import Event, replacing
from omnicommerce.kernel.errors import BadValue, Refused
from omnicommerce.kernel.flow import Flow, Get, NodeId, Now, Outcome, ask, ask_all
from omnicommerce.kernel.ids import MemberId
from omnicommerce.ports.storage import START
from omnicommerce.runner import Command, Runner
from tests.backstage import runner

CARD = Identifier(Namespace.TILL_MEMBER, "M-1001")
PHONE = phone("138 0013 8000", "CN")
MAIL = email("mary@example.com")


def registered(shop: Runner, identifier: Identifier, *, verified: bool = False) -> Membership:
    return shop.run(Command("register", register, {"identifier": identifier, "verified": verified}))


def found(shop: Runner, identifier: Identifier) -> Found:
    return shop.run(Command("find_member", find_member, {"identifier": identifier}))


def entries(storage: MemoryStorage) -> list[Mapping[str, object]]:
    return [json.loads(entry.body) for entry in storage.journal(START, 1_000)]


@pytest.mark.parametrize("identifier", [CARD, PHONE, MAIL])
def test_whoever_registered_is_found_again(identifier: Identifier) -> None:
    shop = runner()
    first = registered(shop, identifier)

    assert first.is_new
    assert Membership(first.member, is_new=False) == registered(shop, identifier)
    assert first.member == found(shop, identifier).member
    assert not found(shop, identifier).is_verified


def test_one_number_is_one_member_however_it_is_spelled() -> None:
    shop = runner()
    first = registered(shop, PHONE)

    for spelled in (
        phone("+86 138-0013-8000"),
        phone("0086 13800138000", "CN"),
        shown("phone", "(138) 0013.8000", "CN"),
        Identifier(Namespace.PHONE, "+8613800138000"),
    ):
        assert Membership(first.member, is_new=False) == registered(shop, spelled)


def test_a_card_that_reads_like_a_phone_is_another_member() -> None:
    shop = runner()
    card = Identifier(Namespace.TILL_MEMBER, PHONE.text)

    assert registered(shop, PHONE).member != registered(shop, card).member


def test_finding_does_not_register() -> None:
    storage = MemoryStorage()
    with pytest.raises(Refused) as caught:
        found(runner(storage), CARD)

    assert "no_such_member" == caught.value.code
    assert [] == entries(storage)


@pytest.mark.parametrize("again", [False, True])
def test_what_was_verified_stays_verified(again: bool) -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    registered(shop, MAIL, verified=True)
    before = len(entries(storage))
    registered(shop, MAIL, verified=again)

    assert found(shop, MAIL).is_verified
    assert before == len(entries(storage))


def test_what_was_not_verified_can_be_later_and_the_person_stays_the_same() -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    registered(shop, PHONE)
    before = found(shop, PHONE)
    told = len(entries(storage))
    registered(shop, PHONE, verified=True)

    assert Found(before.member, before.person, True, (before.member,)) == found(shop, PHONE)
    assert told + 1 == len(entries(storage))


def note(*, receipt: Identifier) -> Flow[None]:
    """A guest bought something."""
    member = MemberId((yield from ask(NodeId(receipt.namespace, receipt.text))))
    node, now = yield from ask_all(Get(NODES, member), Now())
    fact = note_guest(receipt, member, now)
    return Outcome(None, replacing(node, apply_to_node(node.value, fact), Event(fact, at=now)))


@pytest.mark.parametrize("is_noted", [False, True])
def test_nobody_becomes_a_member_with_a_receipt_nor_is_found_by_one(is_noted: bool) -> None:
    shop = runner()
    if is_noted:
        shop.run(Command("note", note, {"receipt": order("s1/t3/000482")}))
    for attempt in (registered, found):
        with pytest.raises(BadValue) as caught:
            attempt(shop, order("s1/t3/000482"))
        assert "identifier.namespace" == caught.value.path


@pytest.mark.parametrize("identifier", [CARD, PHONE, MAIL])
def test_what_was_shown_is_kept_nowhere(identifier: Identifier) -> None:
    storage = MemoryStorage()
    shop = runner(storage)
    registered(shop, identifier, verified=True)

    kept = "".join(entry.body for entry in storage.journal(START, 1_000)) + repr(vars(storage))
    assert identifier.text not in kept
    assert identifier.text.lstrip("+") not in kept
