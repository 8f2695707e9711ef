"""A ledger for the tests of the page: an invented report, one that is hostile in every field, and a server over it."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sayso.ledger.store import open_ledger
from sayso.model import (
    Block,
    Document,
    Entity,
    Hand,
    Mention,
    Page,
    Provenance,
    Record,
    ReportedRole,
    Run,
    Span,
    Status,
)
from sayso.model import Statement as S

TEXT = """MalundeSendaFloods

Malunde blames dam for flood 🌊 in Karoa

The gates of the Tessaro dam were opened without warning, the water minister of Malunde said on Monday.

“The minister says that they opened the gates,” said Ilse Okonte, a doctor. “I know that 41 people are dead.”

An official, who asked not to be named because she feared for her post, told the Courier that the siren was broken.

Read also: ten photographs of the Senda

Residents believe that nobody will be held to account."""
EVIL = "<script>window.ran=1</script><img src=x onerror=window.ran=1>\"'><svg/onload=window.ran=1>{{7*7}}javascript:ran"
EVIL_TEXT = f"""{EVIL}

“{EVIL}” said {EVIL} on Monday. <b>bold</b> &amp; </mark></p></body>"""


def at(text: str, words: str, nth: int = 0) -> Span:
    """Where words stand, the nth time."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Span(start, start + len(words))


def blocks(text: str, roles: dict[int, str]) -> tuple[Block, ...]:
    """A block a paragraph; body unless `roles` says otherwise."""
    found, start = [], 0
    for n, part in enumerate(text.split("\n\n")):
        found.append(Block(start, start + len(part), roles.get(n, "body")))  # type: ignore[arg-type]
        start += len(part) + 2
    return tuple(found)


def page(text: str, address: str) -> Page:
    """A page of plain text."""
    return Page(content=text.encode(), media_type="text/plain", address=address)


def flood(address: str = "https://courier.example/karoa", **particulars: str) -> tuple[Page, Record]:
    """An invented report: headline, nested statement, pieces, an anonymous source, debris, an emoji before it all."""
    came = page(TEXT + "\n\n" + particulars.get("outlet", "The Beremba Courier"), address)
    text = came.content.decode()
    minister, doctor = Entity("e1", "Tomas Adeyo", "person", ("Adeyo",), (
        ReportedRole("water minister of Malunde", None, *at(text, "water minister of Malunde")),)), Entity(
        "e2", "Ilse Okonte", "person")
    doc = Document(id=hashlib.sha256(came.content).hexdigest(), text=text, address=address, title="Malunde blames dam",
                   language="en", blocks=blocks(text, {0: "tags", 1: "headline", 5: "teaser", 7: "boilerplate"}),
                   runs=(Run(0, len(text), 0, len(text)),),
                   **{"outlet": "The Beremba Courier", "published": "2026-03-09"} | particulars)
    said = (
        S(id="s1", form="indirect", source=(at(text, "Malunde", 1),), cue=(at(text, "blames"),), in_headline=True,
          content=(at(text, "dam for flood 🌊 in Karoa"),), block=1, source_type="office", score=0.4,
          borne_out_by="s2"),
        S(id="s2", form="indirect", source=(at(text, "the water minister of Malunde"),), cue=(at(text, "said"),),
          block=2, content=(at(text, "The gates of the Tessaro dam were opened without warning"),), speaker="e1",
          score=0.95, source_type="named-person", status=Status("asserts"),
          chain=(Hand("speaker", "e1", "Tomas Adeyo"), Hand("wire", None, "CPA"), Hand("outlet", None, None))),
        S(id="s3", form="direct", source=(at(text, "Ilse Okonte"),), cue=(at(text, "said", 1),), speaker="e2", block=3,
          content=(at(text, "The minister says that they opened the gates"),
                   at(text, "I know that 41 people are dead.")),
          source_type="named-person", score=0.97),
        S(id="s4", form="indirect", source=(at(text, "The minister"),), cue=(at(text, "says"),), parent="s3", block=3,
          content=(at(text, "they opened the gates"),), speaker="e1", source_type="named-person", score=0.8),
        S(id="s5", form="indirect", source=(at(text, "An official"),), cue=(at(text, "told"),), source_type="anonymous",
          content=(at(text, "the siren was broken"),), reason=at(text, "because she feared for her post"), score=0.9,
          block=4),
        S(id="s6", form="indirect", source=(at(text, "Residents"),), cue=(at(text, "believe"),), block=6,
          content=(at(text, "nobody will be held to account"),), source_type="collective", score=0.9))
    body = Entity("e3", "Tessaro Dam Company", "organisation")
    mentions = (Mention(*at(text, "the Tessaro dam"), "name", "e3"),)
    return came, Record(document=doc, entities=(minister, doctor, body), mentions=mentions, statements=said,
                        provenance=(Provenance("claims", "by hand", "1"),))


def spelt_otherwise() -> tuple[Page, Record]:
    """A third report, which spells the company's name in another way and has it speak."""
    came, record = flood("https://gazette.example/dam", outlet="Dam Gazette", published="2026-03-10")
    minister, doctor, body = record.entities
    said = tuple(replace(s, speaker="e3") if s.id == "s2" else s for s in record.statements)
    body = replace(body, name="Téssaro Dam-Company")
    return came, replace(record, entities=(minister, doctor, body), statements=said)


def hostile() -> tuple[Page, Record]:
    """A report with script in its text, title, outlet, byline, address and the names of its actors."""
    came = page(EVIL_TEXT, f"javascript:alert('{EVIL}')")
    text = came.content.decode()
    said = S(id="s1", form="direct", content=(at(text, EVIL, 1),), source=(at(text, EVIL, 2),), cue=(at(text, "said"),),
             speaker="e1", score=0.9, block=1, chain=(Hand("speaker", "e1", EVIL), Hand("relay", None, EVIL)))
    doc = Document(id=hashlib.sha256(came.content).hexdigest(), text=text, address=came.address, outlet=EVIL,
                   title=EVIL, byline=EVIL, published="2026-03-10", blocks=blocks(text, {0: "headline"}))
    return came, Record(document=doc, entities=(Entity("e1", EVIL, "organisation", (EVIL + "2",)),), statements=(said,),
                        mentions=(Mention(*at(text, EVIL, 2), "name", "e1"),))


def read(came: Page) -> Record:
    """A reader without a model: every paragraph with “ in it is a statement of nobody."""
    text = came.content.decode()
    doc = Document(id=hashlib.sha256(came.content).hexdigest(), text=text, address=came.address,
                   blocks=blocks(text, {0: "headline"}), **dict(came.particulars))
    said = tuple(S(id=f"s{n}", form="direct", content=(Span(b.start, b.end),), score=0.9)
                 for n, b in enumerate(doc.blocks) if "“" in text[b.start:b.end])
    return Record(document=doc, statements=said)


def ledger(path: Path) -> Path:
    """A ledger with both reports, and the flood in a second outlet."""
    with open_ledger(path, create=True) as opened:
        for came, record in (flood(), flood("https://times.example/senda", outlet="Al-Sahil Times",
                                            published="2026-03-08"), hostile()):
            opened.add(came, record)
    return path


@contextmanager
def serving(path: Path) -> Iterator[str]:
    """The address of a server over a ledger, in a thread of its own."""
    import uvicorn

    from sayso.web.app import create_app

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(path, who="the desk", read=read, reader="test"), port=port,
                                           log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 15
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)
