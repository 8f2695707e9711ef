"""What a reader wishes put right, from a form or from JSON → a correction in the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from sayso.errors import BadCorrection
from sayso.ledger.corrections import LEDGER, Correction, as_json, extent, new_statement
from sayso.ledger.store import Ledger
from sayso.model import Record, Span, Statement, words_of
from sayso.web.rendering import from_utf16

JOIN = "[…]"
"""Between the pieces of a part, as `words_of` writes them."""
SPAN_FIELDS = ("content", "source", "cue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Offsets are UTF-16 units of the report's text, as a browser counts them; `words` are an alternative to them."""

    field: str
    statement: str | None = None
    name: str | None = None
    words: str | None = None
    start_utf16: int | None = None
    end_utf16: int | None = None


def correct(ledger: Ledger, document: str, wish: Wish, *, who: str) -> int:
    """The number of the correction made.  BadCorrection where the wish cannot be understood."""
    document = ledger.find(document)
    record, _ = ledger.corrected(document)
    if wish.field == "new":
        made = new_statement(record, (selected(record, wish),))
        start, end = extent(made)
        return ledger.correct(document, "new", start=start, end=end, new=as_json(made), who=who)
    statement = next((s for s in record.statements if s.id == wish.statement), None)
    if statement is None:
        raise BadCorrection(f"no statement {(wish.statement or '')[:40]!r} in this report; reload the page and try "
                            "again")
    start, end = extent(statement)
    old, new = change(record, statement, wish)
    return ledger.correct(document, wish.field, start=start, end=end, who=who, new=new,
                          old={"value": old, "statement": as_json(statement)})


def change(record: Record, statement: Statement, wish: Wish) -> tuple[object, object]:
    """What was there, and what should be."""
    names = {e.id: e.name for e in record.entities}
    owner = names.get(statement.speaker or "")
    if wish.field == "statement":
        return words_of(record.document.text, statement.content), None
    if wish.field == "speaker":
        return owner or words_of(record.document.text, statement.source), (wish.name or "").strip() or None
    if wish.field == "apart":
        if owner is None:
            raise BadCorrection("this statement has no actor to tell apart; say who speaks instead")
        other = (wish.name or "").strip() or f"{owner} ({record.document.outlet or record.document.id[:6]})"
        return owner, other
    if wish.field in SPAN_FIELDS:
        held: tuple[Span, ...] = getattr(statement, wish.field)
        spans: tuple[Span, ...]
        if wish.start_utf16 is not None:
            spans = (selected(record, wish),)
        else:
            spans = spans_of_words(record.document.text, wish.words or "", near=(held or statement.content)[0].start)
        if wish.field == "content" and not spans:
            raise BadCorrection("a statement has a content; strike it out with “Not a statement” if it is none")
        return [list(s) for s in held], [list(s) for s in spans]
    raise BadCorrection(f"{wish.field[:40]!r} cannot be corrected; hoped for content, source, cue, speaker, statement, "
                        "new or apart")


def join(ledger: Ledger, name: str, other: str, *, who: str) -> int:
    """The number of the correction by which two actors are one, in the whole ledger."""
    name, other = name.strip(), other.strip()
    found = ledger.db.execute("SELECT DISTINCT name FROM entity WHERE name IN (?, ?)", (name, other))
    known = {row[0] for row in found}
    if name not in known or other not in known or name == other:
        missing = name if name not in known else other
        raise BadCorrection(f"{missing[:80]!r}: hoped for the names of two actors of this ledger, letter for letter")
    return ledger.correct(LEDGER, "same", old=name, new=other, who=who)


def selected(record: Record, wish: Wish) -> Span:
    """The span that a browser selected, without white space at its ends."""
    text = record.document.text
    start = from_utf16(text, wish.start_utf16 if wish.start_utf16 is not None else -1)
    end = from_utf16(text, wish.end_utf16 if wish.end_utf16 is not None else -1)
    if start is None or end is None or not text[start:end].strip():
        raise BadCorrection("no words were selected; select them in the report's text")
    words = text[start:end]
    return Span(start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))


def spans_of_words(text: str, words: str, *, near: int) -> tuple[Span, ...]:
    """Where the words stand, each piece (divided by […]) at its place nearest to `near`; none for no words."""
    found = []
    for piece in filter(None, (" ".join(part.split()) for part in words.split(JOIN))):
        flat, at = _flat(text)
        starts, start = [], flat.find(piece)
        while start >= 0:
            starts.append(start)
            start = flat.find(piece, start + 1)
        if not starts:
            raise BadCorrection(f"“{piece[:60]}” does not stand in this report; give its words as printed, letter for "
                                "letter")
        best = min(starts, key=lambda s: abs(at[s] - near))
        found.append(Span(at[best], at[best + len(piece) - 1] + 1))
    return tuple(sorted(found))


def _flat(text: str) -> tuple[str, list[int]]:
    """The text with runs of white space as one space, and for each of its letters where it stood."""
    letters: list[str] = []
    at: list[int] = []
    for index, letter in enumerate(text):
        if letter.isspace():
            if letters and letters[-1] == " ":
                continue
            letter = " "
        letters.append(letter)
        at.append(index)
    return "".join(letters), at


def in_words(correction: Correction) -> str:
    """A correction as one plain line."""
    old = correction.old.get("value") if isinstance(correction.old, dict) else correction.old
    if correction.field == "speaker":
        return f"Said by {correction.new or 'nobody named'}, not {old or 'nobody named'}"
    if correction.field == "statement":
        return f"Not a statement: “{str(old)[:90]}”"
    if correction.field == "same":
        return f"{correction.old} is {correction.new}"
    if correction.field == "two":
        return f"{correction.old} and {correction.new} are two"
    if correction.field == "withheld":
        return "A person’s name is withheld"
    if correction.field == "apart":
        return f"{old} is another actor here: {correction.new}"
    if correction.field == "new":
        return "A statement that no reader found"
    return f"Other words for the {correction.field}"
