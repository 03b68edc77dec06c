"""Profiles: a function of what was told, and of nothing else; each role sees its part, with its origin."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from omnicommerce.identity.profiles import (
    OWNER,
    ByChannel,
    Fact,
    FactRetraction,
    FieldRules,
    Kind,
    Longest,
    MostRecent,
    MostTrusted,
    Policy,
    Profile,
    ProfileRules,
    Step,
    Tie,
    Told,
    View,
    exported,
    facts_of,
    profile,
)
from omnicommerce.identity.profiles.facts import VALUE_LENGTH_MAX
from omnicommerce.identity.profiles.profile import BEATEN_SHOWN_MAX, TOLD_MAX
from omnicommerce.kernel.channel import Channel
from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import MemberId

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
MARY: Final = MemberId("mary")
NODES: Final = (MARY, MemberId("marys-phone"), MemberId("somebody-else"))
SOURCES: Final = ("crm", "till", "import.old")
PURPOSES: Final = ("service", "marketing")
SIZE: Final = "shop.shoe_size"


def told(value: Any = "Mary", field: str = "name", **other: Any) -> Fact:
    known: dict[str, Any] = {
        "node": MARY,
        "source": "till",
        "channel": Channel.STORE,
        "purpose": "service",
        "seen_at": NOON,
    } | other
    return Fact(field=field, value=value, **known)


INSTANTS: Final = st.integers(-3, 3).map(lambda hours: NOON + hours * HOUR)
VALUES: Final = {
    "name": st.sampled_from(["Mary", "Mary Li", "李梅", "M"]),
    "city": st.sampled_from(["Shanghai", "Suzhou"]),
    "birthday": st.dates(date(1990, 1, 1), date(1990, 1, 3)),
    SIZE: st.one_of(st.integers(0, 2), st.booleans(), st.sampled_from(["0", "38"])),
}


def facts_about(field: str) -> st.SearchStrategy[Fact]:
    return st.builds(
        Fact,
        node=st.sampled_from(NODES),
        field=st.just(field),
        value=VALUES[field],
        source=st.sampled_from(SOURCES),
        channel=st.sampled_from(list(Channel)),
        purpose=st.sampled_from(PURPOSES),
        seen_at=INSTANTS,
    )


FACTS: Final = st.sampled_from(sorted(VALUES)).flatmap(facts_about)


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Facts, and retractions of some of them and of others that nobody told."""
    facts = draw(st.lists(FACTS, max_size=12))
    targets = st.sampled_from(facts) if facts else FACTS
    retractions = draw(
        st.lists(
            st.builds(
                lambda fact, node, at: FactRetraction(node or fact.node, fact.id, "desk", at),
                targets,
                st.none() | st.sampled_from(NODES),
                INSTANTS,
            ),
            max_size=4,
        )
    )
    return [*facts, *retractions]


POLICIES: Final = st.one_of(
    st.just(MostRecent()),
    st.lists(st.sampled_from([*SOURCES, "other"]), min_size=1, unique=True).map(
        lambda each: MostTrusted(tuple(each))
    ),
    st.lists(st.sampled_from(list(Channel)), min_size=1, unique=True).map(
        lambda each: ByChannel(tuple(each))
    ),
)


def field_rules(field: str) -> st.SearchStrategy[FieldRules]:
    policies: st.SearchStrategy[Policy] = POLICIES
    kind = {"birthday": Kind.DATE, SIZE: Kind.NUMBER}.get(field, Kind.TEXT)
    if kind is Kind.TEXT:
        policies |= st.just(Longest())
    days = st.none() | st.just(1)
    return st.builds(
        FieldRules, st.just(field), policies, st.sampled_from(Tie), kind=st.just(kind), valid_days=days
    )


VIEWS: Final = st.builds(
    View,
    role=st.just("store_assistant"),
    fields=st.lists(st.sampled_from(sorted(VALUES)), min_size=1, unique=True).map(tuple),
    purposes=st.lists(st.sampled_from(PURPOSES), min_size=1, unique=True).map(tuple),
)
RULES: Final = st.builds(
    ProfileRules,
    fields=st.tuples(*(field_rules(field) for field in sorted(VALUES))),
    views=VIEWS.map(lambda view: (view,)),
)
ROLES: Final = st.sampled_from(["store_assistant", OWNER])
PLAIN: Final = ProfileRules(views=(View("store_assistant", ("name", "city"), ("service",)),))


def one(facts: Iterable[Told], rules: FieldRules, now: datetime = NOON) -> Any:
    """What the field of *rules* is, with its origin."""
    return profile(facts, ProfileRules(fields=(rules,)), OWNER, now).get(rules.field)


# --- a function of the set -----------------------------------------------------------------------


@given(histories(), RULES, ROLES, INSTANTS, st.data())
def test_neither_order_nor_repetition_changes_a_profile(
    history: list[Told], rules: ProfileRules, role: str, now: datetime, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(history), max_size=5)) if history else []
    shuffled = data.draw(st.permutations([*history, *again]))

    assert profile(history, rules, role, now) == profile(shuffled, rules, role, now)
    assert exported(history) == exported(shuffled)


def newest_record_wins_all(records: Iterable[Fact]) -> dict[str, Any]:
    """As Mautic merges: later records are laid over earlier ones, in the order in which they come."""
    merged: dict[str, Any] = {}
    for fact in records:
        merged[fact.field] = fact.value
    return merged


def test_the_law_of_order_can_tell_a_fold_in_order_of_arrival() -> None:
    facts = (told("Mary"), told("Mary Li"))

    assert newest_record_wins_all(facts) != newest_record_wins_all(reversed(facts))
    assert profile(facts, PLAIN, OWNER, NOON) == profile(reversed(facts), PLAIN, OWNER, NOON)


@given(histories(), RULES, ROLES, INSTANTS)
def test_a_split_gives_each_side_the_profile_it_had(
    history: list[Told], rules: ProfileRules, role: str, now: datetime
) -> None:
    ours = facts_of(history, frozenset({MARY}))
    theirs = facts_of(history, frozenset(NODES) - {MARY})
    before = [profile(side, rules, role, now) for side in (ours, theirs)]

    united = ours | theirs

    assert profile(history, rules, role, now) == profile(united, rules, role, now)
    assert before[0] == profile(facts_of(united, frozenset({MARY})), rules, role, now)
    assert before[1] == profile(facts_of(united, frozenset(NODES) - {MARY}), rules, role, now)


@given(histories(), RULES, INSTANTS)
def test_a_value_is_one_that_stands_and_every_origin_is_true(
    history: list[Told], rules: ProfileRules, now: datetime
) -> None:
    by_id = {each.id: each for each in history if isinstance(each, Fact)}
    gone = {(each.node, each.fact) for each in history if isinstance(each, FactRetraction) and each.at <= now}

    for known in profile(history, rules, OWNER, now).values:
        fact = by_id[known.fact]
        assert (known.field, known.value, known.node, known.source) == (
            fact.field,
            fact.value,
            fact.node,
            fact.source,
        )
        assert (known.channel, known.purpose, known.seen_at) == (fact.channel, fact.purpose, fact.seen_at)
        assert fact.seen_at <= now
        assert (fact.node, fact.id) not in gone
        for loser in known.beaten:
            assert by_id[loser.fact].field == fact.field
            assert loser.agrees is (by_id[loser.fact].value == fact.value)


# --- what a role sees ----------------------------------------------------------------------------


@given(histories(), FACTS, RULES, INSTANTS)
def test_what_a_role_must_not_see_changes_nothing_that_it_sees(
    history: list[Told], more: Fact, rules: ProfileRules, now: datetime
) -> None:
    """Not even the reasons: who sees why a value won would learn that there is another."""
    view = rules.views[0]
    assume(more.field not in view.fields or more.purpose not in view.purposes)

    before = profile(history, rules, view.role, now)

    assert before == profile([*history, more], rules, view.role, now)


@given(st.lists(FACTS, max_size=12), RULES, INSTANTS)
def test_a_view_shows_no_field_and_no_purpose_that_it_does_not_name(
    facts: list[Fact], rules: ProfileRules, now: datetime
) -> None:
    view = rules.views[0]
    for known in profile(facts, rules, view.role, now).values:
        assert known.field in view.fields
        assert known.purpose in view.purposes


def test_a_field_that_nobody_names_is_for_its_owner_only() -> None:
    facts = (told("Mary"), told("allergic to wool", "shop.allergy"), told(date(1990, 1, 1), "birthday"))

    seen = profile(facts, PLAIN, "store_assistant", NOON)

    assert ["name"] == [each.field for each in seen.values]
    assert ["birthday", "name", "shop.allergy"] == [
        each.field for each in profile(facts, PLAIN, OWNER, NOON).values
    ]
    assert set(facts) == set(exported(facts))


def test_a_fact_told_for_marketing_is_not_for_service() -> None:
    facts = (told("Mary", purpose="marketing", seen_at=NOON), told("Mary Li", seen_at=NOON - HOUR))

    name = profile(facts, PLAIN, "store_assistant", NOON).get("name")

    assert name is not None
    assert ("Mary Li", 0, None) == (name.value, name.beaten_count, name.won_by)


@pytest.mark.parametrize("role", ["", "cashier", "STORE_ASSISTANT", None, 7])
def test_a_role_without_a_view_sees_nothing_at_all(role: Any) -> None:
    with pytest.raises(BadValue) as caught:
        profile((told(),), PLAIN, role, NOON)

    assert "role" == caught.value.path


# --- each policy against a naive one -------------------------------------------------------------


def naive(facts: Iterable[Fact], rules: FieldRules, now: datetime) -> Fact | None:
    """Compare each with each, as somebody would with slips of paper: no sort keys, no negative numbers."""
    best: Fact | None = None
    for fact in facts:
        value: Any = fact.value
        right = {Kind.TEXT: str, Kind.DATE: date, Kind.BOOL: bool, Kind.NUMBER: int}[rules.kind]
        if fact.field != rules.field or type(value) is not right or fact.seen_at > now:
            continue
        if rules.valid_days is not None and fact.seen_at + timedelta(days=rules.valid_days) <= now:
            continue
        if best is None or naive_beats(fact, best, rules):
            best = fact
    return best


def naive_beats(one: Fact, other: Fact, rules: FieldRules) -> bool:
    by_policy = naive_preference(one, other, rules.policy)
    if by_policy is not None:
        return by_policy
    if one.seen_at != other.seen_at:
        return one.seen_at > other.seen_at if rules.tie is Tie.NEWEST else one.seen_at < other.seen_at
    return one.id > other.id


def naive_preference(one: Fact, other: Fact, policy: Policy) -> bool | None:
    """Whether the policy prefers *one*, or None if it holds them equal."""
    match policy:
        case MostTrusted(sources):
            firsts = [each for each in sources if each in (one.source, other.source)]
            equal, first = one.source == other.source or not firsts, bool(firsts) and firsts[0] == one.source
        case ByChannel(channels):
            firsts = [each for each in channels if each in (one.channel, other.channel)]
            equal, first = (
                one.channel is other.channel or not firsts,
                bool(firsts) and firsts[0] == one.channel,
            )
        case Longest():
            equal = len(str(one.value)) == len(str(other.value))
            first = len(str(one.value)) > len(str(other.value))
        case MostRecent():
            equal, first = one.seen_at == other.seen_at, one.seen_at > other.seen_at
    return None if equal else first


@given(
    st.lists(FACTS, max_size=12),
    st.sampled_from(sorted(VALUES)).flatmap(field_rules),
    INSTANTS,
    st.integers(0, 30),
)
def test_a_policy_chooses_as_somebody_with_slips_of_paper_would(
    facts: list[Fact], rules: FieldRules, now: datetime, later: int
) -> None:
    now += later * HOUR
    expected = naive(facts, rules, now)
    found = profile(facts, ProfileRules(fields=(rules,)), OWNER, now)

    known = [each for each in found.values if each.field == rules.field and type_of(each.value) == rules.kind]

    assert ([] if expected is None else [expected.id]) == [each.fact for each in known]


def type_of(value: Any) -> Kind:
    return {str: Kind.TEXT, date: Kind.DATE, bool: Kind.BOOL, int: Kind.NUMBER}[type(value)]


PAIRS: Final = st.sampled_from(["name", "city", "birthday"]).flatmap(
    lambda field: st.tuples(
        facts_about(field),
        facts_about(field),
        field_rules(field),
    )
)


@given(PAIRS)
def test_of_two_facts_one_always_wins_and_says_why(pair: tuple[Fact, Fact, FieldRules]) -> None:
    one, other, rules = pair
    rules = attrs.evolve(rules, valid_days=None)
    assume(one.id != other.id)

    known = profile((one, other), ProfileRules(fields=(rules,)), OWNER, NOON + 9 * HOUR).get(rules.field)

    assert known is not None
    assert {known.fact, known.beaten[0].fact} == {one.id, other.id}
    assert known.won_by is known.beaten[0].at
    is_equal = naive_preference(one, other, rules.policy) is None
    expected = Step.POLICY if not is_equal else Step.TIE if one.seen_at != other.seen_at else Step.CONTENT
    assert expected is known.won_by


@pytest.mark.parametrize(
    ("rules", "winner", "step"),
    [
        (FieldRules("name"), "new", Step.POLICY),
        (FieldRules("name", Longest()), "longer", Step.POLICY),
        (FieldRules("name", MostTrusted(("crm", "till"))), "crm", Step.POLICY),
        (FieldRules("name", MostTrusted(("nobody",))), "new", Step.TIE),
        (FieldRules("name", MostTrusted(("nobody",)), Tie.OLDEST), "longer", Step.TIE),
        (FieldRules("name", ByChannel((Channel.ONLINE, Channel.STORE))), "crm", Step.POLICY),
    ],
)
def test_a_value_says_at_which_step_it_won(rules: FieldRules, winner: str, step: Step) -> None:
    facts = (
        told("longer", seen_at=NOON - 2 * HOUR),
        told("crm", source="crm", channel=Channel.ONLINE, seen_at=NOON - HOUR),
        told("new"),
    )

    known = one(facts, rules)

    assert (winner, step, 2) == (known.value, known.won_by, known.beaten_count)


def test_the_last_word_is_the_content_and_not_the_order() -> None:
    facts = [told(name, source="till") for name in ("Mary", "Mary Li", "M. Li")]

    winners = {one(order, FieldRules("name")).value for order in itertools.permutations(facts)}

    assert {max(facts, key=lambda fact: fact.id).value} == winners
    assert Step.CONTENT is one(facts, FieldRules("name")).won_by


def test_a_fact_counts_until_the_very_instant_its_days_are_over() -> None:
    rules = FieldRules("city", valid_days=1)
    fact = told("Shanghai", "city")
    over = NOON + timedelta(days=1)

    assert "Shanghai" == one([fact], rules, over - timedelta(microseconds=1)).value
    assert one([fact], rules, over) is None


def test_what_is_seen_later_is_not_known_yet() -> None:
    assert one([told(seen_at=NOON + HOUR)], FieldRules("name")) is None
    assert "Mary" == one([told(seen_at=NOON + HOUR)], FieldRules("name"), NOON + HOUR).value


def test_each_side_of_a_split_has_the_retractions_of_its_own_facts() -> None:
    ours, theirs = told(), told(node=NODES[1])
    gone = [FactRetraction(each.node, each.id, "desk", NOON) for each in (ours, theirs)]

    assert {ours, gone[0]} == facts_of((ours, theirs, *gone), frozenset({MARY}))


def test_a_retraction_brings_back_what_was_before_and_a_new_fact_what_was_taken() -> None:
    old, new = told("Li", seen_at=NOON - HOUR), told("Wang", seen_at=NOON)
    gone = FactRetraction(MARY, new.id, "desk", NOON + HOUR)
    again = told("Wang", seen_at=NOON + 3 * HOUR)

    assert "Wang" == one([old, new, gone], FieldRules("name"), NOON).value
    assert "Li" == one([gone, new, old, new], FieldRules("name"), NOON + 2 * HOUR).value
    assert "Wang" == one([old, again, gone, new], FieldRules("name"), NOON + 3 * HOUR).value


def test_nobody_retracts_what_another_customer_said() -> None:
    fact = told()
    forged = FactRetraction(MemberId("somebody-else"), fact.id, "desk", NOON)

    assert "Mary" == one([fact, forged], FieldRules("name")).value


def test_many_beaten_facts_are_counted_and_the_best_are_shown() -> None:
    facts = [told(f"name {nth:03}", seen_at=NOON - nth * HOUR) for nth in range(BEATEN_SHOWN_MAX + 6)]

    known = one(facts, FieldRules("name"))

    assert BEATEN_SHOWN_MAX + 5 == known.beaten_count
    assert [each.id for each in facts[1 : BEATEN_SHOWN_MAX + 1]] == [each.fact for each in known.beaten]


# --- public bugs ---------------------------------------------------------------------------------


def test_tracardi_892_a_merged_profile_keeps_every_property() -> None:
    """Merging built the wrong object, and properties and personal data were gone."""
    ours = (told("Mary", "given_name"), told(date(1990, 1, 1), "birthday"))
    theirs = (told("Li", "family_name", node=NODES[1]), told(38, SIZE, node=NODES[1]))

    def said(profile: Profile) -> set[tuple[str, Any]]:
        return {(each.field, each.value) for each in profile.values}

    apart = [said(profile(side, PLAIN, OWNER, NOON)) for side in (ours, theirs)]

    assert apart[0] | apart[1] == said(profile((*ours, *theirs), PLAIN, OWNER, NOON))


def test_tracardi_474_merging_makes_no_list_of_two_texts() -> None:
    """Two profiles with one text each became one with a list, and whatever read the text failed."""
    facts = (told("Mary"), told("Mary Li", node=NODES[1]), told("Mary", node=NODES[2]))

    name = one(facts, FieldRules("name"))

    assert type(name.value) is str
    assert 2 == name.beaten_count


def test_tracardi_474_a_field_keeps_its_kind() -> None:
    number, text = told(38, SIZE, seen_at=NOON - HOUR), told("thirty-eight", SIZE)
    rules = ProfileRules((FieldRules(SIZE, kind=Kind.NUMBER),), (View("desk", (SIZE,), ("service",)),))

    seen = profile((number, text), rules, "desk", NOON)

    assert [38] == [each.value for each in seen.values]
    assert [38, "thirty-eight"] == [each.value for each in profile((number, text), rules, OWNER, NOON).values]


def test_unomi_most_recent_is_by_fact_and_not_by_the_profiles_first_visit() -> None:
    """There the "most recent" value was that of the profile whose first visit came last."""
    first_visit_early = (
        told("Old Town", "city", seen_at=NOON - 9 * HOUR),
        told("Suzhou", "city", seen_at=NOON),
    )
    first_visit_late = (told("Shanghai", "city", node=NODES[1], seen_at=NOON - HOUR),)

    assert "Suzhou" == one((*first_visit_early, *first_visit_late), FieldRules("city")).value


@pytest.mark.parametrize("empty", ["", " ", "   "])
def test_unomi_non_empty_holds_because_there_are_no_empty_facts(empty: str) -> None:
    """Its strategy "NonEmpty" is not written yet, so an empty value could win over a name."""
    with pytest.raises(BadValue, match="value: expected 1 to 500 characters"):
        told(empty)


def test_mautic_the_newest_record_does_not_win_every_field() -> None:
    """There the record that was changed last overwrites all fields of the other one."""
    other: dict[str, Any] = {"node": NODES[1], "source": "web", "seen_at": NOON}
    newest = (told("M", **other), told("Suzhou", "city", **other))
    older = (
        told("Mary Li", source="crm", seen_at=NOON - HOUR),
        told("Shanghai", "city", seen_at=NOON - HOUR),
    )
    rules = ProfileRules(fields=(FieldRules("name", MostTrusted(("crm",))), FieldRules("city")))

    merged = profile((*older, *newest), rules, OWNER, NOON)

    assert {"name": "M", "city": "Suzhou"} == newest_record_wins_all((*older, *newest))
    assert [("city", "Suzhou"), ("name", "Mary Li")] == [(each.field, each.value) for each in merged.values]


# --- facts ---------------------------------------------------------------------------------------


def test_a_fact_is_known_by_its_content() -> None:
    assert told().id == told(seen_at=NOON.astimezone()).id
    assert told("\u00c9va") == told("E\u0301va ")
    assert told("\u00c9va").id == told("E\u0301va").id
    assert told() == pickle.loads(pickle.dumps(told()))  # noqa: S301 - our own


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("node", "another"),
        ("field", "nickname"),
        ("value", "Marie"),
        ("source", "web"),
        ("channel", Channel.ONLINE),
        ("purpose", "marketing"),
        ("seen_at", NOON + timedelta(microseconds=1)),
    ],
)
def test_every_part_of_a_fact_makes_another(part: str, other: Any) -> None:
    assert told().id != attrs.evolve(told(), **{part: other}).id


def test_true_one_and_their_texts_are_four_facts() -> None:
    """To Python True equals 1, and a set of both has one member."""
    values: tuple[Any, ...] = (True, 1, "true", "1")
    facts = {told(value, SIZE) for value in values}

    assert 4 == len(facts) == len({each.id for each in facts})


def test_the_id_of_a_fact_never_changes() -> None:
    """It stands in records: another id would be another fact."""
    assert "9e6d6366aeb36c0f024cc7cef5f79f8beee7d7cbe3ea940d9a06b3662da8f624" == told().id


SECRET: Final = "Zebedee-4711"  # noqa: S105 - a name, not a password


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("value", 1.5),
        ("value", None),
        ("value", [SECRET]),
        ("value", b"Zebedee-4711"),
        ("value", NOON),
        ("value", f"{SECRET}\u202e"),
        ("value", f"{SECRET}\n"),
        ("value", f"{SECRET}\ud800"),
        ("value", SECRET * VALUE_LENGTH_MAX),
        ("value", date(1990, 1, 1)),
        ("value", 10**16),
        ("field", SECRET),
        ("field", "shoe_size"),
        ("field", None),
        ("node", f"{SECRET}\u200b"),
        ("source", SECRET),
        ("source", "a" * 65),
        ("purpose", SECRET),
        ("purpose", ""),
        ("channel", "store"),
        ("seen_at", datetime(2026, 11, 22, 12)),  # noqa: DTZ001 - on purpose
        ("seen_at", "2026-11-22"),
    ],
)
def test_what_is_no_fact_is_refused_with_its_path_and_never_repeated(part: str, wrong: Any) -> None:
    with pytest.raises(BadValue) as caught:
        attrs.evolve(told(), **{part: wrong})

    assert part == caught.value.path
    assert SECRET not in f"{caught.value} {caught.value!r}"
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


@pytest.mark.parametrize(
    ("part", "wrong"), [("fact", "f" * 63), ("fact", "G" * 64), ("fact", None), ("source", ""), ("node", "")]
)
def test_what_is_no_retraction_is_refused_with_its_path(part: str, wrong: Any) -> None:
    with pytest.raises(BadValue) as caught:
        attrs.evolve(FactRetraction(MARY, told().id, "desk", NOON), **{part: wrong})

    assert part == caught.value.path


@given(FACTS)
def test_nothing_shows_what_was_told_in_a_log(fact: Fact) -> None:
    fact = attrs.evolve(fact, field="name", value=SECRET)
    seen = profile((fact, attrs.evolve(fact, source="web")), PLAIN, OWNER, NOON + 9 * HOUR)

    assert SECRET == seen.values[0].value
    assert SECRET not in f"{fact!r} {fact} {seen!r}"


# --- rules ---------------------------------------------------------------------------------------

# What a host without a type checker could hand over.
a_trust: Any = MostTrusted
by_channel: Any = ByChannel
a_field: Any = FieldRules
a_view: Any = View
a_rulebook: Any = ProfileRules


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: a_trust(()), "sources"),
        (lambda: a_trust(("a", "a")), "sources"),
        (lambda: a_trust(("A",)), "sources[0]"),
        (lambda: a_trust(tuple(f"s{nth}" for nth in range(33))), "sources"),
        (lambda: by_channel(()), "channels"),
        (lambda: by_channel(("store",)), "channels[0]"),
        (lambda: by_channel((Channel.STORE, Channel.STORE)), "channels"),
        (lambda: a_field("shoe_size"), "field"),
        (lambda: a_field(7), "field"),
        (lambda: a_field("birthday", Longest()), "policy"),
        (lambda: a_field(SIZE, Longest(), kind=Kind.NUMBER), "policy"),
        (lambda: a_field("name", kind=Kind.NUMBER), "kind"),
        (lambda: a_field("name", "longest"), "policy"),
        (lambda: a_field("name", tie="newest"), "tie"),
        (lambda: a_field("name", valid_days=0), "valid_days"),
        (lambda: a_view("owner", ("name",), ("service",)), "role"),
        (lambda: a_view("desk", (), ("service",)), "fields"),
        (lambda: a_view("desk", ("name", "name"), ("service",)), "fields[1]"),
        (lambda: a_view("desk", ("shoe_size",), ("service",)), "fields[0]"),
        (lambda: a_view("desk", ("name",), ()), "purposes"),
        (lambda: a_rulebook((FieldRules("name"), FieldRules("name"))), "fields[1].field"),
        (lambda: a_rulebook(views=(View("desk", (SIZE,), ("service",)),)), "views[0].fields[0]"),
        (lambda: a_rulebook(views=(View("desk", ("name",), ("service",)),) * 2), "views[1].role"),
        (lambda: a_rulebook([]), "fields"),
        (lambda: a_rulebook(("name",)), "fields[0]"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused_with_their_path(make: Any, path: str) -> None:
    with pytest.raises(BadValue) as caught:
        make()

    assert path == caught.value.path


def test_more_than_anybody_tells_of_one_person_is_refused() -> None:
    flood = [told(f"name {nth}") for nth in range(TOLD_MAX + 1)]

    assert 1 == len(profile(flood[1:] + flood[1:], PLAIN, OWNER, NOON).values)
    with pytest.raises(BadValue, match="told: expected at most 5000"):
        profile(flood, PLAIN, OWNER, NOON)


@pytest.mark.parametrize("junk", [None, "Mary", {"name": "Mary"}, ["Mary"]])
def test_what_is_neither_told_nor_retracted_is_refused(junk: Any) -> None:
    with pytest.raises(BadValue) as caught:
        profile([told(), junk], PLAIN, OWNER, NOON)

    assert "told" == caught.value.path
