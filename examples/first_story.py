"""The first story: somebody shows a card, gets points, and asks for too many.

Run it with ``.venv/bin/python examples/first_story.py``, once any of the make commands has made ``.venv``.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory

from omnicommerce import Commerce, DemoKeys, Identifier, Namespace, Points, Refused, Rulebook, SqliteStorage
from omnicommerce.ports.storage import START


def main() -> None:
    """Tell the story on an SQLite file, then show what the journal kept of it."""
    with TemporaryDirectory() as folder, SqliteStorage(f"{folder}/shop.db") as storage:
        shop = Commerce(storage, Rulebook(), keys=DemoKeys())

        card = Identifier(Namespace.TILL_MEMBER, "M-1001")
        member = shop.members.register(identifier=card).member
        print(f"registered   {member[:12]}…")

        welcome = shop.once("welcome M-1001").points
        print(f"welcome gift {welcome.adjust(member=member, points=Points(100), reason='welcome').points}")
        print(f"asked again  {welcome.adjust(member=member, points=Points(100), reason='welcome').points}")

        try:
            shop.points.adjust(member=member, points=Points(-150), reason="correction")
        except Refused as refused:
            print(f"refused      {refused}")
        print(f"balance      {shop.points.balance(member=member).points}")

        print("\nthe journal:")
        for entry in storage.journal(START, 10):
            print(f"  {entry.body}")


if __name__ == "__main__":
    main()
