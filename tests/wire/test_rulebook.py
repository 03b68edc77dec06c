"""A rulebook as documents: the one a merchant writes, and the parts a shop stores under their digests."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce import wire
from omnicommerce.identity import IdentityRules, ProfileRules
from omnicommerce.kernel.errors import BadWire, Fault
from omnicommerce.kernel.ids import CampaignId, StoreId
from omnicommerce.kernel.money import Money
from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import Level, PointsRules, TierRules
from omnicommerce.orders import SaleRules
from omnicommerce.rulebook import PART_LENGTH_MAX, Rulebook
from omnicommerce.rulebook.agreement import NAME_LENGTH_MAX, PARTS_MAX
from omnicommerce.stores import Store
from tests.rulebook.rulebooks import FULL, SPRING, pairs, rulebooks


def faults(read: Callable[[], object]) -> list[str]:
    """Every fault that reading finds."""
    with pytest.raises(BadWire) as bad:
        read()
    return [str(fault) for fault in bad.value.faults]


def written(**members: Any) -> str:
    """A document of a merchant's hand."""
    return json.dumps(members)


# --- digests -------------------------------------------------------------------------------------

NO_SIGNS: Final[dict[str, Any]] = {
    "age_days_max": None,
    "age_days_min": None,
    "purchases_min": None,
    "silent_days_max": None,
    "silent_days_min": None,
    "spend_min": None,
}

NO_LIMITS: Final[dict[str, Any]] = {
    "blocked": [],
    "hub_ignores": [],
    "hub_limit": None,
    "limit": None,
    "supports": False,
    "valid_for": None,
    "window": None,
}

BY_HAND: Final[dict[str, Any]] = {
    "sales": {
        "accepts_empty_lines": False,
        "ahead_minutes_max": 5,
        "currency": "USD",
        "late_days_max": 3650,
        "zone": "America/Chicago",
    },
    "points": {
        "activation_days": 14,
        "adjustment_max": 1_000_000,
        "earn_per": {"currency": "USD", "minor": 100},
        "expiry_days": 365,
        "on_short_burn": "refuse",
        "restored_days": 0,
        "written_off": "at_once",
    },
    "tiers": {
        "base": "member",
        "grace_days": 30,
        "levels": [
            {"name": "silver", "spend": {"currency": "USD", "minor": 100_000}},
            {"name": "gold", "spend": {"currency": "USD", "minor": 250_000}},
        ],
        "window_days": 365,
    },
    "stages": {
        "stages": [
            {"enter": NO_SIGNS | {"silent_days_min": 120}, "name": "lost", "stay": None},
            {
                "enter": NO_SIGNS | {"purchases_min": 5, "spend_min": {"currency": "USD", "minor": 20_000}},
                "name": "regular",
                "stay": None,
            },
            {"enter": NO_SIGNS, "name": "new", "stay": None},
        ],
        "window_days": 180,
    },
    "identity": {
        "declared_by": 1,
        "guest_orders": "all",
        "namespaces": [
            NO_LIMITS
            | {"kind": "account", "limit": 4, "name": "till_member", "priority": 1, "supports": True},
            {
                "blocked": ["+13125550100"],
                "hub_ignores": ["device", "order"],
                "hub_limit": 20,
                "kind": "contact",
                "limit": 3,
                "name": "phone",
                "priority": 2,
                "supports": False,
                "valid_for": 63_072_000,
                "window": 31_536_000,
            },
            NO_LIMITS | {"hub_limit": 1, "kind": "device", "name": "device", "priority": 9},
        ],
        "score_min": 900,
        "size_max": 60,
    },
    "profiles": {
        "fields": [
            {
                "field": "city",
                "kind": "text",
                "policy": {"is": "longest"},
                "tie": "oldest",
                "valid_days": 730,
            }
        ],
        "views": [{"fields": ["city", "nickname"], "purposes": ["service"], "role": "store_assistant"}],
    },
    "stores": {"31": {"zone": "America/Chicago"}, "web": {"zone": "America/New_York"}},
    "campaign/spring": {
        "members": "regulars",
        "name": "Spring",
        "on_full_return": "released",
        "products": "dairy",
        "uses_per_member": 2,
        "window": {"since": "2026-03-01T06:00:00.000000Z", "until": "2026-04-01T05:00:00.000000Z"},
    },
    "products/dairy": ["cheese", "milk"],
    "members/regulars": ["m-1"],
}
"""The parts of FULL, written down by hand."""


def by_hand(document: Any) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def test_the_digests_are_what_anybody_can_compute() -> None:
    pressed = wire.press(FULL)
    manifest = {name: by_hand(document) for name, document in BY_HAND.items()}

    assert BY_HAND == dict(wire.parts_of(FULL))
    assert manifest == dict(pressed.manifest)
    assert by_hand(manifest) == pressed.digest


def test_the_digest_of_the_sales_part_never_changes_by_accident() -> None:
    """Every journal entry carries the rulebook's: if a default changes, this must change on purpose."""
    assert "8695757b1d49677fd96d317a7d3dc62f" == wire.press(Rulebook()).manifest["sales"]


@given(pairs)
def test_digests_are_equal_exactly_for_equal_rulebooks(pair: tuple[Rulebook, Rulebook]) -> None:
    one, other = pair
    again = attrs.evolve(one, stores=dict(reversed(list(one.stores.items()))))

    assert wire.press(one).digest == wire.press(again).digest
    assert (one == other) == (wire.press(one).digest == wire.press(other).digest)


def test_a_rule_that_is_said_and_is_the_default_changes_nothing() -> None:
    """The digest is of the whole value: saying what holds anyway is saying nothing."""
    said = Rulebook(points=PointsRules(adjustment_max=Points(1_000_000)))

    assert wire.press(Rulebook()).digest == wire.press(said).digest


def test_what_did_not_change_is_not_stored_again() -> None:
    before, after = wire.press(FULL), wire.press(attrs.evolve(FULL, points=PointsRules()))

    assert {after.digest, after.manifest["points"]} == after.documents.keys() - before.documents.keys()


# --- parts ---------------------------------------------------------------------------------------


@given(rulebooks)
def test_a_rulebook_is_read_from_its_parts_as_it_was(rulebook: Rulebook) -> None:
    pressed = wire.press(rulebook)
    stored = {digest: wire.parse(wire.text(document)) for digest, document in pressed.documents.items()}

    assert rulebook == wire.from_parts(wire.manifest_of(stored[pressed.digest]), stored)


def test_a_part_has_the_name_of_what_it_is() -> None:
    assert [
        "sales",
        "points",
        "tiers",
        "stages",
        "identity",
        "profiles",
        "stores",
        "campaign/spring",
        "products/dairy",
        "members/regulars",
    ] == list(wire.parts_of(FULL))


def test_what_an_older_program_stored_is_read_with_the_defaults_of_today() -> None:
    """It did not know every field, nor every part; what it stored keeps the digest it was stored under."""
    sales = {"zone": "Europe/Rome", "currency": "EUR"}
    manifest = {"sales": wire.digest_of(sales)}

    rulebook = wire.from_parts(manifest, {manifest["sales"]: sales})

    assert Rulebook(sales=SaleRules("Europe/Rome", "EUR")) == rulebook
    assert manifest["sales"] != wire.press(rulebook).manifest["sales"]


def test_a_rulebook_of_before_there_were_rules_of_identity_keeps_every_digest() -> None:
    """Entries of years name it; and put in force anew, only what it did not have is stored beside it."""
    older = {name: part for name, part in BY_HAND.items() if name not in {"identity", "profiles"}}
    manifest = {name: by_hand(part) for name, part in older.items()}
    documents = {by_hand(part): part for part in older.values()}

    rulebook = wire.from_parts(wire.manifest_of(manifest), documents)
    pressed = wire.press(rulebook)

    assert attrs.evolve(FULL, identity=IdentityRules(), profiles=ProfileRules()) == rulebook
    assert manifest.items() <= pressed.manifest.items()
    assert {"identity", "profiles"} == pressed.manifest.keys() - manifest.keys()


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_digest_and_diff_are_the_same_in_every_process(seed: str) -> None:
    """Python turns its sets over in every process: a set that is written as it lies has many digests."""
    program = (
        "import attrs\n"
        "from omnicommerce import wire\n"
        "from omnicommerce.identity import IdentityRules, NamespaceKind, NamespaceRules\n"
        "from omnicommerce.rulebook import Rulebook, diff\n"
        "words = frozenset(f'word{letter}' for letter in 'abcdefgh')\n"
        "phone = NamespaceRules(name='phone', kind=NamespaceKind.CONTACT, priority=1, limit=1,\n"
        "    hub_ignores=words, blocked=words)\n"
        "one = Rulebook(identity=IdentityRules((phone,)))\n"
        "bare = attrs.evolve(phone, hub_ignores=frozenset(), blocked=words - {'worda'} | {'wordi'})\n"
        "print(list(words))\n"
        "print(wire.press(one).digest, *diff(one, Rulebook(identity=IdentityRules((bare,)))))"
    )
    command = [sys.executable, "-c", program]
    here, there = (
        subprocess.run(  # noqa: S603 - ourselves
            command, check=True, capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": each}
        ).stdout.splitlines()
        for each in ("12345", seed)
    )

    # The negative control: the set itself is another in each.
    assert here[0] != there[0]
    assert here[1] == there[1]


def test_a_part_that_is_not_the_one_its_digest_names_is_refused() -> None:
    pressed = wire.press(FULL)
    digest = pressed.manifest["points"]
    swapped = {**pressed.documents, digest: wire.parts_of(Rulebook())["points"]}

    assert [f"$.points: expected the document {digest}, got one with another digest"] == faults(
        lambda: wire.from_parts(pressed.manifest, swapped)
    )


def test_every_part_that_is_wrong_is_named() -> None:
    nothing = wire.digest_of({})
    manifest = {
        "sales": "absent",
        "prices": nothing,
        "campaign/": nothing,
        "shop/x": nothing,
        "points/x": nothing,
    }

    assert [
        "$.sales: there is no document absent",
        "$.prices: expected the name of a part that this program knows",
        '$["campaign/"]: expected the name of a part that this program knows',
        '$["shop/x"]: expected the name of a part that this program knows',
        '$["points/x"]: expected the name of a part that this program knows',
    ] == faults(lambda: wire.from_parts(manifest, {nothing: {}}))


def test_a_part_that_does_not_fit_is_named_as_in_the_whole_document() -> None:
    campaign = {"name": "Spring"}
    digest = wire.digest_of(campaign)

    assert ["$.campaigns.spring.window: missing field"] == faults(
        lambda: wire.from_parts({"campaign/spring": digest}, {digest: campaign})
    )


@pytest.mark.parametrize("document", [None, [], {"sales": 1}, {"sales": None}])
def test_what_is_no_manifest_is_refused(document: Any) -> None:
    with pytest.raises(BadWire):
        wire.manifest_of(document)


def test_every_name_fits_into_the_manifest() -> None:
    """Also if there are as many as may be, all as long as may be, of characters that are written as two."""
    names = [CampaignId(f"{number:0>4}" + '"' * (NAME_LENGTH_MAX - 4)) for number in range(PARTS_MAX)]
    campaign = attrs.evolve(SPRING, members=None, products=None)

    pressed = wire.press(Rulebook(campaigns=dict.fromkeys(names, campaign)))

    assert len(wire.text(pressed.documents[pressed.digest])) <= PART_LENGTH_MAX


def test_a_part_that_does_not_fit_into_a_record_is_named() -> None:
    """The rulebook counts characters itself; a rule that has grown since is stopped here."""
    rulebook = attrs.evolve(FULL)
    stores = {StoreId(f"{number:0>64}"): Store("UTC") for number in range(20_000)}
    object.__setattr__(rulebook, "stores", stores)

    (fault,) = faults(lambda: wire.press(rulebook))
    assert fault.startswith(f"$.stores: expected at most {PART_LENGTH_MAX} characters of text, got ")


def test_parts_are_named_by_where_they_stand_in_the_document() -> None:
    rulebook = attrs.evolve(FULL)
    object.__setattr__(rulebook, "member_lists", {"a b": frozenset({"x" * PART_LENGTH_MAX})})

    (fault,) = faults(lambda: wire.press(rulebook))
    assert fault.startswith('$.member_lists["a b"]: expected at most ')


# --- one document --------------------------------------------------------------------------------


@given(rulebooks)
def test_what_is_dumped_is_loaded_as_it_was(rulebook: Rulebook) -> None:
    document = wire.dump_rulebook(rulebook)

    assert rulebook == wire.load_rulebook(document)
    assert rulebook == wire.load_rulebook(document.encode())
    assert document == wire.dump_rulebook(wire.load_rulebook(document))


def test_an_empty_document_is_the_rulebook_of_defaults() -> None:
    assert Rulebook() == wire.load_rulebook("{}")


def test_a_document_may_say_where_its_schema_is() -> None:
    assert Rulebook() == wire.load_rulebook(written(**{"$schema": "./rulebook.schema.json"}))


def test_a_document_in_the_words_of_a_merchant() -> None:
    document = """
    {
      "sales": {"zone": "Europe/Rome", "currency": "EUR"},
      "tiers": {"levels": [{"name": "oro", "spend": {"minor": 50000, "currency": "EUR"}}]},
      "stores": {"roma-1": {"zone": "Europe/Rome"}}
    }
    """

    assert Rulebook(
        sales=SaleRules("Europe/Rome", "EUR"),
        tiers=TierRules(levels=(Level("oro", Money(50_000, "EUR")),)),
        stores={StoreId("roma-1"): Store("Europe/Rome")},
    ) == wire.load_rulebook(document)


def test_tiers_that_overlap_are_refused() -> None:
    """From 1,000 one is silver and from 900 gold: nobody could ever stand on silver."""
    levels = [
        {"name": "silver", "spend": {"minor": 100_000, "currency": "CNY"}},
        {"name": "gold", "spend": {"minor": 90_000, "currency": "CNY"}},
    ]

    (fault,) = faults(lambda: wire.load_rulebook(written(tiers={"levels": levels})))
    assert fault.startswith("$.tiers.levels[1].spend: ")


def test_every_fault_of_a_document_is_named_at_once() -> None:
    """Also those between parts that can be read, where others cannot."""
    document = written(
        **{"$schema": 5},
        sales={"currency": "USD"},
        points={"earn_per": {"minor": 100, "currency": "EUR"}},
        tiers={"levels": [{"name": "gold", "spend": {"minor": "many", "currency": "USD"}}]},
        stores={"a b": {"zone": "Europe/Atlantis"}, "web": {}},
        campaigns={
            "spring": {
                "name": "Spring",
                "window": {"since": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"},
                "products": "dairy",
            }
        },
        product_list={},
    )

    assert [
        '$["$schema"]: expected str, got int',
        "$.tiers.levels[0].spend.minor: expected int, got str",
        "$.stores[\"a b\"].zone: there is no time zone 'Europe/Atlantis'",
        "$.stores.web.zone: missing field",
        "$.product_list: unknown field",
        "$.points.earn_per: expected USD, as the shop sells in, got EUR",
        "$.campaigns.spring.products: there is no 'dairy' in product_lists",
    ] == faults(lambda: wire.load_rulebook(document))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("", "$: expected JSON, got nothing"),
        ("[]", "$: expected dict, got list"),
        ("null", "$: expected dict, got None"),
        ('{"sales": {}, "sales": {}}', "$.sales: expected one field of this name, got several"),
        (
            '{"points": {"earn_per": {"minor": 1.0, "currency": "CNY"}}}',
            "$.points.earn_per.minor: expected int, got float",
        ),
        ('{"points": {"activation_days": true}}', "$.points.activation_days: expected int, got bool"),
        ('{"points": {"expiry_days": 0}}', "$.points.expiry_days: expected 1 to 3650"),
        ('{"sales": null}', "$.sales: expected dict, got None"),
        (
            '{"product_lists": {"dairy": ["milk", "milk"]}}',
            "$.product_lists.dairy[1]: expected every item once",
        ),
        ('{"version": 1}', "$.version: unknown field"),
    ],
)
def test_a_document_is_read_strictly(document: str, fault: str) -> None:
    assert [fault] == faults(lambda: wire.load_rulebook(document))


def phone(**terms: Any) -> dict[str, Any]:
    """A document with rules for eight kinds of identifiers, those of telephones in the fourth place."""
    several = [{"name": f"kind{nth}", "kind": "device", "priority": 9} for nth in range(8)]
    several[3] = {"name": "phone", "kind": "contact", "priority": 4, "limit": 3} | terms
    return {"identity": {"namespaces": several, "size_max": 64}}


def city(**terms: Any) -> dict[str, Any]:
    return {"profiles": {"fields": [{"field": "city"} | terms]}}


def view(**terms: Any) -> dict[str, Any]:
    told = {"role": "assistant", "fields": ["city"], "purposes": ["service"]} | terms
    return {"profiles": {"views": [told]}}


PHONE: Final = "$.identity.namespaces[3]"


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (phone(hub_limit="20"), f"{PHONE}.hub_limit: expected int, got str"),
        (phone(hub_limit=-1), f"{PHONE}.hub_limit: expected 0 to 10000"),
        (phone(limit=0), f"{PHONE}.limit: expected 1 to 10000"),
        (phone(window=1.5), f"{PHONE}.window: expected a number of seconds as int, got float"),
        (phone(window="P1Y"), f"{PHONE}.window: expected a number of seconds as int, got str"),
        (phone(window=-1), f"{PHONE}.window: expected 0 to 1000000000000 whole seconds"),
        (phone(window=0), f"{PHONE}.window: expected more than nothing and at most 36600 days"),
        (phone(window=60, limit=None), f"{PHONE}.window: expected a limit that it is the window of"),
        (phone(valid_for=True), f"{PHONE}.valid_for: expected a number of seconds as int, got bool"),
        (phone(kind="tel"), f"{PHONE}.kind: expected one of person, account, contact, platform, device"),
        (phone(hub_ignores=["order", "order"]), f"{PHONE}.hub_ignores[1]: expected every item once"),
        (phone(blocked="110"), f"{PHONE}.blocked: expected list, got str"),
        (phone(blocked=[110]), f"{PHONE}.blocked[0]: expected str, got int"),
        (phone(name="kind4"), "$.identity.namespaces[4].name: expected each namespace once"),
        (phone(hub=20), f"{PHONE}.hub: unknown field"),
        ({"identity": {"_by_name": {}}}, "$.identity._by_name: unknown field"),
        ({"identity": {"declared_by": 3}}, "$.identity.declared_by: expected 1 to 2"),
        ({"identity": {"guest_orders": "some"}}, "$.identity.guest_orders: expected one of all, standing"),
        (city(field="town"), "$.profiles.fields[0].field: expected a field of the library"),
        (city(policy={"is": "newest"}), "$.profiles.fields[0].policy.is: expected one of most_recent"),
        (city(policy={}), "$.profiles.fields[0].policy.is: missing field"),
        (
            city(policy={"is": "most_trusted", "sources": ["crm", "crm"]}),
            "$.profiles.fields[0].policy.sources: expected each source once",
        ),
        (
            city(policy={"is": "by_channel", "channels": ["store", "moon"]}),
            "$.profiles.fields[0].policy.channels[1]: expected one of store, online",
        ),
        (city(kind="date"), "$.profiles.fields[0].kind: expected text, which this field of the library"),
        (view(role="owner"), "$.profiles.views[0].role: expected a role other than the owner's"),
        (view(fields=["city", "shop.size"]), "$.profiles.views[0].fields[1]: expected rules that say"),
    ],
)
def test_rules_of_identity_and_profiles_are_read_as_strictly(document: Any, fault: str) -> None:
    (only,) = faults(lambda: wire.load_rulebook(json.dumps(document)))

    assert only.startswith(fault)


def test_the_documents_of_those_tests_are_in_order_but_for_the_fault() -> None:
    for document in (phone(), phone(window=60, valid_for=60), city(), view()):
        assert Rulebook() != wire.load_rulebook(json.dumps(document))


def test_a_document_of_any_length_is_answered_soon() -> None:
    assert [f"$: expected at most {wire.RULEBOOK_LENGTH_MAX} bytes"] == faults(
        lambda: wire.load_rulebook(" " * (wire.RULEBOOK_LENGTH_MAX + 1))
    )


def test_a_rulebook_larger_than_any_receipt_is_read() -> None:
    lists = {"all": [f"{number:0>20}" for number in range(40_000)]}

    assert 40_000 == len(wire.load_rulebook(written(product_lists=lists)).product_lists["all"])


KEYS: Final = st.sampled_from([*attrs.fields_dict(Rulebook), "levels", "stages", "spend", "minor", "$schema"])
ANY_JSON: Final[st.SearchStrategy[Any]] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)


@given(ANY_JSON)
def test_any_json_is_a_rulebook_or_has_faults_with_paths(data: Any) -> None:
    found: tuple[Fault, ...] = ()
    try:
        wire.load_rulebook(json.dumps(data))
    except BadWire as bad:
        found = bad.faults

    assert [] == [fault for fault in found if not fault.path.startswith("$")]


def test_a_number_of_too_many_digits_is_a_fault() -> None:
    document = '{"sales": {"late_days_max": ' + "9" * (sys.get_int_max_str_digits() + 1) + "}}"

    assert ["$.sales.late_days_max: expected at most 19 digits"] == faults(
        lambda: wire.load_rulebook(document)
    )
