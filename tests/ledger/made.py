"""Pages and records made by hand for the tests, and readers that need no model."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from typing import Any

from sayso.errors import UnreadablePage
from sayso.model import Block, Document, Entity, Page, Provenance, Record, Run, Span, Statement

TEXT = ("Ferry stays shut, says harbour master\n\nBy Ama Boru\n\n“The ferry will stay shut,” Lena Ruiz said on Monday. "
        "She added that the owners believe it is safe.\n\nShare this page")


def page(text: str = TEXT, *, address: str | None = "https://courier.test/ferry", fetched: str | None = None) -> Page:
    """A page of plain text."""
    return Page(content=text.encode("utf-8", "surrogatepass"), media_type="text/plain", address=address,
                fetched=fetched)


def at(text: str, words: str) -> Span:
    """Where words stand first."""
    start = text.index(words)
    return Span(start, start + len(words))


def record(page: Page, *, version: str = "1", **particulars: Any) -> Record:
    """What a reader that knows TEXT by heart makes of a page: three statements, one inside another."""
    text = page.content.decode()
    doc = Document(id=hashlib.sha256(page.content).hexdigest(), text=text, address=page.address,
                   **{"outlet": "The Courier", "title": text.split("\n")[0] or None, "published": "2026-03-02",
                      "language": "en"} | particulars,
                   blocks=tuple(blocks(text)), runs=(Run(0, len(text), 0, len(text)),) if text else ())
    return Record(document=doc, entities=(Entity("e1", "Lena Ruiz", "person"),),
                  statements=tuple(statements(text)), provenance=(Provenance("claims", "by-heart", version),))


def blocks(text: str) -> list[Block]:
    """The blocks of TEXT, or one body block."""
    if "\n\n" not in text:
        return [Block(0, len(text), "body")] if text.strip() else []
    found, start = [], 0
    for n, part in enumerate(text.split("\n\n")):
        role = "headline" if n == 0 else "byline" if part.startswith("By ") else \
            "boilerplate" if part.startswith("Share") else "body"
        if part.strip():
            found.append(Block(start, start + len(part), role))
        start += len(part) + 2
    return found


def statements(text: str) -> list[Statement]:
    """The statements of TEXT that a text has the words of."""
    found = []
    if "Ferry stays shut, says harbour master" in text:
        found.append(Statement(id="s0", form="indirect", content=(at(text, "Ferry stays shut"),), in_headline=True,
                               source=(at(text, "harbour master"),), cue=(at(text, "says"),), score=0.4))
    if "“The ferry will stay shut,” Lena Ruiz said" in text:
        found.append(Statement(id="s1", form="direct", content=(at(text, "“The ferry will stay shut,”"),), block=2,
                               source=(at(text, "Lena Ruiz"),), cue=(at(text, "said"),), speaker="e1", score=0.97))
    if "that the owners believe it is safe" in text:
        found.append(Statement(id="s2", form="indirect", content=(at(text, "that the owners believe it is safe"),),
                               source=(at(text, "She"),), cue=(at(text, "added"),), speaker="e1", block=2, score=0.9))
        found.append(Statement(id="s3", form="indirect", content=(at(text, "it is safe"),), parent="s2", block=2,
                               source=(at(text, "the owners"),), cue=(at(text, "believe"),), score=0.8))
    return found


# ------------------------------------------------------------------ readers, by name so that other processes find them


def read(page: Page) -> Record:
    """The record, or UnreadablePage for an empty page."""
    if not page.content.strip():
        raise UnreadablePage(f"{page.address}: no article text in 0 bytes")
    return record(page)


def read_slowly(page: Page) -> Record:
    """The record, after a moment."""
    time.sleep(0.05)
    return read(page)


def read_or_die(page: Page) -> Record:
    """The record; a page that says so kills the process that reads it."""
    if b"kill the reader" in page.content:
        os.kill(os.getpid(), signal.SIGKILL)
    return read(page)


def read_or_fail(page: Page) -> Record:
    """The record; a page that says so raises what nobody thought of."""
    if b"raise" in page.content:
        raise ZeroDivisionError("nobody thought of it")
    return read(page)
