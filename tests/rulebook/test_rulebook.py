"""The rulebook joins the rules of the rooms, and its digest names them exactly."""

from __future__ import annotations

from omnicommerce.kernel.points import Points
from omnicommerce.loyalty import PointsRules
from omnicommerce.rulebook import Rulebook
from omnicommerce.runner import in_force


def test_a_room_that_is_not_mentioned_follows_its_defaults() -> None:
    assert PointsRules() == Rulebook().points


def test_equal_rulebooks_have_equal_digests_and_others_have_others() -> None:
    written = Rulebook(points=PointsRules(Points(1_000_000)))

    assert in_force(Rulebook()).digest == in_force(written).digest
    assert in_force(Rulebook()).digest != in_force(Rulebook(points=PointsRules(Points(5)))).digest


def test_the_digest_of_the_empty_rulebook_never_changes_by_accident() -> None:
    """Every journal entry carries it: if a default changes, this must change on purpose."""
    assert "ceb11bdc2c145df9818d485ee7cc8e423caaebf77ab8feca306f8c32bfe2c11b" == in_force(Rulebook()).digest
