"""The rulebook as documents: the one that a merchant writes, and the parts that a shop stores.

A part is known by the digest of its canonical text. The manifest lists the digests of all parts by what
they are, and its own digest is the rulebook's. The text of a part is the *whole* value, defaults included:
so a digest says exactly which rule held, also after a default has changed. What an older program stored
lacks the fields that came later; it is read with their defaults and keeps the digest it was stored under.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import attrs

from omnicommerce.coupons import Campaign
from omnicommerce.kernel.errors import BadWire, Fault
from omnicommerce.kernel.ids import MemberId, ProductId
from omnicommerce.rulebook import PART_LENGTH_MAX, Rulebook, disagreements
from omnicommerce.wire.reading import load
from omnicommerce.wire.schema import schema_of
from omnicommerce.wire.shapes import fields_of
from omnicommerce.wire.text import at_key, name_of, parse, text
from omnicommerce.wire.writing import dump

DIGEST_LENGTH: Final = 32
"""128 bits: nobody meets two parts with one digest by accident."""

RULEBOOK_LENGTH_MAX: Final = 16 * 1024 * 1024
"""Sixteen parts of the greatest length; whoever lists more has another document in mind."""

SCHEMA_KEY: Final = "$schema"
"""The one member of a document that is no rule: editors look there for the schema to check it with."""

WHOLE: Final = ("sales", "points", "tiers", "stages", "identity", "profiles", "stores")
"""Members of a rulebook that are one part each, under their own name."""

SINGLE: Final[Mapping[str, tuple[str, Any]]] = {
    "campaign": ("campaigns", Campaign),
    "products": ("product_lists", frozenset[ProductId]),
    "members": ("member_lists", frozenset[MemberId]),
}
"""What comes before the slash in the name of a part, the member it belongs to, and its kind."""


# --- parts ---------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Pressed:
    """A rulebook ready to be stored: its digest, the digests of its parts, and every document by digest.

    The manifest is among the `documents`, under the digest of the rulebook.
    """

    digest: str
    manifest: Mapping[str, str]
    documents: Mapping[str, Any]


def digest_of(document: Any) -> str:
    """The digest of plain data: the first 32 hex digits of the SHA-256 of its canonical text.

    Raises:
        BadWire: it is no plain data.
    """
    return _digest(text(document))


def _digest(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()[:DIGEST_LENGTH]


def parts_of(rulebook: Rulebook) -> Mapping[str, Any]:
    """The parts of a rulebook as plain data, by name: ``sales``, ``campaign/spring``, ``products/dairy``."""
    kinds = fields_of(Rulebook)
    parts = {name: dump(getattr(rulebook, name), kinds[name]) for name in WHOLE}
    for prefix, (field, kind) in SINGLE.items():
        for name, each in getattr(rulebook, field).items():
            parts[f"{prefix}/{name}"] = dump(each, kind)
    return MappingProxyType(parts)


def press(rulebook: Rulebook) -> Pressed:
    """The rulebook as documents that can be stored, each under its digest.

    Raises:
        BadWire: a part is longer than a record may be; the path names it.
    """
    documents: dict[str, Any] = {}
    manifest: dict[str, str] = {}
    faults: list[Fault] = []
    for name, document in parts_of(rulebook).items():
        written = text(document)
        if len(written) > PART_LENGTH_MAX:
            found = f"expected at most {PART_LENGTH_MAX} characters of text, got {len(written)}"
            faults.append(Fault(_path_of(name), found))
        digest = manifest[name] = _digest(written)
        documents[digest] = document
    if faults:
        raise BadWire(faults)
    written = text(manifest)
    assert len(written) <= PART_LENGTH_MAX, "a rulebook has no more parts than fit into one manifest"
    digest = _digest(written)
    documents[digest] = manifest
    return Pressed(digest, MappingProxyType(manifest), MappingProxyType(documents))


def _path_of(name: str) -> str:
    prefix, slash, rest = name.partition("/")
    return at_key(at_key("$", SINGLE[prefix][0]), rest) if slash else at_key("$", prefix)


def manifest_of(document: Any) -> Mapping[str, str]:
    """Read the manifest of a stored rulebook: the digests of its parts, by name.

    Raises:
        BadWire: it is none.
    """
    manifest = load(document, Mapping[str, str])
    return MappingProxyType(manifest)


def from_parts(manifest: Mapping[str, str], documents: Mapping[str, Any]) -> Rulebook:
    """The rulebook whose parts a *manifest* names, from *documents* by digest.

    A part that the manifest does not name follows its defaults: an older program did not know it. Should a
    rule ever be renamed, old parts are turned into new ones here, after their digests were looked at.

    Raises:
        BadWire: a part is not among the documents, is not the one its digest names, does not fit, or is
            unknown; or the parts disagree. Every fault has its path.
    """
    faults: list[Fault] = []
    book: dict[str, Any] = {}
    for name, digest in manifest.items():
        faults += _faults_of(name, digest, documents)
        if not faults:
            prefix, slash, rest = name.partition("/")
            if slash:
                book.setdefault(SINGLE[prefix][0], {})[rest] = documents[digest]
            else:
                book[prefix] = documents[digest]
    if faults:
        raise BadWire(faults)
    return load(book, Rulebook)


def _faults_of(name: str, digest: str, documents: Mapping[str, Any]) -> Iterator[Fault]:
    prefix, slash, rest = name.partition("/")
    path = at_key("$", name)
    if not (prefix in SINGLE and rest if slash else prefix in WHOLE):
        yield Fault(path, "expected the name of a part that this program knows")
    elif digest not in documents:
        yield Fault(path, f"there is no document {digest}")
    elif digest_of(documents[digest]) != digest:
        yield Fault(path, f"expected the document {digest}, got one with another digest")


# --- one document --------------------------------------------------------------------------------


def load_rulebook(document: str | bytes) -> Rulebook:
    """Read the rulebook that a merchant wrote: one JSON document, whose members are those of `Rulebook`.

    It is read strictly: what is misspelt is a fault and never a default. Beside the rules there may be a
    `$schema`, for editors.

    Raises:
        BadWire: it cannot be read, or its rules disagree; every fault has its path, such as
            ``$.tiers.levels[1].spend: expected int, got str``.
    """
    data = parse(document, length_max=RULEBOOK_LENGTH_MAX)
    if type(data) is not dict:
        raise BadWire((Fault("$", f"expected dict, got {name_of(data)}"),))
    faults = []
    schema = data.pop(SCHEMA_KEY, "")
    if type(schema) is not str:
        faults.append(Fault(at_key("$", SCHEMA_KEY), f"expected str, got {name_of(schema)}"))
    try:
        rulebook = load(data, Rulebook)
    except BadWire as bad:
        faults += bad.faults
    else:
        if not faults:
            return rulebook
    raise BadWire(dict.fromkeys((*faults, *_also(data))))


def _also(data: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong between those members that can be read, where others cannot."""
    book = {}
    for name, kind in fields_of(Rulebook).items():
        if name not in data:
            book[name] = getattr(Rulebook(), name)
            continue
        try:
            book[name] = load(data[name], kind)
        except BadWire:
            continue
    for fault in disagreements(book):
        yield Fault(f"$.{fault.path}", fault.reason)


def dump_rulebook(rulebook: Rulebook) -> str:
    """Write a rulebook as one document for people: all of it, defaults included, always in the same order."""
    data = dump(rulebook, Rulebook)
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def rulebook_schema() -> dict[str, Any]:
    """The JSON Schema of the document that `load_rulebook` reads."""
    schema = schema_of(Rulebook)
    properties = schema["$defs"][Rulebook.__name__]["properties"]
    properties[SCHEMA_KEY] = {"type": "string", "description": "Where an editor finds this schema."}
    return schema
