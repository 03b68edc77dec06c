"""Facts as a till or a web shop sends them: one JSON document each."""

from __future__ import annotations

from omnicommerce.orders import Return, Sale
from omnicommerce.wire.reading import load
from omnicommerce.wire.text import parse


def load_sale(document: str | bytes) -> Sale:
    """Read a sale; its members are those of `Sale`.

    Raises:
        BadWire: it cannot be read; every fault has its path, such as ``$.lines[0].quantity: ...``.
    """
    return load(parse(document), Sale)


def load_return(document: str | bytes) -> Return:
    """Read a return; its members are those of `Return`.

    Raises:
        BadWire: it cannot be read; every fault has its path.
    """
    return load(parse(document), Return)


def load_fact(document: str | bytes) -> Sale | Return:
    """Read a sale or a return, as the lines of a till's day come: what is `of` a sale is a return of it.

    Raises:
        BadWire: it cannot be read; every fault has its path.
    """
    data = parse(document)
    return load(data, Return) if type(data) is dict and "of" in data else load(data, Sale)
