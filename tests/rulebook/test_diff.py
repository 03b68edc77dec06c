"""What would change for the shop is said in the words of the trade, and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnicommerce.coupons import Campaign, OnReturn
from omnicommerce.identity import (
    FieldRules,
    GuestOrders,
    IdentityRules,
    MostTrusted,
    NamespaceKind,
    NamespaceRules,
    Policy,
    ProfileRules,
    Tie,
    View,
)
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.kernel.window import Window, local_days
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, ShortBurn, TierRules, WrittenOff
from omnicommerce.orders import SaleRules
from omnicommerce.rulebook import Rulebook, diff
from omnicommerce.rulebook.diff import ROWS
from omnicommerce.rulebook.words import WORDS
from omnicommerce.stores import Store
from tests.rulebook.rulebooks import FULL, SPRING, pairs

NEXT_MONTH: Final = local_days(date(2026, 4, 1), date(2026, 4, 30), "America/Chicago")
GOLD: Final = Level("gold", Money(250_000, "USD"))
SILVER: Final = Level("silver", Money(100_000, "USD"))
LOST, REGULAR, NEW = FULL.stages.stages


def lines(after: Rulebook, before: Rulebook = FULL) -> list[str]:
    """What the diff says, line by line."""
    return [str(change) for change in diff(before, after)]


def with_points(**rules: Any) -> Rulebook:
    return attrs.evolve(FULL, points=attrs.evolve(FULL.points, **rules))


def with_tiers(**rules: Any) -> Rulebook:
    return attrs.evolve(FULL, tiers=attrs.evolve(FULL.tiers, **rules))


def with_stages(*stages: Stage) -> Rulebook:
    return attrs.evolve(FULL, stages=attrs.evolve(FULL.stages, stages=stages))


def with_signs(**signs: Any) -> Rulebook:
    return with_stages(attrs.evolve(LOST, enter=Signs(**signs)), REGULAR, NEW)


def with_spring(**terms: Any) -> Rulebook:
    return attrs.evolve(FULL, campaigns={CampaignId("spring"): attrs.evolve(SPRING, **terms)})


def with_identity(**rules: Any) -> Rulebook:
    return attrs.evolve(FULL, identity=attrs.evolve(FULL.identity, **rules))


def with_phone(**terms: Any) -> Rulebook:
    card, phone, device = FULL.identity.namespaces
    return with_identity(namespaces=(card, attrs.evolve(phone, **terms), device))


def with_city(**terms: Any) -> Rulebook:
    (city,) = FULL.profiles.fields
    fields = (attrs.evolve(city, **terms),)
    return attrs.evolve(FULL, profiles=attrs.evolve(FULL.profiles, fields=fields))


def with_profiles(**rules: Any) -> Rulebook:
    return attrs.evolve(FULL, profiles=attrs.evolve(FULL.profiles, **rules))


def with_view(**terms: Any) -> Rulebook:
    (view,) = FULL.profiles.views
    views = (attrs.evolve(view, **terms),)
    return attrs.evolve(FULL, profiles=attrs.evolve(FULL.profiles, views=views))


NICKNAME: Final = FieldRules("nickname")
MANAGER: Final = View("manager", ("city",), ("service",))

# --- the laws ------------------------------------------------------------------------------------


@given(pairs)
def test_nothing_is_said_exactly_if_nothing_changes(pair: tuple[Rulebook, Rulebook]) -> None:
    before, after = pair

    assert () == diff(before, attrs.evolve(before))
    assert (before == after) == (diff(before, after) == ())


@settings(max_examples=50)
@given(pairs)
def test_every_change_is_a_line_and_reads_differently_before_and_after(
    pair: tuple[Rulebook, Rulebook],
) -> None:
    for change in diff(*pair):
        assert change.before != change.after or not change.before
        assert 1 == len(str(change).splitlines())


@settings(max_examples=50)
@given(pairs)
def test_there_and_back_are_changes_of_the_same_parts(pair: tuple[Rulebook, Rulebook]) -> None:
    before, after = pair

    assert sorted(change.part for change in diff(before, after)) == sorted(
        change.part for change in diff(after, before)
    )


# --- every field of every rule -------------------------------------------------------------------

ONE_FIELD: Final[list[tuple[tuple[type[Any], str], Rulebook, str]]] = [
    (
        (SaleRules, "zone"),
        attrs.evolve(FULL, sales=attrs.evolve(FULL.sales, zone="America/Denver")),
        "sales: time zone America/Chicago -> America/Denver",
    ),
    (
        (SaleRules, "accepts_empty_lines"),
        attrs.evolve(FULL, sales=attrs.evolve(FULL.sales, accepts_empty_lines=True)),
        "sales: lines of quantity 0 refused -> accepted",
    ),
    (
        (SaleRules, "ahead_minutes_max"),
        attrs.evolve(FULL, sales=attrs.evolve(FULL.sales, ahead_minutes_max=1)),
        "sales: a till's clock may run ahead by 5 minutes -> 1 minute",
    ),
    (
        (SaleRules, "late_days_max"),
        attrs.evolve(FULL, sales=attrs.evolve(FULL.sales, late_days_max=30)),
        "sales: a sale may be told late by 3650 days -> 30 days",
    ),
    (
        (PointsRules, "earn_per"),
        with_points(earn_per=Money(200, "USD")),
        "points: one point per 1.00 USD -> 2.00 USD",
    ),
    (
        (PointsRules, "activation_days"),
        with_points(activation_days=1),
        "points: active after 14 days -> 1 day",
    ),
    ((PointsRules, "expiry_days"), with_points(expiry_days=None), "points: live for 365 days -> ever"),
    (
        (PointsRules, "on_short_burn"),
        with_points(on_short_burn=ShortBurn.OWE),
        "points: a sale that spends more than there are is refused -> owed",
    ),
    (
        (PointsRules, "written_off"),
        with_points(written_off=WrittenOff.MONTHLY),
        "points: what has run out is written off at once -> when the month ends",
    ),
    (
        (PointsRules, "restored_days"),
        with_points(restored_days=30),
        "points: live again, when given back, for 0 days -> 30 days",
    ),
    (
        (PointsRules, "adjustment_max"),
        with_points(adjustment_max=Points(500)),
        "points: most that one adjustment moves 1000000 points -> 500 points",
    ),
    ((TierRules, "base"), with_tiers(base="guest"), "tiers: everybody begins as member -> guest"),
    ((TierRules, "window_days"), with_tiers(window_days=180), "tiers: spend counts for 365 days -> 180 days"),
    ((TierRules, "grace_days"), with_tiers(grace_days=60), "tiers: kept on for 30 days -> 60 days"),
    (
        (Level, "spend"),
        with_tiers(levels=(SILVER, Level("gold", Money(300_000, "USD")))),
        "tier gold: from 2500.00 USD -> 3000.00 USD",
    ),
    (
        (StageRules, "window_days"),
        attrs.evolve(FULL, stages=attrs.evolve(FULL.stages, window_days=90)),
        "stages: purchases count for 180 days -> 90 days",
    ),
    (
        (Stage, "enter"),
        with_stages(LOST, attrs.evolve(REGULAR, enter=Signs(purchases_min=6)), NEW),
        "stage regular: entered with purchases at least 5, spend at least 200.00 USD -> purchases at least 6",
    ),
    (
        (Stage, "stay"),
        with_stages(attrs.evolve(LOST, stay=Signs(silent_days_min=30)), REGULAR, NEW),
        "stage lost: kept with what it is entered with -> nothing bought for at least 30 days",
    ),
    (
        (Signs, "silent_days_min"),
        with_signs(silent_days_min=9),
        "stage lost: entered with nothing bought for at least 120 days -> nothing bought for at least 9 days",
    ),
    (
        (Signs, "silent_days_max"),
        with_signs(silent_days_max=9),
        "stage lost: entered with nothing bought for at least 120 days -> something bought within 9 days",
    ),
    (
        (Signs, "age_days_min"),
        with_signs(age_days_min=9),
        "stage lost: entered with nothing bought for at least 120 days -> a customer for at least 9 days",
    ),
    (
        (Signs, "age_days_max"),
        with_signs(age_days_max=9),
        "stage lost: entered with nothing bought for at least 120 days -> a customer for at most 9 days",
    ),
    (
        (Signs, "purchases_min"),
        with_signs(purchases_min=9),
        "stage lost: entered with nothing bought for at least 120 days -> purchases at least 9",
    ),
    (
        (Signs, "spend_min"),
        with_signs(spend_min=Money(9, "USD")),
        "stage lost: entered with nothing bought for at least 120 days -> spend at least 0.09 USD",
    ),
    (
        (Store, "zone"),
        attrs.evolve(FULL, stores={**FULL.stores, StoreId("31"): Store("America/Denver")}),
        "store 31: time zone America/Chicago -> America/Denver",
    ),
    ((Campaign, "name"), with_spring(name="Frühling"), "campaign spring: name Spring -> Frühling"),
    (
        (Campaign, "window"),
        with_spring(window=NEXT_MONTH),
        "campaign spring: runs 2026-03-01 .. 2026-04-01 -> 2026-04-01 .. 2026-05-01",
    ),
    (
        (Campaign, "members"),
        with_spring(members=None),
        "campaign spring: for members on regulars -> (everybody)",
    ),
    (
        (Campaign, "products"),
        with_spring(products=None),
        "campaign spring: on products of dairy -> (anything)",
    ),
    (
        (Campaign, "uses_per_member"),
        with_spring(uses_per_member=None),
        "campaign spring: uses per member 2 -> without limit",
    ),
    (
        (Campaign, "on_full_return"),
        with_spring(on_full_return=OnReturn.KEPT),
        "campaign spring: when everything comes back, a use is given back -> kept",
    ),
    (
        (IdentityRules, "size_max"),
        with_identity(size_max=50),
        "identity: identifiers a person at most 60 -> 50",
    ),
    (
        (IdentityRules, "score_min"),
        with_identity(score_min=None),
        "identity: scores are accepted from 900 -> (none is)",
    ),
    (
        (IdentityRules, "declared_by"),
        with_identity(declared_by=2),
        "identity: what staff declares takes 1 clerk -> 2 clerks",
    ),
    (
        (IdentityRules, "guest_orders"),
        with_identity(guest_orders=GuestOrders.NOTHING),
        "identity: a guest's order, once known whose it was, earns points and counts -> stays a guest's",
    ),
    (
        (NamespaceRules, "kind"),
        with_phone(kind=NamespaceKind.ACCOUNT),
        "namespace phone: kind contact -> account",
    ),
    (
        (NamespaceRules, "priority"),
        with_phone(priority=5),
        "namespace phone: priority 2 -> 5",
    ),
    (
        (NamespaceRules, "limit"),
        with_phone(limit=1),
        "namespace phone: a person has at most 3 -> 1",
    ),
    (
        (NamespaceRules, "window"),
        with_phone(window=timedelta(days=1)),
        "namespace phone: counted when seen within 365 days -> 1 day",
    ),
    (
        (NamespaceRules, "hub_limit"),
        with_phone(hub_limit=None),
        "namespace phone: set aside with more neighbours than 20 -> any number",
    ),
    (
        (NamespaceRules, "hub_ignores"),
        with_phone(hub_ignores=frozenset({"order"})),
        "namespace phone: neighbours that do not count device, order -> order",
    ),
    (
        (NamespaceRules, "blocked"),
        with_phone(blocked=frozenset()),
        "namespace phone: values that are nobody's 1 -> 0",
    ),
    (
        (NamespaceRules, "valid_for"),
        with_phone(valid_for=timedelta(hours=36)),
        "namespace phone: a link holds for 730 days -> 1 day, 12:00:00",
    ),
    (
        (NamespaceRules, "supports"),
        with_phone(supports=True),
        "namespace phone: beside a score it is no evidence -> evidence",
    ),
    (
        (FieldRules, "policy"),
        with_city(policy=MostTrusted(("crm", "till"))),
        "field city: what counts is the longest -> the most trusted of crm, till",
    ),
    (
        (FieldRules, "tie"),
        with_city(tie=Tie.NEWEST),
        "field city: of two alike, the oldest -> newest",
    ),
    (
        (FieldRules, "valid_days"),
        with_city(valid_days=None),
        "field city: counts for 730 days -> ever",
    ),
    (
        (View, "fields"),
        with_view(fields=("city",)),
        "view store_assistant: sees city, nickname -> city",
    ),
    (
        (View, "purposes"),
        with_view(purposes=("ads", "service")),
        "view store_assistant: for service -> ads, service",
    ),
]


@pytest.mark.parametrize(
    ("after", "line"),
    [each[1:] for each in ONE_FIELD],
    ids=[f"{kind.__name__}.{field}" for (kind, field), _, _ in ONE_FIELD],
)
def test_one_rule_changed_is_one_line(after: Rulebook, line: str) -> None:
    assert [line] == lines(after)


def test_the_currency_is_changed_together_with_all_amounts() -> None:
    before, after = Rulebook(), Rulebook(sales=SaleRules(currency="JPY"))

    assert ["sales: currency CNY -> JPY"] == lines(after, before)


def fields(annotation: Any) -> Iterator[tuple[type[Any], str]]:
    """Every field of every rule that lies below *annotation*; an amount or a window is one thing."""
    if annotation in (Money, Points, Window, *get_args(Policy)):
        return
    if attrs.has(annotation):
        attrs.resolve_types(annotation)
        for field in attrs.fields(annotation):
            yield annotation, field.name
            yield from fields(field.type)
    for argument in get_args(annotation):
        yield from fields(argument)


def test_every_field_of_every_rule_has_words_and_an_example_here() -> None:
    """A rule that somebody adds to a room is told in the words of the trade before it is shipped."""
    rules = {
        (kind, field)
        for kind, field in fields(Rulebook)
        if kind is not Rulebook and (kind, field) not in ROWS
    }
    # What a row is called by: another name is another row.
    rows = {(Level, "name"), (Stage, "name"), (NamespaceRules, "name"), (FieldRules, "field"), (View, "role")}
    # A field of the library keeps its kind, and is of a host's own declared with it.
    shown = {each[0] for each in ONE_FIELD} | {(SaleRules, "currency"), (FieldRules, "kind")}

    assert set() == rules - rows - shown
    assert rules - rows == {(kind, field) for kind, words in WORDS.items() for field in words}


def test_every_member_of_the_rulebook_is_compared() -> None:
    other: dict[str, Any] = {
        "sales": attrs.evolve(FULL.sales, late_days_max=1),
        "points": attrs.evolve(FULL.points, restored_days=1),
        "tiers": attrs.evolve(FULL.tiers, grace_days=1),
        "stages": attrs.evolve(FULL.stages, window_days=90),
        "identity": attrs.evolve(FULL.identity, size_max=10),
        "profiles": ProfileRules(),
        "stores": {},
        "campaigns": {},
        "product_lists": {**FULL.product_lists, "other": frozenset()},
        "member_lists": {**FULL.member_lists, "other": frozenset()},
    }

    assert list(attrs.fields_dict(Rulebook)) == list(other)
    for name, value in other.items():
        assert lines(attrs.evolve(FULL, **{name: value})), name


def test_a_rule_without_words_is_called_by_its_field() -> None:
    """A host that hurries past the test above still sees every change."""
    from omnicommerce.rulebook.words import said  # noqa: PLC0415 - only here

    assert ("colour of ink", "yes") == said(Rulebook, "colour_of_ink", True, "UTC")
    assert ("colour of ink", "none") == said(Rulebook, "colour_of_ink", None, "UTC")


# --- what comes and goes -------------------------------------------------------------------------


def test_values_that_are_nobodys_are_counted_and_never_shown() -> None:
    """Each is somebody's telephone number: the shop's own, or one that fifty people share."""
    another = with_phone(blocked=frozenset({"+13125550199"}))

    assert ["namespace phone: values that are nobody's, 1 added, 1 removed"] == lines(another)
    assert "3125550" not in "".join(lines(another))


@pytest.mark.parametrize(
    ("turned", "line"),
    [
        (
            with_identity(namespaces=FULL.identity.namespaces[::-1]),
            "namespaces: order (of no consequence) till_member, phone, device -> device, phone, till_member",
        ),
        (
            with_profiles(fields=(NICKNAME, *FULL.profiles.fields)),
            "fields: order (of no consequence) city, nickname -> nickname, city",
        ),
        (
            with_profiles(views=(MANAGER, *FULL.profiles.views)),
            "views: order (of no consequence) store_assistant, manager -> manager, store_assistant",
        ),
    ],
)
def test_another_order_is_told_even_where_it_makes_no_difference(turned: Rulebook, line: str) -> None:
    """It is another digest, and whoever sees that asks why."""
    before = with_profiles(fields=(*FULL.profiles.fields, NICKNAME), views=(*FULL.profiles.views, MANAGER))
    told = {str(change) for change in diff(before, turned)}

    assert line in told


def test_what_is_added_and_what_is_removed() -> None:
    bare = Rulebook(sales=FULL.sales, points=FULL.points, tiers=TierRules(), stages=StageRules())
    told = lines(FULL, bare)

    assert "tier gold: added, from 2500.00 USD" in told
    assert "stage lost: added, nothing bought for at least 120 days" in told
    assert "stage new: added, no signs" in told
    assert "store 31: added, time zone America/Chicago" in told
    assert "campaign spring: added, 2026-03-01 .. 2026-04-01" in told
    assert "product list dairy: added, 2 listed" in told
    assert "member list regulars: added, 1 listed" in told
    assert "campaign spring: removed, 2026-03-01 .. 2026-04-01" in lines(bare, FULL)
    assert "product list dairy: removed, 2 listed" in lines(bare, FULL)


def test_a_list_says_how_many_come_and_go() -> None:
    def dairy(*names: str) -> Rulebook:
        return attrs.evolve(FULL, product_lists={"dairy": frozenset(map(ProductId, names))})

    assert ["product list dairy: 3 added, 2 removed"] == lines(dairy("a", "b", "c"))
    assert ["product list dairy: 1 added"] == lines(dairy("milk", "cheese", "cream"))
    assert ["product list dairy: 1 removed"] == lines(dairy("milk"))


def test_a_row_with_another_name_is_another_row() -> None:
    assert [
        "tier gold: removed, from 2500.00 USD",
        "tier platinum: added, from 2500.00 USD",
    ] == lines(with_tiers(levels=(SILVER, Level("platinum", GOLD.spend))))


def test_the_order_of_stages_counts() -> None:
    """The first stage whose signs hold is the one a member is in."""
    assert ["stages: order lost, regular, new -> regular, lost, new"] == lines(
        with_stages(REGULAR, LOST, NEW)
    )


def test_a_stage_put_between_others_is_no_new_order() -> None:
    asleep = Stage("asleep", enter=Signs(silent_days_min=60))

    assert ["stage asleep: added, nothing bought for at least 60 days"] == lines(
        with_stages(LOST, asleep, REGULAR, NEW)
    )


# --- instants and doubles ------------------------------------------------------------------------


def test_an_instant_within_a_day_is_told_with_its_time() -> None:
    window = Window(datetime(2026, 3, 1, 18, 30, tzinfo=UTC), SPRING.window.until)

    assert [
        "campaign spring: runs 2026-03-01 .. 2026-04-01 -> 2026-03-01 12:30:00-06:00 .. 2026-04-01"
    ] == lines(with_spring(window=window))


@given(st.datetimes(datetime(2026, 10, 31), datetime(2026, 11, 3), timezones=st.just(UTC)))  # noqa: DTZ001
def test_two_instants_never_read_alike(since: datetime) -> None:
    """Also in the hour that comes twice when clocks are put back."""
    window = Window(since, datetime(2027, 1, 1, tzinfo=UTC))
    later = Window(since.replace(minute=(since.minute + 1) % 60), window.until)

    (change,) = diff(with_spring(window=window), with_spring(window=later))
    assert change.before != change.after


def test_the_end_of_the_calendar_is_told_too() -> None:
    ends = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    shanghai = attrs.evolve(
        Rulebook(), campaigns={CampaignId("x"): attrs.evolve(SPRING, members=None, products=None)}
    )
    for_ever = attrs.evolve(
        shanghai,
        campaigns={
            CampaignId("x"): attrs.evolve(
                shanghai.campaigns[CampaignId("x")], window=Window(SPRING.window.since, ends)
            )
        },
    )

    (line,) = lines(for_ever, shanghai)
    assert line.endswith(".. 9999-12-31T23:59:00.000000Z")


def test_a_list_that_is_called_like_no_list_at_all_is_told_apart() -> None:
    before = attrs.evolve(
        FULL,
        member_lists={"(everybody)": frozenset({MemberId("m")})},
        campaigns={CampaignId("spring"): attrs.evolve(SPRING, members="(everybody)")},
    )
    after = attrs.evolve(before, campaigns={CampaignId("spring"): attrs.evolve(SPRING, members=None)})

    assert ["campaign spring: for members on '(everybody)' -> None"] == lines(after, before)


def test_changes_come_in_the_order_of_the_rulebook() -> None:
    changes: Mapping[str, None] = dict.fromkeys(change.part.split()[0] for change in diff(FULL, Rulebook()))

    assert [
        "sales",
        "points",
        "tiers",
        "tier",
        "stages",
        "stage",
        "identity",
        "namespace",
        "field",
        "view",
        "store",
        "campaign",
        "product",
        "member",
    ] == list(changes)
