"""Laws of errors: a handler can tell who has to act, and where."""

from __future__ import annotations

import inspect
import pickle
from typing import Final

import pytest

from omnicommerce.kernel import errors
from omnicommerce.kernel.errors import (
    FAULTS_MAX,
    Again,
    BadInput,
    BadValue,
    BadWire,
    CommerceError,
    CommitUnknown,
    Conflict,
    Exhausted,
    Fault,
    NotTheSame,
    PortFault,
    Refused,
    Unavailable,
)
from omnicommerce.kernel.verdict import every, failed, held

ACTORS: Final = (Refused, Again, BadInput, PortFault)


def test_every_error_names_exactly_one_who_must_act() -> None:
    raised = [
        each
        for each in vars(errors).values()
        if inspect.isclass(each) and issubclass(each, CommerceError) and each is not CommerceError
    ]

    assert {1} == {sum(issubclass(each, actor) for actor in ACTORS) for each in raised}


def test_the_tree_at_the_top_of_the_file_names_every_error() -> None:
    drawn = errors.__doc__ or ""

    for each in vars(errors).values():
        if inspect.isclass(each) and issubclass(each, CommerceError):
            assert f"{each.__name__} " in drawn or f"{each.__name__}\n" in drawn


@pytest.mark.parametrize("again", [Conflict(), Exhausted("uses"), Unavailable(), CommitUnknown()])
def test_what_may_succeed_the_next_time_is_caught_as_again(again: Again) -> None:
    with pytest.raises(Again):
        raise again


def test_a_bad_value_is_a_value_error_with_a_path() -> None:
    bad = BadValue("$.lines[3].quantity", "expected int, got float")

    assert isinstance(bad, ValueError)
    assert ("$.lines[3].quantity", "expected int, got float") == (bad.path, bad.reason)
    assert "$.lines[3].quantity: expected int, got float" == str(bad)
    assert (Fault(bad.path, bad.reason),) == bad.faults


def test_a_document_is_told_all_its_faults_up_to_a_bound() -> None:
    faults = [Fault(f"$[{place}]", "expected int") for place in range(FAULTS_MAX + 50)]

    assert tuple(faults[:2]) == BadWire(faults[:2]).faults
    assert "$[0]: expected int; $[1]: expected int" == str(BadWire(faults[:2]))
    assert FAULTS_MAX == len(BadWire(faults).faults)


def test_a_refusal_is_named_after_its_first_failing_reason() -> None:
    refused = Refused(
        every(
            "may_redeem",
            (held("is_open"), failed("spend_too_low", actual=1, required=2), failed("not_a_member")),
        )
    )

    assert "spend_too_low" == refused.code
    assert "spend_too_low (actual 1, required 2)" == str(refused)
    assert refused.verdict.parts[0].holds


def test_a_key_used_twice_and_a_counter_at_its_bound_are_named() -> None:
    assert ("key", True) == (NotTheSame("till-7/42").path, "'till-7/42'" in str(NotTheSame("till-7/42")))
    assert ("uses/spring", True) == (
        Exhausted("uses/spring").counter,
        "uses/spring" in str(Exhausted("uses/spring")),
    )


@pytest.mark.parametrize(
    "error",
    [
        BadValue("minor", "expected int"),
        BadWire((Fault("$.a", "unknown field"), Fault("$.b", "missing field"))),
        NotTheSame("k1"),
        Exhausted("free/s1"),
        Conflict("moved on"),
        CommitUnknown("no answer"),
        PortFault("broken"),
        Refused(failed("too_few_points", actual=1, required=2, missing=1)),
    ],
)
def test_an_error_survives_the_way_from_one_process_to_another(error: CommerceError) -> None:
    """Exceptions are rebuilt from their arguments; one that hides them breaks multiprocessing."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert (type(error), str(error), vars(error)) == (type(again), str(again), vars(again))
