"""What the shop makes of each kind of identifier: how many a person may have, which ones join nobody.

All of it is policy, and data. An identifier joins people only as far as these rules let it: a telephone that
fifty people share, or the shop's own tablet, is set aside, and nobody becomes a stranger's twin through it.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

import attrs

from omnicommerce.identity.identifier import NAMESPACE_LENGTH_MAX, Namespace
from omnicommerce.kernel.bounds import checked_amount
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id, checked_word

NAMESPACES_MAX: Final = 64
"""A shop that knows people by more kinds of identifiers does not know them."""

LIMIT_MAX: Final = 10_000
"""No limit is larger: above it there is None, and whoever writes None means it."""

PRIORITY_MAX: Final = 1_000

SCORE_MAX: Final = 1_000
"""Scores are told per mille: a certain one has a thousand."""

SIZE_MAX: Final = 200
"""Identifiers a person: cards, telephones, devices and the orders of years, and still read in one look."""

BLOCKED_MAX: Final = 10_000

DECLARED_BY_MAX: Final = 2
"""Four eyes are what auditors ask for; nobody finds a third clerk at a counter."""

WINDOW_MAX: Final = timedelta(days=36_600)
"""A hundred years: longer than anybody is a customer."""


class NamespaceKind(StrEnum):
    """What an identifier tells of whoever shows it."""

    PERSON = "person"
    """One human being, by the word of somebody who knows: a unionid, a passport."""
    ACCOUNT = "account"
    """A contract with the shop, such as a member's card."""
    CONTACT = "contact"
    """A place where somebody can be reached, and that is handed on: a telephone, a mailbox."""
    PLATFORM = "platform"
    """A name in somebody else's program."""
    DEVICE = "device"
    """A thing that may be in many hands."""
    PURCHASE = "purchase"
    """Something that was bought once."""


BOOKLESS: Final = frozenset({NamespaceKind.DEVICE, NamespaceKind.PURCHASE})
"""Kinds of which a person may have any number, and which are nobody by themselves."""

NO_BOOKS: Final = frozenset({Namespace.ORDER.value, Namespace.DEVICE.value})
"""Namespaces of the library that are nobody by themselves, whatever the rules say of them."""


class GuestOrders(StrEnum):
    """What becomes of a guest's order, once it is known whose it was."""

    ALL = "all"
    """It earns points, and counts for tier and stage, as if it had been theirs from the start."""
    STANDING = "standing"
    """It counts for tier and stage."""
    NOTHING = "nothing"
    """It stays a guest's in the books."""


@attrs.frozen(kw_only=True)
class NamespaceRules:
    """How identifiers of one namespace join people.

    `limit` is how many of them one person may have (None: any number). With a `window` only those count of
    which something was seen within it, so old telephones make room for new ones. Of two links of one strength
    the one whose identifiers have the lower `priority` is judged first, and so displaces the other.

    An identifier with more than `hub_limit` distinct neighbours is set aside, with all its links: too many
    people share it. Neighbours in the namespaces of `hub_ignores` are not counted. With a hub limit of 1 it
    can be known of somebody, and joins nobody to anybody; with 0 it only supports scores, if it `supports`.

    `blocked` are values in normal form that are nobody's, such as the shop's own telephone. A link holds for
    `valid_for` from when it was seen (None: for ever). `supports` says whether sharing one of these is
    evidence enough for a policy to accept a score beside it.

    Raises:
        BadValue: one of them is not what it should be; the path says which.
    """

    name: str
    kind: NamespaceKind
    priority: int
    limit: int | None = None
    window: timedelta | None = None
    hub_limit: int | None = None
    hub_ignores: frozenset[str] = frozenset()
    blocked: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    valid_for: timedelta | None = None
    supports: bool = False

    def __attrs_post_init__(self) -> None:
        _check_name(self.name, "name")
        if type(self.kind) is not NamespaceKind:
            raise BadValue("kind", f"expected NamespaceKind, got {type(self.kind).__name__}")
        checked_amount(self.priority, "priority", 0, PRIORITY_MAX)
        if self.limit is not None:
            checked_amount(self.limit, "limit", 1, LIMIT_MAX)
        if self.window is not None and self.limit is None:
            raise BadValue("window", "expected a limit that it is the window of")
        _check_span(self.window, "window")
        _check_span(self.valid_for, "valid_for")
        if self.hub_limit is not None:
            checked_amount(self.hub_limit, "hub_limit", 0, LIMIT_MAX)
        _check_set(self.hub_ignores, "hub_ignores", NAMESPACES_MAX)
        for each in sorted(self.hub_ignores, key=str):
            _check_name(each, "hub_ignores")
        _check_set(self.blocked, "blocked", BLOCKED_MAX)
        for each in self.blocked:
            checked_id(each, "blocked")
        if type(self.supports) is not bool:
            raise BadValue("supports", f"expected bool, got {type(self.supports).__name__}")


@attrs.frozen
class IdentityRules:
    """Who is one person in this shop: rules for each namespace, in any order, and a cap on everything.

    A person has at most `size_max` identifiers. A score below `score_min` (per mille) joins nobody, and with
    None no score does; even a score of a thousand needs other evidence beside it. A link of a namespace that
    has no rules here joins nobody. What somebody of the staff declares counts once `declared_by` of them have
    said so. `guest_orders` says what becomes of an order when it is known whose it was.

    Raises:
        BadValue: there are too many namespaces or one twice, or a number is out of its bounds.
    """

    namespaces: tuple[NamespaceRules, ...] = attrs.field(factory=lambda: RETAIL)
    size_max: int = SIZE_MAX
    score_min: int | None = None
    declared_by: int = DECLARED_BY_MAX
    guest_orders: GuestOrders = GuestOrders.ALL
    _by_name: dict[str, NamespaceRules] = attrs.field(
        init=False,
        eq=False,
        repr=False,
        default=attrs.Factory(lambda self: _by_name(self.namespaces), takes_self=True),
    )

    def __attrs_post_init__(self) -> None:
        checked_amount(self.size_max, "size_max", 1, LIMIT_MAX)
        if self.score_min is not None:
            checked_amount(self.score_min, "score_min", 1, SCORE_MAX)
        checked_amount(self.declared_by, "declared_by", 1, DECLARED_BY_MAX)
        if type(self.guest_orders) is not GuestOrders:
            raise BadValue("guest_orders", f"expected GuestOrders, got {type(self.guest_orders).__name__}")

    def has_books(self, namespace: str) -> bool:
        """Whether an identifier of *namespace* can be a member: an order and a device are nobody's books."""
        known = self.of(namespace)
        if namespace in NO_BOOKS:
            return False
        return known is None or known.kind not in BOOKLESS

    def of(self, namespace: str) -> NamespaceRules | None:
        """The rules for *namespace*, or None if it has none: then it joins nobody."""
        return self._by_name.get(namespace)


# --- details -------------------------------------------------------------------------------------


def _by_name(namespaces: object) -> dict[str, NamespaceRules]:
    if type(namespaces) is not tuple or len(namespaces) > NAMESPACES_MAX:
        raise BadValue("namespaces", f"expected a tuple of at most {NAMESPACES_MAX} rules")
    known: dict[str, NamespaceRules] = {}
    for place, each in enumerate(namespaces):
        if type(each) is not NamespaceRules:
            raise BadValue(f"namespaces[{place}]", f"expected NamespaceRules, got {type(each).__name__}")
        if each.name in known:
            raise BadValue(f"namespaces[{place}].name", "expected each namespace once")
        known[each.name] = each
    return known


def _check_name(name: object, path: str) -> None:
    if len(checked_word(name, path)) > NAMESPACE_LENGTH_MAX:
        raise BadValue(path, f"expected at most {NAMESPACE_LENGTH_MAX} characters")


def _check_span(span: object, path: str) -> None:
    if span is None:
        return
    if type(span) is not timedelta:
        raise BadValue(path, f"expected timedelta, got {type(span).__name__}")
    if not timedelta(0) < span <= WINDOW_MAX:
        raise BadValue(path, f"expected more than nothing and at most {WINDOW_MAX.days} days")
    if span % timedelta(seconds=1):
        raise BadValue(path, "expected whole seconds")


def _check_set(words: object, path: str, most: int) -> None:
    if type(words) is not frozenset:
        raise BadValue(path, f"expected frozenset, got {type(words).__name__}")
    if len(words) > most:
        raise BadValue(path, f"expected at most {most}, got {len(words)}")


# --- what a retailer would want ------------------------------------------------------------------

_IN_PASSING: Final = frozenset({Namespace.DEVICE.value, Namespace.ORDER.value})
"""A telephone may have a hundred orders and twenty browsers beside it and still be one person's."""

# Each number is a shop's experience, not a law: a person has one unionid, a household a few telephones. A
# device joins nobody, as two people log in on one till tablet: whose it was, and when, is an `Ownership`.
RETAIL: Final[tuple[NamespaceRules, ...]] = (
    NamespaceRules(
        name=Namespace.UNIONID.value,
        kind=NamespaceKind.PERSON,
        priority=0,
        limit=1,
        hub_limit=64,
        hub_ignores=_IN_PASSING,
        supports=True,
    ),
    NamespaceRules(
        name=Namespace.TILL_MEMBER.value,
        kind=NamespaceKind.ACCOUNT,
        priority=1,
        limit=16,
        hub_limit=32,
        hub_ignores=_IN_PASSING,
        supports=True,
    ),
    NamespaceRules(
        name=Namespace.OPENID.value,
        kind=NamespaceKind.PLATFORM,
        priority=2,
        limit=10,
        hub_limit=16,
        hub_ignores=_IN_PASSING,
        supports=True,
    ),
    NamespaceRules(
        name=Namespace.EXTERNAL_USERID.value,
        kind=NamespaceKind.PLATFORM,
        priority=3,
        limit=5,
        hub_limit=16,
        hub_ignores=_IN_PASSING,
        supports=True,
    ),
    NamespaceRules(
        name=Namespace.PHONE.value,
        kind=NamespaceKind.CONTACT,
        priority=4,
        limit=3,
        hub_limit=20,
        hub_ignores=_IN_PASSING,
        supports=True,
    ),
    NamespaceRules(
        name=Namespace.EMAIL.value,
        kind=NamespaceKind.CONTACT,
        priority=5,
        limit=5,
        hub_limit=20,
        hub_ignores=_IN_PASSING,
        supports=True,
    ),
    NamespaceRules(
        name=Namespace.ORDER.value,
        kind=NamespaceKind.PURCHASE,
        priority=8,
        hub_limit=8,
        hub_ignores=frozenset({Namespace.DEVICE.value}),
    ),
    NamespaceRules(
        name=Namespace.DEVICE.value,
        kind=NamespaceKind.DEVICE,
        priority=9,
        hub_limit=1,
    ),
)
"""The namespaces of this library. A host's own stand beside them in a tuple of its own."""
