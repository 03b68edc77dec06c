"""The rulebook joins the rules of the rooms: one value, which cannot change, and whose rules agree."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given

from omnicommerce import wire
from omnicommerce.coupons import Campaigns
from omnicommerce.identity import (
    MEMBERS_MAX,
    FieldRules,
    IdentityRules,
    MostTrusted,
    NamespaceKind,
    NamespaceRules,
    ProfileRules,
    View,
)
from omnicommerce.kernel.errors import BadValue, BadWire
from omnicommerce.kernel.ids import CampaignId, MemberId, ProductId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.lifecycle import Signs, Stage, StageRules
from omnicommerce.loyalty import Level, PointsRules, TierRules
from omnicommerce.orders import SaleRules
from omnicommerce.ports.storage import BODY_LENGTH_MAX
from omnicommerce.rulebook import PART_LENGTH_MAX, Rulebook, by_kind
from omnicommerce.rulebook.agreement import PARTS_MAX
from omnicommerce.stores import Store, Stores
from tests.rulebook.rulebooks import FULL, SPRING, rulebooks


def faults(make: Callable[[], object]) -> list[str]:
    """Every fault that making a rulebook finds."""
    with pytest.raises(BadWire) as bad:
        make()
    return [str(fault) for fault in bad.value.faults]


# --- one value -----------------------------------------------------------------------------------


def test_a_room_that_is_not_mentioned_follows_its_defaults() -> None:
    assert PointsRules() == Rulebook().points
    assert SaleRules() == Rulebook().sales
    assert {} == Rulebook().campaigns


def test_equal_rules_are_equal_rulebooks_in_whatever_order_they_were_listed() -> None:
    stores = {StoreId("a"): Store("UTC"), StoreId("b"): Store("Europe/Rome")}
    turned = dict(reversed(stores.items()))

    assert Rulebook(stores=stores) == Rulebook(stores=turned)
    assert list(Rulebook(stores=stores).stores) == list(Rulebook(stores=turned).stores)


@pytest.mark.parametrize("table", ["stores", "campaigns", "product_lists", "member_lists"])
def test_nobody_changes_the_rules_by_changing_what_they_were_made_of(table: str) -> None:
    given: Any = dict(getattr(FULL, table))
    rulebook = attrs.evolve(FULL, **{table: given})

    given["another"] = None

    assert FULL == rulebook
    with pytest.raises(TypeError):
        getattr(rulebook, table)["another"] = None


def test_a_rulebook_can_be_handed_to_another_process() -> None:
    assert FULL == pickle.loads(pickle.dumps(FULL))  # noqa: S301 - our own
    assert FULL == copy.deepcopy(FULL)


def test_each_room_finds_its_rules_by_their_kind() -> None:
    rules = by_kind(FULL)

    assert FULL is rules[Rulebook]
    assert FULL.sales is rules[SaleRules]
    assert FULL.points is rules[PointsRules]
    assert FULL.tiers is rules[TierRules]
    assert FULL.stages is rules[StageRules]
    assert FULL.identity is rules[IdentityRules]
    assert FULL.profiles is rules[ProfileRules]
    assert Stores(FULL.stores) == rules[Stores]
    assert Campaigns(FULL.campaigns, FULL.product_lists, FULL.member_lists) == rules[Campaigns]


@given(rulebooks)
def test_every_rulebook_can_be_asked_by_kind(rulebook: Rulebook) -> None:
    """What the rulebook lets pass, no room refuses."""
    assert 9 == len(by_kind(rulebook))


def test_rules_that_work_something_out_for_themselves_survive_the_way_to_another_process() -> None:
    """It is not compared, so that the rulebooks are equal says nothing of it."""
    sent: Rulebook = pickle.loads(pickle.dumps(FULL))  # noqa: S301 - our own

    assert FULL.identity.namespaces[1] == sent.identity.of("phone")
    assert sent.identity.of("email") is None


# --- rules that disagree -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({"points": PointsRules(earn_per=Money(1, "EUR"))}, "points.earn_per"),
        (
            {"tiers": TierRules(levels=(Level("a", Money(1, "EUR")),))},
            "tiers.levels[0].spend",
        ),
        (
            {"stages": StageRules(stages=(Stage("a", enter=Signs(spend_min=Money(1, "EUR"))), Stage("z")))},
            "stages.stages[0].enter.spend_min",
        ),
    ],
)
def test_every_amount_is_in_the_currency_in_which_the_shop_sells(rules: dict[str, Any], path: str) -> None:
    assert [f"{path}: expected CNY, as the shop sells in, got EUR"] == faults(lambda: Rulebook(**rules))


def test_the_amount_by_which_one_stays_is_one_of_them() -> None:
    both = Stage("a", enter=Signs(spend_min=Money(2, "EUR")), stay=Signs(spend_min=Money(1, "EUR")))

    assert [
        "stages.stages[0].enter.spend_min: expected CNY, as the shop sells in, got EUR",
        "stages.stages[0].stay.spend_min: expected CNY, as the shop sells in, got EUR",
    ] == faults(lambda: Rulebook(stages=StageRules(stages=(both, Stage("z")))))


def test_a_campaign_names_lists_that_are_there() -> None:
    wrong = attrs.evolve(SPRING, members="nobody", products="nothing")

    assert [
        "campaigns.spring.products: there is no 'nothing' in product_lists",
        "campaigns.spring.members: there is no 'nobody' in member_lists",
    ] == faults(lambda: attrs.evolve(FULL, campaigns={CampaignId("spring"): wrong}))


def test_a_list_of_members_is_no_list_of_products() -> None:
    wrong = attrs.evolve(SPRING, products="regulars")

    assert ["campaigns.spring.products: there is no 'regulars' in product_lists"] == faults(
        lambda: attrs.evolve(FULL, campaigns={CampaignId("spring"): wrong})
    )


def test_all_faults_are_named_at_once() -> None:
    found = faults(
        lambda: Rulebook(
            points=PointsRules(earn_per=Money(1, "EUR")),
            tiers=TierRules(levels=(Level("a", Money(1, "USD")),)),
            stores={StoreId("a/b"): Store("UTC")},
            campaigns={CampaignId("x/y"): attrs.evolve(SPRING, members=None)},
        )
    )

    assert [
        "points.earn_per: expected CNY, as the shop sells in, got EUR",
        "tiers.levels[0].spend: expected CNY, as the shop sells in, got USD",
        'stores["a/b"]: expected a name without a slash, which parts store, till and number',
        'campaigns["x/y"]: expected a name without a slash, which parts campaign and member',
        "campaigns[\"x/y\"].products: there is no 'dairy' in product_lists",
    ] == found


CARD: Final = NamespaceRules(name="till_member", kind=NamespaceKind.ACCOUNT, priority=1, limit=40)
PHONE: Final = NamespaceRules(name="phone", kind=NamespaceKind.CONTACT, priority=2, limit=24)


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({}, 64),
        ({"limit": 25}, 65),
        ({"limit": None}, 200),
        # Old ones make room and stay the person's: the limit is on what is seen within the window.
        ({"window": timedelta(days=1)}, 200),
        ({"kind": NamespaceKind.DEVICE, "limit": None}, 40),
    ],
)
def test_a_person_never_has_more_books_than_one_look_reads(changes: dict[str, Any], most: int) -> None:
    def make() -> Rulebook:
        return Rulebook(identity=IdentityRules(namespaces=(CARD, attrs.evolve(PHONE, **changes))))

    if most <= MEMBERS_MAX:
        assert make().identity.of("phone") is not None
    else:
        (fault,) = faults(make)
        assert fault.startswith("identity.namespaces: expected limits that leave a person at most 64 ")
        assert fault.endswith(f", got {most}")


def test_tiers_that_overlap_are_no_tiers() -> None:
    """From 1,000 one is silver and from 900 gold: nobody could ever stand on silver."""
    with pytest.raises(BadValue) as bad:
        TierRules(levels=(Level("silver", Money(100_000, "CNY")), Level("gold", Money(90_000, "CNY"))))

    assert "levels[1].spend" == bad.value.path


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ({"points": None}, "points: expected PointsRules, got NoneType"),
        ({"sales": PointsRules()}, "sales: expected SaleRules, got PointsRules"),
        ({"identity": ProfileRules()}, "identity: expected IdentityRules, got ProfileRules"),
        ({"profiles": ()}, "profiles: expected ProfileRules, got tuple"),
        ({"stores": [("a", Store("UTC"))]}, "stores: expected Mapping, got list"),
        ({"stores": {"a": "UTC"}}, "stores.a: expected Store, got str"),
        ({"stores": {1: Store("UTC")}}, "stores: expected str, got int"),
        ({"campaigns": {"spring": None}}, "campaigns.spring: expected Campaign, got NoneType"),
        ({"product_lists": {"dairy": {"milk"}}}, "product_lists.dairy: expected frozenset, got set"),
    ],
)
def test_what_is_no_rule_is_named(rules: dict[str, Any], fault: str) -> None:
    assert [fault] == faults(lambda: Rulebook(**rules))


# --- names and bounds ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "name", "fault"),
    [
        ("stores", "", 'stores[""]: expected 1 to 256 characters, got 0'),
        ("stores", "s" * 65, f"stores.{'s' * 65}: expected at most 64 characters, got 65"),
        (
            "campaigns",
            "c" * 129,
            f"campaigns.{'c' * 129}: expected a name of at most 128 characters, got 129",
        ),
        ("product_lists", "a\nb", 'product_lists["a\\u000ab"]: expected printable characters only'),
        ("member_lists", 'a"\\', None),
        ("product_lists", "乳制品", None),
        ("product_lists", "food/dairy", None),
    ],
)
def test_names_can_be_read_and_kept(table: str, name: str, fault: str | None) -> None:
    rows: Mapping[str, Any] = {
        "stores": Store("UTC"),
        "campaigns": attrs.evolve(SPRING, members=None, products=None),
        "product_lists": frozenset(),
        "member_lists": frozenset(),
    }
    rules: dict[str, Any] = {table: {name: rows[table]}}

    if fault is None:
        assert [name] == list(getattr(Rulebook(**rules), table))
    else:
        assert [fault] == faults(lambda: Rulebook(**rules))


def test_what_is_listed_has_a_name() -> None:
    lists = {"dairy": frozenset({ProductId("milk"), ProductId("")})}

    assert ["product_lists.dairy: expected 1 to 256 characters, got 0"] == faults(
        lambda: Rulebook(product_lists=lists)
    )


def test_campaigns_and_lists_fit_into_one_manifest() -> None:
    most = {f"{number}": frozenset[ProductId]() for number in range(PARTS_MAX)}
    one_more = {"m": frozenset[MemberId]()}

    assert PARTS_MAX == len(Rulebook(product_lists=most).product_lists)
    assert ["campaigns: expected at most 3000 campaigns and lists together, got 3001"] == faults(
        lambda: Rulebook(product_lists=most, member_lists=one_more)
    )


def test_a_list_fits_into_one_record() -> None:
    names = [f"{number:0>252}" for number in range(BODY_LENGTH_MAX // 255)]

    fits = frozenset(map(MemberId, names[: PART_LENGTH_MAX // 255]))
    assert fits == Rulebook(member_lists={"all": fits}).member_lists["all"]
    too_many = frozenset(map(MemberId, names))
    assert [
        f"member_lists.all: expected at most {PART_LENGTH_MAX} characters of text, got {255 * len(names)}"
    ] == faults(lambda: Rulebook(member_lists={"all": too_many}))


def test_the_rules_of_identity_fit_into_one_record() -> None:
    """A rulebook that could not be stored would be found out by the first command, at the till."""
    numbers = frozenset(f"{number:0>200}" for number in range(10_000))
    rules = attrs.evolve(PHONE, blocked=numbers)

    (fault,) = faults(lambda: Rulebook(identity=IdentityRules(namespaces=(rules,))))
    assert fault.startswith(f"identity: expected at most {PART_LENGTH_MAX} characters of text, got 203")
    half = attrs.evolve(rules, blocked=frozenset(sorted(numbers)[:5_000]))
    fits = Rulebook(identity=IdentityRules(namespaces=(half,)))
    assert "identity" in wire.press(fits).manifest


def test_the_rules_of_profiles_fit_into_one_record() -> None:
    fields = tuple(f"shop.{number:x>59}" for number in range(200))
    purposes = tuple(f"p{number:x>63}" for number in range(50))
    views = tuple(View(f"role{number}", fields, purposes) for number in range(50))
    sources = MostTrusted(tuple(f"s{number:x>63}" for number in range(32)))
    rules = ProfileRules(tuple(FieldRules(field, sources) for field in fields), views)

    (fault,) = faults(lambda: Rulebook(profiles=rules))
    assert fault.startswith(f"profiles: expected at most {PART_LENGTH_MAX} characters of text, got ")
    fits = Rulebook(profiles=attrs.evolve(rules, views=views[:9]))
    assert "profiles" in wire.press(fits).manifest


def test_the_stores_fit_into_one_record() -> None:
    store = Store("America/Argentina/ComodRivadavia")
    stores = {StoreId(f"{number:0>64}"): store for number in range(10_000)}

    (fault,) = faults(lambda: Rulebook(stores=stores))
    assert fault.startswith(f"stores: expected at most {PART_LENGTH_MAX} characters of text, got ")
