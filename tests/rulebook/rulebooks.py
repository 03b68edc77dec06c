"""Rulebooks for tests: one with every kind of rule, and any at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from omnicommerce.coupons import Campaign, OnReturn
from omnicommerce.identity import (
    ByChannel,
    FieldRules,
    GuestOrders,
    IdentityRules,
    Longest,
    MostRecent,
    MostTrusted,
    NamespaceKind,
    NamespaceRules,
    ProfileRules,
    Tie,
    View,
)
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadWire
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.window import Window, local_days
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, ShortBurn, TierRules, WrittenOff
from omnicommerce.orders import SaleRules
from omnicommerce.rulebook import Rulebook
from omnicommerce.stores import Store

SPRING: Final = Campaign(
    name="Spring",
    window=local_days(datetime(2026, 3, 1).date(), datetime(2026, 3, 31).date(), "America/Chicago"),  # noqa: DTZ001
    members="regulars",
    products="dairy",
    uses_per_member=2,
)

FULL: Final = Rulebook(
    sales=SaleRules(zone="America/Chicago", currency="USD"),
    points=PointsRules(earn_per=Money(100, "USD"), activation_days=14, expiry_days=365),
    tiers=TierRules(
        levels=(Level("silver", Money(100_000, "USD")), Level("gold", Money(250_000, "USD"))),
        window_days=365,
        grace_days=30,
    ),
    stages=StageRules(
        stages=(
            Stage("lost", enter=Signs(silent_days_min=120)),
            Stage("regular", enter=Signs(purchases_min=5, spend_min=Money(20_000, "USD"))),
            Stage("new"),
        ),
        window_days=180,
    ),
    identity=IdentityRules(
        namespaces=(
            NamespaceRules(
                name="till_member", kind=NamespaceKind.ACCOUNT, priority=1, limit=4, supports=True
            ),
            NamespaceRules(
                name="phone",
                kind=NamespaceKind.CONTACT,
                priority=2,
                limit=3,
                window=timedelta(days=365),
                hub_limit=20,
                hub_ignores=frozenset({"order", "device"}),
                blocked=frozenset({"+13125550100"}),
                valid_for=timedelta(days=730),
            ),
            NamespaceRules(name="device", kind=NamespaceKind.DEVICE, priority=9, hub_limit=1),
        ),
        size_max=60,
        score_min=900,
        declared_by=1,
    ),
    profiles=ProfileRules(
        fields=(FieldRules("city", Longest(), Tie.OLDEST, valid_days=730),),
        views=(View("store_assistant", ("city", "nickname"), ("service",)),),
    ),
    stores={StoreId("31"): Store("America/Chicago"), StoreId("web"): Store("America/New_York")},
    campaigns={CampaignId("spring"): SPRING},
    product_lists={"dairy": frozenset({ProductId("milk"), ProductId("cheese")})},
    member_lists={"regulars": frozenset({MemberId("m-1")})},
)
"""A rulebook in which nothing is left to its default that matters."""

NAMES: Final = st.text(st.sampled_from('abcXYZ019 .-_"\\会员'), min_size=1, max_size=12)
LIST_NAMES: Final = st.sampled_from(["dairy", "a b", 'c"\\', "food/fresh", "会员"])
ZONES: Final = st.sampled_from(["Asia/Shanghai", "America/Chicago", "Europe/Rome", "Asia/Kathmandu", "UTC"])
CURRENCIES: Final = ("CNY", "USD", "JPY", "KWD")
INSTANTS: Final = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
STAGE_NAMES: Final = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=4, unique=True)
DAYS: Final = st.none() | st.integers(0, 3_650)

windows: Final = (
    st.tuples(INSTANTS, INSTANTS)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: Window(min(pair), max(pair)))
)
stores: Final = st.dictionaries(NAMES.map(StoreId), st.builds(Store, ZONES), max_size=2)
lists: Final = st.dictionaries(LIST_NAMES, st.frozensets(NAMES, max_size=3), max_size=2)
campaigns: Final = st.dictionaries(
    NAMES.map(CampaignId),
    st.builds(
        Campaign,
        name=NAMES,
        window=windows,
        members=st.none() | LIST_NAMES,
        products=st.none() | LIST_NAMES,
        uses_per_member=st.none() | st.integers(1, 99),
        on_full_return=st.sampled_from(OnReturn),
    ),
    max_size=2,
)


def _sales(currency: str) -> st.SearchStrategy[SaleRules]:
    return st.builds(
        SaleRules,
        zone=ZONES,
        currency=st.just(currency),
        accepts_empty_lines=st.booleans(),
        ahead_minutes_max=st.integers(0, 1_440),
        late_days_max=st.integers(0, 36_500),
    )


def _amounts(currency: str) -> st.SearchStrategy[Money]:
    return st.integers(1, 10**9).map(lambda minor: Money(minor, currency))


def _points(currency: str) -> st.SearchStrategy[PointsRules]:
    return st.builds(
        PointsRules,
        earn_per=st.none() | _amounts(currency),
        activation_days=st.integers(0, 3_650),
        expiry_days=st.none() | st.integers(1, 3_650),
        on_short_burn=st.sampled_from(ShortBurn),
        restored_days=st.integers(0, 3_650),
        adjustment_max=st.integers(1, 10**9).map(Points),
        written_off=st.sampled_from(WrittenOff),
    )


def _tiers(currency: str) -> st.SearchStrategy[TierRules]:
    spends = st.lists(_amounts(currency), max_size=4, unique=True).map(sorted)
    return st.builds(
        TierRules,
        base=st.sampled_from(["member", "guest"]),
        levels=spends.map(lambda rising: tuple(map(Level, "abcd", rising))),
        window_days=st.integers(1, 1_100),
        grace_days=st.integers(0, 400),
    )


NAMESPACES: Final = ("till_member", "phone", "email", "device", "shop.app")
SPANS: Final = st.none() | st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds))


def _namespace(name: str) -> st.SearchStrategy[NamespaceRules]:
    return st.builds(
        _counted_namespace,
        st.fixed_dictionaries(
            {
                "name": st.just(name),
                "kind": st.sampled_from(NamespaceKind),
                "priority": st.integers(0, 1_000),
                "hub_limit": st.none() | st.integers(0, 10_000),
                "hub_ignores": st.frozensets(st.sampled_from(NAMESPACES)),
                "blocked": st.frozensets(NAMES.filter(str.strip), max_size=2),
                "valid_for": SPANS,
                "supports": st.booleans(),
            }
        ),
        st.none() | st.integers(1, 12),
        SPANS,
    )


def _counted_namespace(terms: dict[str, Any], limit: int | None, window: timedelta | None) -> NamespaceRules:
    return NamespaceRules(**terms, limit=limit, window=None if limit is None else window)


def identity_rules() -> st.SearchStrategy[IdentityRules]:
    names = st.lists(st.sampled_from(NAMESPACES), unique=True, max_size=3)
    return st.builds(
        IdentityRules,
        namespaces=names.flatmap(lambda some: st.tuples(*map(_namespace, some))),
        size_max=st.integers(1, 64),
        score_min=st.none() | st.integers(1, 1_000),
        declared_by=st.integers(1, 2),
        guest_orders=st.sampled_from(GuestOrders),
    )


def profile_rules() -> st.SearchStrategy[ProfileRules]:
    channels = st.lists(st.sampled_from(Channel), min_size=1, unique=True).map(tuple)
    sources = st.lists(st.sampled_from(["crm", "till", "web.form"]), min_size=1, unique=True).map(tuple)
    policies = (
        st.sampled_from([MostRecent(), Longest()])
        | st.builds(ByChannel, channels)
        | st.builds(MostTrusted, sources)
    )
    fields = st.lists(st.sampled_from(["name", "city", "shop.size"]), unique=True, max_size=3)
    return st.builds(
        ProfileRules,
        fields=fields.flatmap(
            lambda some: st.tuples(
                *(
                    st.builds(
                        FieldRules,
                        st.just(field),
                        policies,
                        st.sampled_from(Tie),
                        valid_days=st.none() | st.integers(1, 36_600),
                    )
                    for field in some
                )
            )
        ),
        views=st.lists(
            st.builds(
                View,
                st.sampled_from(["assistant", "manager"]),
                st.just(("city",)) | st.just(("name", "city")),
                st.just(("service",)) | st.just(("service", "ads")),
            ),
            unique_by=lambda view: view.role,
            max_size=2,
        ).map(tuple),
    )


def _stages(currency: str) -> st.SearchStrategy[StageRules]:
    signs = st.builds(
        Signs,
        silent_days_min=DAYS,
        silent_days_max=DAYS,
        age_days_min=DAYS,
        age_days_max=DAYS,
        purchases_min=st.none() | st.integers(1, 100_000),
        spend_min=st.none() | _amounts(currency),
    )
    forgotten = st.none() | st.sets(st.sampled_from(list(attrs.fields_dict(Signs))))
    return st.builds(
        _in_order,
        STAGE_NAMES,
        st.lists(st.tuples(signs, forgotten), min_size=3, max_size=3),
        st.integers(1, 1_100),
    )


def _in_order(names: list[str], signs: list[tuple[Signs, set[str] | None]], window_days: int) -> StageRules:
    stages = [
        # Staying is easier: some of the signs are not asked for any more.
        Stage(name, enter, None if forgotten is None else attrs.evolve(enter, **dict.fromkeys(forgotten)))
        for name, (enter, forgotten) in zip(names[:-1], signs, strict=False)
    ]
    return StageRules(stages=(*stages, Stage(names[-1])), window_days=window_days)


def _joined(rooms: dict[str, Any], campaigns: dict[CampaignId, Campaign]) -> Rulebook:
    """A rulebook whose campaigns name only lists that are there."""
    named = {
        id: attrs.evolve(
            each,
            members=each.members if each.members in rooms["member_lists"] else None,
            products=each.products if each.products in rooms["product_lists"] else None,
        )
        for id, each in campaigns.items()
    }
    return Rulebook(campaigns=named, **rooms)


def _rulebooks(currency: str) -> st.SearchStrategy[Rulebook]:
    rooms = st.fixed_dictionaries(
        {
            "sales": _sales(currency),
            "points": _points(currency),
            "tiers": _tiers(currency),
            "stages": _stages(currency),
            "identity": identity_rules(),
            "profiles": profile_rules(),
            "stores": stores,
            "product_lists": lists,
            "member_lists": lists,
        }
    )
    return st.builds(_joined, rooms, campaigns)


rulebooks: Final = st.one_of([_rulebooks(currency) for currency in CURRENCIES])
"""Any rulebook."""


def _one_moved(pair: tuple[Rulebook, Rulebook], name: str) -> tuple[Rulebook, Rulebook]:
    before, other = pair
    try:
        return before, attrs.evolve(before, **{name: getattr(other, name)})
    except BadWire:
        return before, other


def _pairs(currency: str) -> st.SearchStrategy[tuple[Rulebook, Rulebook]]:
    two = st.tuples(_rulebooks(currency), _rulebooks(currency))
    return st.builds(_one_moved, two, st.sampled_from(list(attrs.fields_dict(Rulebook))))


pairs: Final = st.one_of([_pairs(currency) for currency in CURRENCIES])
"""Two rulebooks that differ in one member, in all of them, or not at all."""
