"""What a page says of itself beside its text: title, outlet, byline, day of publication, language, address.

Surest first: JSON-LD (schema.org NewsArticle), then Open Graph and other meta elements, then what the page shows.  A
date is kept with the place it was found in, and never taken from the file itself.
Known to fail: pages of an outlet that names its articles' authors or dates only in pictures or scripts.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sayso.acquire.outline import Outline

OLDEST = 1700
"""The first year that a report may be of; archives of newspapers begin about then."""
DATED = ("article:published_time", "og:published_time", "og:article:published_time", "datepublished",
         "itemprop:datepublished", "publish-date", "publishdate", "publication_date", "date", "dc.date.issued",
         "dcterms.created", "dc.date", "dcterms.date", "pubdate", "parsely-pub-date", "sailthru.date", "cxenseparse:"
         "recs:publishtime", "article.published", "published_at", "article_date_original", "originalpublicationdate")
"""Names of meta elements that hold the day of publication, surest first."""
AUTHORS = ("author", "byl", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator",
           "article:author_name")
MONTHS = {name: number for number, names in enumerate((
    "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
    "sep sept september", "oct october", "nov november", "dec december"), 1) for name in names.split()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WRITTEN = re.compile(
    rf"\b(?P<y>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b|\b(?P<d2>\d{{1,2}})(?:st|nd|rd"
    rf"|th)?[ .]+(?:of )?"
    rf"(?P<m2>{_MONTH})[.,]* +(?P<y2>(?:19|20)\d\d)\b|\b"
    rf"(?P<m3>{_MONTH})\.? +(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?,? +(?P<y3>(?:19"
    rf"|20)\d\d)\b"
    r"|\b(?P<d4>\d{1,2})\.(?P<m4>\d{1,2})\.(?P<y4>(?:19|20)\d\d)\b|\b(?P<d5>\d{1,2})/(?P<m5>\d{1,2})/(?P<y5>(?:19"
    r"|20)\d\d)\b",
    re.I)
"""A day written out; 03/04/2024 is one only where no other reading is possible."""
SEPARATOR = re.compile(r"\s+(?:[|–—·•»:]|-{1,2}|::)\s+|\s+\|\s*|\s*\|\s+")


@dataclass(slots=True)
class Particulars:
    """What was found; `titles` in order of trust, `title_rest` the parts of the title element besides the headline."""

    titles: list[str] = field(default_factory=list)
    outlet: str | None = None
    byline: str | None = None
    published: str | None = None
    published_from: str | None = None
    language: str | None = None
    address: str | None = None


def particulars_of(outline: Outline) -> Particulars:
    """What head and scripts of a page say."""
    found = Particulars()
    metas: dict[str, str] = {}
    for meta in outline.metas:
        for name in ("property", "name", "itemprop"):
            if meta.get(name) and meta.get("content", "").strip():
                metas.setdefault(meta[name].strip().lower(), " ".join(meta["content"].split()))
    things = list(linked_data(outline.scripts))
    article = next((thing for thing in things if _is(thing, "Article", "BlogPosting", "Report")), {})
    site = next((thing for thing in things if _is(thing, "WebSite", "NewsMediaOrganization")), {})
    found.titles = list(dict.fromkeys(title for title in (
        text_of(article.get("headline")), metas.get("og:title"), metas.get("twitter:title"),
        outline.title) if title))
    found.outlet = (metas.get("og:site_name") or name_of(article.get("publisher")) or name_of(site)
                    or metas.get("application-name"))
    authors = [name_of(article.get("author")), *(metas.get(name) for name in AUTHORS)]
    found.byline = next(filter(None, map(clean_byline, authors)), None)
    if day := iso_day(text_of(article.get("datePublished"))):
        found.published, found.published_from = day, "json-ld datePublished"
    for name in DATED:
        if not found.published and (day := iso_day(metas.get(name))):
            found.published, found.published_from = day, f"meta {name}"
    language = (outline.language or metas.get("og:locale") or text_of(article.get("inLanguage")) or "").strip().lower()
    found.language = language[:2] if re.match(r"[a-z]{2}(?:[-_]|$)", language) else None
    canonical = next((link.get("href", "") for link in outline.links
                      if link.get("rel", "").lower() == "canonical"), "") or metas.get("og:url", "")
    found.address = canonical.strip() if re.match(r"https?://[^\s/]+", canonical.strip()) else None
    return found


def linked_data(scripts: list[str]) -> Iterator[dict[str, Any]]:
    """Every object of a page's JSON-LD, those in @graph included."""
    for script in scripts:
        try:
            data = json.loads(script.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in data if isinstance(data, list) else [data]:
            if isinstance(thing, dict):
                yield thing
                graph = thing.get("@graph")
                yield from (part for part in (graph if isinstance(graph, list) else []) if isinstance(part, dict))


def _is(thing: dict[str, Any], *ends: str) -> bool:
    kinds = thing.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(ends) for kind in kinds)


def text_of(value: Any) -> str | None:
    """A string of JSON-LD, white space folded; of a list the first."""
    value = value[0] if isinstance(value, list) and value else value
    return " ".join(html.unescape(value).split()) or None if isinstance(value, str) else None


def name_of(value: Any) -> str | None:
    """The names in a JSON-LD author or publisher, which may be a string, an object or a list of them."""
    values = value if isinstance(value, list) else [value]
    names = [text_of(one.get("name") if isinstance(one, dict) else one) for one in values]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def clean_byline(byline: str | None) -> str | None:
    """The names in a byline, without “By”; None for an address or a handle."""
    byline = re.sub(r"^\W*(?:(?:written|posted|words|story|report|published)\s+)?by\b[\s:]*", "", byline or "",
                    flags=re.I).strip(" |,·–—-\n\t")
    if day := day_in(byline):
        byline = re.sub(r"[\s,|·•–—-]+(?:on|at)?\s*$", "", byline[:day[1]])
    byline = byline.split("\n")[0]
    return " ".join(byline.split()) if byline and "://" not in byline and "@" not in byline[:1] and len(
        byline) < 160 else None


def iso_day(written: str | None) -> str | None:
    """A day or time as ISO 8601, or None where it is not written in a way that is sure, or is none of a report: years
    before OLDEST are what a publishing system writes for “not set” (0001-01-01, 1601-01-01)."""
    found = _iso(written)
    return found if found is not None and int(found[:4]) >= OLDEST else None


def _iso(written: str | None) -> str | None:
    written = (written or "").strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        found = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)?", written)
        day = day_in(written)
        if found and day:
            zone = (found[3] or "").replace("Z", "+00:00")
            return f"{day[0]}T{found[2]}{zone if ':' in zone or not zone else zone[:3] + ':' + zone[3:]}"
        return day[0] if day else None
    if len(written) <= 10:
        return written if re.fullmatch(r"\d{4}-\d\d-\d\d", written) else moment.date().isoformat()
    whole = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?", written)
    return written if whole else moment.isoformat(timespec="seconds")


def day_in(written: str) -> tuple[str, int, int] | None:
    """The first day that is written out in a text, as ISO 8601, with its start and end."""
    for found in WRITTEN.finditer(written):
        got = {name.rstrip("2345"): value for name, value in found.groupdict().items() if value}
        month = MONTHS.get(got["m"].lower()) or int(got["m"])
        day = int(got["d"])
        if found["y5"]:
            if month > 12 >= day:
                day, month = month, day
            elif day <= 12 and day != month:
                continue
        try:
            return datetime(int(got["y"]), month, day).date().isoformat(), found.start(), found.end()
        except ValueError:
            continue
    return None


def beside(title: str, headline: str) -> str | None:
    """What a title element says besides the headline: mostly the name of the outlet."""
    def plain(words: str) -> str:
        return "".join(filter(str.isalnum, words)).lower()

    parts = [part.strip() for part in SEPARATOR.split(title) if part and part.strip()]
    if len(parts) < 2:
        return None
    held = plain(headline)
    rest = [part for part in parts if plain(part) not in held]
    if len(rest) == len(parts):
        return parts[0] if len(parts[0]) < 40 else None
    return rest[-1] if rest and len(rest[-1]) < 40 else None
