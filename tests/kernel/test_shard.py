"""Every name belongs to one part, and each part has its fair share."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.shard import SHARDS_MAX, WHOLE, Shard


@for_all(of=st.integers(1, SHARDS_MAX), name=st.text())
def test_every_name_belongs_to_one_part(of: int, name: str) -> None:
    assert 1 == sum(Shard(of, number).has(name) for number in range(of))


def test_where_a_name_belongs_is_the_same_in_every_process() -> None:
    """By a digest and not by Python's hash, which differs from process to process."""
    assert [3, 1, 3, 2] == [
        next(number for number in range(4) if Shard(4, number).has(name)) for name in ("a", "b", "c", "7")
    ]


def test_parts_are_about_equal() -> None:
    counts = [sum(Shard(4, number).has(f"member {n}") for n in range(4_000)) for number in range(4)]

    assert 900 < min(counts) <= max(counts) < 1_100


def test_the_whole_has_everything() -> None:
    assert WHOLE.has("")
    assert WHOLE.has("M-1")


@pytest.mark.parametrize(
    ("of", "number", "path"),
    [(0, 0, "of"), (SHARDS_MAX + 1, 0, "of"), (2, 2, "number"), (2, -1, "number"), (True, 0, "of")],
)
def test_a_part_that_is_none_is_refused(of: Any, number: int, path: str) -> None:
    with pytest.raises(BadValue) as refused:
        Shard(of, number)

    assert path == refused.value.path
