"""One actor across the ledger: what they are reported to have said, what is said of them, under which names and roles.

An actor is known by name: the entities of several reports that bear one name are shown together, and names that the
ledger holds for one actor (`ledger/actors.py`) with the evidence of every merge; a person who knows better tells them
apart or joins two names by a correction.  Nothing is ranked: lists run by the alphabet, and
statements by day.  A person to whom no report gives a role has no page and is in no list, unless
the user's own list of actors names them; one whose name is withheld has none at all.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sayso.errors import NotInLedger
from sayso.ledger.actors import exact
from sayso.ledger.withheld import WITHHELD
from sayso.views.search import StatementHit, clean, find_statements, fts_query

PRIVATE = ("person", "other")
"""Types that are listed only with a role; what a hand added has no type and may be a person."""
COURTESY = ("Mr", "Mrs", "Ms", "Miss", "Mx", "Dr", "Mr.", "Mrs.", "Ms.", "Dr.", "Sir", "Lady", "Señor", "Señora",
            "Sheikh", "Herr", "Frau", "Madame", "Monsieur")
"""Forms of address, which an annotator may give as roles: they make nobody public."""
PUBLIC_ROLE = f"role.role NOT IN ({', '.join('?' * len(COURTESY))})"
NAMED = """(EXISTS (SELECT 1 FROM mention WHERE mention.report = entity.report AND mention.entity = entity.entity
            AND mention.kind = 'name')
 OR EXISTS (SELECT 1 FROM role WHERE role.report = entity.report AND role.entity = entity.entity))"""
"""What a report never names (“officials”, “his family”) is no actor."""
TOPICS = 24
TOPIC_STATEMENTS = 300
"""Topic words are counted in the newest so many statements."""
COMMON = 4
"""Words of fewer letters, and those of FUNCTION, are no topics."""
FUNCTION = frozenset({
    "about", "above", "after", "again", "against", "also", "although", "among", "another", "because", "been",
    "before", "being", "below", "between", "both", "could", "does", "doing", "down", "during", "each", "even",
    "ever", "every", "from", "further", "going", "have", "having", "here", "however", "into", "itself", "just",
    "like", "many", "might", "more", "most", "much", "must", "myself", "never", "next", "none", "nothing", "only",
    "other", "others", "ours", "over", "people", "really", "said", "same", "says", "shall", "should", "since",
    "some", "such", "than", "that", "that's", "their", "theirs", "them", "themselves", "then", "there", "these",
    "they", "this", "those", "through", "today", "under", "until", "upon", "very", "want", "wants", "were", "what",
    "when", "where", "whether", "which", "while", "whom", "whose", "will", "with", "within", "without", "would",
    "year", "years", "your", "yours", "it's", "we've", "don't", "didn't", "they're"})
WORD = re.compile(r"[^\W\d_][\w’'-]*[^\W_]")


@dataclass(frozen=True, slots=True)
class Role:
    """A role as a report gives it."""

    role: str
    organisation: str | None
    document: str
    outlet: str | None
    day: str | None


SAYS = {
    "list": "your list",
    "marks": "they differ in marks and letter case alone",
    "spelling": "two spellings of one name",
    "fuller": "the same full name, once with more names in it",
    "acronym": "the acronym that the other report gives beside the full name",
    "alias": "a name that the other report gives as another name",
    "hand": "joined by hand",
}
"""Rules of `ledger/actors.py` in plain words."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A report that prints a name."""

    document: str
    outlet: str | None
    day: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why two names are one actor, and where they are printed: a few reports of each."""

    name: str
    other: str
    rule: str
    why: str
    reports: tuple[Printed, ...]
    other_reports: tuple[Printed, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who this is, as reported."""

    name: str
    types: tuple[str, ...]
    aliases: tuple[str, ...]
    roles: tuple[Role, ...]
    relays: tuple[str, ...]
    """Media and agencies that pass on what this actor says, by the alphabet."""
    topics: tuple[str, ...]
    """Words that stand in two or more of the actor's newest statements, by the alphabet."""
    reports: int
    id: str | None = None
    """The actor's id in the user's own list."""
    names: tuple[str, ...] = ()
    """The names under which reports know this actor; more than one where names were joined."""
    merges: tuple[Evidence, ...] = ()
    one_word: bool = False
    """A person of whom every report prints a single name: there may be several of them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of actors."""

    name: str
    type: str
    role: str | None


def find_actor(db: sqlite3.Connection, name: str) -> Actor:
    """The actor of that name or id, or that is alone in having it as another name.  NotInLedger where there is none, or
    none with a public role."""
    name = known_as(db, clean(name))
    names = names_of(db, name)
    given = json.dumps(names)
    entities = f"FROM entity JOIN report ON report.id = entity.report WHERE {AMONG.format('entity.name')} AND current"
    listed = db.execute("SELECT id, type FROM known_as WHERE actor = ? LIMIT 1", (name,)).fetchone()
    in_list = db.execute("SELECT 1 FROM listed WHERE name = ?", (name,)).fetchone() is not None
    types = tuple(row[0] for row in db.execute(f"SELECT DISTINCT type {entities} ORDER BY type", (given,)))
    if not types or name == WITHHELD:
        raise NotInLedger(f"{name[:80]}: no actor of this name in the ledger; search for the words instead")
    roles = tuple(Role(*row) for row in db.execute(
        "SELECT role.role, organisation.name, document, outlet, day FROM entity JOIN role USING (report, entity) JOIN "
        "report ON report.id = entity.report LEFT JOIN entity organisation ON organisation.report = role.report AND "
        f"organisation.entity = role.organisation WHERE {AMONG.format('entity.name')} AND current ORDER BY day DESC, "
        "role.start LIMIT 40", (given,)))
    if set(types) <= set(PRIVATE) and all(r.role in COURTESY for r in roles) and not in_list:
        raise NotInLedger(f"{name[:80]}: no report gives this person a public role, so sayso keeps no page on them; "
                          "what they said stands in the reports")
    aliases = {row[0] for row in db.execute(
        f"SELECT DISTINCT alias.name FROM entity JOIN alias USING (report, entity) WHERE {AMONG.format('entity.name')} "
        "LIMIT 40", (given,))} | set(names)
    relays = tuple(row[0] for row in db.execute(
        "SELECT DISTINCT ifnull(entity.name, hand.name) AS by_name FROM statement JOIN hand ON hand.statement = "
        "statement.id LEFT JOIN entity ON entity.report = statement.report AND entity.entity = hand.entity WHERE "
        f"{AMONG.format('statement.speaker_name')} AND hand.hand IN ('relay', 'wire') AND by_name IS NOT NULL ORDER BY "
        "by_name LIMIT 40", (given,)))
    reports = db.execute(f"SELECT count(DISTINCT report.id) {entities}", (given,)).fetchone()[0]
    return Actor(name, (listed[1],) if listed and listed[1] else types, tuple(sorted(aliases - {name})), roles, relays,
                 topics(db, name), reports, listed and listed[0], names, evidence(db, names),
                 types == ("person",) and not in_list and all(len(n.split()) == 1 for n in names))


AMONG = "{} IN (SELECT value FROM json_each(?))"


def known_as(db: sqlite3.Connection, name: str) -> str:
    """The name that the actor of this name, id or other name goes by; the name itself where none is found."""
    asked = (
        ("SELECT actor FROM known_as WHERE name = ?", name),
        ("SELECT actor FROM known_as WHERE actor = ?", name),
        ("SELECT name FROM entity WHERE name = ?", name),
        ("SELECT actor FROM known_as WHERE id = ?", name),
        ("SELECT DISTINCT ifnull(actor, handle.name) FROM handle LEFT JOIN known_as USING (name) WHERE key = ? AND "
         "what = 'name' LIMIT 2", exact(name)),
        ("SELECT DISTINCT ifnull(actor, entity.name) FROM alias JOIN entity USING (report, entity) LEFT JOIN known_as "
         "ON known_as.name = entity.name WHERE alias.name = ? LIMIT 2", name),
    )
    for sql, value in asked:
        found = db.execute(sql if "LIMIT" in sql else f"{sql} LIMIT 1", (value,)).fetchall()
        if len(found) == 1 and found[0][0] is not None:
            return str(found[0][0])
    return name


def names_of(db: sqlite3.Connection, actor: str) -> tuple[str, ...]:
    """The names of an actor in reports, the one that it goes by first."""
    found = [row[0] for row in db.execute("SELECT name FROM known_as WHERE actor = ? ORDER BY name <> actor, name",
                                          (actor,))]
    return tuple(found) or (actor,)


def evidence(db: sqlite3.Connection, names: tuple[str, ...]) -> tuple[Evidence, ...]:
    """Why these names are one actor: a merge a line, then what people joined by hand."""
    given = json.dumps(names)
    rows = [(row["name"], row["other"], row["rule"], row["words"], row["other_words"]) for row in db.execute(
        f"SELECT * FROM merge WHERE {AMONG.format('name')} ORDER BY name, other", (given,))]
    found = [Evidence(name, other, rule, SAYS[rule], _printed(db, name, words), _printed(db, other, other_words))
             for name, other, rule, words, other_words in rows]
    by_hand = db.execute("SELECT old, new FROM correction WHERE field = 'same' AND undone_at IS NULL ORDER BY id")
    pairs = [(str(json.loads(row[0])), str(json.loads(row[1]))) for row in by_hand]
    return (*found, *(Evidence(old, new, "hand", SAYS["hand"], (), ()) for old, new in pairs if new in names))


def _printed(db: sqlite3.Connection, name: str, words: str) -> tuple[Printed, ...]:
    """The newest reports that print these words for that name."""
    return tuple(Printed(*row) for row in db.execute(
        "SELECT DISTINCT document, outlet, day FROM handle JOIN report ON report.id = handle.report WHERE handle.name "
        "= ? AND handle.words = ? AND what IN ('name', 'alias') AND current ORDER BY day DESC, document LIMIT 3",
        (name, words)))


def public_names(db: sqlite3.Connection, names: Iterable[str]) -> frozenset[str]:
    """Those of the names that have a page: bodies, persons to whom a report gives a role, and whom the user lists;
    with one of its names an actor has a page under each."""
    wanted = sorted(set(names) - {WITHHELD})[:500]
    mates: dict[str, set[str]] = {name: {name} for name in wanted}
    for name, mate in db.execute(
            "SELECT one.name, other.name FROM known_as one JOIN known_as other ON other.actor = one.actor WHERE "
            f"{AMONG.format('one.name')}", (json.dumps(wanted),)):
        mates[name].add(mate)
    every = json.dumps(sorted(set[str]().union(*mates.values())))
    public = {row[0] for row in db.execute(
        f"SELECT DISTINCT name FROM entity WHERE {AMONG.format('name')} AND {NAMED} AND (type NOT IN "
        f"({', '.join('?' * len(PRIVATE))}) OR EXISTS (SELECT 1 FROM role WHERE role.report = entity.report AND "
        f"role.entity = entity.entity AND {PUBLIC_ROLE}))", (every, *PRIVATE, *COURTESY))}
    public |= {row[0] for row in db.execute(
        f"SELECT name FROM known_as WHERE {AMONG.format('name')} AND actor IN (SELECT name FROM listed)", (every,))}
    return frozenset(name for name in wanted if mates[name] & public)


def topics(db: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """Words that stand in two or more of the newest statements of an actor, by the alphabet."""
    hits = db.execute(f"SELECT content FROM statement WHERE {AMONG.format('speaker_name')} ORDER BY id DESC LIMIT ?",
                      (json.dumps(names_of(db, name)), TOPIC_STATEMENTS))
    counted = Counter(word for (content,) in hits for word in
                      {w.casefold() for w in WORD.findall(content) if len(w) > COMMON} - FUNCTION)
    return tuple(sorted(word for word, count in counted.most_common(TOPICS) if count > 1))


def said_by(db: sqlite3.Connection, name: str, *, word: str = "", hidden: float = 0.0, limit: int = 30, offset: int = 0
            ) -> tuple[tuple[StatementHit, ...], int]:
    """Statements laid to the actor, newest first, and how many there are; `word` narrows them to a topic."""
    query = fts_query(word)
    topic = "statement.id IN (SELECT rowid FROM statement_words WHERE statement_words MATCH ?)"
    return find_statements(db, "", [
        (AMONG.format("statement.speaker_name"), (json.dumps(names_of(db, name)),)), ("current", ()),
        ("ifnull(score, 1) >= ?", (hidden,)),
        *([(topic, (f"{{content}} : ({query})",))] if query else [])], limit, offset)


def said_of(db: sqlite3.Connection, name: str, *, hidden: float = 0.0, limit: int = 30, offset: int = 0
            ) -> tuple[tuple[StatementHit, ...], int]:
    """Statements of others in whose content the actor is mentioned, newest first, and how many there are."""
    names = json.dumps(names_of(db, name))
    about = ("statement.id IN (SELECT said.id FROM entity JOIN mention USING (report, entity) JOIN statement said ON "
             "said.report = entity.report AND said.start <= mention.start AND mention.end <= said.end WHERE "
             f"{AMONG.format('entity.name')} AND (said.speaker_name IS NULL OR NOT "
             f"{AMONG.format('said.speaker_name')}))")
    return find_statements(db, "", [(about, (names, names)), ("current", ()), ("ifnull(score, 1) >= ?", (hidden,))],
                           limit, offset)


def list_actors(db: sqlite3.Connection, *, after: str = "", limit: int = 60) -> tuple[Listed, ...]:
    """Actors to whom something is laid, by the alphabet from after a name; persons only with a role."""
    kinds = ", ".join("?" * len(PRIVATE))
    alone = db.execute(
        f"""SELECT entity.name, min(type) AS type,
                   (SELECT role FROM entity held JOIN role USING (report, entity) WHERE held.name = entity.name
                    AND {PUBLIC_ROLE} LIMIT 1) AS role
            FROM entity WHERE entity.name > ? AND entity.name <> ?
            AND EXISTS (SELECT 1 FROM statement WHERE speaker_name = entity.name)
            AND NOT EXISTS (SELECT 1 FROM known_as WHERE known_as.name = entity.name)
            AND {NAMED}
            GROUP BY entity.name HAVING max(type NOT IN ({kinds})) OR role IS NOT NULL
            ORDER BY entity.name LIMIT ?""", (*COURTESY, clean(after), WITHHELD, *PRIVATE, limit)).fetchall()
    joined = db.execute(
        f"""SELECT known_as.actor AS name, ifnull(known_as.type, min(entity.type)) AS type,
                   (SELECT role FROM known_as other JOIN entity held ON held.name = other.name JOIN role
                    USING (report, entity) WHERE other.actor = known_as.actor AND {PUBLIC_ROLE} LIMIT 1) AS role
            FROM known_as JOIN entity ON entity.name = known_as.name WHERE known_as.actor > ?
            AND EXISTS (SELECT 1 FROM statement WHERE speaker_name = entity.name)
            AND {NAMED}
            GROUP BY known_as.actor HAVING max(entity.type NOT IN ({kinds})) OR role IS NOT NULL
                OR EXISTS (SELECT 1 FROM listed WHERE listed.name = known_as.actor)
            ORDER BY known_as.actor LIMIT ?""", (*COURTESY, clean(after), *PRIVATE, limit)).fetchall()
    return tuple(sorted((Listed(*row) for row in (*alone, *joined)), key=lambda a: a.name.encode())[:limit])
