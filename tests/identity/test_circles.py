"""From groups to persons: each has the name of its eldest member, and only what has to change is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from omnicommerce.identity import (
    Circle,
    IdentityRules,
    Node,
    Person,
    Piece,
    Ties,
    apply_to_node,
    apply_to_person,
    regrouped,
    resolved,
    unread_nodes,
)
from omnicommerce.kernel.ids import MemberId, PersonId
from tests.identity.resolution.told import NOON, distinct, node, retracted, same

RULES = IdentityRules()
NAMES = ("till_member:1", "till_member:2", "phone:1", "phone:2", "openid:1", "order:1", "device:1")


def alone(name: str, age: int) -> Node:
    """A node of its own; the greater its age, the earlier it was told of."""
    namespace = name.partition(":")[0]
    home = None if namespace in ("order", "device") else PersonId(f"home of {name}")
    members = () if home is None else (node(name),)
    return Node(namespace, 0, NOON - timedelta(days=age), home, home, members)


class Town:
    """Nodes, ties and persons as a storage has them, with the events applied that `regrouped` says."""

    def __init__(self, ages: dict[str, int]) -> None:
        self.nodes = {node(name): alone(name, age) for name, age in ages.items()}
        self.ties: dict[MemberId, Ties] = {}
        self.persons = {each.home: Person((id,)) for id, each in self.nodes.items() if each.home is not None}

    def tell(self, *pieces: Piece) -> None:
        told = [*self.pieces(), *pieces]
        for id in self.nodes:
            about = tuple(sorted((each for each in told if id in ends(each, told)), key=lambda each: each.id))
            self.ties[id] = Ties(about)
        self.settle()

    def pieces(self) -> set[Any]:
        return {piece for ties in self.ties.values() for piece in ties.pieces}

    def circle(self) -> Circle:
        ties = {id: self.ties.get(id) for id in self.nodes}
        return Circle(dict(self.nodes), ties, dict(self.persons))

    def settle(self) -> int:
        circle = self.circle()
        after = regrouped(circle, resolved(circle, RULES, NOON))
        for event in after.formed:
            self.persons[event.person] = apply_to_person(self.persons.get(event.person), event)
            for id in (*event.members, *event.others):
                self.nodes[id] = apply_to_node(self.nodes[id], event)
        for merged in after.merged:
            self.persons[merged.person] = apply_to_person(self.persons[merged.person], merged)
        for id in after.parted.nodes if after.parted is not None else ():
            assert after.parted is not None
            self.nodes[id] = apply_to_node(self.nodes[id], after.parted)
        return len(after.formed) + len(after.merged)


def ends(piece: Any, told: list[Any]) -> set[MemberId]:
    if hasattr(piece, "of"):
        return next((ends(each, told) for each in told if each.id == piece.of), set())
    return {getattr(end, "node", end) for end in (piece.a, piece.b)}


def ages(*names: str) -> dict[str, int]:
    """The first is the eldest."""
    return {name: len(names) - place for place, name in enumerate(names)}


def test_a_person_is_called_after_its_eldest_member_and_the_others_lead_there() -> None:
    town = Town(ages("phone:1", "till_member:1"))
    town.tell(same("till_member:1", "phone:1", -1))

    home, other = PersonId("home of phone:1"), PersonId("home of till_member:1")
    assert Person((node("phone:1"), node("till_member:1"))) == town.persons[home]
    assert Person((), into=home) == town.persons[other]
    assert {home} == {each.person for each in town.nodes.values()}


def test_an_order_and_a_device_are_somebodys_and_never_name_a_person() -> None:
    town = Town(ages("order:1", "till_member:1"))
    town.tell(same("order:1", "till_member:1", -1))

    home = PersonId("home of till_member:1")
    assert Person((node("till_member:1"),), others=(node("order:1"),)) == town.persons[home]
    assert home == town.nodes[node("order:1")].person


def test_parted_each_is_again_who_they_were_and_an_order_is_nobodys() -> None:
    before = Town(ages("till_member:1", "phone:1", "order:1"))
    town = Town(ages("till_member:1", "phone:1", "order:1"))
    links = [same("till_member:1", "phone:1", -2), same("phone:1", "order:1", -1)]
    town.tell(*links)
    town.tell(*map(retracted, links))

    assert (before.nodes, before.persons) == (town.nodes, town.persons)


def test_what_is_so_already_is_not_written_again() -> None:
    town = Town(ages("till_member:1", "phone:1", "order:1"))
    town.tell(same("till_member:1", "phone:1", -2), same("phone:1", "order:1", -1))

    assert 0 == town.settle()


def test_a_link_that_ends_has_the_person_looked_at_then() -> None:
    town = Town(ages("till_member:1", "phone:1"))
    town.tell(same("till_member:1", "phone:1", -1, valid_until=NOON + timedelta(hours=3)))

    review = town.persons[PersonId("home of till_member:1")].review
    assert review is not None
    assert timedelta(hours=3) == review - NOON


def test_nobody_reads_on_through_what_too_many_share() -> None:
    hub = [same("phone:1", f"till_member:{nth}", -1) for nth in range(30)]
    one = Circle({node("phone:1"): None}, {node("phone:1"): Ties(tuple(hub))}, {})
    few = Circle({node("phone:1"): None}, {node("phone:1"): Ties(tuple(hub[:3]))}, {})

    assert () == unread_nodes(one, RULES, NOON)
    assert 3 == len(unread_nodes(few, RULES, NOON))


deeds = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(-9, 0), st.sampled_from("LLLDR")),
    max_size=10,
)


@settings(max_examples=200)
@given(st.permutations(NAMES), deeds)
def test_records_are_always_those_that_the_evidence_says_whatever_went_before(
    names: list[str], told: list[tuple[str, str, int, str]]
) -> None:
    """The oracle: the same evidence, told at once to a town that has lived through nothing."""
    town = Town(ages(*names))
    links: list[Any] = []
    for a, b, hours, sort in told:
        if sort == "R" and links:
            town.tell(retracted(links.pop(0)))
        elif a != b:
            piece = distinct(a, b) if sort == "D" else same(a, b, hours)
            links.append(piece)
            town.tell(piece)
    fresh = Town(ages(*names))
    fresh.tell(*town.pieces())

    assert fresh.nodes == town.nodes
    assert fresh.persons == town.persons
