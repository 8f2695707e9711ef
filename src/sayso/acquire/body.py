"""Which paragraphs of a page are the body of the report.

trafilatura (Barbaresi 2021) reads the page first; what it took says where the report stands.  A logistic model then
decides paragraph by paragraph, from what trafilatura took, from the paragraph itself (length, links, closing mark,
telling words such as “Read more”), from the names of the elements around it, and from its neighbours.  Its weights are
in body.json, learnt by training/page_body.py on the 102 development pages of the article-extraction benchmark; by
five-fold cross-validation over pages it is measured in evaluation/page.py.
Known to fail: pages that carry several reports, and lists of links that are the report.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from sayso.acquire.outline import Outline, Paragraph, attributes

LONGEST = 3_000_000
"""Characters of source beyond which trafilatura is not asked: it keeps several trees, of some 100 times the size."""
DEEPEST = 200
"""Open elements beyond which it is not asked: lxml gives up at 256, and its walks go quadratic before."""
MANY = 20_000
"""Paragraphs beyond which no model is asked: no report has so many, and time is better spent on the next page."""
MAJORITY = 0.75
"""Share of the words taken that an element must hold to be the one around the report."""
NAMES = {  # what the class, id, role or itemprop of an element says of its part
    "nav": r"nav\b|navi|menu|crumb|masthead|toolbar|topbar|skip|pagin|pager",
    "footer": r"foot|copyright|legal|colophon|disclaim",
    "side": r"side(?!s)|rail\b|aside|widget|right-?col|secondary|complementary",
    "share": r"shar(?:e|ing)|social|follow|facebook|twitter(?!-tweet)|tools\b|print|addtoany|sns",
    "related": r"relat|recommend|\bmore|also|read-?next|trending|popular|most-|latest|teaser|promo|recirc|outbrain"
               r"|taboola|you-?may|suggest|inline-?link|\bcards?\b|playlist|carousel|headlines|\blist",
    "comment": r"comment|disqus|respond|discuss|reply|livefyre|spot-?im",
    "advert": r"\bads?\b|advert|sponsor|dfp|mpu|banner|gpt|commercial|\bads?[-_]|[-_]ads?\b|adslot|adunit|affiliate",
    "signup": r"newsletter|subscri|sign-?up|opt-?in|paywall|register|login|donat|membership|modal|popup|overlay",
    "cookie": r"cookie|gdpr|consent|privacy",
    "caption": r"caption|credit|figure|image|photo|gallery|slide|media|video|thumb",
    "byline": r"byline|\bby\b|author|contributor|writer|reporter|\bbio",
    "date": r"date|time\b|timestamp|publish|posted|\bpub\b|\bmeta\b",
    "tags": r"\btags?\b|tagged|topics?\b|categor|keyword|kicker|eyebrow|label",
    "title": r"title|headline|\bhead\b|heading",
    "deck": r"deck|standfirst|subtitle|summary|dek\b|excerpt|abstract|strap|intro|subhead|description",
    "quote": r"quote|tweet|embed",
    "body": r"body|article|story|content|entry|post|text|main|copy|prose",
    "hidden": r"hidden|visually|screen-reader|sr-only|offscreen|invisible|display:\s?none",
}
_NAMED = re.compile("|".join(f"(?P<{name}>{words})" for name, words in NAMES.items()))
_NUMBERED = {name: number for number, name in enumerate(NAMES)}
WORDS = {  # what the first or only words of a paragraph say of its part
    "more": r"^(?:read|see|find out|learn|watch|listen|also|related|recommended|more|don.t miss|click|view|check out"
            r"|continue|you might|leia|veja|lire)\b.{0,60}(?::|more|also|here|…|\||mais)|^(?:related|read more|see also"
            r"|more from|most (?:read|popular)|recommended|trending|top stories|latest|up next)\b",
    "follow": r"\b(?:follow|like|join|find|contact|reach|email|e-mail|write to|tweet)\b.{0,60}(?:@|\bon (?:twitter|face"
              r"book|instagram|x\b|youtube)|\bat\b.{0,40}@)|@\w+",
    "signup": r"\bnewsletter|subscri|sign(?:ed)? up|\binbox\b|your email|free trial|log ?in\b|download the|\bapp\b",
    "rights": r"©|copyright|all rights reserved|may not be (?:published|reproduced)|terms of (?:use|service)"
              r"|cookies?\b",
    "credit": r"^\W*(?:photo|image|picture|video|credit|file|getty|ap photo|reuters|foto|bild)\b.{0,80}$|getty images"
              r"|\((?:photo|image|credit)|/(?:ap|afp|getty|reuters)\b",
    "staff": r"contributed to this (?:report|story|article)|^(?:additional )?report(?:ing|ed) by|^edit(?:ing|ed) by"
             r"|\bis an? .{0,50}(?:editor|reporter|correspondent|writer|columnist|journalist|author|professor)\b",
    "date": r"^\W*(?:published|updated|posted|last (?:updated|modified)|date)\b|^\W*(?:\d{1,4}[-/. ]){2}\d{2,4}"
            r"|^.{0,24}\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd"
            r"|th)?,? \d{4}",
    "by": r"^\W*by\b[^.]{0,60}$",
    "comments": r"^\W*(?:\d+ )?comments?\b|leave a (?:comment|reply)|^share\b|^print\b|^advertisement",
    "price": r"[$£€]\s?\d+.{0,20}(?:month|week|issues)|\bdeal\b|\bbuy\b|affiliate",
}
_SAID = [(name, re.compile(words, re.I)) for name, words in WORDS.items()]
TAGS = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "div", "td", "blockquote", "figcaption", "span", "section",
        "article", "a", "time", "button", "footer", "aside", "header", "pre")
NEIGHBOURS = tuple((step, tuple(f"{where} {what}" for what in (
    "taken", "taken long", "links", "length", "closed", "says more", "alike")))
    for step, where in ((-1, "previous"), (1, "next"), (-2, "previous 2"), (2, "next 2")))
NEAR = 12
"""Paragraphs looked at before the first and after the last that trafilatura took, outside the report's element."""
Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: the weight of each feature by name, and the bias."""

    weights: dict[str, float]
    bias: float


def choose(outline: Outline, source: str, titles: list[str], *, weights: Weights | None = None) -> list[float]:
    """For each paragraph the probability that it is of the body.  `weights`: others than those that are shipped."""
    taken = took(outline, source)
    if len(outline.paragraphs) > MANY:
        return [float(is_taken) for is_taken in taken]
    model = weights or shipped()
    of, bias = model.weights, model.bias

    def chance(vector: Vector | None) -> float:
        if vector is None:
            return 0.0
        odds = bias + sum(value * of.get(name, 0.0) for name, value in vector.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))

    return [0.0 if vector and is_debris(outline, paragraph, vector) else chance(vector)
            for paragraph, vector in zip(outline.paragraphs, features(outline, taken, titles), strict=True)]


PARTS = re.compile(
    r"(?<![a-z])(?:(?P<advert>ads?(?=[-_ ](?:slot|unit|container|wrap))|advert\w*|sponsor\w*|promoted|bet|betting)"
    r"|(?P<promo>"
    r"promo|recirc|outbrain|taboola|teaser)|(?P<related>related\w*|read-?(?:next|more|also)|also-?read|most-?read"
    r"|recommended)"
    r"|(?P<signup>newsletter|sign-?up|subscribe|support-?box|donat\w*)|(?P<share>share\w*|sharing|social|soc)"
    r"|(?P<cookie>"
    r"cookies?|gdpr)|(?P<comment>comments?|disqus)|(?P<footer>footer|copyright)|(?P<caption>caption|chart|credit"
    r"|wp-caption"
    r"\w*)|(?P<pullquote>pull-?quotes?|quote-big)|(?P<byline>byline|author\w*|by)|(?P<date>date\w*|time\w*|stamp"
    r"|pub|posted)"
    r"|(?P<tags>tags?|topics?|kickers?|eyebrow|cat|category|categories)|(?P<deck>standfirst|subtitle|sub-?head|deck"
    r"|dek|sub"
    r"|summary))(?![a-z])", re.I)
"""Names of elements that leave no doubt of their part, for roles and for what no page is believed to mean as report."""
PUSHED = re.compile(r"^\W*(?:promoted|sponsored|advertisement\b|don.t miss|also (?:in|read)\b|read (?:also|more|next)\b"
                    r"|related\b|see also|share (?:this|on)\b|18\+|most (?:read|popular)|recommended|listen live"
                    r"|posted (?:on|by)\b.{0,40}\d"
                    r"|(?:last )?(?:published|updated)\b.{0,12}\d|was this (?:article|story|page)|(?:(?:facebook"
                    r"|twitter|tweet|whatsapp"
                    r"|e-?mail|print|share|telegram|linkedin|reddit|next|previous)[\W\d]*)+$|copyright \d"
                    r"|sign (?:me )?up\W*$)", re.I)


def parts_of(outline: Outline, paragraph: Paragraph) -> set[str]:
    """The parts (PARTS) that a paragraph's element, the one around it and those within it name."""
    said = [_said(node.source) for node in outline.ancestors(paragraph.node, 2) if node.name not in ("body", "html")]
    said += [_said(outline.nodes[inner].source) for inner in paragraph.inner[:4]]
    return {found.lastgroup or "" for words in said for found in PARTS.finditer(words)}


def is_debris(outline: Outline, paragraph: Paragraph, vector: Vector) -> bool:
    """Whether a paragraph is none of the report whatever the model says: the development pages rarely show it,
    since trafilatura takes most of them out, but where it fails it takes all in."""
    size, holds = len(paragraph.text), bool(vector.get("holds"))
    linked = paragraph.linked > 0.8 * (size - paragraph.text.count(" "))
    if any(node.name == "button" for node in outline.ancestors(paragraph.node, 2)):
        return True
    if size < 200 and PUSHED.search(paragraph.text):
        return True
    if (linked and size < 80 * (1 + paragraph.text.count("\n"))) or (size < 80 and not holds):
        return True
    if size >= 250 or vector.get("share of tag", 0.0) > 0.1:
        return False
    if bool(parts_of(outline, paragraph) & {"advert", "promo", "related", "signup", "share", "cookie", "comment",
                                            "footer"}):
        return True
    return vector.get("share of kind", 0.0) < 0.1 and (linked or not holds)


@lru_cache
def shipped() -> Weights:
    """The weights in body.json."""
    kept = json.loads((files("sayso.acquire") / "body.json").read_text("utf-8"))
    return Weights(kept["weights"], kept["bias"])


def took(outline: Outline, source: str) -> list[bool]:
    """Which paragraphs trafilatura took; where it took none, those that are long and no links."""
    taken = aligned(outline.paragraphs, extracted(source, outline))
    return taken if any(taken) else [len(p.text) > 120 and 3 * p.linked < len(p.text) for p in outline.paragraphs]


def squeeze(text: str) -> str:
    """Letters and digits only, in lower case: what two extractions of one text have in common."""
    return "".join(filter(str.isalnum, text)).lower()


def extracted(source: str, outline: Outline) -> str:
    """What trafilatura makes of a page; empty where it fails, or would take too long."""
    if len(source) > LONGEST or outline.deepest > DEEPEST:
        return ""
    from trafilatura import extract

    clean = source.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    try:
        return extract(clean, include_comments=False, include_tables=False) or ""
    except Exception:  # whatever a page does to lxml: the model goes on without
        return ""


def aligned(paragraphs: list[Paragraph], text: str) -> list[bool]:
    """Whether the words of each paragraph stand in the extracted text; a short one, as a line or in its order."""
    lines = Counter(squeeze(line) for line in text.split("\n"))
    whole = squeeze(text)
    found = []
    for paragraph in paragraphs:
        words = squeeze(paragraph.text)
        found.append(bool(words) and (lines[words] > 0 or (len(words) > 24 and words in whole)))
    return found


# ------------------------------------------------------------------ features

def features(outline: Outline, taken: list[bool], titles: list[str]) -> list[Vector | None]:
    """What the model sees of each paragraph: names of features and their values; None for one far from the report."""
    paragraphs = outline.paragraphs
    around = _Around(outline, taken)
    known = [title for title in map(squeeze, titles) if title]
    squeezed = [squeeze(p.text) for p in paragraphs]
    seen = Counter(squeezed)
    solid = [n for n, p in enumerate(paragraphs) if taken[n] and len(p.text) > 80]
    inside = [n for n in solid if around.holds(n)] or solid
    first, last = (inside[0], inside[-1]) if inside else (0, len(paragraphs))
    own = {n: _own(p, taken[n]) for n, p in enumerate(paragraphs)
           if taken[n] or around.holds(n) or first - NEAR <= n <= last + NEAR or around.is_of_kind(n)}
    found: list[Vector | None] = []
    for n, paragraph in enumerate(paragraphs):
        if n not in own:
            found.append(None)
            continue
        vector = own[n] | around.of(n)
        words, holds = squeezed[n], vector["holds"]
        place = "before" if n < first else "after" if n > last else "within"
        vector |= {place: 1.0, f"{place} taken": float(taken[n]), f"{place} holds": holds,
                   f"{place} holds long": holds * (len(paragraph.text) > 80), "taken holds": holds * taken[n],
                   "is title": float(words in known), "again": float(seen[words] > 1), "first": float(n == first),
                   "in title": float(len(words) > 8 and any(words in title for title in known)),
                   "far after": min(1.0, max(0, n - last) / 10), "far before": min(1.0, max(0, first - n) / 10)}
        for step, (taken_too, taken_long, links, length, closed, more, alike) in NEIGHBOURS:
            if (near := own.get(n + step)) is not None:
                vector[taken_too] = near["taken"]
                vector[taken_long] = near["taken long"]
                vector[links] = near["links"]
                vector[length] = near["length"]
                vector[closed] = near["closed"]
                vector[more] = near.get("says more", 0.0)
                vector[alike] = float(around.kinds[n + step] == around.kinds[n])
        found.append(vector)
    return found


def _own(paragraph: Paragraph, taken: bool) -> Vector:
    """What a paragraph shows by itself."""
    text, size = paragraph.text, len(paragraph.text)
    links = paragraph.linked / size
    vector = {"taken": float(taken), "length": min(2.0, math.log1p(size) / 4), "links": links, "bold":
              paragraph.marked / size, "closed": float(text[-1:] in ".!?”\"’'…。)"), "long": float(size > 160),
              "short": float(size < 30), "all links": float(links > 0.8), "colon": float(text[-1:] in ":|"),
              "taken long": float(taken and size > 80), "taken short": float(taken and size < 40),
              "taken links": taken * links, "capitals": float(text.isupper()),
              "quoted": float(text[:1] in "“\"‘'«"), "after break": float(paragraph.after_break),
              "commas": min(1.0, text.count(",") / 4), "address": float("http" in text[:400])}
    for name, pattern in _SAID:
        if pattern.search(text[:300]):
            vector[f"says {name}"] = 1.0
            vector[f"says {name} short"] = float(size < 160)
    return vector


class _Around:
    """What the elements around each paragraph say, seen from the element that holds the report."""

    def __init__(self, outline: Outline, taken: list[bool]) -> None:
        self.outline = outline
        self.names: dict[int, tuple[str, ...]] = {}
        paragraphs = outline.paragraphs
        self.kinds = [self._kind(p) for p in paragraphs]
        weights = [len(p.text) * t for p, t in zip(paragraphs, taken, strict=True)]
        total = sum(weights) or 1
        inside = [0] * len(outline.nodes)
        for paragraph, weight in zip(paragraphs, weights, strict=True):
            inside[paragraph.node] += weight
        for node in range(len(outline.nodes) - 1, 0, -1):  # a child stands after its parent
            inside[outline.nodes[node].parent] += inside[node]
        self.main = max((n for n, held in enumerate(inside) if held >= MAJORITY * total), default=0)
        end = [n for n in range(len(outline.nodes))]
        for node in range(len(outline.nodes) - 1, 0, -1):
            parent = outline.nodes[node].parent
            end[parent] = max(end[parent], end[node])
        self.main_end = end[self.main]
        self.alike: Counter[tuple[str, ...]] = Counter()
        self.own: Counter[str] = Counter()
        self.beside: Counter[int] = Counter()
        for n, weight in enumerate(weights):
            self.alike[self.kinds[n]] += weight
            self.own[outline.nodes[paragraphs[n].node].source] += weight
            self.beside[outline.nodes[paragraphs[n].node].parent] += weight
        self.total = total

    def _kind(self, paragraph: Paragraph) -> tuple[str, ...]:
        """Tag of a paragraph's element, and tag and class of the one around it."""
        node = self.outline.nodes[paragraph.node]
        parent = self.outline.nodes[node.parent] if node.parent >= 0 else node
        return (node.name, parent.name, _class(parent.source))

    def holds(self, n: int) -> bool:
        """Whether a paragraph stands in the element that holds the report."""
        return self.main <= self.outline.paragraphs[n].node <= self.main_end

    def is_of_kind(self, n: int) -> bool:
        """Whether much of what was taken has the like of the paragraph's markup."""
        return self.alike[self.kinds[n]] > 0.2 * self.total and len(self.outline.paragraphs[n].text) > 80

    def named(self, node: int) -> tuple[str, ...]:
        """The parts that an element's names speak of."""
        if node not in self.names:
            source = self.outline.nodes[node].source
            self.names[node] = _parts(_said(source)) if source else ()
        return self.names[node]

    def of(self, n: int) -> Vector:
        paragraph = self.outline.paragraphs[n]
        node = self.outline.nodes[paragraph.node]
        holds = self.holds(n)
        vector: Vector = {"holds": float(holds), "share of kind": self.alike[self.kinds[n]] / self.total,
                          "share of tag": self.own[node.source] / self.total,
                          "share beside": self.beside[node.parent] / self.total,
                          f"tag {node.name}" if node.name in TAGS else "tag other": 1.0}
        if paragraph.node == self.main:
            vector["directly"] = 1.0
        for name in self.named(paragraph.node):
            vector[f"own {name}"] = 1.0
        for inner in paragraph.inner[:8]:
            for name in self.named(inner):
                vector[f"inner {name}"] = 1.0
        at, step = node.parent, 0
        while at > 0 and step < 24 and at != self.main:
            tag = self.outline.nodes[at].name
            where = "near" if step < 2 else "far"
            if tag in ("aside", "nav", "footer", "header", "figure", "form", "ul", "ol", "table", "blockquote", "a",
                       "section", "article", "button"):
                vector[f"in {tag}"] = 1.0
            for name in self.named(at):
                vector[f"{where} {name}"] = 1.0
            at, step = self.outline.nodes[at].parent, step + 1
        vector["steps"] = min(1.0, step / 8)
        return vector


@lru_cache(maxsize=4096)
def _parts(said: str) -> tuple[str, ...]:
    return tuple({found.lastgroup or "": None for found in _NAMED.finditer(said)})


@lru_cache(maxsize=4096)
def _class(source: str) -> str:
    return " ".join(sorted(attributes(source[:2000]).get("class", "").split())) if "class" in source else ""


@lru_cache(maxsize=4096)
def _said(source: str) -> str:
    """The values of the attributes that name an element's part, in lower case."""
    found = attributes(source[:2000])
    said = [found[name] for name in ("class", "id", "role", "itemprop", "style", "rel", "data-testid") if name in found]
    if "hidden" in found or found.get("aria-hidden") == "true":
        said.append("hidden")
    return " ".join(said).lower()[:400]
