"""Page → Document: the text of the report with its blocks and particulars, each character led back to the page.

The words of a Document are the page's own, never an extractor's: body.py says which paragraphs of the page are the
report, this file lays them out with what stands between and beside them, names the part of each, and keeps where every
character stood.  Plain text stays as it came in, to the character; only where its lines were broken to fit a width does
a space stand for the break.
Known to fail: pages whose text a script draws; live blogs; pages that carry several reports.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from itertools import pairwise

from sayso.acquire import encoding as encodings
from sayso.acquire.blocks import cut_blocks
from sayso.acquire.body import Weights, choose, parts_of, squeeze
from sayso.acquire.jsonfield import compose, string_in
from sayso.acquire.language import language_of
from sayso.acquire.outline import Outline, walk
from sayso.acquire.particulars import Particulars, beside, clean_byline, day_in, particulars_of
from sayso.errors import UnreadablePage
from sayso.model import Block, Document, MediaType, Page, Role, Run

VERSION = "3"
LIKELY = 0.5
"""The least chance of a paragraph of the body: from 0.3 to 0.5 F1 stays, and more bodies are exact at 0.5."""
PROSE = 100
"""A page whose longest paragraph is shorter is a list or a shop's: only whole sentences are taken for a report."""
BEFORE, AFTER = 8, 12
"""Paragraphs kept as debris before the headline and after the body: near enough to say why they are none of it."""
LOOKS_LIKE_HTML = re.compile(r"<(?:!doctype|html|body|article|div|p|br|h[1-6]|span|a|b|i|em|strong|ul"
                             r"|li)\b[^>]*>", re.I)
BY = re.compile(r"^\W*(?:(?:posted|written|story|words|report) )?by:? [A-Z\u00c0-\u024f]", re.I)
WHEN = re.compile(r"\b(?:posted|published|updated|modified|last updated|min read|\d{1,2}[:.]\d\d ?(?:[ap]\.?m|gmt"
                  r"|uhr|h\b))",
                  re.I)
CREDITED = re.compile(r"^\W*(?:additional )?(?:reporting|editing|writing) by\b|\bcontributed to this (?:report"
                      r"|story|article)"
                      r"|^\W*with (?:files|inputs?|reporting) from\b", re.I)
WIDTHS = range(40, 121)
"""Characters to a line to which mail programs and wires break text (RFC 3676 names 78)."""
WRAPPED = 0.9
"""Share of the line breaks inside paragraphs that must be such, and at least four: a list or a poem is left alone."""
PROMOTED = re.compile(r"^\W*(?:promoted|sponsored|read (?:also|more|next)|related|see also|more (?:on|from)"
                      r"|also (?:in|read)"
                      r"|don.t miss|recommended|most (?:read|popular)|you (?:may|might)|trending|up next)\b", re.I)


# ------------------------------------------------------------------ bytes and characters

def decode_page(content: bytes, media_type: MediaType, encoding: str, text_field: str | None = None) -> str:
    """The characters that Document.runs count in: all the bytes, in the encoding that the document names."""
    return encodings.decode(content, encoding)


def page_text(page: Page) -> str:
    """The characters of a page, as to_document decodes them."""
    return decode_page(page.content, page.media_type, encoding_of(page), page.text_field)


def encoding_of(page: Page) -> str:
    """The encoding of a page; JSON is UTF-8 (RFC 8259, section 8.1)."""
    return "utf-8" if page.media_type == "application/json" else encodings.encoding_of(page.content, page.charset)


# ------------------------------------------------------------------ the document

@dataclass(slots=True)
class Reading:
    """What is read out of the characters of a page: text, and runs and blocks into it."""

    text: str = ""
    runs: list[Run] = field(default_factory=list)
    blocks: tuple[Block, ...] = ()
    title: str | None = None
    particulars: Particulars = field(default_factory=Particulars)


def to_document(page: Page, *, weights: Weights | None = None) -> Document:
    """The report on a page.  UnreadablePage where it holds no text at all.  `weights` are for evaluation alone."""
    name = page.address or "standard input"
    value = characters = page_text(page)
    places: list[Run] | None = None
    if page.media_type == "application/json":
        field_name = page.text_field or "text"
        found = string_in(characters, field_name)
        if found is None:
            raise UnreadablePage(f"{name}: no text in the field {field_name!r} of this line of JSON; name the field "
                                 "that holds it, as --field text=body")
        value, places = found
    is_html = page.media_type == "text/html" or (places is not None and LOOKS_LIKE_HTML.search(value) is not None)
    reading = read_html(value, weights=weights) if is_html else read_plain(value)
    if not reading.text.strip():
        kind = "HTML" if is_html else "text"
        raise UnreadablePage(f"{name}: no article text in {len(page.content):,} bytes of {kind}; " + (
                             "if scripts draw it, save the page from a browser and read that file" if is_html else
                                "hoped for the words of a report"))
    return _document(page, reading, reading.runs if places is None else list(compose(reading.runs, places)))


def _document(page: Page, reading: Reading, runs: list[Run]) -> Document:
    """What the page says, and over it what came with the page."""
    given = {name: value.strip() for name, value in page.particulars if value and value.strip()}
    said, address = reading.particulars, page.address
    if not is_web(address) and is_web(said.address):
        address = said.address
    text = reading.text
    last = max((block.start for block in reading.blocks if block.role == "body"), default=0)
    lines = [text[block.start:block.end] for block in reading.blocks if block.role == "dateline" and block.end <= last]
    body = "\n".join(text[block.start:block.end] for block in reading.blocks if block.role == "body")
    dateline = next((line for line in lines if not day_in(line)), None)
    return Document(
        id=hashlib.sha256(page.content).hexdigest(), text=text, blocks=reading.blocks, runs=tuple(runs),
        address=address,
        outlet=given.get("outlet") or said.outlet or (domain(address) if is_web(address) else None),
        title=given.get("title") or reading.title, byline=given.get("byline") or said.byline,
        dateline=re.sub(r"[\s–—:-]+$", "", dateline) or None if dateline else None,
        published=given.get("published") or said.published,
        published_from="given with the page" if given.get("published") else said.published_from,
        language=given.get("language", "").lower()[:2] or language_of(body) or said.language,
        media_type=page.media_type,
        encoding=encoding_of(page))


def is_web(address: str | None) -> bool:
    """Whether an address is one of the web."""
    return bool(re.match(r"https?://", address or "", re.I))


def domain(address: str | None) -> str | None:
    """The host of an address without www."""
    found = re.match(r"https?://(?:[^/@]*@)?(?:www\d?\.)?([^/:?#]+)", address or "", re.I)
    return found[1].lower() if found else None


# ------------------------------------------------------------------ plain text

def read_plain(text: str) -> Reading:
    """The text as it came in, with blocks, as one run; line breaks that were there for width are runs of their own."""
    if not text.strip():
        return Reading()
    breaks = breaks_for_width(text)
    pieces = list(text)
    for at in breaks:
        pieces[at] = " "
    runs = [Run(s, e, s, e) for s, e in pairwise([0, *(edge for at in breaks for edge in (at, at + 1)), len(text)])]
    text = "".join(pieces)
    blocks = cut_blocks(text)
    reading = Reading(text=text, runs=runs, blocks=blocks)

    def first(role: Role) -> str | None:
        return next((" ".join(text[b.start:b.end].split()) for b in blocks if b.role == role), None)

    reading.title = first("headline")
    reading.particulars.byline = clean_byline(first("byline"))
    _date_from_text(reading)
    return reading


def breaks_for_width(text: str) -> list[int]:
    """Where lines were broken only because the next word did not fit: places of the line breaks, in order.

    A break is one of these when the first word after it would have made the line longer than nearly all lines are.
    Known failure: a word divided at its line's end stays divided (“govern- ment”).
    """
    lines = [found.span() for found in re.finditer(r"[^\r\n]+", text)]
    pairs = [(one, two) for one, two in pairwise(lines) if text[one[1]:two[0]] in ("\n", "\r\n")
             and text[slice(*one)].strip() and text[slice(*two)].strip() and text[two[0]] not in " \t>-*•"]
    if len(pairs) < 4:
        return []
    width = sorted(end - start for (start, end), _ in pairs)[int(0.95 * (len(pairs) - 1))]
    found = [begin - 1 for (start, end), (begin, stop) in pairs
             if end - start + 1 + len(text[begin:stop].split(None, 1)[0]) > width - 2]
    return found if width in WIDTHS and len(found) >= max(4, WRAPPED * len(pairs)) else []


def _date_from_text(reading: Reading) -> None:
    """The day of publication out of a line beside the report, where nothing else says it: never out of the body."""
    if reading.particulars.published:
        return
    ends = next((b.start for b in reading.blocks if b.role == "body"), 0)
    near = [b for b in reading.blocks if b.role in ("byline", "dateline", "boilerplate")]
    for block in sorted(near, key=lambda b: (b.start > ends, abs(b.start - ends))):
        words = reading.text[block.start:block.end]
        if len(words) < 240 and (day := day_in(words)):
            reading.particulars.published = day[0]
            reading.particulars.published_from = f"text {block.start + day[1]}-{block.start + day[2]}"
            return


# ------------------------------------------------------------------ HTML

def read_html(source: str, *, weights: Weights | None = None) -> Reading:
    """The report in an HTML source; the reading is empty where there are no words."""
    outline = walk(source)
    particulars = particulars_of(outline)
    chances = choose(outline, source, particulars.titles, weights=weights)
    paragraphs = outline.paragraphs
    body = {n for n, chance in enumerate(chances) if chance >= LIKELY}
    if not body:
        body = {n for n, p in enumerate(paragraphs) if len(p.text) > 60 and 2 * p.linked < len(p.text)} or {
            n for n, p in enumerate(paragraphs) if p.linked == 0}
    if not body:
        return Reading(particulars=particulars)
    if max(len(paragraphs[n].text) for n in body) < PROSE:
        body = {n for n in body if is_sentence(paragraphs[n].text)} or body
    headline = find_headline(outline, particulars.titles, body)
    if body == {headline}:
        headline = None  # nothing but a heading: all that the page has is its text
    body.discard(-1 if headline is None else headline)
    reading = _lay_out(outline, body, headline)
    reading.particulars = particulars
    _complete(reading, outline)
    if not particulars.published:
        _date_by_htmldate(particulars, source, outline)
    return reading


def is_sentence(text: str) -> bool:
    """Whether a line has at least five words and ends as a sentence does."""
    return text.count(" ") >= 4 and re.search(r"[.!?…][”\"’»)]*$", text) is not None


def find_headline(outline: Outline, titles: list[str], body: set[int]) -> int | None:
    """The paragraph that is the headline: of the headings before the body what the page's title says, else the nearest
    h1, else the nearest line in bold of at least four words."""
    first, last = min(body), max(body)
    wanted = [title for title in map(squeeze, titles) if title]
    best: tuple[int, int] | None = None
    for n, paragraph in enumerate(outline.paragraphs[:last + 1]):
        if n > first + 3 and best:
            break
        size, words = len(paragraph.text), squeeze(paragraph.text)
        if not 3 < size < 400 or not words:
            continue
        names = [node.name for node in outline.ancestors(paragraph.node, 3)]
        heading = any(name in ("h1", "h2", "h3") for name in names)
        told = any(words == title or (len(words) > 14 and (words in title or title in words)) for title in wanted)
        rank = (5 if told and "h1" in names else 4 if told and heading else 3 if "h1" in names and n <= first + 3 else
                2 if told and size > 20 and not paragraph.linked else
                1 if paragraph.marked + paragraph.text.count(" ") >= size and paragraph.text.count(" ") >= 3
                and not paragraph.linked and n <= first + 1 and not PROMOTED.search(paragraph.text) else 0)
        if rank and (best is None or rank >= best[0]) and not (n in body and n > first and rank < 4):
            best = (rank, n)
    return best[1] if best else None


def _lay_out(outline: Outline, body: set[int], headline: int | None) -> Reading:
    """Text, runs and blocks, from a little before the headline to a little after the body."""
    paragraphs = outline.paragraphs
    first, last = min(body), max(body)
    top = first if headline is None else min(first, headline)
    ends = tuple({first, last, top})
    shown = [n for n in range(max(0, top - BEFORE), min(len(paragraphs), last + AFTER + 1))
             if top <= n <= last or _is_near(outline, n, ends)]
    quoted = "\n".join(squeeze(paragraphs[n].text) for n in sorted(body))
    reading, known = Reading(), []
    parts: list[str] = []
    length = 0
    for n in shown:
        paragraph = paragraphs[n]
        if parts:
            parts.append("\n\n")
            length += 2
        role = "headline" if n == headline else _role(outline, n, body, headline, n < first, quoted)
        parts.append(paragraph.text)
        known.append(Block(length, length + len(paragraph.text), role))
        reading.runs.extend(Run(length + s, length + e, ps, pe) for s, e, ps, pe in paragraph.runs)
        length += len(paragraph.text)
    reading.text = "".join(parts)
    reading.blocks = tuple(cut_blocks(reading.text, tuple(known)))
    if headline is not None:
        reading.title = " ".join(paragraphs[headline].text.split())
    return reading


def _is_near(outline: Outline, n: int, ends: tuple[int, ...]) -> bool:
    """Whether a paragraph outside the report stands close to one of its ends in the page's tree, and in no menu."""
    around = outline.ancestors(outline.paragraphs[n].node, 6)
    if any(node.name in ("nav", "footer", "header", "form", "html", "") for node in around[:2]):
        return False
    at, inside = outline.paragraphs[n].node, set()
    for _ in range(3):
        inside.add(at)
        at = outline.nodes[at].parent
        if at <= 0 or outline.nodes[at].name in ("body", "html"):
            break
        inside.add(at)
    for other in ends:
        at = outline.paragraphs[other].node
        for _ in range(4):
            if at in inside and outline.nodes[at].name not in ("body", "html"):
                return True
            at = outline.nodes[at].parent
            if at <= 0:
                break
    return False


def _role(outline: Outline, n: int, body: set[int], headline: int | None, before: bool, quoted: str) -> Role:
    """The part of a paragraph, by its place, the names of the elements around it and its words."""
    paragraph = outline.paragraphs[n]
    text, size = paragraph.text, len(paragraph.text)
    around = outline.ancestors(paragraph.node, 3)
    named = parts_of(outline, paragraph)
    tags = {node.name for node in around}
    words = squeeze(text)
    if n in body:
        again = tags & {"blockquote", "aside"} or "pullquote" in named
        return "pull-quote" if again and size < 400 and (quoted.count(words) > 1 or "pullquote" in named) else "body"
    if CREDITED.search(text) and size < 300:
        return "wire-credit"
    if "caption" in named or tags & {"figcaption", "figure"}:
        return "caption" if "figcaption" in tags or size > 30 else "boilerplate"
    if "pullquote" in named and size < 400:
        return "pull-quote"
    if PROMOTED.search(text) or named & {"related", "promo"}:
        return "teaser"
    if named & {"share", "comment", "advert", "signup", "cookie", "footer"}:
        return "boilerplate"
    if (BY.search(text) and size < 200) or ("byline" in named and size < 120 and before):
        return "byline"
    if size < 120 and (day_in(text) or WHEN.search(text) or "date" in named) and (before or "date" in named):
        return "dateline" if day_in(text) else "boilerplate"
    if re.match(r"(?:tags?|topics?|filed under)\b", text, re.I) or "tags" in named:
        return "tags"
    if before and headline is not None and n > headline and (
            "deck" in named or (40 < size < 400 and not paragraph.linked and tags & {"h2", "h3", "p"})):
        return "headline"
    if headline is not None and n < headline and headline - n <= 3 and size < 60:
        return "tags"
    return "teaser" if paragraph.linked > 0.6 * size and size > 24 else "boilerplate"


def _complete(reading: Reading, outline: Outline) -> None:
    """What the text itself says of title, byline, outlet and day, where the head of the page does not."""
    said = reading.particulars
    if reading.title is None and said.titles:
        reading.title = said.titles[0]
    if not said.outlet and outline.title:
        said.outlet = beside(outline.title, reading.title or "")
    if not said.byline:
        line = next((reading.text[b.start:b.end] for b in reading.blocks if b.role == "byline"), None)
        said.byline = clean_byline(line)
    _date_from_text(reading)


def _date_by_htmldate(particulars: Particulars, source: str, outline: Outline) -> None:
    """What htmldate finds in the markup, such as a time element; it is asked last, for it also guesses."""
    if len(source) > 1_000_000 or outline.deepest > 200:
        return
    from htmldate import find_date

    try:
        found = find_date(source.replace("\0", " "), original_date=True, extensive_search=False)
    except Exception:  # whatever a page does to its parser: the day stays unknown
        return
    if found:
        particulars.published, particulars.published_from = found, "htmldate"
