"""One actor across the ledger: what they are reported to have said, what is said of them, under which names and roles.

An actor is known by name: the entities of several reports that bear one name are shown together, and a person who
knows better tells them apart or joins two names by a correction.  Nothing is ranked: lists run by the alphabet, and
statements by day.  A person to whom no report gives a role has no page and is in no list.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sayso.errors import NotInLedger
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


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of actors."""

    name: str
    type: str
    role: str | None


def find_actor(db: sqlite3.Connection, name: str) -> Actor:
    """The actor of that name, or that is alone in having it as another name.  NotInLedger where there is none, or none
    with a public role."""
    name = _known_as(db, clean(name))
    entities = "FROM entity JOIN report ON report.id = entity.report WHERE entity.name = ? AND current"
    types = tuple(row[0] for row in db.execute(f"SELECT DISTINCT type {entities} ORDER BY type", (name,)))
    if not types:
        raise NotInLedger(f"{name[:80]}: no actor of this name in the ledger; search for the words instead")
    roles = tuple(Role(*row) for row in db.execute(
        "SELECT role.role, organisation.name, document, outlet, day FROM entity JOIN role USING (report, entity) JOIN "
        "report ON report.id = entity.report LEFT JOIN entity organisation ON organisation.report = role.report AND "
        "organisation.entity = role.organisation WHERE entity.name = ? AND current ORDER BY day DESC, role.start "
        "LIMIT 40", (name,)))
    if set(types) <= set(PRIVATE) and all(r.role in COURTESY for r in roles):
        raise NotInLedger(f"{name[:80]}: no report gives this person a public role, so sayso keeps no page on them; "
                          "what they said stands in the reports")
    aliases = tuple(row[0] for row in db.execute(
        "SELECT DISTINCT alias.name FROM entity JOIN alias USING (report, entity) WHERE entity.name = ?1 AND "
        "alias.name <> ?1 ORDER BY alias.name LIMIT 40", (name,)))
    relays = tuple(row[0] for row in db.execute(
        "SELECT DISTINCT ifnull(entity.name, hand.name) AS by_name FROM statement JOIN hand ON hand.statement = "
        "statement.id LEFT JOIN entity ON entity.report = statement.report AND entity.entity = hand.entity WHERE "
        "statement.speaker_name = ? AND hand.hand IN ('relay', 'wire') AND by_name IS NOT NULL ORDER BY by_name LIMIT "
        "40", (name,)))
    reports = db.execute(f"SELECT count(*) {entities}", (name,)).fetchone()[0]
    return Actor(name, types, aliases, roles, relays, topics(db, name), reports)


def _known_as(db: sqlite3.Connection, name: str) -> str:
    if db.execute("SELECT 1 FROM entity WHERE name = ? LIMIT 1", (name,)).fetchone():
        return name
    found = db.execute("SELECT DISTINCT entity.name FROM alias JOIN entity USING (report, entity) WHERE alias.name = ? "
                       "LIMIT 2", (name,)).fetchall()
    return str(found[0][0]) if len(found) == 1 else name


def public_names(db: sqlite3.Connection, names: Iterable[str]) -> frozenset[str]:
    """Those of the names that have a page: bodies, and persons to whom a report gives a role."""
    wanted = sorted(set(names))[:500]
    rows = db.execute(
        f"SELECT DISTINCT name FROM entity WHERE name IN ({', '.join('?' * len(wanted))}) AND {NAMED} AND (type NOT IN "
        f"({', '.join('?' * len(PRIVATE))}) OR EXISTS (SELECT 1 FROM role WHERE role.report = entity.report AND "
        f"role.entity = entity.entity AND {PUBLIC_ROLE}))", (*wanted, *PRIVATE, *COURTESY))
    return frozenset(row[0] for row in rows)


def topics(db: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """Words that stand in two or more of the newest statements of an actor, by the alphabet."""
    hits = db.execute("SELECT content FROM statement WHERE speaker_name = ? ORDER BY id DESC LIMIT ?",
                      (name, TOPIC_STATEMENTS))
    counted = Counter(word for (content,) in hits for word in
                      {w.casefold() for w in WORD.findall(content) if len(w) > COMMON} - FUNCTION)
    return tuple(sorted(word for word, count in counted.most_common(TOPICS) if count > 1))


def said_by(db: sqlite3.Connection, name: str, *, word: str = "", hidden: float = 0.0, limit: int = 30, offset: int = 0
            ) -> tuple[tuple[StatementHit, ...], int]:
    """Statements laid to the actor, newest first, and how many there are; `word` narrows them to a topic."""
    query = fts_query(word)
    topic = "statement.id IN (SELECT rowid FROM statement_words WHERE statement_words MATCH ?)"
    return find_statements(db, "", [
        ("statement.speaker_name = ?", (name,)), ("current", ()), ("ifnull(score, 1) >= ?", (hidden,)),
        *([(topic, (f"{{content}} : ({query})",))] if query else [])], limit, offset)


def said_of(db: sqlite3.Connection, name: str, *, hidden: float = 0.0, limit: int = 30, offset: int = 0
            ) -> tuple[tuple[StatementHit, ...], int]:
    """Statements of others in whose content the actor is mentioned, newest first, and how many there are."""
    about = ("statement.id IN (SELECT said.id FROM entity JOIN mention USING (report, entity) JOIN statement said ON "
             "said.report = entity.report AND said.start <= mention.start AND mention.end <= said.end WHERE "
             "entity.name = ?1 AND said.speaker_name IS NOT ?1)").replace("?1", "?")
    return find_statements(db, "", [(about, (name, name)), ("current", ()), ("ifnull(score, 1) >= ?", (hidden,))],
                           limit, offset)


def list_actors(db: sqlite3.Connection, *, after: str = "", limit: int = 60) -> tuple[Listed, ...]:
    """Actors to whom something is laid, by the alphabet from after a name; persons only with a role."""
    kinds = ", ".join("?" * len(PRIVATE))
    rows = db.execute(
        f"""SELECT entity.name, min(type) AS type,
                   (SELECT role FROM entity held JOIN role USING (report, entity) WHERE held.name = entity.name
                    AND {PUBLIC_ROLE} LIMIT 1) AS role
            FROM entity WHERE entity.name > ?
            AND EXISTS (SELECT 1 FROM statement WHERE speaker_name = entity.name)
            AND {NAMED}
            GROUP BY entity.name HAVING max(type NOT IN ({kinds})) OR role IS NOT NULL
            ORDER BY entity.name LIMIT ?""", (*COURTESY, clean(after), *PRIVATE, limit))
    return tuple(Listed(*row) for row in rows)
