"""Names nobody can guess, and the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.ids import checked_id
from omnicommerce.ports.clock import Clock
from omnicommerce.ports.ids import CODE_ALPHABET, Ids
from omnicommerce.runner import RandomIds, utc_now


def test_ids_are_new_every_time() -> None:
    ids: Ids = RandomIds()
    drawn = {ids.fresh() for _ in range(1_000)}

    assert 1_000 == len(drawn)
    assert {32} == {len(checked_id(id, "id")) for id in drawn}


def test_codes_use_the_whole_alphabet_and_nothing_else() -> None:
    codes = [RandomIds().code(12) for _ in range(500)]

    assert 32 == len(CODE_ALPHABET)
    assert set(CODE_ALPHABET) == set("".join(codes))
    assert {12} == {len(code) for code in codes}


@pytest.mark.parametrize("length", [0, -1, 65, True])
def test_a_code_has_a_sensible_length(length: int) -> None:
    with pytest.raises(BadValue, match="length"):
        RandomIds().code(length)


def test_the_clock_on_the_wall_says_utc() -> None:
    clock: Clock = utc_now

    assert UTC is clock().tzinfo
    assert abs(clock() - datetime.now(UTC)) < timedelta(minutes=1)
