"""The user's own list of actors: a CSV file → who is meant, under which names, with which id and type.

Columns name, aliases, id and type, in any order and beside any others; aliases are divided by semicolons, and every
cell but the name may be empty.  The list is taken whole or not at all.  Known failure: a comma inside a name that is
not in quotation marks is seen only where it makes a row too long.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from sayso.annotate.names import full_key
from sayso.errors import BadList
from sayso.ledger.actors import exact
from sayso.model import EntityType

COLUMNS = ("name", "aliases", "id", "type")
TYPES: tuple[str, ...] = get_args(EntityType)


@dataclass(frozen=True, slots=True)
class ListedActor:
    """One row of the list."""

    name: str
    aliases: tuple[str, ...] = ()
    id: str | None = None
    type: str | None = None
    line: int = 0


def read_list(content: bytes, source: str) -> tuple[ListedActor, ...]:
    """The actors of a CSV file.  BadList where it is none, is empty, or contradicts itself; the message names the
    line."""
    text = _decoded(content, source)
    rows = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    try:
        rows.fieldnames = [(name or "").strip().casefold() for name in rows.fieldnames or ()]
        _check_columns(rows.fieldnames, source)
        found = [_actor(row, rows.line_num, source) for row in rows if any(_cell(row, c) for c in COLUMNS)]
    except csv.Error as error:
        raise BadList(f"{source}, line {rows.reader.line_num}: {error}; hoped for CSV with commas between the cells, "
                      "and quotation marks in pairs") from None
    if not found:
        raise BadList(f"{source}: has no actor under its first line; hoped for one a line (sayso actors --clear takes "
                      "your list away)")
    _check_twice(found, source)
    return tuple(found)


def _decoded(content: bytes, source: str) -> str:
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        raise BadList(f"{source}: byte {at + 1:,} is not UTF-8; save the list again as “CSV UTF-8”") from None
    if not text.strip():
        raise BadList(f"{source}: is empty; hoped for a first line with the columns {', '.join(COLUMNS)}")
    if "\0" in text:
        raise BadList(f"{source}: is not a text file; save the list as “CSV UTF-8”")
    return text


def _check_columns(found: list[str], source: str) -> None:
    """BadList where a column is missing; says so apart where another sign divides the columns."""
    if all(column in found for column in COLUMNS):
        return
    for sign, called in ((";", "semicolons"), ("\t", "tabs")):
        columns = [column.strip(' "') for column in ",".join(found).split(sign)]
        if len(columns) > len(found) and "name" in columns:
            raise BadList(f"{source}: its columns are divided by {called}; hoped for commas: save it as “CSV UTF-8 "
                          "(comma delimited)”, semicolons only between aliases")
    missing = ", ".join(column for column in COLUMNS if column not in found)
    raise BadList(f"{source}: no column {missing} in its first line ({', '.join(found)[:80]}); hoped for "
                  f"{', '.join(COLUMNS)} (cells may be empty)")


def _cell(row: dict[str, str], column: str) -> str:
    return " ".join((row.get(column) or "").split())


def _actor(row: dict[str, str], line: int, source: str) -> ListedActor:
    if None in row:
        raise BadList(f"{source}, line {line}: has more cells than the first line; put a cell with a comma in it into "
                      "quotation marks")
    name, kind = _cell(row, "name"), _cell(row, "type").casefold().replace("organization", "organisation")
    if not full_key(name):
        raise BadList(f"{source}, line {line}: has no name; hoped for one in every line")
    if kind and kind not in TYPES:
        raise BadList(f"{source}, line {line}: {kind[:40]!r} is no type; hoped for {', '.join(TYPES)}, or nothing")
    aliases = tuple(dict.fromkeys(alias for part in _cell(row, "aliases").split(";")
                                  if (alias := part.strip()) and full_key(alias) and alias != name))
    return ListedActor(name, aliases, _cell(row, "id") or None, kind or None, line)


def _check_twice(found: Iterable[ListedActor], source: str) -> None:
    """BadList where one name or id stands for two actors."""
    names: dict[str, ListedActor] = {}
    ids: dict[str, ListedActor] = {}
    for actor in found:
        for name in (actor.name, *actor.aliases):
            other = names.setdefault(exact(name), actor)
            if other is not actor:
                raise BadList(f"{source}: {name!r} stands for {other.name!r} (line {other.line}) and for "
                              f"{actor.name!r} (line {actor.line}); hoped for each name under one actor")
        if actor.id and ids.setdefault(actor.id, actor) is not actor:
            raise BadList(f"{source}: the id {actor.id!r} stands in line {ids[actor.id].line} and in line "
                          f"{actor.line}; hoped for an id of its own for each actor")
