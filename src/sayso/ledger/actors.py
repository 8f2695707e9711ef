"""Which names of several reports are one actor: merges, each with its evidence, none without a way back.

Two reports that print the same name letter for letter share an actor.  Beyond that two names join by a rule:

    list      both stand for one actor in the user's own list (`sayso actors`)
    marks     they differ in apostrophes, accents, hyphens, articles and letter case alone
    spelling  the same consonants word by word, in Latin or Arabic letters; a person's family name spelt with other
              vowels needs a role in common
    fuller    a person's name, and the same with a middle name
    acronym   one report prints the acronym beside the full name, another prints the acronym alone
    alias     a full name of several words, or a body's own word, that one report gives as another name

Nothing joins against a contradiction: two ids of the list, two middle names, a report that names both as two actors,
a person who told the two names apart, or an alias that two actors claim.  A family name alone is never evidence.
What is decided is a function of what the ledger holds, in whatever order it came.  Known failure: two people who share
first and family name are one.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from sayso.annotate.names import (
    contradict,
    full_key,
    in_arabic,
    is_acronym,
    one_body,
    one_person,
    skeleton,
    written_alike,
)
from sayso.model import Entity, Record

Pair = tuple[str, str]
RULES = ("list", "marks", "spelling", "fuller", "acronym", "alias")
"""Strongest first: the order in which merges are made."""
KIND = {"person": "person", "place": "place", "document": "document"}
"""Types that are one kind of thing only with themselves; all others are bodies."""
CROWD = 80
"""Names under one key from which none is compared by spelling: so many are no spellings of one name."""
COMMON_ROLES = frozenset("former ex deputy vice senior chief head leader member spokesman spokeswoman spokesperson the "
                         "and of for minister president official director".split())
"""Words of roles that too many people share to be evidence."""
GENERIC = frozenset("""academy administration agency army assembly association authority authorities bank board brigade
    bureau cabinet chamber church coalition college command commission committee company congress corps council court
    department directorate division embassy federation force forces front government group guard guards house institute
    league legislature ministry mission movement navy network office organisation organization parliament party police
    police senate service services state supreme high national health foreign interior defence defense finance justice
    union unit units university workers team club hospital school city town region republic kingdom""".split())
"""Words that many bodies of many countries have in their names: a name made of these alone is no evidence."""


@dataclass(frozen=True, slots=True)
class Merge:
    """Why two names are one actor; `words` and `other_words` are what the rule compared, as reports print them."""

    name: str
    other: str
    rule: str
    words: str
    other_words: str


@dataclass(slots=True)
class Known:
    """All that the ledger knows of one name: kinds, and what each report adds to it."""

    name: str
    kinds: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    listed: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """The name's words as compared."""
        return full_key(self.name)


# ------------------------------------------------------------------ handles: what a record offers


def handles(record: Record) -> Iterator[dict[str, str]]:
    """Rows of `handle`: every name under its exact key and its spelling key, aliases that may be evidence, words of
    roles.  What a report never names (`@` in its id) has none."""
    for entity in record.entities:
        if "@" in entity.id or entity.id.startswith("withheld:") or not full_key(entity.name):
            continue
        kind = KIND.get(entity.type, "body")
        made = {("name", exact(entity.name), entity.name), ("spelling", spelling(entity.name, kind), entity.name)}
        made |= {("alias", exact(alias), alias) for alias in entity.aliases if tells(alias, entity, kind)}
        if kind == "person":
            made |= {("role", f"role {entity.name}", word) for role in entity.roles
                     for word in re.findall(r"\w{4,}", role.role.casefold()) if word not in COMMON_ROLES}
        for what, key, words in sorted(made):
            yield {"entity": entity.id, "what": what, "key": key, "name": entity.name, "kind": kind, "words": words}


def exact(name: str) -> str:
    """The key that names share which differ in marks alone."""
    return "=" + " ".join(full_key(name))


def spelling(name: str, kind: str) -> str:
    """The key that all spellings of a name share: its consonants, of a person those of first and family name."""
    words = full_key(name)
    if kind == "place" or (kind == "person" and len(words) < 2):
        return f"{kind} ={' '.join(words)}"
    return f"{kind} {' '.join(map(skeleton, (words[0], words[-1]) if kind == 'person' else words))}"


def tells(alias: str, entity: Entity, kind: str) -> bool:
    """Whether another name is distinctive enough to be known again in other reports."""
    words = full_key(alias)
    if not words or words == full_key(entity.name) or kind in ("place", "document"):
        return False
    if kind == "person":
        return len(words) > 1
    if is_acronym(alias, entity.name.split()) or (len(words) == 1 and alias.isupper() and 2 < len(alias) < 8):
        return True
    if any(word.rstrip("s") in GENERIC or word in GENERIC for word in words):
        return False
    return len(words) > 1 or len(words[0]) > 4


# ------------------------------------------------------------------ deciding


def merges(known: Iterable[Known], two: set[Pair], together: set[Pair]) -> list[Merge]:
    """The merges that join these names, strongest rule first.  `two` are pairs that a person told apart, `together`
    those that one report names as two actors; both as sorted pairs."""
    names = {one.name: one for one in sorted(known, key=lambda k: k.name)}
    groups = Groups(names, two, together)
    for rule in ("list", "marks", "spelling"):
        for merge in _pairs(names, rule):
            groups.join(merge)
    for merge in _fuller(names, groups):
        groups.join(merge)
    for merge in sorted(_aliases(names, groups), key=lambda m: (RULES.index(m.rule), m.name, m.other)):
        groups.join(merge)
    return groups.made


class Groups:
    """Names joined so far; `join` refuses what would bring two names together that are told apart."""

    def __init__(self, names: dict[str, Known], two: set[Pair], together: set[Pair]) -> None:
        self.names, self.two, self.together = names, two, together
        self.of: dict[str, set[str]] = {name: {name} for name in names}
        self.made: list[Merge] = []

    def join(self, merge: Merge) -> None:
        """Makes the merge, unless both are one already or some name of the one contradicts some name of the other."""
        one, other = self.of[merge.name], self.of[merge.other]
        if one is other or any(self.apart(a, b, merge.rule) for a in one for b in other):
            return
        one |= other
        for name in other:
            self.of[name] = one
        self.made.append(merge)

    def apart(self, a: str, b: str, rule: str) -> bool:
        """Whether something speaks against two names being one."""
        one, other, pair = self.names[a], self.names[b], _pair(a, b)
        if pair in self.two:
            return True
        if one.listed and other.listed:
            return one.listed != other.listed
        if rule == "list":
            return False
        if not one.kinds & other.kinds:
            return True
        if pair in self.together and one.key != other.key:
            return True
        return one.kinds == {"person"} == other.kinds and len(one.key) > 1 < len(other.key) and \
            contradict(one.key[1:-1], other.key[1:-1]) and written_alike(one.key[-1], other.key[-1])


def _pair(a: str, b: str) -> Pair:
    return (a, b) if a < b else (b, a)


def _pairs(names: dict[str, Known], rule: str) -> Iterator[Merge]:
    """Pairs that one of the rules list, marks and spelling joins."""
    blocks: dict[object, list[str]] = defaultdict(list)
    for name, one in names.items():
        if rule == "list":
            if one.listed:
                blocks[one.listed].append(name)
        elif rule == "marks":
            if one.kinds != {"person"} or len(one.key) > 1:
                blocks[exact(name)].append(name)
        else:
            for kind in one.kinds - {"place"}:
                blocks[spelling(name, kind)].append(name)
    for _, block in sorted(blocks.items(), key=lambda item: str(item[0])):
        if rule == "list" or rule == "marks":
            yield from (Merge(block[0], other, rule, block[0], other) for other in block[1:])
        elif len(block) <= CROWD:
            yield from (Merge(a, b, rule, a, b) for a, b in combinations(block, 2)
                        if spelt_alike(names[a], names[b]))


def spelt_alike(one: Known, other: Known) -> bool:
    """Whether two names of equal consonants are spellings of one."""
    kinds = one.kinds & other.kinds
    if kinds <= {"place", "document"} or not kinds:
        return False
    if in_arabic(one.name) != in_arabic(other.name):
        return len(one.key) == len(other.key) > 1
    if "person" in kinds:
        return len(one.key) == len(other.key) and one_person(one.key, other.key) and _family(one, other)
    return one_body(one.key, other.key)


def _family(one: Known, other: Known) -> bool:
    """Whether two family names agree: but for doubled letters, or in their consonants where a role agrees too."""
    return written_alike(one.key[-1], other.key[-1]) or bool(one.roles & other.roles)


def _fuller(names: dict[str, Known], groups: Groups) -> list[Merge]:
    """A person's name beside the same with more names in the middle; none where two fuller ones contradict."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for name, one in names.items():
        if "person" in one.kinds and len(one.key) > 1:
            blocks[spelling(name, "person")].append(name)
    found = []
    for _, block in sorted(blocks.items()):
        for name in block if len(block) <= CROWD else ():
            one = names[name]
            fuller = [names[b] for b in block if len(names[b].key) > len(one.key) and one_person(one.key, names[b].key)
                      and _family(one, names[b])]
            clear = not any(contradict(a.key[1:-1], b.key[1:-1]) or groups.apart(a.name, b.name, "fuller")
                            for a, b in combinations(fuller, 2) if groups.of[a.name] is not groups.of[b.name])
            found += [Merge(name, other.name, "fuller", name, other.name) for other in fuller if clear]
    return found


def _aliases(names: dict[str, Known], groups: Groups) -> Iterator[Merge]:
    """Names that other reports give as aliases; none where two actors claim the alias."""
    claims: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, one in names.items():
        for alias in one.aliases:
            claims[exact(alias)].append((name, alias))
    for name, one in names.items():
        claimed = sorted(c for c in claims.get(exact(name), ()) if c[0] != name and names[c[0]].kinds & one.kinds)
        if not claimed or (one.kinds == {"person"} and len(one.key) < 2):
            continue
        if len({id(groups.of[claimant]) for claimant, _ in claimed}) == 1:
            claimant, alias = claimed[0]
            rule = "acronym" if len(one.key) == 1 and is_acronym(alias, claimant.split()) else "alias"
            yield Merge(name, claimant, rule, name, alias)


def best(names: Iterable[str]) -> str:
    """The name that an actor goes by: the one of most words, in Latin letters, the shortest among equals."""
    return min(names, key=lambda n: (-len(full_key(n)), not n[:1].isascii(), not n[:1].isupper(), len(n), n))


# ------------------------------------------------------------------ in the ledger


def offered(db: sqlite3.Connection, document: str) -> frozenset[tuple[str, ...]]:
    """What the report of a document offers now: what, key, name, kind and words of its handles."""
    return frozenset(tuple(row) for row in db.execute(
        "SELECT what, key, handle.name, kind, handle.words FROM handle JOIN report ON report.id = handle.report WHERE "
        "document = ?", (document,)))


def follow(db: sqlite3.Connection, before: frozenset[tuple[str, ...]], after: frozenset[tuple[str, ...]]) -> None:
    """Brings the merges up to date after one report's handles changed; cheap where nothing new is in them."""
    twice = ("SELECT count(*) FROM (SELECT 1 FROM handle WHERE key = ?2 AND name = ?3 AND what = ?1 AND kind = ?4 AND "
             "words = ?5 LIMIT 2)")
    changed = {row[2] for row in before ^ after if db.execute(twice, row).fetchone()[0] < (2 if row in after else 1)}
    left = {row[2] for row in before} - {row[2] for row in after}
    here = json.dumps(sorted({row[2] for row in after}))
    joined = {row[0] for row in db.execute(
        "SELECT name FROM known_as WHERE name IN (SELECT value FROM json_each(?1)) AND actor IN (SELECT actor FROM "
        "known_as WHERE name IN (SELECT value FROM json_each(?1)) GROUP BY actor HAVING count(*) > 1)", (here,))}
    if changed or left or joined:
        keys = json.dumps(sorted({row[1] for row in before - after}))
        near = {row[0] for row in db.execute(
            "SELECT DISTINCT name FROM handle WHERE key IN (SELECT value FROM json_each(?))", (keys,))}
        rejoin(db, changed | left | joined | near)


def rejoin(db: sqlite3.Connection, names: set[str] | None = None) -> None:
    """Decides anew for these names and all that share a key with them, or for the whole ledger; inside the caller's
    transaction."""
    if names is not None:
        names = _reach(db, names)
        if not names:
            return
    given = None if names is None else json.dumps(sorted(names))
    db.execute("DELETE FROM merge WHERE ?1 IS NULL OR name IN (SELECT value FROM json_each(?1)) OR other IN (SELECT "
               "value FROM json_each(?1))", (given,))
    db.execute("DELETE FROM known_as WHERE ?1 IS NULL OR name IN (SELECT value FROM json_each(?1))", (given,))
    known = _known(db, given)
    if not known:
        return
    two = {_pair(str(json.loads(row[0])), str(json.loads(row[1]))) for row in db.execute(
        "SELECT old, new FROM correction WHERE field = 'two' AND undone_at IS NULL")}
    made = merges(known.values(), two, _together(db, known))
    groups: dict[str, set[str]] = {name: {name} for name in known}
    for merge in made:
        db.execute("INSERT OR REPLACE INTO merge(name, other, rule, words, other_words) VALUES (?, ?, ?, ?, ?)",
                   (merge.name, merge.other, merge.rule, merge.words, merge.other_words))
        one = groups[merge.name] | groups[merge.other]
        for name in one:
            groups[name] = one
    for group in {id(g): g for g in groups.values()}.values():
        listed = next((known[n].listed for n in sorted(group) if known[n].listed), None)
        if len(group) == 1 and listed is None:
            continue
        of_list = db.execute("SELECT id, type FROM listed WHERE name = ? AND alias = name", (listed,)).fetchone()
        actor = listed or best(group)
        for name in group:
            db.execute("INSERT OR REPLACE INTO known_as(name, actor, id, type) VALUES (?, ?, ?, ?)",
                       (name, actor, of_list and of_list[0], of_list and of_list[1]))


def _reach(db: sqlite3.Connection, names: set[str]) -> set[str]:
    """The names, and all that share a key with them, directly or by way of others, or an entry of the list."""
    reached, new = set[str](), set(names)
    while new:
        reached |= new
        given = json.dumps(sorted(new))
        keys = {row[0] for row in db.execute(
            "SELECT DISTINCT key FROM handle WHERE name IN (SELECT value FROM json_each(?))", (given,))}
        keys |= {row[0] for row in db.execute(
            "SELECT DISTINCT key FROM listed WHERE name IN (SELECT name FROM listed WHERE key IN (SELECT value FROM "
            "json_each(?)))", (json.dumps(sorted(keys)),))}
        found = {row[0] for row in db.execute(
            "SELECT DISTINCT name FROM handle WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(keys)),))}
        found |= {row[0] for row in db.execute(
            "SELECT name FROM known_as WHERE actor IN (SELECT actor FROM known_as WHERE name IN (SELECT value FROM "
            "json_each(?)))", (given,))}
        new = found - reached
    return reached


def _known(db: sqlite3.Connection, given: str | None) -> dict[str, Known]:
    """What the handles say of these names, or of all."""
    known: dict[str, Known] = {}
    for name, what, kind, key, words in db.execute(
            "SELECT DISTINCT name, what, kind, key, words FROM handle WHERE ?1 IS NULL OR name IN (SELECT value FROM "
            "json_each(?1))", (given,)):
        one = known.setdefault(name, Known(name))
        one.kinds.add(kind)
        if what == "alias":
            one.aliases.add(words)
        elif what == "role":
            one.roles.add(words)
        elif what == "name":
            found = db.execute("SELECT name FROM listed WHERE key = ? LIMIT 1", (key,)).fetchone()
            one.listed = found and found[0]
    return known


def _together(db: sqlite3.Connection, known: dict[str, Known]) -> set[Pair]:
    """Pairs of these names that one report names as two actors."""
    blocks: dict[str, set[str]] = defaultdict(set)
    for name, one in known.items():
        keys = {exact(name), *(exact(alias) for alias in one.aliases), *(spelling(name, kind) for kind in one.kinds)}
        for key in keys:
            blocks[key].add(name)
    pairs = {_pair(a, b) for block in blocks.values() if len(block) <= CROWD for a, b in combinations(sorted(block), 2)}
    asked = ("SELECT 1 FROM handle one JOIN handle other ON other.report = one.report AND other.entity <> one.entity "
             "WHERE one.name = ? AND one.what = 'name' AND other.name = ? AND other.what = 'name' LIMIT 1")
    return {pair for pair in pairs if db.execute(asked, pair).fetchone()}
