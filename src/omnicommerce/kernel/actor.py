"""Who is at work: every journal entry records it, and some deeds are not for everybody."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from omnicommerce.kernel.ids import MemberId, StoreId


@attrs.frozen
class Customer:
    """The shopper acts, through an app, a mini-program or a web page."""

    member: MemberId


@attrs.frozen
class Staff:
    """Somebody of the house acts, with the capabilities their role grants."""

    id: str
    capabilities: frozenset[str] = frozenset()


@attrs.frozen
class Till:
    """A till reports what happened at it."""

    store: StoreId
    till: str


@attrs.frozen
class System:
    """A program acts on nobody's behalf: a nightly job, an import, the host itself."""

    name: str


Actor: TypeAlias = Customer | Staff | Till | System
