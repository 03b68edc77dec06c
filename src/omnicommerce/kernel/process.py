"""Processes: stories of several transactions, such as a checkout with its payment.

A *process* is a generator, too, but it yields deeds. It never writes: each step is a flow that
commits for itself, once under the key ``{process}/{subject}/{step}``. A process is not stored. The
commit that makes a next step necessary also stores a to-do; `tick` enters the process again from
the top, and each finished step answers from its receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Any, Generic, ParamSpec, TypeAlias, TypeVar

import attrs

from omnicommerce.kernel.flow import Flow

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Deed(Generic[R]):
    """Something a process has done for it; R is the type of the result."""

    __slots__ = ()


@attrs.frozen
class Run(Deed[T], Generic[T]):
    """Run a flow as its own transaction; a named step happens once for this process and subject."""

    step: str
    flow: Callable[..., Flow[T]]
    arguments: Mapping[str, Any]


@attrs.frozen
class Enter(Deed[None]):
    """Enter another process from the top, with its subject alone."""

    process: str
    subject: str


Doing: TypeAlias = Generator[Deed[Any], Any, R]
"""Part of a process: has deeds done and returns an R."""

Process: TypeAlias = Generator[Deed[Any], Any, T]
"""A whole process whose caller is answered with a T."""

Story: TypeAlias = Callable[[str], Process[Any]]
"""A process that can be entered from the top with its subject alone."""


def do(deed: Deed[R]) -> Doing[R]:
    """Have *deed* done and return its result."""
    result: R = yield deed
    return result


def run(flow: Callable[P, Flow[T]], /, *args: P.args, **kwargs: P.kwargs) -> Doing[T]:
    """Run *flow* as its own transaction, as often as it is asked."""
    return (yield from do(_run("", flow, args, kwargs)))


def run_once(step: str, flow: Callable[P, Flow[T]], /, *args: P.args, **kwargs: P.kwargs) -> Doing[T]:
    """Run *flow* as the named *step*: entered again, the process gets the first answer back.

    That is so whatever the arguments are by then: what was done cannot be done otherwise any more.
    """
    return (yield from do(_run(step, flow, args, kwargs)))


def _run(step: str, flow: Callable[..., Flow[T]], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Run[T]:
    assert not args, "the arguments of a flow are named"
    return Run(step, flow, kwargs)
