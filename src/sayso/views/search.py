"""Full text over statements and reports: words and filters in, plain rows out; for the command line and the web page.

What a user types is never read as FTS5 syntax, but for what people expect of a search box: "several words" in straight
quotation marks stand together, and a star at the end of a word stands for any ending.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from dataclasses import dataclass

from sayso.annotate.names import full_key
from sayso.errors import BadQuery

PIECE = re.compile(r'"([^"]*)"|(\S+)')
MOST_NAMES = 60
"""Names of joined actors that one search for a speaker goes through."""
LETTER = re.compile(r"\w", re.UNICODE)


@dataclass(frozen=True, slots=True)
class StatementHit:
    """One statement that was found, with the report that prints it; `snippet` marks the words found by ⟦ ⟧."""

    document: str
    statement: str
    number: int
    outlet: str | None
    title: str | None
    address: str | None
    day: str | None
    owner: str | None
    """The actor's name if known, else the report's words for the source; null: the report names nobody."""
    cue: str | None
    content: str
    snippet: str
    form: str
    source_type: str | None
    score: float | None
    in_headline: bool
    speaker_name: str | None
    """The actor's name, if known."""
    stance: str | None
    published: str | None
    actor: str | None
    """The name that the actor goes by in the ledger, which may be another than this report's."""
    actor_id: str | None
    """The actor's id in the user's own list."""


@dataclass(frozen=True, slots=True)
class ReportHit:
    """One report whose title or text was found; `snippet` marks the words found by ⟦ ⟧."""

    document: str
    outlet: str | None
    title: str | None
    address: str | None
    day: str | None
    statements: int
    snippet: str


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, and how many there are in all."""

    statements: tuple[StatementHit, ...]
    statements_in_all: int
    reports: tuple[ReportHit, ...]
    reports_in_all: int


def fts_query(words: str) -> str:
    """What a user typed as an FTS5 query that cannot fail: every word and every "phrase" has to be there.  Empty where
    there is nothing in it to look for."""
    terms = []
    for phrase, word in PIECE.findall(clean(words).replace("\0", " ")):
        plain = (phrase or word).replace('"', " ").strip()
        if LETTER.search(plain):
            terms.append(f'"{plain.rstrip("*")}"' + ("*" if word.endswith("*") else ""))
    return " ".join(terms)


def search(db: sqlite3.Connection, words: str = "", *, speaker: str | None = None, outlet: str | None = None,
           since: str | None = None, until: str | None = None, form: str | None = None,
           source_type: str | None = None, hidden: float = 0.0, current: bool = True, reports: bool = True,
           limit: int = 20, offset: int = 0) -> Found:
    """Statements and reports that hold all the words, newest first, of current versions.  BadQuery where neither words
    nor a filter is given.

    `speaker` is found in the actor's names or the words for the source, `outlet` in the outlet's name, both with case
    and accents folded.  Days are ISO 8601, both included; a report without a date is found only without them.
    Statements with a score under `hidden` are left out.  Reports are looked for only where no filter is one of
    statements alone, and not without `reports`.
    """
    query = fts_query(words)
    if words.strip() and not query:
        raise BadQuery(f"{words.strip()[:60]!r}: no letter or digit to look for; give a word or a filter")
    speaker_query = fts_query(speaker or "")
    if speaker and not speaker_query:
        raise BadQuery(f"{speaker[:60]!r}: no letter or digit in this speaker's name")
    if not (query or speaker or outlet or since or until or form or source_type):
        raise BadQuery("nothing to look for: give words, a speaker, an outlet, a day or a form")
    since, until, form, source_type = (given and clean(given) for given in (since, until, form, source_type))
    of_report = _conditions({"day >= ?": since, "day <= ?": until}) + ([("current", ())] if current else [])
    if outlet:
        of_report.append(_outlets(db, outlet))
    of_statement = _conditions({"form = ?": form, "source_type = ?": source_type})
    if hidden > 0:
        of_statement.append(("ifnull(score, 1) >= ?", (hidden,)))
    by = [f"{{source speaker_name}} : ({speaker_query})"] if speaker_query else []
    by += [f"speaker_name : ({fts_query(name)})" for name in (joined_names(db, speaker) if speaker else ())]
    match = " AND ".join(([f"({{content source speaker_name}} : ({query}))"] if query else [])
                         + ([f"({' OR '.join(by)})"] if by else []))
    statements, in_all = find_statements(db, match, of_report + of_statement, limit, offset)
    if speaker or form or source_type or not reports:
        return Found(statements, in_all, (), 0)
    found, reports_in_all = _reports(db, query, of_report, limit, offset) if query else ((), 0)
    return Found(statements, in_all, found, reports_in_all)


def joined_names(db: sqlite3.Connection, words: str) -> tuple[str, ...]:
    """The names of all actors of several names, one of which has these words in it."""
    wanted = set(full_key(clean(words)))
    actors = {row["actor"] for row in db.execute("SELECT name, actor FROM known_as")
              if wanted <= {*full_key(row["name"]), *full_key(row["actor"])}} if wanted else set()
    found = db.execute("SELECT name FROM known_as WHERE actor IN (SELECT value FROM json_each(?)) ORDER BY name LIMIT "
                       "?", (json.dumps(sorted(actors)), MOST_NAMES))
    return tuple(row["name"] for row in found if LETTER.search(row["name"]))


def clean(text: str) -> str:
    """Text without lone surrogates, which SQLite cannot take."""
    return text.encode("utf-8", "replace").decode()


def fold(text: str) -> str:
    """Text without case and accents, for comparing names."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


Condition = tuple[str, tuple[object, ...]]


def _conditions(given: dict[str, object]) -> list[Condition]:
    return [(condition, (value,)) for condition, value in given.items() if value]


def _outlets(db: sqlite3.Connection, name: str) -> Condition:
    """The condition that a report is of an outlet whose name has these letters in it, with case and accents folded."""
    wanted = fold(clean(name))
    names = [row[0] for row in db.execute("SELECT DISTINCT outlet FROM report WHERE outlet IS NOT NULL")
             if wanted in fold(row[0])]
    return f"outlet IN ({', '.join('?' * len(names))})", tuple(names)


def _where(conditions: list[Condition]) -> tuple[str, list[object]]:
    sql = " AND ".join(condition for condition, _ in conditions) or "1"
    return sql, [value for _, values in conditions for value in values]


def find_statements(db: sqlite3.Connection, match: str, conditions: list[Condition], limit: int, offset: int
                    ) -> tuple[tuple[StatementHit, ...], int]:
    """Statements that match an FTS5 query ("" for all) and every condition, newest first, and how many there are."""
    found = [("statement_words MATCH ?", (match,))] if match else []
    where, values = _where([*conditions, *found])
    # Counted and sorted from two narrow indexes: the rows themselves carry texts, and only those shown are read.
    narrow = ("statement_words JOIN statement INDEXED BY statement_order ON statement.id = statement_words.rowid"
              if match else "statement") + " JOIN report INDEXED BY report_order ON report.id = statement.report"
    in_all = db.execute(f"SELECT count(*) FROM {narrow} WHERE {where}", values).fetchone()[0]
    shown = [row[0] for row in db.execute(f"SELECT statement.id FROM {narrow} WHERE {where} ORDER BY day DESC, "
                                          "document, number LIMIT ? OFFSET ?", [*values, limit, offset])]
    tables = "statement JOIN report ON report.id = statement.report" + (
        " JOIN statement_words ON statement_words.rowid = statement.id" if match else "")
    snippet = "snippet(statement_words, 0, '⟦', '⟧', '…', 40)" if match else "statement.content"
    where, values = _where([("statement.id IN (SELECT value FROM json_each(?))", (json.dumps(shown),)), *found])
    rows = db.execute(
        f"SELECT document, statement, number, outlet, title, address, day, ifnull(statement.speaker_name, "
        f"statement.source) AS owner, cue, statement.content AS content, {snippet} AS snippet, form, source_type, "
        f"score, in_headline, statement.speaker_name AS speaker_name, stance, published, "
        "ifnull(known_as.actor, statement.speaker_name) AS actor, known_as.id AS actor_id "
        f"FROM {tables} LEFT JOIN known_as ON known_as.name = statement.speaker_name "
        f"WHERE {where} ORDER BY day DESC, document, number", values).fetchall()
    return tuple(StatementHit(**dict(row) | {"in_headline": bool(row["in_headline"])}) for row in rows), in_all


def _reports(db: sqlite3.Connection, query: str, conditions: list[Condition], limit: int, offset: int
             ) -> tuple[tuple[ReportHit, ...], int]:
    where, values = _where([*conditions, ("report_words MATCH ?", (query,))])
    tables = "report JOIN report_words ON report_words.rowid = report.id"
    in_all = db.execute(f"SELECT count(*) FROM {tables} WHERE {where}", values).fetchone()[0]
    rows = db.execute(
        "SELECT document, outlet, report.title AS title, address, day, statements, snippet(report_words, 1, '⟦', "
        f"'⟧', '…', 24) AS snippet FROM {tables} WHERE {where} ORDER BY day DESC, document LIMIT ? OFFSET ?",
        [*values, limit, offset]).fetchall()
    return tuple(ReportHit(**dict(row)) for row in rows), in_all
