"""Collections and counters are named in words that every storage keeps apart."""

from __future__ import annotations

from typing import Any

import pytest

from omnicommerce.kernel.collection import Collection, Counter, Keep, NotPersonal, Versioned
from omnicommerce.kernel.errors import BadValue


def named(name: Any) -> Collection[int]:
    return Collection(name, int, personal=NotPersonal(), keep=Keep.AS_BOOKS)


@pytest.mark.parametrize("name", ["points", "sale_line", "parcels.parcel", "a1.b2_c3"])
def test_a_collection_is_named_in_words(name: str) -> None:
    assert name == named(name).name


@pytest.mark.parametrize(
    "name", ["", "#", "Points", "a b", "a/b", "a..b", ".a", "a_", "1a", "é", "a" * 257, 7]
)
def test_what_is_no_word_names_no_collection(name: Any) -> None:
    with pytest.raises(BadValue) as caught:
        named(name)

    assert "collection" == caught.value.path


@pytest.mark.parametrize("name", ["", "a b", "a\n", "\ud800", None, 7])
def test_a_counter_has_a_name_without_blanks(name: Any) -> None:
    with pytest.raises(BadValue) as caught:
        Counter(name)

    assert "counter" == caught.value.path


def test_a_collection_says_on_purpose_what_is_personal_and_how_long_it_is_kept() -> None:
    with pytest.raises(TypeError, match="personal"):
        Collection("note", int, keep=Keep.AS_BOOKS)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="keep"):
        Collection("note", int, personal=NotPersonal())  # type: ignore[call-arg]


def test_what_must_be_there_is_there() -> None:
    notes = named("note")

    assert 7 == Versioned(notes, "a", 7, notes_version).must()
    with pytest.raises(AssertionError, match="note/a must exist here"):
        Versioned(notes, "a", None, notes_version).must()


notes_version: Any = "v1"
