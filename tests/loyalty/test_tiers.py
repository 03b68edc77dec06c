"""Tiers: up at once, down after the grace, and always a function of what was bought and kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import attrs
import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.money import Money
from omnicommerce.loyalty import (
    Level,
    TierRules,
    TierStanding,
    lookback_days,
    standing,
    tier_on,
    tier_outlook,
)

FIRST: Final = date(2026, 1, 1)
NAMES: Final = ("member", "silver", "gold", "platinum")


def on(number: int) -> date:
    return FIRST + timedelta(days=number)


def dollars(amount: int) -> Money:
    return Money(amount * 100, "USD")


def days(spend: dict[int, int]) -> dict[date, int]:
    return {on(number): minor for number, minor in spend.items()}


# --- the oracle: numbered days, naive sums, and nothing of the library ---------------------------


@attrs.frozen
class Scheme:
    """Levels as a column of numbers."""

    steps: tuple[int, ...]
    window: int
    grace: int


def counted(spend: dict[int, int], day: int, scheme: Scheme) -> int:
    return sum(minor for bought, minor in spend.items() if day - scheme.window < bought <= day)


def level_of(spend: dict[int, int], day: int, scheme: Scheme) -> int:
    """How many levels are held: each that was reached today, or on a day of the grace before it."""
    graced = [counted(spend, day - back, scheme) for back in range(scheme.grace + 1)]
    return sum(1 for step in scheme.steps if any(sum_of_day >= step for sum_of_day in graced))


def horizon(spend: dict[int, int], day: int, scheme: Scheme) -> int:
    """A day by which everything has left the window, and the grace after it."""
    return max([day, *spend]) + scheme.window + scheme.grace + 2


def first_day_after(spend: dict[int, int], day: int, scheme: Scheme, *, is_lower: bool) -> date | None:
    today = level_of(spend, day, scheme)
    for later in range(day + 1, horizon(spend, day, scheme)):
        then = level_of(spend, later, scheme)
        if then < today or (then != today and not is_lower):
            return on(later)
    return None


def rules_of(scheme: Scheme) -> TierRules:
    levels = zip(NAMES[1:], scheme.steps, strict=False)
    return TierRules(
        levels=tuple(Level(name, Money(step, "USD")) for name, step in levels),
        window_days=scheme.window,
        grace_days=scheme.grace,
    )


SCHEMES: Final = st.builds(
    Scheme,
    st.lists(st.integers(1, 12), max_size=3, unique=True).map(lambda steps: tuple(sorted(steps))),
    window=st.integers(1, 6),
    grace=st.integers(0, 4),
)
SPENDS: Final = st.dictionaries(st.integers(-12, 12), st.integers(-3, 8), max_size=8)
"""What is left of a day may even be less than nothing, where a host books returns on their own day."""
TODAY: Final = st.integers(-4, 6)


# --- the tier of a day ---------------------------------------------------------------------------


@examples(SPENDS, TODAY, SCHEMES)
def test_the_tier_of_a_day_is_the_highest_level_reached_in_the_grace_before_it(
    spend: dict[int, int], day: int, scheme: Scheme
) -> None:
    assert NAMES[level_of(spend, day, scheme)] == tier_on(days(spend), on(day), rules_of(scheme))


@examples(SPENDS, TODAY, SCHEMES, st.randoms(use_true_random=False))
def test_the_order_in_which_days_are_handed_over_changes_nothing(
    spend: dict[int, int], day: int, scheme: Scheme, chance: Any
) -> None:
    shuffled = list(spend.items())
    chance.shuffle(shuffled)
    rules = rules_of(scheme)

    assert tier_outlook(days(spend), on(day), rules) == tier_outlook(days(dict(shuffled)), on(day), rules)
    assert standing(days(spend), on(day), rules, "USD") == standing(
        days(dict(shuffled)), on(day), rules, "USD"
    )


@attrs.frozen
class Sold:
    """A sale, what of it came back, and the days on which both became known."""

    day: int
    minor: int
    returned: int
    told: int
    return_told: int


SALES: Final = st.lists(
    st.builds(
        lambda day, minor, share, late, later: Sold(day, minor, minor * share // 4, day + late, day + later),
        st.integers(-10, 20),
        st.integers(1, 20),
        st.integers(0, 4),
        st.integers(0, 15),
        st.integers(0, 30),
    ),
    max_size=8,
)


@examples(SALES, TODAY, SCHEMES)
def test_facts_that_come_late_leave_no_trace(sales: list[Sold], day: int, scheme: Scheme) -> None:
    """As they were told, or as they happened, or as though what came back had never been bought."""
    told = [(sale.told, sale.day, sale.minor) for sale in sales]
    told += [(sale.return_told, sale.day, -sale.returned) for sale in sales]
    as_told: dict[int, int] = {}
    for _, bought, minor in sorted(told):
        as_told[bought] = as_told.get(bought, 0) + minor
    kept: dict[int, int] = {}
    for sale in sorted(sales, key=lambda sale: sale.day):
        if sale.returned < sale.minor:
            kept[sale.day] = kept.get(sale.day, 0) + sale.minor - sale.returned
    rules = rules_of(scheme)

    assert tier_outlook(days(kept), on(day), rules) == tier_outlook(days(as_told), on(day), rules)
    assert NAMES[level_of(kept, day, scheme)] == tier_on(days(as_told), on(day), rules)


@examples(SPENDS, TODAY, SCHEMES)
def test_nothing_bought_before_the_look_back_matters(spend: dict[int, int], day: int, scheme: Scheme) -> None:
    rules = rules_of(scheme)
    near = {bought: minor for bought, minor in spend.items() if bought > day - lookback_days(rules)}

    assert tier_outlook(days(spend), on(day), rules) == tier_outlook(days(near), on(day), rules)
    assert standing(days(spend), on(day), rules, "USD") == standing(days(near), on(day), rules, "USD")


def test_what_is_taken_back_on_the_first_day_of_the_grace_is_missing_on_it() -> None:
    rules = rules_of(Scheme((10,), window=5, grace=2))

    assert "silver" == tier_on(days({-3: 10, -1: -1}), on(0), rules)
    assert "member" == tier_on(days({-3: 10, -2: -1}), on(0), rules)


@pytest.mark.parametrize("grace", [0, 5])
def test_the_first_day_of_the_look_back_matters(grace: int) -> None:
    scheme = Scheme((10,), 10, grace)
    rules = rules_of(scheme)
    oldest = 1 - lookback_days(rules)

    assert "silver" == tier_on(days({oldest: 10}), on(0), rules)
    assert "member" == tier_on(days({oldest - 1: 10}), on(0), rules)


def test_without_levels_everybody_is_on_the_base_level_and_nothing_need_be_read() -> None:
    rules = TierRules(base="客户")
    spend = {on(0): 10**9}

    assert "客户" == tier_on(spend, on(0), rules)
    assert ("客户", None) == tier_outlook(spend, on(0), rules)
    assert TierStanding("客户", Money(0, "USD"), None, None, None) == standing(spend, on(0), rules, "USD")
    assert 0 == lookback_days(rules)


# --- what comes next -----------------------------------------------------------------------------


@examples(SPENDS, TODAY, SCHEMES)
def test_the_outlook_is_the_first_day_on_which_the_tier_is_another(
    spend: dict[int, int], day: int, scheme: Scheme
) -> None:
    """Also where a till's clock ran ahead, and something was bought tomorrow."""
    tier = NAMES[level_of(spend, day, scheme)]
    changes = first_day_after(spend, day, scheme, is_lower=False)

    assert (tier, changes) == tier_outlook(days(spend), on(day), rules_of(scheme))


@examples(SPENDS, TODAY, SCHEMES)
def test_a_tier_is_kept_until_the_first_day_on_which_it_would_be_lower(
    spend: dict[int, int], day: int, scheme: Scheme
) -> None:
    """If nothing more is bought than was bought up to that day."""
    known = {bought: minor for bought, minor in spend.items() if bought <= day}
    found = standing(days(spend), on(day), rules_of(scheme), "USD")

    assert NAMES[level_of(spend, day, scheme)] == found.level
    assert first_day_after(known, day, scheme, is_lower=True) == found.kept_until


@examples(SPENDS, TODAY, SCHEMES.filter(lambda scheme: scheme.steps))
def test_what_is_missing_brings_the_next_level_at_once_and_a_cent_less_does_not(
    spend: dict[int, int], day: int, scheme: Scheme
) -> None:
    rules = rules_of(scheme)
    found = standing(days(spend), on(day), rules, "USD")
    assert Money(counted(spend, day, scheme), "USD") == found.spend
    if found.missing is None:
        assert found.next_level is None
        assert rules.levels[-1].name == found.level
        return

    enough = spend.get(day, 0) + found.missing.minor

    assert found.next_level == tier_on(days({**spend, day: enough}), on(day), rules)
    assert found.level == tier_on(days({**spend, day: enough - 1}), on(day), rules)


def test_a_level_that_comes_back_only_after_its_grace_is_lost_in_between() -> None:
    """Bought today and, by a clock that runs ahead, once more after the first has left the window."""
    rules = rules_of(Scheme((10,), window=5, grace=2))

    assert ("silver", on(7)) == tier_outlook(days({0: 10, 8: 10}), on(0), rules)
    assert ("silver", on(14)) == tier_outlook(days({0: 10, 7: 10}), on(0), rules)


def test_what_was_bought_tomorrow_brings_a_level_tomorrow_and_to_the_cent() -> None:
    rules = rules_of(Scheme((10,), window=5, grace=2))

    assert ("member", on(1)) == tier_outlook(days({0: 4, 1: 6}), on(0), rules)
    assert ("member", None) == tier_outlook(days({0: 4, 1: 5}), on(0), rules)
    assert ("member", None) == tier_outlook(days({0: 4, 5: 6}), on(0), rules)


def test_a_tier_kept_past_the_end_of_the_calendar_is_kept() -> None:
    last, rules = date.max, rules_of(Scheme((10,), window=5, grace=0))

    assert ("silver", None) == tier_outlook({last: 10}, last, rules)
    assert ("silver", date.max) == tier_outlook(
        {last - timedelta(days=5): 10}, last - timedelta(days=1), rules
    )


# --- the specification ---------------------------------------------------------------------------

USUAL: Final = TierRules(
    levels=(
        Level("silver", dollars(300)),
        Level("gold", dollars(1_000)),
        Level("platinum", dollars(2_500)),
    ),
    window_days=180,
    grace_days=30,
)


def tiers(spend: dict[int, int], *numbers: int) -> list[str]:
    """The tier on each of these days, by what was bought in dollars."""
    bought = {on(number): amount * 100 for number, amount in spend.items()}
    return [tier_on(bought, on(number), USUAL) for number in numbers]


def test_a_level_is_reached_at_once_and_to_the_cent() -> None:
    assert ["member", "silver"] == tiers({10: 300}, 9, 10)
    assert "member" == tier_on({on(10): 29_999}, on(10), USUAL)
    assert ["silver", "gold", "platinum"] == tiers({0: 300, 1: 700, 2: 1_500}, 0, 1, 2)
    assert ["platinum"] == tiers({0: 2_500}, 0)


def test_a_level_is_kept_for_the_grace_after_its_spend_has_left_the_window() -> None:
    # The 180 days of the window are 0 to 179; the 30 of the grace are 180 to 209.
    assert ["gold", "gold", "gold", "member"] == tiers({0: 1_000}, 179, 180, 209, 210)


def test_each_level_has_a_grace_of_its_own() -> None:
    """Gold was last reached on day 179, silver on day 199: whoever falls, falls onto silver first."""
    spend = {0: 300, 20: 700}

    assert ["silver", "silver", "gold"] == tiers(spend, 0, 19, 20)
    assert ["gold", "silver", "silver", "member"] == tiers(spend, 209, 210, 229, 230)


def test_buying_in_the_grace_keeps_the_level() -> None:
    assert ["gold", "gold", "silver"] == tiers({0: 1_000, 181: 999}, 200, 209, 210)
    assert ["gold", "gold", "gold"] == tiers({0: 1_000, 181: 1_000}, 200, 209, 210)


def test_a_standing_says_where_one_is_what_keeps_it_and_what_is_next() -> None:
    found = standing({on(0): 120_000, on(60): 20_000}, on(100), USUAL, "USD")

    assert (
        TierStanding(
            level="gold",
            spend=dollars(1_400),
            kept_until=on(210),
            next_level="platinum",
            missing=dollars(1_100),
        )
        == found
    )


def test_in_the_grace_the_standing_says_what_of_the_window_is_left() -> None:
    found = standing({on(0): 120_000, on(60): 20_000}, on(190), USUAL, "USD")

    assert TierStanding("gold", dollars(200), on(210), "platinum", dollars(2_300)) == found


def test_a_standing_of_the_past_knows_nothing_of_what_came_later() -> None:
    """Else it would say that gold is kept for longer than it was kept on that day."""
    before = standing({on(0): 120_000}, on(100), USUAL, "USD")

    assert on(210) == before.kept_until
    assert before == standing({on(0): 120_000, on(120): 300_000}, on(100), USUAL, "USD")


def test_nobody_falls_below_the_base_and_nobody_rises_above_the_top() -> None:
    assert TierStanding("member", dollars(0), None, "silver", dollars(300)) == standing(
        {}, on(0), USUAL, "USD"
    )
    assert TierStanding("platinum", dollars(9_000), on(210), None, None) == standing(
        {on(0): 900_000}, on(0), USUAL, "USD"
    )


# --- crmeb/CRMEB, UserLevelServices.detection: levels are found, and never taken away -------------


@attrs.define
class NaiveLevels:
    """A column of experience, and the levels that were ever found to be reached."""

    experience: int = 0
    level: str = "member"

    def detection(self) -> None:
        """No level is reached: nothing to do. That is also so for somebody who has one."""
        reached = [each for each in USUAL.levels if each.spend.minor <= self.experience]
        if not reached:
            return
        self.level = reached[-1].name


def test_crmeb_detection_what_comes_back_takes_its_tier_with_it() -> None:
    """Buy for 300, be silver, bring it all back: the naive way, that is silver for nothing, for ever."""
    naive, spend = NaiveLevels(), {on(0): 30_000}
    naive.experience = 30_000
    naive.detection()
    assert "silver" == naive.level == tier_on(spend, on(0), USUAL)

    naive.experience -= 30_000
    naive.detection()
    spend[on(0)] -= 30_000

    assert "silver" == naive.level
    assert "member" == tier_on(spend, on(1), USUAL)
    assert "member" == tier_on({}, on(1), USUAL)


def test_what_comes_back_gets_no_grace() -> None:
    """The grace is for those who bought less than they used to, not for what was never kept."""
    spend = {on(0): 30_000, on(10): 80_000}
    assert "gold" == tier_on(spend, on(10), USUAL)

    spend[on(10)] = 0

    assert "silver" == tier_on(spend, on(10), USUAL)
    assert ("silver", on(210)) == tier_outlook(spend, on(40), USUAL)


# --- rules ---------------------------------------------------------------------------------------

SILVER, GOLD = Level("silver", dollars(300)), Level("gold", dollars(1_000))


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        *[("base", {"base": name}) for name in ("", "a" * 65, "a\nb", None, 1)],
        *[("window_days", {"window_days": days}) for days in (0, -1, 1_101, 1.0, "1", None, True)],
        *[("grace_days", {"grace_days": days}) for days in (-1, 401, 1.0, "1", None, True)],
        ("levels", {"levels": [SILVER]}),
        ("levels", {"levels": tuple(Level(f"level {n}", Money(n, "USD")) for n in range(1, 22))}),
        ("levels[0]", {"levels": ("silver",)}),
        ("levels[0].name", {"base": "silver", "levels": (SILVER,)}),
        ("levels[1].name", {"levels": (SILVER, Level("silver", dollars(1_000)))}),
        ("levels[1].spend", {"levels": (SILVER, Level("gold", dollars(300)))}),
        ("levels[1].spend", {"levels": (GOLD, SILVER)}),
        ("levels[2].spend", {"levels": (SILVER, GOLD, Level("platinum", dollars(999)))}),
        ("levels[1].spend", {"levels": (SILVER, Level("gold", Money(100_000, "EUR")))}),
    ],
)
def test_rules_by_which_nobody_could_be_judged_are_none_and_the_fault_is_named(
    path: str, rules: dict[str, Any]
) -> None:
    with pytest.raises(BadValue) as caught:
        TierRules(**rules)

    assert path == caught.value.path


@pytest.mark.parametrize("levels", [(GOLD, SILVER), (SILVER, SILVER), (SILVER, Level("gold", dollars(300)))])
def test_tiers_that_overlap_are_said_to(levels: tuple[Level, ...]) -> None:
    with pytest.raises(BadValue, match="tiers overlap"):
        TierRules(levels=levels)


@pytest.mark.parametrize(
    ("path", "name", "spend"),
    [
        *[("name", name, dollars(1)) for name in ("", "a" * 65, "tab\t", None, 7)],
        *[("spend", "silver", spend) for spend in (Money(0, "USD"), Money(-1, "USD"), 300, "300", None)],
    ],
)
def test_a_level_needs_a_name_and_a_price(path: str, name: Any, spend: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Level(name, spend)

    assert path == caught.value.path


def test_a_merchant_who_says_nothing_has_one_year_no_grace_and_members() -> None:
    rules = TierRules(levels=(Level("s", dollars(1)),))

    assert ("s", on(365)) == tier_outlook({on(0): 100}, on(0), rules)
    assert "member" == tier_on({on(0): 100}, on(365), rules)


def test_the_bounds_themselves_are_allowed() -> None:
    levels = tuple(Level(f"{'x' * 62}{n:02}", Money(n, "USD")) for n in range(1, 21))
    rules = TierRules(base="会员", levels=levels, window_days=1_100, grace_days=400)

    assert 1_500 == lookback_days(rules)
    assert levels[19].name == tier_on({on(0): 20}, on(1_499), rules)
    assert "会员" == tier_on({on(0): 20}, on(1_500), rules)
    assert "x" * 62 + "01" == tier_on({on(0): 1}, on(0), attrs.evolve(rules, window_days=1, grace_days=0))
