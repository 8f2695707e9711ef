"""Every exception that sayso raises on purpose, drawn as a tree.

    SaysoError
    ├── UnreadableSource      a file, folder, archive, feed or address that cannot be opened or is not what it says
    │   └── Refused           an address whose robots.txt, size or type says no
    ├── UnreadablePage        a page was there, but no article text could be found in it
    ├── BadRecord             JSON that is not a sayso record; names the faulty field by its path
    ├── BadLedger             a ledger file that is not SQLite, not ours, or newer than this sayso
    │   └── UnwritableLedger  a ledger that cannot be written: no leave, no room, or another program holds it
    ├── NotInLedger           an id, address or name that the ledger does not hold
    ├── BadQuery              search words that the full-text index cannot read
    ├── BadCorrection         a correction that names no statement, no words of the report, or no actor
    └── MissingPiece          a model, pipeline or extra that is not installed; names its remedy

Each message says what was found, what was hoped for and what to do, in one line.  A fault in one report is noted on
that report as a `model.Problem` with the error's `code`; the other ten thousand go on.
"""


class SaysoError(Exception):
    """Base of every error that sayso raises on purpose; `code` is the short name kept in the ledger."""

    code = "error"


class UnreadableSource(SaysoError):
    """What the user named cannot be opened, or is not what it says it is."""

    code = "unreadable-source"


class Refused(UnreadableSource):
    """An address that must not or need not be fetched: robots.txt, size limit, time-out, not a page."""

    code = "refused"


class UnreadablePage(SaysoError):
    """No article text could be found in a page."""

    code = "unreadable-page"


class BadRecord(SaysoError):
    """JSON that is not a sayso record; the message names the field by its path."""

    code = "bad-record"


class BadLedger(SaysoError):
    """A ledger file that is not SQLite, was not made by sayso, or was made by a newer one."""

    code = "bad-ledger"


class UnwritableLedger(BadLedger):
    """A ledger that cannot be written: no permission, a full disk, or another program that holds it for long."""

    code = "unwritable-ledger"


class NotInLedger(SaysoError):
    """An id, address or name that the ledger does not hold."""

    code = "not-in-ledger"


class BadQuery(SaysoError):
    """Search words that the full-text index cannot read."""

    code = "bad-query"


class BadCorrection(SaysoError):
    """A correction that names no statement, no words of the report, or no actor."""

    code = "bad-correction"


class BadList(SaysoError):
    """A user's list of actors that cannot be read, or in which one name stands for two."""

    code = "bad-list"


class MissingPiece(SaysoError):
    """A model, a spaCy pipeline or an extra that is not installed; the message names the remedy."""

    code = "missing-piece"
