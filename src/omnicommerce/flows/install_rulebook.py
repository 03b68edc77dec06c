"""The merchant's rulebook is put in force: its new parts are stored, and the head is moved to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnicommerce.kernel.changes import Event, adding, joined, replacing
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.flow import Flow, Get, LookMany, Now, Outcome, ask, ask_all
from omnicommerce.rulebook import HEAD, HEAD_ID, PARTS, Part, RulebookHead, RulebookInstalled


def install_rulebook(*, digest: str, keys: str, documents: Mapping[str, Any]) -> Flow[bool]:
    """Put the rulebook of this *digest* in force, whose parts are *documents*; whether that moved the head.

    `keys` is the fingerprint of the shop's key ring.

    Raises:
        BadValue: the shop's records were written with another key ring.
    """
    head = yield from ask(Get(HEAD, HEAD_ID))
    if head.value is not None and head.value.keys != keys:
        raise BadValue("keys", "expected the key ring that this shop was opened with")
    if head.value == RulebookHead(digest, keys):
        return Outcome(False)

    parts, now = yield from ask_all(LookMany(PARTS, tuple(documents)), Now())
    new = tuple(part.id for part in parts if part.value is None)
    fact = RulebookInstalled(digest, keys, new)

    return Outcome(
        True,
        joined(adding(PARTS, id, Part(documents[id])) for id in new)
        + replacing(head, RulebookHead(digest, keys), Event(fact, at=now)),
    )
