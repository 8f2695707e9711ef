"""Page → Document: headline, byline, dateline, date, and the text with its blocks, every character led back to the page.

The body is chosen by trafilatura (Barbaresi 2021) and pointed at in the page itself: the words of a Document are the
page's own, never an extractor's.  What stands between and beside the chosen paragraphs is kept as debris, with its
role.  Known to fail: pages whose text a script draws; live blogs; pages that carry several reports.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sayso.acquire import encoding as characters
from sayso.acquire.body import Weights, choose, squeeze
from sayso.acquire.outline import Outline, walk
from sayso.errors import UnreadablePage
from sayso.model import Block, Document, MediaType, Page, Role, Run

VERSION = "1"
LIKELY = 0.5
"""The least chance of a paragraph of the body: from 0.4 to 0.5 F1 stays, and more bodies are exact at 0.5."""
LOOKS_LIKE_HTML = re.compile(r"<(?:!doctype|html|body|article|div|p|br|h1|span)\b[^>]*>", re.I)


# ------------------------------------------------------------------ bytes and characters

def decode_page(content: bytes, media_type: MediaType, encoding: str, text_field: str | None = None) -> str:
    """The characters that Document.runs count in: the bytes in the encoding that the document names."""
    return characters.decode(content, encoding)


def page_text(page: Page) -> str:
    """The characters of a page, as to_document decoded them."""
    return decode_page(page.content, page.media_type, encoding_of(page), page.text_field)


def encoding_of(page: Page) -> str:
    """The encoding of a page; JSON is UTF-8 (RFC 8259, section 8.1)."""
    return "utf-8" if page.media_type == "application/json" else characters.encoding_of(page.content, page.charset)


def to_document(page: Page, *, weights: Weights | None = None) -> Document:
    """The report on a page.  UnreadablePage where it holds no text at all.  `weights` are for evaluation alone."""
    encoding = encoding_of(page)
    whole = decode_page(page.content, page.media_type, encoding, page.text_field)
    if page.media_type == "application/json":
        value, places = json_field(whole, page.text_field or "text", where=_where(page))
    else:
        value, places = whole, [Run(0, len(whole), 0, len(whole))]
    is_html = page.media_type == "text/html" or (page.media_type == "application/json"
                                                 and LOOKS_LIKE_HTML.search(value) is not None)
    read = _read_html(value, weights) if is_html else _read_plain(value)
    if not read.text.strip():
        raise UnreadablePage(_no_text(page, is_html))
    given = {name: value for name, value in page.particulars if value and value.strip()}
    runs = compose(read.runs, places) if page.media_type == "application/json" else read.runs
    return Document(
        id=hashlib.sha256(page.content).hexdigest(), text=read.text, blocks=tuple(read.blocks), runs=tuple(runs),
        address=_address(page, read), outlet=given.get("outlet") or read.outlet or _domain(page.address),
        title=given.get("title") or read.title, byline=given.get("byline") or read.byline, dateline=read.dateline,
        published=given.get("published") or read.published,
        published_from="given with the page" if given.get("published") else read.published_from,
        language=given.get("language") or read.language, media_type=page.media_type, encoding=encoding)


def _where(page: Page) -> str:
    return page.address or "standard input"


def _no_text(page: Page, is_html: bool) -> str:
    kind = "HTML" if is_html else "text"
    remedy = ("; if scripts draw it, save the page from a browser and read that file" if is_html else
              "; hoped for a report, give a file that holds one")
    return f"{_where(page)}: no article text in {len(page.content):,} bytes of {kind}{remedy}"


@dataclass(slots=True)
class _Reading:
    """What is read out of the characters of a page."""

    text: str = ""
    runs: list[Run] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    outlet: str | None = None
    title: str | None = None
    byline: str | None = None
    dateline: str | None = None
    published: str | None = None
    published_from: str | None = None
    language: str | None = None
    address: str | None = None


# ------------------------------------------------------------------ JSON

TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]', re.S)
ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.S)


def json_field(line: str, name: str, *, where: str) -> tuple[str, list[Run]]:
    """The string in a field of a JSON object, and runs from it into the line.  A dotted name goes into objects within.

    UnreadablePage where there is no such field, or it is no string."""
    depth, path, key, found = 0, [""], False, None
    last = ""
    for token in TOKEN.finditer(line):
        first = token[0][0]
        if first in "{[":
            depth += 1
            path.append("" if first == "{" else "[]")
            key = first == "{"
        elif first in "}]":
            depth -= 1
            if path:
                path.pop()
            key = False
        elif first == ",":
            key = bool(path) and path[-1] != "[]"
        elif first == ":":
            key = False
        elif key:
            last = _string(token[0])
            path[-1] = last
        elif ".".join(path[1:]) == name:
            found = token
    if found is None:
        raise UnreadablePage(f"{where}: no text in the field {name!r} of this line of JSON; name the field that holds "
                             "it, as --field text=body")
    return _unescape(line, found.start() + 1, found.end() - 1)


def _string(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:-1]


def _unescape(line: str, start: int, end: int) -> tuple[str, list[Run]]:
    parts: list[str] = []
    runs: list[Run] = []
    at, length = start, 0

    def put(words: str, until: int) -> None:
        nonlocal at, length
        if words:
            runs.append(Run(length, length + len(words), at, until))
            parts.append(words)
            length += len(words)
        at = until

    for escape in ESCAPE.finditer(line, start, end):
        put(line[at:escape.start()], escape.start())
        put(_string(f'"{escape[0]}"').encode("utf-8", "replace").decode("utf-8"), escape.end())
    put(line[at:end], end)
    return "".join(parts), runs


def compose(inner: list[Run], outer: list[Run]) -> list[Run]:
    """Runs text → page, out of runs text → value and runs value → page, both in order of start."""
    starts = [run.start for run in outer]
    found: list[Run] = []
    for start, end, low, high in inner:
        first = bisect_right(starts, low) - 1
        if end - start != high - low:  # one unit, whatever it is made of
            found.append(Run(start, end, _place(outer, starts, low), _place(outer, starts, high - 1, end=True)))
            continue
        for run in outer[max(0, first):]:
            if run.start >= high:
                break
            cut, until = max(low, run.start), min(high, run.end)
            same = run.end - run.start == run.page_end - run.page_start
            page = run.page_start + cut - run.start if same else run.page_start
            found.append(Run(start + cut - low, start + until - low, page, page + until - cut if same else run.page_end))
    return found


def _place(runs: list[Run], starts: list[int], at: int, *, end: bool = False) -> int:
    run = runs[max(0, bisect_right(starts, at) - 1)]
    if run.end - run.start != run.page_end - run.page_start:
        return run.page_end if end else run.page_start
    return run.page_start + at - run.start + end


# ------------------------------------------------------------------ plain text

def _read_plain(text: str) -> _Reading:
    if not text.strip():
        return _Reading()
    blocks = list(_cut(text, ()))
    title = next((" ".join(text[b.start:b.end].split()) for b in blocks if b.role == "headline"), None)
    dateline = next((text[b.start:b.end] for b in blocks if b.role == "dateline"), None)
    byline = next((text[b.start:b.end] for b in blocks if b.role == "byline"), None)
    return _Reading(text=text, runs=[Run(0, len(text), 0, len(text))], blocks=blocks, title=title,
                    byline=_clean_byline(byline), dateline=dateline)


def _cut(text: str, known: tuple[Block, ...]) -> tuple[Block, ...]:
    try:
        from sayso.acquire.blocks import cut_blocks
    except ImportError:
        if known:
            return known
        return tuple(Block(m.start(), m.end(), "body") for m in re.finditer(r"\S(?:[^\n]*\S)?", text))
    return cut_blocks(text, known)


# ------------------------------------------------------------------ HTML

def _read_html(source: str, weights: Weights | None) -> _Reading:
    outline = walk(source)
    facts = _facts(outline)
    chosen = [chance >= LIKELY for chance in choose(outline, source, facts.titles, weights=weights)]
    reading = _lay_out(outline, chosen, facts)
    reading.outlet, reading.language, reading.address = facts.outlet, facts.language, facts.address
    reading.byline, reading.published, reading.published_from = facts.byline, facts.published, facts.published_from
    reading.title = reading.title or facts.title or outline.title or None
    return reading


def titles_of(outline: Outline) -> list[str]:
    """What the page calls the report, surest first: JSON-LD, Open Graph, Twitter, the title element."""
    return _facts(outline).titles


@dataclass(slots=True)
class _Facts:
    """Particulars that the page states beside its text."""

    title: str | None = None
    titles: list[str] = field(default_factory=list)
    outlet: str | None = None
    byline: str | None = None
    published: str | None = None
    published_from: str | None = None
    language: str | None = None
    address: str | None = None
    body: str = ""


def _facts(outline: Outline) -> _Facts:
    facts = _Facts()
    metas: dict[str, str] = {}
    for meta in outline.metas:
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name and meta.get("content", "").strip():
            metas.setdefault(name, " ".join(meta["content"].split()))
    things = list(_linked_data(outline.scripts))
    article = next((t for t in things if _is_article(t)), {})
    facts.titles = [t for t in (_text(article.get("headline")), metas.get("og:title"), metas.get("twitter:title"),
                                outline.title) if t]
    facts.title = facts.titles[0] if facts.titles else None
    facts.outlet = metas.get("og:site_name") or _name(article.get("publisher"))
    facts.byline = _name(article.get("author")) or metas.get("author") or metas.get("byl")
    facts.byline = _clean_byline(facts.byline)
    if day := _text(article.get("datePublished")):
        facts.published, facts.published_from = day, "json-ld datePublished"
    for name in ("article:published_time", "og:published_time", "datepublished", "date", "dc.date.issued", "dc.date",
                 "pubdate", "parsely-pub-date", "sailthru.date"):
        if not facts.published and metas.get(name):
            facts.published, facts.published_from = metas[name], f"meta {name}"
    facts.language = (outline.language or "").lower()[:2] or None
    facts.address = next((link.get("href") for link in outline.links if (link.get("rel") or "").lower() == "canonical"),
                         None) or metas.get("og:url")
    return facts


def _linked_data(scripts: list[str]) -> Iterator[dict[str, Any]]:
    """Every object of a page's JSON-LD, also those in @graph."""
    for script in scripts:
        try:
            data = json.loads(script.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
        except (ValueError, RecursionError):
            continue
        waiting = data if isinstance(data, list) else [data]
        for thing in waiting:
            if isinstance(thing, dict):
                yield thing
                graph = thing.get("@graph")
                yield from (t for t in (graph if isinstance(graph, list) else []) if isinstance(t, dict))


def _is_article(thing: dict[str, Any]) -> bool:
    kinds = thing.get("@type")
    return any(isinstance(kind, str) and kind.endswith(("Article", "BlogPosting", "Report", "LiveBlogPosting"))
               for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _text(value: Any) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(html.unescape(value).split()) or None if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    """The names in a JSON-LD author or publisher, which may be a string, an object or a list of them."""
    values = value if isinstance(value, list) else [value]
    names = [_text(v.get("name") if isinstance(v, dict) else v) for v in values]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _clean_byline(byline: str | None) -> str | None:
    byline = re.sub(r"^\s*by\b[\s:]*", "", byline or "", flags=re.I).strip()
    return byline if byline and not byline.startswith("http") else None


def _lay_out(outline: Outline, chosen: list[bool], facts: _Facts) -> _Reading:
    """Text, runs and blocks: from the headline to the last paragraph of the body."""
    paragraphs = outline.paragraphs
    body = [n for n, is_body in enumerate(chosen) if is_body]
    if not body:
        body = [n for n, p in enumerate(paragraphs) if len(p.text) > 80 and p.linked * 2 < len(p.text)]
        chosen = [n in set(body) for n in range(len(paragraphs))]
    if not body:
        return _Reading()
    headline = _headline(outline, facts, body[0])
    first = min(body[0], headline) if headline is not None else body[0]
    reading = _Reading()
    known: list[Block] = []
    parts: list[str] = []
    length = 0
    for n in range(first, body[-1] + 1):
        paragraph = paragraphs[n]
        if parts:
            parts.append("\n\n")
            length += 2
        role: Role = "headline" if n == headline else "body" if chosen[n] else "boilerplate"
        parts.append(paragraph.text)
        known.append(Block(length, length + len(paragraph.text), role))
        reading.runs.extend(Run(length + s, length + e, ps, pe) for s, e, ps, pe in paragraph.runs)
        length += len(paragraph.text)
    reading.text = "".join(parts)
    reading.blocks = list(_cut(reading.text, tuple(known)))
    if headline is not None:
        reading.title = " ".join(paragraphs[headline].text.split())
    return reading


def _headline(outline: Outline, facts: _Facts, first: int) -> int | None:
    """The paragraph of the headline: what the page's title says, or else the h1 nearest before the body."""
    titles = [squeeze(title) for title in facts.titles]
    heads = [n for n, p in enumerate(outline.paragraphs[:first + 1])
             if any(node.name in ("h1", "h2") for node in outline.ancestors(p.node, 3))]
    for n in reversed(heads):
        words = squeeze(outline.paragraphs[n].text)
        if words and any(words in title or title in words for title in titles if title):
            return n
    ones = [n for n in heads if any(node.name == "h1" for node in outline.ancestors(outline.paragraphs[n].node, 3))]
    return ones[-1] if ones else None


def _address(page: Page, read: _Reading) -> str | None:
    """Where the page was found; the address that it gives itself counts where that is no web address."""
    if page.address and re.match(r"https?://", page.address):
        return page.address
    return read.address if read.address and re.match(r"https?://", read.address) else page.address


def _domain(address: str | None) -> str | None:
    found = re.match(r"https?://(?:[^/@]*@)?(?:www\.)?([^/:?#]+)", address or "")
    return found[1].lower() if found else None
