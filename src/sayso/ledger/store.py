"""Open a ledger, add to it, read from it; the same report added twice changes nothing.

One SQLite file.  What came in and the record that was read from it are kept whole; every other table is an index of
them (`index.py`, `schema.sql`).  One report is one transaction: a kill at any moment leaves it in or out, never half.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from sayso import codec
from sayso.errors import BadCorrection, BadLedger, BadRecord, NotInLedger, UnwritableLedger
from sayso.ledger.actors import exact, follow, offered, rejoin
from sayso.ledger.corrections import LEDGER, Correction, mask_of, overlaid
from sayso.ledger.index import layer_rows, reader_of, report_row, statement_rows
from sayso.ledger.listed import ListedActor
from sayso.ledger.withheld import Mask, in_value, masked
from sayso.model import Page, Problem, Record

APPLICATION_ID = 0x73617973
"""“says”, in the header of every ledger: tells one from any other SQLite file."""
VERSION = 2
"""The shape of schema.sql, kept as user_version."""
KEPT_CHANGES: Mapping[int, str] = {1: """
CREATE TABLE listed (name TEXT NOT NULL, alias TEXT NOT NULL, key TEXT NOT NULL, id TEXT, type TEXT,
    PRIMARY KEY (name, alias)) STRICT, WITHOUT ROWID;
CREATE INDEX listed_key ON listed(key);
"""}
"""Version → the SQL that brings the kept tables from it to the next.  The index needs none: it is made anew."""
KEPT = ("page", "sighting", "record", "correction", "listed", "skipped")
OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""
MEMORY = Path(":memory:")
WAIT_SECONDS = 30
"""How long to wait for another writer.  A report is written in milliseconds, so a longer wait is a stuck program."""

Outcome = Literal["new", "unchanged", "new version", "read again"]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report as a list shows it."""

    document: str
    address: str | None
    outlet: str | None
    title: str | None
    byline: str | None
    published: str | None
    day: str | None
    language: str | None
    seen: str
    words: int
    statements: int
    without_source: int
    without_speaker: int
    version: int
    current: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a ledger holds."""

    pages: int
    reports: int
    statements: int
    without_source: int
    without_speaker: int
    outlets: int
    corrections: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that could not be read, and why."""

    source: str
    stage: str
    code: str
    message: str
    seen_at: str


def now() -> str:
    """The time, ISO 8601 in UTC, to the microsecond: versions seen in one second keep their order."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def in_utc(moment: str) -> str:
    """An ISO 8601 time in UTC, so that times compare as text; one that cannot be read comes back as it is."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="microseconds")


# ------------------------------------------------------------------ opening


def open_ledger(path: str | Path, *, create: bool = False, clock: Callable[[], str] = now) -> Ledger:
    """The ledger at a path, made there with `create`.  BadLedger where the file is not SQLite, not a ledger, or newer
    than this sayso; UnwritableLedger where it would have to be made or brought up to date and cannot be.

    A file or folder without write permission is opened for reading.  The path ":memory:" is a ledger that is gone when
    it is closed.
    """
    path = Path(path)
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise BadLedger(f"SQLite {sqlite3.sqlite_version} found, {'.'.join(map(str, OLDEST_SQLITE))} or newer needed: "
                        "use a Python that brings its own, as those of python.org or conda do")
    try:
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise BadLedger(f"{path}: {getattr(error, 'strerror', None) or error}; name another file with "
                        "--ledger") from None
    if path == MEMORY:
        create = True
    elif path.is_dir():
        raise BadLedger(f"{path}: is a folder; hoped for a ledger file, as {path / 'sayso.db'}")
    if not exists and not create:
        raise BadLedger(f"no ledger at {path}; make one with: sayso add SOURCE --ledger {path}")
    if not exists and path != MEMORY and not path.parent.is_dir():
        raise BadLedger(f"{path}: there is no folder {path.parent}; make it, or name another file with --ledger")
    db = _connect(path, create)
    try:
        _check_header(db, path, create)
    except BaseException:
        db.close()
        raise
    return Ledger(path, db, clock)


def _connect(path: Path, create: bool) -> sqlite3.Connection:
    """A connection whose first look into the file has succeeded; read-only where nothing else is allowed."""
    quoted = "file::memory:" if path == MEMORY else path.absolute().as_uri()
    error: sqlite3.Error | None = None
    for mode in (("mode=rwc",) if create else ("mode=rw", "mode=ro", "immutable=1")):
        try:
            db = sqlite3.connect(f"{quoted}?{mode}", uri=True, timeout=WAIT_SECONDS, isolation_level=None,
                                 check_same_thread=False)
        except sqlite3.Error as found:
            error = found
            continue
        try:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
            db.row_factory = sqlite3.Row
            return db
        except sqlite3.Error as found:
            db.close()
            error = found
            if _name(found) == "SQLITE_NOTADB":
                raise BadLedger(f"{path}: is not an SQLite file (it begins with {path.read_bytes()[:16]!r}); "
                                "name another file with --ledger") from None
    raise _named(error or sqlite3.OperationalError("unable to open database file"), path)


def _check_header(db: sqlite3.Connection, path: Path, create: bool) -> None:
    """Makes or brings up to date what has to be; refuses what is not ours."""
    application, version = _pragma(db, "application_id"), _pragma(db, "user_version")
    empty = not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if empty and application == 0:
        if not create:
            raise BadLedger(f"{path}: is empty; make it a ledger with: sayso add SOURCE --ledger {path}")
        with _writing(db, path):
            _set_up(db)
    elif application != APPLICATION_ID:
        raise BadLedger(f"{path}: is an SQLite file that sayso did not make; name another file with --ledger")
    elif version > VERSION:
        raise BadLedger(f"{path}: was made by a newer sayso (ledger version {version}, this one reads {VERSION}); "
                        "update with: pip install --upgrade sayso")
    elif version < VERSION:
        with _writing(db, path):
            migrate(db)
    if create:
        with _writing(db, path), transaction(db):
            pass  # said at once where it cannot be written


def _set_up(db: sqlite3.Connection) -> None:
    """A new ledger in an empty file, unless another program has just made it one."""
    db.execute("PRAGMA journal_mode = WAL")
    with transaction(db):
        if _pragma(db, "application_id") == 0:
            _script(db, schema())
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {VERSION}")


def schema() -> str:
    """The text of schema.sql."""
    return files("sayso.ledger").joinpath("schema.sql").read_text("utf-8")


def migrate(db: sqlite3.Connection) -> None:
    """Brings an older ledger to VERSION in one transaction: the kept tables step by step, the index made anew."""
    with transaction(db):
        version = _pragma(db, "user_version")
        if version >= VERSION:
            return
        for step in range(version, VERSION):
            _script(db, KEPT_CHANGES.get(step, ""))
        reindex(db)
        db.execute(f"PRAGMA user_version = {VERSION}")


def reindex(db: sqlite3.Connection) -> None:
    """Makes the index anew from the kept records; call inside a transaction."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    kept = "', '".join(KEPT)
    for kind in ("trigger", "table"):
        # Virtual tables first: dropping one takes its shadow tables along.
        rows = db.execute(f"SELECT name FROM sqlite_master WHERE type = '{kind}' AND name NOT LIKE 'sqlite_%' AND "
                          f"tbl_name NOT IN ('{kept}') ORDER BY sql NOT LIKE 'CREATE VIRTUAL%', rowid DESC").fetchall()
        for (name,) in rows:
            db.execute(f"DROP {kind} IF EXISTS {name}")
    _script(db, schema().split("= index\n", 1)[1])
    for document, blob in db.execute("SELECT document, json FROM record ORDER BY document").fetchall():
        write_rows(db, codec.decode(zlib.decompress(blob)), document)
    rejoin(db)
    for (address,) in db.execute("SELECT DISTINCT address FROM report").fetchall():
        write_versions(db, address)


def _script(db: sqlite3.Connection, sql: str) -> None:
    """Runs statements one by one, inside the transaction of the caller (executescript would end it)."""
    so_far = ""
    for line in sql.splitlines(keepends=True):
        so_far += line
        if sqlite3.complete_statement(so_far):
            db.execute(so_far)
            so_far = ""


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at once, so that two writers queue and never meet half-way."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def _writing(db: sqlite3.Connection, path: Path) -> Iterator[None]:
    """SQLite's own errors named as ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, path) from None


def _named(error: sqlite3.Error, path: Path) -> BadLedger:
    """The error of ours that says what SQLite found, what was hoped for and what to do."""
    code = _name(error)
    if code == "SQLITE_NOTADB":
        return BadLedger(f"{path}: is not an SQLite file; name another file with --ledger")
    if code == "SQLITE_FULL" or "disk I/O" in str(error):
        return UnwritableLedger(f"{path}: no room left on the disk ({error}); what was added before is kept: make "
                                "room and run the same command again")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return UnwritableLedger(f"{path}: cannot be written ({error}); hoped for write permission on the file and its "
                                "folder, or name another file with --ledger")
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return UnwritableLedger(f"{path}: another program has held it for {WAIT_SECONDS} seconds; what was added "
                                "before is kept: wait for that program and run the same command again")
    return BadLedger(f"{path}: {error}; check it with: sayso doctor --ledger {path}")


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or ""


def _pragma(db: sqlite3.Connection, name: str) -> int:
    return int(db.execute(f"PRAGMA {name}").fetchone()[0])


# ------------------------------------------------------------------ writing rows


def insert(db: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """The row number of a new row."""
    names = ", ".join(f'"{name}"' for name in row)
    done = db.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    return done.lastrowid or 0


def write_index(db: sqlite3.Connection, record: Record, document: str) -> None:
    """The index rows of one record with its corrections laid over it, in place of those that are there; the merges of
    its actors follow."""
    before = offered(db, document)
    write_rows(db, record, document)
    follow(db, before, offered(db, document))


def write_rows(db: sqlite3.Connection, record: Record, document: str) -> None:
    """The index rows of one record, without the merges."""
    record, _ = overlaid(record, corrections_of(db, document))
    db.execute("DELETE FROM report WHERE document = ?", (document,))
    seen = db.execute("SELECT min(seen) FROM sighting WHERE page = ?", (document,)).fetchone()[0]
    report = insert(db, "report", report_row(record) | {"seen": seen, "version": 1, "current": 1})
    for rows in statement_rows(record):
        statement = insert(db, "statement", rows.row | {"report": report})
        for row in rows.spans:
            insert(db, "span", row | {"statement": statement})
        for row in rows.hands:
            insert(db, "hand", row | {"statement": statement})
    for table, row in layer_rows(record):
        insert(db, table, row | {"report": report})


def corrections_of(db: sqlite3.Connection, document: str) -> list[Correction]:
    """The corrections that hold for a document, oldest first: its own and those of the whole ledger."""
    rows = db.execute("SELECT * FROM correction WHERE document IN (?, ?) AND undone_at IS NULL ORDER BY id",
                      (document, LEDGER))
    return [correction_row(row) for row in rows]


def correction_row(row: sqlite3.Row) -> Correction:
    """A row of the table as a correction."""
    known = {name: row[name] for name in Correction.__dataclass_fields__}
    return Correction(**known | {"old": json.loads(row["old"]), "new": json.loads(row["new"])})


def write_versions(db: sqlite3.Connection, address: str | None) -> None:
    """Numbers the reports at one address by when they were seen first, and marks the last as current."""
    if address is None:
        return
    found = db.execute("SELECT id FROM report WHERE address = ? ORDER BY seen, document", (address,)).fetchall()
    for number, (report,) in enumerate(found, 1):
        db.execute("UPDATE report SET version = ?1, current = ?2 WHERE id = ?3 AND (version, current) <> (?1, ?2)",
                   (number, number == len(found), report))


# ------------------------------------------------------------------ the ledger


class Ledger:
    """One open ledger.  `db` is its connection, for the queries of `views`; only this class writes."""

    def __init__(self, path: Path, db: sqlite3.Connection, clock: Callable[[], str] = now) -> None:
        self.path, self.db, self._clock = path, db, clock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; what was added is in it."""
        self.db.close()

    # -------------------------------------------------------------- adding

    def add(self, page: Page, record: Record, *, reader: str | None = None) -> Outcome:
        """What adding a page and the record read from it changed.  UnwritableLedger where it could not be written;
        BadRecord where the record is not of this page, or its text cannot be kept as UTF-8.

        "new version": another page is kept whose report has this address.  "read again": the same page, another
        reading; the record is replaced, corrections stay.  The same bytes at another address are one document, kept
        as it was seen first.  `reader` says what read it (the record's own provenance if not given).
        """
        document = hashlib.sha256(page.content).hexdigest()
        if record.document.id != document:
            raise BadRecord(f"the record is of document {record.document.id[:12]}…, the page is {document[:12]}…; "
                            "hoped for the record that was read from this page")
        try:
            line = codec.encode(record)
        except UnicodeEncodeError as error:
            raise BadRecord(f"{page.address or document[:12]}: the text has a lone surrogate at character "
                            f"{error.start}, which no file can hold; clean the page and add it again") from None
        reader = reader_of(record) if reader is None else reader
        with _writing(self.db, self.path), transaction(self.db):
            known = self.db.execute("SELECT json, reader FROM record WHERE document = ?", (document,)).fetchone()
            shown = masked(record, self.masks()).document.address
            others = self.db.execute("SELECT 1 FROM report WHERE address = ? AND document <> ?",
                                     (shown, document)).fetchone()
            old = self.db.execute("SELECT address FROM report WHERE document = ?", (document,)).fetchone()
            foremost = self._sighted(page, document)
            if page.address is not None:
                self.db.execute("DELETE FROM skipped WHERE source = ?", (page.address,))
            if known and known["reader"] == reader and (not foremost or zlib.decompress(known["json"]) == line):
                self.db.execute("UPDATE report SET seen = (SELECT min(seen) FROM sighting WHERE page = ?1) WHERE "
                                "document = ?1", (document,))
                write_versions(self.db, old and old["address"])
                return "unchanged"
            self.db.execute("INSERT INTO record(document, json, reader, read_at) VALUES (?, ?, ?, ?) ON CONFLICT DO "
                            "UPDATE SET json = excluded.json, reader = excluded.reader, read_at = excluded.read_at",
                            (document, zlib.compress(line), reader, self._clock()))
            write_index(self.db, record, document)
            for address in {self._address(document), old and old["address"]}:
                write_versions(self.db, address)
        if known:
            return "read again"
        return "new version" if others else "new"

    def holds(self, page: Page, *, reader: str) -> bool:
        """Whether adding this page, read by this reader, would change nothing: then it need not be read."""
        document = hashlib.sha256(page.content).hexdigest()
        return self.db.execute(
            "SELECT 1 FROM record JOIN sighting ON sighting.page = record.document WHERE document = ? AND reader = ? "
            "AND address IS ?", (document, reader, page.address)).fetchone() is not None

    def _sighted(self, page: Page, document: str) -> bool:
        """Notes where and when a page was seen; whether no other address had it sooner."""
        self.db.execute("INSERT INTO page(id, content, size) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        (document, zlib.compress(page.content), len(page.content)))
        self.db.execute(
            "INSERT INTO sighting(page, address, seen, fetched, media_type, charset, text_field, particulars) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (document, page.address, in_utc(page.fetched) if page.fetched else self._clock(), page.fetched,
             page.media_type, page.charset, page.text_field, json.dumps(page.particulars)))
        first = self.db.execute("SELECT address FROM sighting WHERE page = ? ORDER BY seen, address LIMIT 1",
                                (document,)).fetchone()
        return bool(first["address"] == page.address)

    def note_skipped(self, source: str, problem: Problem) -> None:
        """Keeps what could not be read; the same problem at the same source is kept once."""
        source, message = (text.encode("utf-8", "replace").decode() for text in (source, problem.message))
        with _writing(self.db, self.path), transaction(self.db):
            self.db.execute("INSERT INTO skipped(source, stage, code, message, seen_at) VALUES (?, ?, ?, ?, ?) "
                            "ON CONFLICT DO UPDATE SET message = excluded.message",
                            (source, problem.stage, problem.code, message, self._clock()))

    def forget(self, document: str) -> None:
        """Takes a page, its record and all its rows out; corrections stay, for they are people's work."""
        document = self.find(document)
        address = self._address(document)
        with _writing(self.db, self.path), transaction(self.db):
            before = offered(self.db, document)
            self.db.execute("DELETE FROM page WHERE id = ?", (document,))
            follow(self.db, before, frozenset())
            write_versions(self.db, address)

    def _address(self, document: str) -> str | None:
        """The address of a report as it is shown."""
        row = self.db.execute("SELECT address FROM report WHERE document = ?", (document,)).fetchone()
        return row["address"] if row else None

    def reindex(self) -> None:
        """Makes every index table anew from the kept records."""
        with _writing(self.db, self.path), transaction(self.db):
            reindex(self.db)

    # -------------------------------------------------------------- corrections

    def correct(self, document: str, field: str, *, start: int | None = None, end: int | None = None, old: Any = None,
                new: Any = None, who: str) -> int:
        """The number of a new correction, kept beside the record and never in it; the index follows.  The document ""
        is the whole ledger."""
        with _writing(self.db, self.path), transaction(self.db):
            number = insert(self.db, "correction", {
                "document": document and self.find(document), "field": field, "start": start, "end": end,
                "old": json.dumps(old), "new": json.dumps(new), "who": who, "made_at": self._clock()})
            self._follow(number)
            return number

    def part(self, name: str, other: str, *, who: str) -> int:
        """The number of the correction by which two names that were joined are two actors.  BadCorrection where they
        are not joined."""
        pair = [text.encode("utf-8", "replace").decode().strip() for text in (name, other)]
        found = self.db.execute("SELECT count(DISTINCT name), count(DISTINCT actor) FROM known_as WHERE name IN (?, ?)",
                                pair).fetchone()
        if tuple(found) != (2, 1):
            raise BadCorrection(f"{pair[0][:80]!r} and {pair[1][:80]!r} are not joined; hoped for two names of one "
                                "actor, letter for letter")
        return self.correct(LEDGER, "two", old=pair[0], new=pair[1], who=who)

    def unpart(self, name: str, other: str) -> None:
        """Takes back that two names are two actors.  BadCorrection where nobody said so."""
        pair = {name.strip(), other.strip()}
        found = [c.id for c in corrections_of(self.db, LEDGER) if c.field == "two" and {c.old, c.new} == pair]
        if not found:
            raise BadCorrection(f"{name[:80]!r} and {other[:80]!r} were not taken apart by hand; hoped for the two "
                                "names that were")
        for number in found:
            self.undo(number)

    def undo(self, correction: int, *, redo: bool = False, of_mask: bool = False) -> None:
        """Takes a correction back, or with `redo` lets it hold again; the row stays, with when.  NotInLedger where
        there is none that holds (or none taken back), or where it withholds a name: that is for `show_again`."""
        masks = self.db.execute("SELECT 1 FROM correction WHERE id = ? AND field = 'withheld'", (correction,))
        if masks.fetchone() and not of_mask:
            raise NotInLedger(f"correction {correction} withholds a person's name; whoever keeps the ledger takes it "
                              "back with: sayso forget --person NAME --undo")
        with _writing(self.db, self.path), transaction(self.db):
            done = self.db.execute("UPDATE correction SET undone_at = ? WHERE id = ? AND (undone_at IS NULL) = ?",
                                   (None if redo else self._clock(), correction, not redo))
            if not done.rowcount:
                raise NotInLedger(f"no correction {correction} that {'was taken back' if redo else 'still holds'}")
            self._follow(correction)

    def _follow(self, correction: int) -> None:
        """Makes the index rows anew of each report that a correction is about."""
        row = self.db.execute("SELECT * FROM correction WHERE id = ?", (correction,)).fetchone()
        made = correction_row(row)
        documents = [made.document]
        if made.field == "two":
            rejoin(self.db, {str(made.old), str(made.new)})
            return
        if made.field == "withheld":
            mask = Mask(made.id, tuple(map(str, made.old)))
            documents = [document for document in self.documents()
                         if masked(bare := self.corrected(document, withheld=False)[0], [mask]) is not bare]
        elif made.document == LEDGER:
            found = self.db.execute("SELECT DISTINCT document FROM report JOIN entity ON entity.report = "
                                    "report.id WHERE entity.name IN (?, ?)", (str(made.old), str(made.new)))
            documents = [row[0] for row in found]
        for document in documents:
            kept = self.db.execute("SELECT json FROM record WHERE document = ?", (document,)).fetchone()
            if kept is not None:
                record = codec.decode(zlib.decompress(kept["json"]))
                address = self._address(document)
                write_index(self.db, record, document)
                for each in {address, self._address(document)}:
                    write_versions(self.db, each)

    def corrections(self, document: str | None = None, *, undone: bool = False) -> list[Correction]:
        """The corrections of a document (or all), oldest first; those taken back only with `undone`."""
        rows = self.db.execute("SELECT * FROM correction WHERE (?1 IS NULL OR document = ?1) AND (?2 OR undone_at IS "
                               "NULL) ORDER BY id", (document and self.find(document), undone))
        masks = self.masks()
        made = [correction_row(row) for row in rows]
        return [replace(c, old=None if c.field == "withheld" else in_value(c.old, masks), new=in_value(c.new, masks))
                for c in made]

    def corrected(self, name: str, *, withheld: bool = True) -> tuple[Record, frozenset[str]]:
        """The record of a report with its corrections laid over it, and the ids of the statements they changed; names
        that are withheld show only without `withheld`, which is for checking against the page."""
        document = self.find(name)
        made = [c for c in corrections_of(self.db, document) if withheld or c.field != "withheld"]
        return overlaid(codec.decode(self._kept_line(document)), made)

    def masks(self) -> list[Mask]:
        """The persons whose names are withheld."""
        return [mask for row in self.db.execute("SELECT * FROM correction WHERE field = 'withheld' AND undone_at IS "
                                                "NULL ORDER BY id") for mask in mask_of(correction_row(row))]

    def withhold(self, name: str, *, who: str) -> int:
        """The number of the correction that withholds a person's name, and all names that are joined to it, in the
        whole ledger.  NotInLedger where no person of the ledger has that name."""
        given = name.encode("utf-8", "replace").decode().strip()
        names = [row[0] for row in self.db.execute(
            "SELECT DISTINCT name FROM entity WHERE type IN ('person', 'other') AND name IN (SELECT name FROM handle "
            "WHERE key = ?1 AND what = 'name' UNION SELECT name FROM known_as WHERE actor IN (SELECT known_as.actor "
            "FROM known_as JOIN handle USING (name) WHERE key = ?1 AND what = 'name')) ORDER BY name", (exact(given),))]
        if not names and not (len(given.split()) > 1 and self.db.execute(
                "SELECT 1 FROM report_words WHERE report_words MATCH ? LIMIT 1",
                ('"' + given.replace('"', " ") + '"',)).fetchone()):
            raise NotInLedger(f"{given[:80]}: no person of this name in {self.path}; hoped for the full name as a "
                              "report has it (sayso search WORDS shows the owners of statements)")
        listed = self.db.execute("SELECT alias FROM listed WHERE name IN (SELECT name FROM listed WHERE key = ?)",
                                 (exact(given),))
        names = list(dict.fromkeys([given, *names, *(row[0] for row in listed)]))
        return self.correct(LEDGER, "withheld", old=names, who=who)

    def show_again(self, name: str) -> None:
        """Takes the mask off a person's name.  NotInLedger where it is not withheld."""
        wanted = exact(name)
        found = [mask.number for mask in self.masks() if wanted in map(exact, mask.names)]
        if not found:
            raise NotInLedger(f"{name[:80]}: is not withheld in {self.path}")
        for number in found:
            self.undo(number, of_mask=True)

    # -------------------------------------------------------------- the user's list

    def set_list(self, actors: Iterable[ListedActor]) -> int:
        """How many of these actors the ledger's reports name, now that they are the user's list, in place of the one
        before."""
        with _writing(self.db, self.path), transaction(self.db):
            self.db.execute("DELETE FROM listed")
            for actor in actors:
                for alias in (actor.name, *actor.aliases):
                    insert(self.db, "listed", {"name": actor.name, "alias": alias, "key": exact(alias),
                                               "id": actor.id, "type": actor.type})
            rejoin(self.db)
        return int(self.db.execute("SELECT count(DISTINCT listed.name) FROM listed JOIN known_as ON known_as.actor = "
                                   "listed.name").fetchone()[0])

    def listed(self) -> list[ListedActor]:
        """The user's list, by name; persons whose name is withheld are not in it."""
        found: dict[str, list[sqlite3.Row]] = {}
        masks = self.masks()
        for row in self.db.execute("SELECT * FROM listed ORDER BY name, alias"):
            found.setdefault(row["name"], []).append(row)
        return [ListedActor(name, tuple(row["alias"] for row in rows if row["alias"] != name), rows[0]["id"],
                            rows[0]["type"]) for name, rows in found.items() if in_value(name, masks) == name]

    # -------------------------------------------------------------- reading

    def find(self, name: str) -> str:
        """The document that an id, the unique beginning of one (four characters or more), an address or a path
        names; of an address, its current version.  NotInLedger where it names none, or more than one."""
        name = name.encode("utf-8", "replace").decode()
        by_path = "SELECT page FROM sighting WHERE address = ? ORDER BY seen DESC, page DESC LIMIT 1"
        for sql in ("SELECT document FROM record WHERE document = ?",
                    "SELECT document FROM report WHERE address = ? AND current", by_path):
            if row := self.db.execute(sql, (name,)).fetchone():
                return str(row[0])
        if len(name) >= 4 and set(name.lower()) <= set("0123456789abcdef"):
            found = self.db.execute("SELECT document FROM record WHERE document >= ?1 AND document < ?1 || 'g' LIMIT 2",
                                    (name.lower(),)).fetchall()
            if len(found) == 1:
                return str(found[0][0])
            if found:
                raise NotInLedger(f"{name}: more than one report has an id that begins so; give more of it")
        for path in dict.fromkeys((str(Path(name)), str(Path(name).absolute()), Path(name).absolute().as_uri())):
            if row := self.db.execute(by_path, (path,)).fetchone():
                return str(row[0])
        raise NotInLedger(f"{name}: no such report in {self.path}; hoped for an id, its first characters, or an "
                          "address (sayso search WORDS shows them)")

    def record(self, name: str) -> Record:
        """The record of a report, as it was read."""
        document = self.find(name)
        return codec.decode(self.record_line(document))

    def record_line(self, document: str) -> bytes:
        """The record of a document as its line of JSON, as it was read but for names that are withheld."""
        line, masks = self._kept_line(document), self.masks()
        return codec.encode(masked(codec.decode(line), masks)) if masks else line

    def _kept_line(self, document: str) -> bytes:
        row = self.db.execute("SELECT json FROM record WHERE document = ?", (document,)).fetchone()
        if row is None:
            raise NotInLedger(f"{document}: no such report in {self.path}")
        return zlib.decompress(row[0])

    def page(self, name: str) -> Page:
        """The page that a report was read from, as it was seen first."""
        document = self.find(name)
        row = self.db.execute("SELECT * FROM page JOIN sighting ON sighting.page = page.id WHERE id = ? "
                              "ORDER BY seen, address LIMIT 1", (document,)).fetchone()
        return Page(content=zlib.decompress(row["content"]), media_type=row["media_type"], address=row["address"],
                    charset=row["charset"], fetched=row["fetched"], text_field=row["text_field"],
                    particulars=tuple((k, v) for k, v in json.loads(row["particulars"])))

    def documents(self) -> list[str]:
        """The ids of all documents, in order."""
        return [row[0] for row in self.db.execute("SELECT document FROM record ORDER BY document")]

    def reports(self, *, outlet: str | None = None, since: str | None = None, until: str | None = None,
                current: bool = True, limit: int = 50, offset: int = 0) -> list[ReportRow]:
        """Reports, newest first and those without a date last; older versions only with current=False.  Dates are
        ISO 8601 days, both included."""
        columns = ", ".join(ReportRow.__dataclass_fields__)
        rows = self.db.execute(
            f"SELECT {columns} FROM report WHERE (?1 IS NULL OR outlet = ?1) AND (?2 IS NULL OR day >= ?2) AND "
            "(?3 IS NULL OR day <= ?3) AND (NOT ?4 OR current) ORDER BY day DESC, document LIMIT ?5 OFFSET ?6",
            (outlet, since, until, current, limit, offset))
        return [ReportRow(**dict(row) | {"current": bool(row["current"])}) for row in rows]

    def versions(self, name: str) -> list[ReportRow]:
        """All that was seen at the address of a report, first to last; the report alone where it has none."""
        document = self.find(name)
        columns = ", ".join(f"report.{name}" for name in ReportRow.__dataclass_fields__)
        rows = self.db.execute(
            f"SELECT {columns} FROM report WHERE document = ?1 OR address = (SELECT address FROM report WHERE "
            "document = ?1) ORDER BY version, document", (document,))
        return [ReportRow(**dict(row) | {"current": bool(row["current"])}) for row in rows]

    def counts(self) -> Counts:
        """How much the ledger holds; reports and statements count current versions only."""
        row = self.db.execute(
            "SELECT (SELECT count(*) FROM page), count(*), ifnull(sum(statements), 0), ifnull(sum(without_source), 0),"
            " ifnull(sum(without_speaker), 0), count(DISTINCT outlet), (SELECT count(*) FROM correction WHERE "
            "undone_at IS NULL), (SELECT count(DISTINCT source) FROM skipped) FROM report WHERE current").fetchone()
        return Counts(*row)

    def skipped(self) -> list[Skipped]:
        """What could not be read, by source."""
        return [Skipped(**dict(row)) for row in self.db.execute("SELECT * FROM skipped ORDER BY source, stage, code")]
