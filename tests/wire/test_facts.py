"""A till's day comes as one JSON document a line: sales, and returns, which are told by what they are of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnicommerce import BadWire, Return, Sale, wire
from tests.shopfront import returned, sale

facts = st.sampled_from([sale(1), sale(2, card=None), returned(sale(1)), returned(sale(2), "r2", ((1, 1),))])


@given(facts)
def test_what_was_written_is_read_as_what_it_was(fact: Sale | Return) -> None:
    document = wire.text(wire.dump(fact, type(fact)))

    assert fact == wire.load_fact(document) == wire.load_fact(document.encode())
    assert fact == (wire.load_sale(document) if isinstance(fact, Sale) else wire.load_return(document))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("{}", r"\$\.store"),
        ('{"of": {}}', r"\$\.of\.store"),
        ("[]", r"\$: expected dict, got list"),
        ("not json", r"\$"),
        ('{"store": "s1", "points": 500}', r"\$\.points"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_path(document: str, fault: str) -> None:
    with pytest.raises(BadWire, match=fault):
        wire.load_fact(document)
