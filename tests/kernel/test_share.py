"""What comes back takes its share with it, whatever the parts it comes back in."""

from __future__ import annotations

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from omnicommerce.kernel.errors import BadValue
from omnicommerce.kernel.share import share_of_next


@examples(st.integers(0, 10**6), st.integers(1, 60), st.data())
def test_any_split_of_a_return_takes_back_the_whole(whole: int, units: int, data: st.DataObject) -> None:
    """Cumulative rounding: no sequence of partial returns keeps a point, and none takes one too many."""
    before, taken = 0, 0
    while before < units:
        returned = data.draw(st.integers(1, units - before))
        share = share_of_next(whole, units, before, returned)
        assert 0 <= share
        assert taken + share == share_of_next(whole, units, 0, before + returned)
        before, taken = before + returned, taken + share

    assert whole == taken


def test_rounding_each_return_by_itself_would_lose_points() -> None:
    naive = sum(10 * 1 // 3 for _ in range(3))

    assert 9 == naive
    assert 0 == share_of_next(10, 3, 1, 0)
    assert [3, 3, 4] == [share_of_next(10, 3, before, 1) for before in range(3)]


@pytest.mark.parametrize(
    ("units", "before", "returned", "path"),
    [
        (0, 0, 0, "units"),
        (3, 4, 0, "before"),
        (3, -1, 1, "before"),
        (3, 2, 2, "returned"),
        (3, 0, -1, "returned"),
    ],
)
def test_no_more_comes_back_than_was_sold(units: int, before: int, returned: int, path: str) -> None:
    with pytest.raises(BadValue) as caught:
        share_of_next(10, units, before, returned)

    assert path == caught.value.path
