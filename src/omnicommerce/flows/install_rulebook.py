"""The merchant's rulebook is put in force: its new parts are stored, and the head is moved to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnicommerce.kernel.changes import Event, adding, joined, replacing
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Flow, Get, LookMany, Now, Outcome, ask, ask_all
from omnicommerce.rulebook import HEAD, HEAD_ID, PARTS, Part, RulebookHead, RulebookInstalled


def install_rulebook(*, digest: str, keys: str, currency: str, documents: Mapping[str, Any]) -> Flow[bool]:
    """Put the rulebook of this *digest* in force, whose parts are *documents*; whether that moved the head.

    `keys` is the fingerprint of the shop's key ring, and `currency` that of all its sales.

    Raises:
        BadValue: the shop's records were written with another key ring, or its sales are in another currency.
    """
    head = yield from ask(Get(HEAD, HEAD_ID))
    if head.value is not None and head.value.keys != keys:
        raise BadValue("keys", "expected the key ring that this shop was opened with")
    if head.value is not None and head.value.currency != currency:
        # What was bought is kept as plain amounts: rules in another currency would read them as theirs.
        raise BadValue(
            "rulebook.sales.currency", f"expected {head.value.currency}, with which this shop was opened"
        )
    moved = RulebookHead(digest, keys, currency)
    if head.value == moved:
        return Outcome(False)

    parts, now = yield from ask_all(LookMany(PARTS, tuple(documents)), Now())
    new = tuple(part.id for part in parts if part.value is None)
    fact = RulebookInstalled(digest, keys, currency, new)

    return Outcome(
        True,
        joined(adding(PARTS, id, Part(documents[id])) for id in new)
        + replacing(head, moved, Event(fact, at=now)),
    )
