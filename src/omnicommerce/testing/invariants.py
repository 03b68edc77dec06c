"""What must be true of a shop's books whatever happened: the findings of its `audit`, and no rule besides.

The simulator, the tests of this library and a host's own tests ask here; production asks `Commerce.audit`.
"""

from __future__ import annotations

from typing import Final

from omnicommerce.adapters.keys import DemoKeys
from omnicommerce.commerce import Commerce
from omnicommerce.ports.storage import Storage
from omnicommerce.processes.audited import Audited, Finding
from omnicommerce.rulebook import Rulebook

SHOWN_MAX: Final = 20
"""Findings that a failure names; the rest is counted."""


def findings(books: Commerce | Storage) -> tuple[Finding, ...]:
    """What is wrong with the books of a shop, or with what lies in a storage; nothing, if they balance.

    A bare storage is read without the shop's keys and rules, which no audit needs.
    """
    return _audited(books).findings


def hold(books: Commerce | Storage) -> Audited:
    """How much was looked at, if nothing is wrong with it.

    Raises:
        AssertionError: the books do not balance; the first SHOWN_MAX findings are named.
    """
    audited = _audited(books)
    count = len(audited.findings) + audited.more
    named = map(str, audited.findings[:SHOWN_MAX])
    assert audited.is_balanced, "\n".join((f"{count} invariants do not hold:", *named))
    return audited


def _audited(books: Commerce | Storage) -> Audited:
    shop = books if isinstance(books, Commerce) else Commerce(books, Rulebook(), keys=DemoKeys())
    return shop.audit()
