"""Which agency a report came from: datelines, bylines and credit lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sayso.claims.source_type import media_names
from sayso.model import Document, Entity, Hand

DATELINE = re.compile(r"^[^\n]{0,60}?\(([^()\n]{2,40})\)\s*[-–—]")
CREDITS = (
    re.compile(r"^\W*(?:Source|Credit|Via|Copyright|©)\s*:?\s*([^\n;.]+)", re.I),
    re.compile(r"^\W*[—–-]\s*([^\n;.]+?)\W*$"),
    re.compile(r"(?:Reporting|Additional reporting|Writing|Editing)\s+by\b.*;\s*([^;()\n]+?)\W*$", re.I),
    re.compile(r"(?:Reporting|Additional reporting)\s+by\s+([^;()\n]+?)\W*$", re.I),
    re.compile(r"^\W*\(?([A-Z][^\n;()]{1,40}?)\)?\W*$"),
)
LAST_LINE = re.compile(r"\W*(?:(?:©|\(c\))\s*(?:\d{4}\s+)?([^\n;.()]+?)|[Ww]ith\s+([^\n;.()]+?)\s+inputs?)\W*$")
"""The last line of a report that names its agency: “© Agence Sahel-Presse”, “(With CPA inputs)”."""
PART = re.compile(r"[^|/,;–—\n]*[^|/,;–—\s]")
"""What a byline names between its marks: “Ada Moro | Agence Sahel-Presse”."""
COMMON = frozenset("""the of and news press service agency wire newswire daily times post herald media network staff
international national""".split())
AGENCY = re.compile(
    r"\b(?:news agency|agency|agencia|agência|agence|agenzia|agentur|press|newswire|wire|news service)\b", re.I)


def wire_hand(document: Document, people: dict[str, Entity]) -> Hand | None:
    """The agency whose report this is, at its words; None where nothing says so, or where it is the outlet itself."""
    for start, end, sure in _candidates(document):
        name = document.text[start:end].strip(" .,()")
        if name.lower().startswith("by "):
            start, name = start + 3, name[3:].strip()
        if not name or _own_words(name) & _own_words(document.outlet or ""):
            continue                                           # the Vellapur Express's Express News Service
        if sure or is_agency(name):
            entity = next((one.id for one in people.values() if name in (one.name, *one.aliases)), None)
            return Hand("wire", entity, name, start, end)
    if document.byline and is_agency(document.byline):
        return Hand("wire", None, document.byline.strip())
    return None


def _own_words(name: str) -> set[str]:
    """The words of a name that other papers and agencies do not have in theirs."""
    return set(re.findall(r"\w+", name.lower())) - COMMON


def is_agency(name: str) -> bool:
    """Whether a name is that of a known agency or says that it is one."""
    return bool(media_names().get(re.sub(r"^the |[^\w ]", "", name.lower()).strip()) or AGENCY.search(name))


def _candidates(document: Document) -> Iterator[tuple[int, int, bool]]:
    """Where an agency's name may stand, and whether its place alone makes it one."""
    text, blocks = document.text, document.blocks
    last = next((one for one in reversed(blocks) if one.role == "body"), None)
    if last is not None and last.end - last.start < 100 and (found := LAST_LINE.match(text, last.start, last.end)):
        yield *found.span(1 if found[1] else 2), bool(found[2])
    first_body = next((one for one in blocks if one.role == "body"), None)
    for block in blocks:
        if block.role == "dateline" or block is first_body:
            stop = min(block.end, block.start + 110)
            found = DATELINE.search(text[block.start:stop])
            if found is None and block.role == "dateline":
                found = re.search(r"\(([^()\n]{2,40})\)", text[block.start:stop])
            if found and not re.search(r"\d", found[1]):
                yield block.start + found.start(1), block.start + found.end(1), True
        elif block.role == "byline" and (found := next((part for part in PART.finditer(text, block.start, block.end)
                                                        if part.start() > block.start and is_agency(part[0])), None)):
            yield *found.span(), True
        elif block.role in ("wire-credit", "byline"):
            for number, pattern in enumerate(CREDITS if block.role == "wire-credit" else CREDITS[-1:]):
                found = pattern.search(text[block.start:block.end])
                if found:
                    name = found[1].strip()
                    sure = block.role == "wire-credit" and number in (0, 1, 2)
                    yield block.start + found.start(1), block.start + found.start(1) + len(name), sure
                    break
