"""Persons whose names are withheld: a mask over the record, laid last, at every reading.

In the text a name becomes as many █, so that every offset stays what it was; everywhere else (owners, aliases, title,
byline, address, ids) it becomes “[name withheld]”.  The kept page and record are not touched: whoever keeps the file
can take the mask off again, and can read the name in it.

Masked are: the person's names and the ledger's other spellings of them, in any case; what the reader took for the
person's name in a report; and, in a report that names the person so, the family name alone, whoever it means there.
Known failure: a nickname or a misspelling that no report joins to the person; what describes a person without a name.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sayso import codec
from sayso.annotate.names import full_key, one_person, written_alike
from sayso.model import Entity, Record

WITHHELD = "[name withheld]"
IN_ADDRESS = "name-withheld"
BLOCK = "█"
APOSTROPHES = "'’‘ʼʻ`´"
BETWEEN = rf"(?:[\s_+.\-–—]|%20|[{APOSTROPHES}])+"
SHORTEST = 3
"""Letters of a family name from which it is masked alone."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A person whose name is withheld: the correction that says so, and the names."""

    number: int
    names: tuple[str, ...]


def masked(record: Record, masks: Iterable[Mask]) -> Record:
    """The record with the names of these masks withheld; the same record where it has none of them.  Twice is once."""
    for mask in masks:
        record = _masked(record, mask)
    return record


def _masked(record: Record, mask: Mask) -> Record:
    theirs = [entity for entity in record.entities if any(is_named(entity, name) for name in mask.names)]
    everywhere = pattern(mask.names, loose=True)
    line = codec.encode(record).decode()
    if not theirs and not (everywhere and everywhere.search(line)):
        return record
    called = {name for entity in theirs for name in (entity.name, *entity.aliases)}
    family = {words[-1] for name in (*mask.names, *called) if len(words := name.split()) > 1
              and len(words[-1]) >= SHORTEST}
    single = {name for name in called if len(name.split()) == 1} | family
    finders = [p for p in (everywhere, pattern([n for n in called if len(n.split()) > 1], loose=True),
                           pattern([form for name in single for form in (name, name.upper())], loose=False)) if p]
    ids = {entity.id for entity in theirs}
    text = _blocked(record, finders, ids)
    made = _renamed(record, text, finders, ids, mask.number)
    address = record.document.address
    for finder in (*finders, pattern(single, loose=True)):      # an address has its names in small letters
        address = finder.sub(IN_ADDRESS, address) if address and finder else address
    return replace(made, document=replace(made.document, address=address))


def is_named(entity: Entity, name: str) -> bool:
    """Whether an entity bears a name, or a spelling of it."""
    one, other = full_key(entity.name), full_key(name)
    return bool(one) and (one == other or (entity.type in ("person", "other") and one_person(one, other)
                                           and written_alike(one[-1], other[-1])))


def pattern(names: Iterable[str], *, loose: bool) -> re.Pattern[str] | None:
    """What finds these names as whole words, with any apostrophes and whatever stands between words; with `loose` in
    any case.  None for no names."""
    found = [BETWEEN.join("".join(map(_letter, word)) for word in name.split())
             for name in sorted(set(names), key=lambda n: (-len(n), n)) if name.strip()]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(found)})(?![^\W_])", re.I if loose else 0) if found else None


def _letter(letter: str) -> str:
    if letter in APOSTROPHES:
        return f"[{APOSTROPHES}]?"
    if letter in "-–—":
        return BETWEEN
    plain = unicodedata.normalize("NFKD", letter)[0]
    return re.escape(letter) if plain == letter else f"(?:{re.escape(letter)}|{re.escape(plain)})"


def _blocked(record: Record, finders: list[re.Pattern[str]], ids: set[str]) -> str:
    """The text with the names as blocks, letter for letter as long."""
    text = record.document.text
    spans = [match.span() for finder in finders for match in finder.finditer(text)]
    spans += [(m.start, m.end) for m in record.mentions if m.entity in ids and m.kind == "name"]
    letters = list(text)
    for start, end in spans:
        letters[start:end] = [letter if letter == "\n" else BLOCK for letter in letters[start:end]]
    return "".join(letters)


def _renamed(record: Record, text: str, finders: list[re.Pattern[str]], ids: set[str], number: int) -> Record:
    """The record with that text, and with the names withheld from every other string in it."""
    def hidden(value: str) -> str:
        for finder in finders:
            value = finder.sub(WITHHELD, value)
        return value

    new_ids = {entity.id: f"withheld:{number}" if entity.id in ids else f"withheld:{number}-{n}"
               for n, entity in enumerate(record.entities) if entity.id in ids or hidden(entity.name) != entity.name
               or hidden(entity.id) != entity.id}

    def walked(value: Any) -> Any:
        if isinstance(value, str):
            return new_ids.get(value) or hidden(value)
        if isinstance(value, list):
            return [walked(item) for item in value]
        if isinstance(value, dict):
            return {name: walked(item) for name, item in value.items()}
        return value

    bare = replace(record, document=replace(record.document, text=" " * len(text), address=None))
    made = codec.decode(json.dumps(walked(json.loads(codec.encode(bare)))))
    entities = {entity.id: entity for entity in reversed(made.entities)}
    if (own := entities.get(f"withheld:{number}")) is not None:
        entities[own.id] = replace(own, name=WITHHELD, aliases=())
    kept = dict.fromkeys(entity.id for entity in made.entities)
    return replace(made, document=replace(made.document, text=text), entities=tuple(entities[name] for name in kept))


def in_value(value: Any, masks: Iterable[Mask]) -> Any:
    """Plain data with the masks' names withheld, as a correction keeps it."""
    finders = [p for mask in masks if (p := pattern([*mask.names, *(n.split()[-1] for n in mask.names)], loose=True))]

    def walked(value: Any) -> Any:
        if isinstance(value, str):
            for finder in finders:
                value = finder.sub(WITHHELD, value)
            return value
        if isinstance(value, list):
            return [walked(item) for item in value]
        if isinstance(value, dict):
            return {name: walked(item) for name, item in value.items()}
        return value

    return walked(value) if finders else value
