"""A text → blocks with roles: what is the report, and what careless extraction glued to it.

In: any text of a page, its markup lost; roles that the markup did tell come in as `known`.  Out: `Block`s that cover
every non-blank character once, in order.  Nothing is deleted: debris (tags, teasers, captions, buttons, credits) is
set apart, and a paragraph whose second half belongs to the report stays report.

The text is cut into lines, and lines into sentences and at glue: a full stop or a small letter with a capital right
behind it.  Each piece is judged by gradient-boosted trees over features of itself and its neighbours (shape, place,
glue, and the classes of words in lexicon/furniture.tsv), learnt by training/blocks on the pages of the `debris` bench;
a best path over the pieces makes neighbours agree.  Shallow features of a text block and of the ones beside it are what
boilerplate detection rests on since Kohlschütter et al. (WSDM 2010).  Plain rules name the role, and overrule the trees
where a page leaves no doubt (glued tags, “Back to top button”).

Known to fail: languages other than English, where the word classes say little; captions that read like the report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sayso.model import Block, Role

Floats = NDArray[np.float64]

LOOK = 2000
"""Characters of a piece that are looked at: longer pieces are prose or noise, and either shows at once."""
WORDY = re.compile(r"\w")
SENTENCE = re.compile(r"(?<=[.!?…])[”\"’)]{0,3}\s+(?=[\"“‘(\[A-ZÀ-ÖØ-Þ0-9А-Я])")
GLUE = re.compile(r"(?<=[a-zà-öø-ÿ0-9][.!?])(?=[A-ZÀ-ÖØ-Þ“‘\"][a-zà-öø-ÿ’' ])|(?<=[.!?][”\"’)])(?=[A-ZÀ-Þ])"
                  r"|(?<=[a-zà-öø-ÿ]{2})(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z]{3})(?=[A-Z][a-z])|(?<=[a-z)]\))(?=[A-Z])")
NO_GLUE = re.compile(r"(?:[ie][A-Z]\w+|(?:Mc|Mac|De|Le|La|Di|Du|Fitz|Van|Al|El|O’|O')[A-Z]\w*|"
                     r"\w+(?:Tube|Pay|Pal|Book|Rock|Media|Soft|Tok|Talk|Wire|Feed|Fi|Space|Beast|Watch|Net|Link|Drive|Works|Care|Team|Box|News|Pod|Pro|"
                     r"Hub|Store|Con|Park|Bank|Mart|Corp|Max|Plus|Ex|Gate|Leaks|Chat|App|In|Lab|Labs)s?)\W*$")
"""Names that are written with a capital inside; what a token must be for its inner capital not to count as glue."""
WORD = re.compile(r"\w[\w’'-]*")
ENDED = re.compile(r"[.!?…][”\"’)\]]*$")
BIDDING = re.compile(r"(?:Read|Click|Sign|Subscribe|Follow|Get|Watch|Share|Join|Download|See|Check|Learn|Visit|Find|"
                     r"Tap|Listen|View|Support)\b")
BUTTON = re.compile(r"back to top(?: button)?|share (?:this|via|on)\b.{0,80}|share|tweet|print|advertisement|sponsored|"
                    r"skip (?:to content|ad)|load(?:ing)? (?:more|comments)\.*|(?:view|leave a|\d+) comments?|"
                    r"close(?: menu)?|menu|search|log ?in|subscribe(?: now)?|sign (?:up|in)(?: now)?|read more|"
                    r"read next|"
                    r"(?:share(?: this)?|tweet|facebook|twitter|whatsapp|email|e-mail|print|linkedin|telegram|"
                    r"pinterest|reddit|copy link|flipboard|messenger|like this|[\s|•·,:])+", re.I)
INVITATION = re.compile(r"(?:sign up (?:for|to) (?:our|the|your)|subscribe to (?:our|the)|follow us on|"
                        r"get (?:the|our) .{0,60}(?:inbox|newsletter)|join (?:our|us on)|support our journalism|"
                        r"download (?:our|the) .{0,20}app)\b", re.I)
CREDIT = re.compile(r"\W*(?:\(?(?:additional |with )?(?:reporting|writing|editing) by\b.*|©.*|\(?c\)? ?copyright\b.*|"
                    r"\((?:AP|AFP|Reuters|UPI|IANS|PTI|ANI|NAN|PANA|WAM)\)|"
                    r"with (?:files|input|reporting) from\b.*)", re.I | re.S)
BYLINE = re.compile(r"(?:By|by|BY|Words by|Written by) (?:[A-Z][\w.’'-]+[ ,]*){1,6}(?:and (?:[A-Z][\w.’'-]+ ?){1,4})?"
                    r"(?:,? (?:in|at) [A-Z]\w+| \| .{0,60})?\W*")
DAY_LINE = re.compile(r"\W*(?:published|updated|posted|last updated|first published)?\W*(?:on\W)?"
                      r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day\W+)?"
                      r"(?:\d{1,2}(?:st|nd|rd|th)? \w{3,9},? \d{4}|\w{3,9}\.? \d{1,2},? \d{4}|"
                      r"\d{4}-\d\d-\d\d)(?:[\W\d]|at|am|pm|gmt|utc|ist|bst|est|et|wat|eat|cat|sast)*", re.I)
DATELINE = re.compile(r"(?:[A-ZÀ-Þ][A-ZÀ-Þ’'. -]{2,40}|(?=.{3,60}\()[A-Z][\w’'.-]*(?: [A-Z][\w’'.-]*){0,3})"
                      r"(?:, [A-Z][\w’'. -]{2,30})?(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}))?"
                      r"(?:,? \d{4})? ?(?:\([A-Z][\w /.&’'-]{1,40}\))? ?(?:[—–]|--?(?= ))\s*"
                      r"|\([A-Z][\w /.&’'-]{1,40}\) ?(?:[—–]|--?(?= ))\s*")
CAPTION = re.compile(r"(?:photo(?:graph)?s?(?: by)?|image|picture|credits?|foto|fotos|bild|imagem?|фото|video)"
                     r"\s?[:/].{2,200}|.{10,400}(?:\(|(?<=[a-z.]))"
                     r"(?:image|photo|picture|credit|pic|getty images)(?: by)?:? ?[^()]{2,60}\)?", re.I | re.S)
RELATED = re.compile(r"(?:related(?: (?:news|stories|articles|coverage|topics?|links?|video))?|trending(?: news| now)?|"
                     r"more (?:from|on|in)\b.{2,40}|up next|see also|also read|read also|read more|"
                     r"you (?:may|might) also like|recommended(?: for you)?|most (?:read|popular|viewed)|don[’']t miss|"
                     r"what to read next|関連記事|leia (?:também|mais)|lea también|lire aussi)\b"
                     r"(?!\s+(?:to|with|books))\s*[:\s].*", re.I | re.S)
MARKUP = re.compile(r"&(?:amp;)*(?:lt|gt|nbsp|#\d+);|</?(?:span|div|p|a|br|img|script)\b|\bmce_\w+|"
                    r"function ?\(|\{\s*\w+:")
CLOCKED = re.compile(r".{0,80}\b(?:published|updated|posted)\b.{0,20}\d{1,2}[:.]\d\d.{0,40}", re.I)
TAIL_CREDIT = re.compile(r"\s*\((?:(?:Additional )?(?:Reporting|Writing|Editing|Compiled) by [^()]{3,300})\)\s*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters start to end of the text, the number of its line, and what bounds it: line, sentence or glue."""

    start: int
    end: int
    line: int
    left: str
    right: str


def cut_blocks(text: str, known: Sequence[Block] = (), *, trees: Trees | None = None) -> tuple[Block, ...]:
    """Blocks over every non-blank character of the text, in order.

    Where `known` is given, only its body blocks are looked into, for datelines, credits and what is glued inside them;
    without it, the whole text is judged, and its first line may be the headline.  `trees` in place of the package's own
    are for scoring pages by trees that have not seen them.
    """
    if not known:
        return tuple(_merged(text, _judged(text, trees or load_trees())))
    out: list[tuple[int, int, Role]] = []
    for block in known:
        if block.role == "body":
            out += _inside_body(text, block)
        else:
            out.append((block.start, block.end, block.role))
    return tuple(Block(start, end, role) for start, end, role in out)


def pieces(text: str, start: int = 0, end: int | None = None) -> list[Piece]:
    """The pieces of text[start:end]: lines, cut between sentences and at glue."""
    found: list[Piece] = []
    number = 0
    for line in re.finditer(r"[^\r\n\u2028\u2029]+", text[start:end]):
        if line.group().isspace():
            continue
        at, words = start + line.start(), line.group()
        cuts = {match.end(): "sentence" for match in SENTENCE.finditer(words)}
        cuts |= {match.start(): "glue" for match in GLUE.finditer(words) if not _is_name(words, match.start())}
        points = [0]
        for point in (*sorted(cuts), len(words)):             # marks alone stay with what they follow
            if len(points) > 1 and not WORDY.search(words, points[-1], point):
                points.pop()
            points.append(point)
        for first, last in pairwise(points):
            if not words[first:last].isspace() and first < last:
                found.append(Piece(at + first, at + last, number, cuts.get(first, "line"), cuts.get(last, "line")))
        number += 1
    return found


def _is_name(words: str, at: int) -> bool:
    """Whether the capital at `at` stands inside a name that is written so: iPhone, McDonald, YouTube."""
    first = max(words.rfind(mark, max(0, at - 30), at) for mark in " \u00a0(“\"‘—–-/") + 1
    after = re.match(r"\w*", words[at:at + 30])
    token = words[max(first, at - 30):at] + (after.group() if after else "")
    return NO_GLUE.fullmatch(token) is not None


def _judged(text: str, trees: Trees) -> Iterator[tuple[int, int, Role]]:
    found = pieces(text)
    if not found:
        return
    flagged = best_path(found, trees.log_odds(features(text, found)), trees.far, trees.near, trees.bias)
    headline = _headline(text, found)
    body_seen = False
    for index, piece in enumerate(found):
        words = text[piece.start:piece.end].strip()
        alone = piece.left == piece.right == "line"
        if piece.left == "line":
            line_role = _line_role(text, [other for other in found[index:index + 60] if other.line == piece.line])
        role: Role = "body"
        if headline is not None and piece.line == headline:
            role = "headline"
        elif line_role is not None:
            role = line_role
        elif sure := _sure_role(text, piece, words, body_seen):
            role = sure
        elif flagged[index]:
            role = _named(words, piece, alone)
        body_seen = body_seen or role == "body"
        yield from _edges(text, piece, role)


def _headline(text: str, found: list[Piece]) -> int | None:
    """The line of the headline: the first that is no furniture, if it is short, ends like none and has prose behind."""
    for piece in found[:4]:
        line = [other for other in found[:12] if other.line == piece.line]
        words = text[line[0].start:line[-1].end].strip()
        count = len(WORD.findall(words[:LOOK]))
        if _is_tags(words, line) or BUTTON.fullmatch(words[:120]) or BYLINE.fullmatch(words[:120]):
            continue
        ends = ENDED.search(words[-6:]) is not None and not words.endswith("?")
        more = any(other.line > piece.line and other.end - other.start > 60 for other in found[:40])
        return piece.line if 3 <= count <= 30 and not ends and more and DAY_LINE.fullmatch(words) is None else None
    return None


def _is_tags(words: str, line: Sequence[Piece]) -> bool:
    """Tags run together: capitalised words with glue between them and no sentence."""
    found = WORD.findall(words[:LOOK])
    return (len(line) > 1 and all(piece.left == "glue" for piece in line[1:]) and 0 < len(found) <= 12
            and not ENDED.search(words) and not any(word.lower() in _stop_words() for word in found)
            and all(word[0].isupper() or not word[0].isalpha() for word in found))


def _line_role(text: str, line: list[Piece]) -> Role | None:
    """The role of a whole line, however it is glued: tags, a row of buttons, an invitation to subscribe."""
    words = text[line[0].start:min(line[-1].end, line[0].start + LOOK)].strip()
    if _is_tags(words, line):
        return "tags"
    if BUTTON.fullmatch(words[:160]) or (len(words) < 300 and INVITATION.match(words)):
        return "boilerplate"
    return None


def _is_teaser(text: str, piece: Piece, words: str) -> bool:
    """Another article's headline, glued behind a full stop and before the next sentence."""
    return (piece.left == piece.right == "glue" and text[piece.start - 1] in ".!?”\"" and not ENDED.search(words)
            and 5 <= len(WORD.findall(words[:LOOK])) <= 30)


def _sure_role(text: str, piece: Piece, words: str, body_seen: bool) -> Role | None:
    """The role of a piece that leaves no doubt, whatever the trees say."""
    alone = piece.left == piece.right == "line"
    count = len(WORD.findall(words[:LOOK]))
    if alone:
        if CREDIT.fullmatch(words[:400]) and len(words) < 400:
            return "wire-credit"
        if BYLINE.fullmatch(words[:160]) and not body_seen:
            return "byline"
        if DAY_LINE.fullmatch(words[:120]):
            return "dateline"
        if CLOCKED.fullmatch(words[:160]):
            return "byline"
        if CAPTION.fullmatch(words[:LOOK]):
            return "caption"
    if MARKUP.search(words[:LOOK]):
        return "boilerplate"
    if piece.left == "line" and RELATED.fullmatch(words[:LOOK]) and not (ENDED.search(words) and count > 12):
        return "teaser"
    if _is_teaser(text, piece, words) and body_seen:
        return "teaser"
    if count <= 3 and "glue" in (piece.left, piece.right) and not body_seen and not ENDED.search(words):
        return "tags"
    return None


def _named(words: str, piece: Piece, alone: bool) -> Role:
    """What to call a piece that the trees set apart."""
    classes = {name for name, pattern in _furniture() if pattern.search(words[:LOOK])}
    count = len(WORD.findall(words[:LOOK]))
    if CREDIT.match(words) or ("credit" in classes and "photo" not in classes and words.startswith("(")):
        return "wire-credit"
    if BYLINE.fullmatch(words):
        return "byline"
    if "photo" in classes and "promo" not in classes:
        return "caption"
    if classes & {"share", "promo", "rights", "markup", "address"}:
        return "boilerplate"
    if not alone and count <= 4 and not ENDED.search(words) and not classes:
        return "tags"
    if classes & {"more", "inside"} or (4 <= count <= 40 and not ENDED.search(words)):
        return "teaser"
    return "boilerplate"


def _inside_body(text: str, block: Block) -> Iterator[tuple[int, int, Role]]:
    """A body block that the markup vouches for: only its dateline, closing credit and glued teasers are set apart."""
    found = pieces(text, block.start, block.end)
    rows: list[tuple[int, int, Role]] = []
    for index, piece in enumerate(found):
        words = text[piece.start:piece.end].strip()
        alone = len(found) == 1
        if _is_teaser(text, piece, words):
            role: Role = "teaser"
        elif alone and BUTTON.fullmatch(words[:160]):
            role = "boilerplate"
        elif alone and CREDIT.fullmatch(words[:400]) and len(words) < 400:
            role = "wire-credit"
        else:
            role = "body"
        rows += _edges(text, piece, role) if index in (0, len(found) - 1) else [(piece.start, piece.end, role)]
    for merged in _merged(text, rows):
        yield merged.start, merged.end, merged.role


def _edges(text: str, piece: Piece, role: Role) -> Iterator[tuple[int, int, Role]]:
    """The piece with a dateline at its head and a credit at its tail set apart."""
    start, end = piece.start, piece.end
    if role == "body" and piece.left == "line":
        opening = DATELINE.match(text, start, min(end, start + 120))
        if opening and opening.end() < end and _is_dateline(opening.group()):
            yield start, opening.end(), "dateline"
            start = opening.end()
    if role == "body" and (closing := TAIL_CREDIT.search(text, max(start, end - 400), end)):
        yield start, closing.start(), role
        start, role = closing.start(), "wire-credit"
    yield start, end, role


def _is_dateline(words: str) -> bool:
    """A place in capitals, an agency in brackets or a day: one of them must be there, for “Yes – he said” is none."""
    place = re.match(r"[^,(—–-]+", words)
    capitals = place is not None and place.group().strip().isupper() and len(place.group().strip()) > 3
    return capitals or "(" in words or re.search(r"\d", words) is not None


def _merged(text: str, rows: Iterable[tuple[int, int, Role]]) -> Iterator[Block]:
    """Blocks without blank edges; neighbours of one role on one line are one block."""
    latest: Block | None = None
    for start, end, role in rows:
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end:
            continue
        if latest is not None and latest.role == role and "\n" not in text[latest.end:start]:
            latest = Block(latest.start, end, role)
            continue
        if latest is not None:
            yield latest
        latest = Block(start, end, role)
    if latest is not None:
        yield latest


# ------------------------------------------------------------------ the judge

def features(text: str, found: list[Piece]) -> Floats:
    """Features of each piece, the piece before and the piece after: float64, pieces × 3 FEATURES."""
    if not found:
        return np.zeros((0, 0))
    by_line: dict[int, list[int]] = {}
    for index, piece in enumerate(found):
        by_line.setdefault(piece.line, []).append(index)
    lines = {line: text[found[indices[0]].start:min(found[indices[-1]].end, found[indices[0]].start + LOOK)].strip()
             for line, indices in by_line.items()}
    in_line = {line: [float(pattern.search(words) is not None) for _, pattern in _furniture()]
               for line, words in lines.items()}
    glued = {line: sum(found[index].left == "glue" for index in indices) for line, indices in by_line.items()}
    sizes = {line: len(words.split()) for line, words in lines.items()}
    latest, length = found[-1].line, max(found[-1].end, 1)
    rows = [[*_of_piece(text, piece), *in_line[piece.line], min(3, glued[piece.line]) / 3,
             *(float(sizes[piece.line] < limit) for limit in (4, 10, 25)),
             *(float(piece.line == line) for line in (0, 1, latest)), float(piece.line >= latest - 2),
             *(float(piece.start / length > limit) for limit in (0.05, 0.8, 0.9, 0.97))] for piece in found]
    own = np.array(rows)
    none = np.zeros((1, own.shape[1]))
    return np.hstack([own, np.vstack([none, own[:-1]]), np.vstack([own[1:], none])])


def _of_piece(text: str, piece: Piece) -> list[float]:
    words_in = text[piece.start:min(piece.end, piece.start + LOOK)].strip()
    found = WORD.findall(words_in)
    count = max(1, len(found))
    capitals = sum(word[0].isupper() for word in found) / count
    stops = sum(word.lower() in _stop_words() for word in found) / count
    before = text[piece.start - 1] if piece.start else " "
    values: list[float] = [float(count < limit) for limit in (3, 6, 12, 25, 40)]
    values += [float(ENDED.search(words_in) is not None), float(words_in.endswith(":")), float(words_in[-1:] in "”\""),
               capitals, float(count > 3 and capitals > 0.7),
               sum(len(word) > 1 and word.isupper() for word in found) / count,
               stops, float(stops == 0), float(stops < 0.2),
               float(re.search(r"\b(?:said|says|told|added|according)\b", words_in) is not None),
               float(re.search("[“”\"]", words_in) is not None),
               sum(c.isdigit() for c in words_in) / max(1, len(words_in)),
               float(piece.left == "glue"), float(piece.right == "glue"), float(piece.left == piece.right == "glue"),
               float(piece.left == "glue" and before in ".!?”\""), float(piece.left == "line"),
               float(piece.left == piece.right == "line"), float(re.search(r"[|•·»›>]", words_in) is not None),
               float(words_in.startswith("(") and words_in.endswith(")")), float(words_in[:1] in "-–—•*"),
               float(sum(c > "\u0400" for c in words_in) > 0.3 * max(1, len(words_in))),
               float(re.search(r"\b(?:your?|our|us|we)\b", words_in, re.I) is not None),
               float(BIDDING.match(words_in) is not None), float(words_in[:1].islower()),
               float(re.match(r"\W*by [A-Z]", words_in, re.I) is not None)]
    for _, pattern in _furniture():
        hits = sum(1 for _ in pattern.finditer(words_in))
        values += [float(hits > 0), min(1.0, 2 * hits / count), float(hits > 0 and count < 15)]
    return values


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees as arrays (trees × nodes) and what the path over pieces costs; training/blocks makes them."""

    feature: NDArray[np.int64]
    threshold: Floats
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Floats
    base: float
    far: float
    near: float
    bias: float

    def log_odds(self, rows: Floats) -> Floats:
        """Log odds of each row being debris; a node without children has its own number as left and right."""
        total = np.full(len(rows), self.base)
        every = np.arange(len(rows))
        trees = (self.feature, self.threshold, self.left, self.right, self.value)
        for feature, threshold, left, right, value in zip(*trees, strict=True):
            node = np.zeros(len(rows), dtype=np.int64)
            while True:
                below = rows[every, feature[node]] <= threshold[node]
                following = np.where(below, left[node], right[node])
                if (following == node).all():
                    break
                node = following
            total += value[node]
        return total


def best_path(found: list[Piece], log_odds: Floats, far: float, near: float, bias: float) -> list[bool]:
    """Which pieces are debris on the path of highest sum; a change costs `far` between lines, `near` within one."""
    report, debris_, back = 0.0, float(log_odds[0]) + bias, []
    for index in range(1, len(found)):
        cost = near if found[index].line == found[index - 1].line else far
        back.append((report >= debris_ - cost, report - cost > debris_))
        report, debris_ = max(report, debris_ - cost), max(debris_, report - cost) + float(log_odds[index]) + bias
    path = [debris_ > report]
    for stay, came in reversed(back):
        path.append((not came) if path[-1] else (not stay))
    return path[::-1]


def _lexicon(name: str) -> list[str]:
    lines = resources.files("sayso.acquire").joinpath("lexicon", name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(_lexicon("stop-words.txt"))


@cache
def _furniture() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = (line.split("\t") for line in _lexicon("furniture.tsv"))
    return tuple((name, re.compile(pattern, re.I)) for name, pattern in rows)


@cache
def load_trees() -> Trees:
    """The trees of the package, loaded at first use."""
    return read_trees(json.loads(resources.files("sayso.acquire").joinpath("blocks.json").read_text("utf-8")))


def read_trees(kept: dict[str, Any]) -> Trees:
    """Trees as training/blocks wrote them."""
    return Trees(np.array(kept["feature"]), np.array(kept["threshold"]), np.array(kept["left"]),
                 np.array(kept["right"]), np.array(kept["value"]), kept["base"], kept["far"], kept["near"],
                 kept["bias"])
