"""What kind of source a statement has, and why it is not named.

The types follow The Associated Press's News Values and Principles (anonymous sources; attribution): a reader is to be
told who speaks, in what office, from which paper, or why the name is withheld.  Singular people without a name are
anonymous; people spoken of as a body (“residents”, “critics”) are a collective, unless they hold posts from which
they could be named (“officials”, “two ministers”): those are anonymous too.  Known failure: an office held by one
person (“the president”) whose holder is named only outside the report.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from sayso.annotate.mentions import PRONOUNS
from sayso.model import Entity, SourceType, Span

REASON = re.compile(r"""
    (?:on\s(?:the\s)?conditions?\s(?:of\s(?:anonymity|not\sbeing)|(?:that\s)?(?:he|she|they|their|his|her)\b)
     |(?:asked|asking|requested|requesting|preferred|wished|wanted)\s(?:not\sto\sbe|that\s\w+\s\w*\s?(?:not|name)
        |for\sanonymity|anonymity|to\sremain\sanonymous|to\sstay\sanonymous)
     |(?:declined|refused|refusing|declining)\sto\s(?:be\s(?:named|identified)|give\s(?:his|her|their|a)\s(?:full\s|last\s)?names?)
     |(?:is|was|were|are|be)\snot\s(?:being\s)?(?:nam|identif)(?:ing|ed|ied)\b
     |not\s(?:be(?:ing)?\s)?authori[sz]ed\sto
     |(?:would|did|could)\s(?:not\s)?give\s(?:only\s|neither\s)?(?:his|her|their)\s(?:full\s|last\s|first\s)?names?\b
     |granted\s(?:\w+\s)?anonymity\b
     |withh(?:eld|olding)\b
     |under\scover\sof\sanonymity)""", re.X | re.I)
CAUSE = re.compile(r"""
    [^.;:“”]{0,60}?,?\s(?P<why>because\b|since\b|lest\b|fearing\b|for\sfear\b|out\sof\s(?:fear|concern)\b|citing\b|
    given\b|while\b|so\sas\sto\b|in\sorder\sto\b|due\sto\b|as\s(?:he|she|they|the)\b|
    to\s(?:avoid|be\sable|be\scandid|comment|describe|disclose|discuss|give|protect|reveal|share|speak|talk)\b)
    """, re.X)
"""What gives the cause, right after the words that withhold the name."""
CLAUSE = re.compile(r"\b(?:who|whom|which)\b|(?<=[.!?] )(?=[A-Z])|\bon (?:the )?condition|\bbecause\b|[,;:—–]", re.I)
STOP = re.compile(r"[,;—–”“]|[.!?](?=\s|$)")
COUNTING = frozenset("one two three four five six seven eight nine ten several another".split())
SHARE = re.compile(r"""
    (?:(?:about|almost|an?\s(?:average|estimated)\sof|around|as\smany\sas|at\s(?:least|most)|fewer\sthan|just|large
        |less\sthan|more\sthan|nearly|only|over|roughly|so|up\sto)\s)*
    (?:\d[\d.,]*\s?(?:%|per\s?cent)|(?:\d+|one|two|three|four|five|six|seven|eight|nine)\sin\s(?:every\s)?
        (?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b
     |(?:a\s)?(?:third|quarter|fifth|half|(?:large\s|small\s|slim\s)?(?:majority|majorities|minority)|lot|number|handful)\b
     |(?:two|three)[\s-](?:thirds|quarters|fifths)\b
     |(?:some|many|most|much|few|lots|plenty|dozens|scores|hundreds|thousands|millions|those|others|everyone|everybody)\b)
    """, re.X | re.I)
"""People told by how many they are, not by who: “four in ten voters”, “many supporters”."""
TOGETHER = re.compile(r"[A-Z]\w*\.? (?:and|&) [A-Z]")
"""Several named people as one source: “Ada Moro and Jon Ruiz”."""
FIGURE = re.compile(
    r"\bfigure\b|\b(?:party|political|senior|leading|religious|opposition|establishment|public)\sfigures\b", re.I)
"""A person of some standing: “another figure”, “party figures”; “sales figures” are evidence."""


@lru_cache(maxsize=1)
def source_nouns() -> dict[str, frozenset[str]]:
    """Noun → its classes, from lexicon/sources.txt."""
    nouns: dict[str, set[str]] = {}
    for line in files("sayso.claims").joinpath("lexicon", "sources.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            noun, _, kind = line.partition("\t")
            nouns.setdefault(noun, set()).add(kind)
    return {noun: frozenset(kinds) for noun, kinds in nouns.items()}


@lru_cache(maxsize=1)
def media_names() -> dict[str, str]:
    """Known outlets and agencies, plain → "wire" or nothing, from lexicon/media.txt."""
    lines = files("sayso.claims").joinpath("lexicon", "media.txt").read_text("utf-8").splitlines()
    return {line.partition("\t")[0]: line.partition("\t")[2] for line in lines if line and not line.startswith("#")}


def singular(noun: str) -> str:
    """A noun's likely singular, lower case."""
    noun = noun.lower()
    if noun in source_nouns() or len(noun) < 4:
        return noun
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith("men"):
        return noun[:-2] + "an"
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun


def classes(word: str) -> frozenset[str]:
    """The classes of a noun, singular or plural."""
    known = source_nouns()
    return known.get(word.lower()) or known.get(singular(word)) or frozenset()


def is_medium(name: str) -> bool:
    """Whether a name or phrase is that of an outlet: a known one, or one with a word such as “Herald” or
    “television”."""
    words = re.findall(r"[^\W_]+", name.lower())
    while words and words[0] in ("the", "a", "an"):
        words = words[1:]
    if " ".join(words) in media_names():
        return True
    if "agency" in words and ({"news", "press"} & set(words) or len(words) == 1):
        return True
    if len(words) > 1 and words[-1] in ("news", "press", "post", "mail", "standard", "star", "observer", "telegraph",
                                        "chronicle", "online", "fm", "today", "echo", "argus", "ledger",
                                        "sentinel", "examiner", "compass", "guardian", "globe", "inquirer",
                                        "enquirer", "mercury", "bugle", "gleaner", "advertiser", "dispatch", "nation",
                                        "sun", "independent") and name[:1].isupper():
        return True
    return any("media" in classes(word) for word in words) and not {"conference", "officer", "secretary"} & set(words)


def source_type(head: Any | None, phrase: str, speaker: Entity | None, *, by_name: bool) -> SourceType | None:
    """The type of a source from its head word (a token), its words and the entity it was resolved to.

    `by_name`: the entity has a name.  None only for a pronoun that stayed unresolved: who that is, nobody here knows.
    """
    word = head.lower_ if head is not None else phrase.lower().strip()
    kinds = classes(word)
    if "document" in kinds and not (speaker and by_name and speaker.type == "person"):
        return "document"
    if speaker is not None and by_name:
        named = _named(speaker)
        if named:
            return "media" if named == "organisation" and is_medium(_to_head(head, phrase)) else named
    if head is not None and head.tag_ in ("PRP", "PRP$", "DT", "WP") and speaker is None:
        return None
    if speaker is not None and not by_name and (head is None or head.tag_.startswith("PRP")):
        phrase = speaker.name
    if not phrase.strip() or phrase.lower() in PRONOUNS:
        return None
    return _described(head, phrase, speaker)


def _named(speaker: Entity) -> SourceType | None:
    if speaker.type == "person":
        return "named-person"
    if speaker.type == "document":
        return "document"
    if speaker.type == "group":
        return "named-person" if TOGETHER.search(speaker.name) else "collective"
    if is_medium(speaker.name):
        return "media"
    if speaker.type == "place" or classes(speaker.name.split()[-1]) & {"office"}:
        return "office"
    return "organisation" if speaker.type == "organisation" else "named-person" if " " in speaker.name else None


def _described(head: Any | None, phrase: str, speaker: Entity | None) -> SourceType:
    words = phrase.split()
    first = words[0].lower() if words else ""
    noun = words[-1] if head is None or head.tag_.startswith("PRP") else head.text
    if head is not None and head.tag_.startswith("PRP") and words:
        nouns = [word for word in words if classes(word.strip(",."))]
        noun = nouns[0] if nouns else noun
    noun = noun.strip(",.”“\"'")
    kinds = classes(noun)
    plural = singular(noun) != noun.lower() or noun.lower() in ("police", "people", "authorities")
    if "document" in kinds or ("evidence" in kinds and noun.lower() != "intelligence" and not FIGURE.search(phrase)):
        return "document"
    if "media" in kinds or is_medium(_to_head(head, phrase)):
        return "media"
    if "crowd" in kinds and not kinds & {"body"}:
        return "collective"
    if SHARE.match(phrase):
        return "anonymous" if any(classes(word.strip(",.")) & {"unnamed", "office"} for word in words) else "collective"
    counted = first in COUNTING or first.isdigit() or bool(head is not None and any(
        child.dep_ == "nummod" for child in head.children))
    if plural and not kinds & {"body"}:
        return "anonymous" if kinds & {"unnamed", "office"} or counted else "collective"
    if "body" in kinds:
        return "organisation"
    if noun.lower().startswith("spokes") or noun.lower() in ("office", "presidency", "palace"):
        return "office"                                        # speaks for a post, whoever it is
    if first in ("a", "an", "one", "another", "my", "her", "his", "its", "their", "our", "someone") or counted or \
            "unnamed" in kinds:
        return "anonymous"
    if "office" in kinds:
        return "office"
    if speaker is not None and speaker.type == "organisation":
        return "organisation"
    if first in ("the", "this", "that") or not kinds:
        return "collective" if "collective" in kinds and plural else "anonymous"
    return "collective"


def _to_head(head: Any | None, phrase: str) -> str:
    """A phrase without what comes after its head: of “a count by the AP”, “a count”."""
    before, found, _ = phrase.partition(head.text if head is not None else phrase)
    return before + found if found else phrase


def reason_for_anonymity(text: str, frames: Sequence[Span]) -> Span | None:
    """Where the words around a statement say why its source is not named: the cause (“because …”, “for fear of …”);
    where they give none, the clause that says the name is withheld."""
    for start, end in frames:
        found = REASON.search(text, start, end)
        if not found:
            continue
        cause = CAUSE.match(text, found.end(), end)
        if cause is not None:
            close = STOP.search(text, cause.end(), end)
            return Span(cause.start("why"), close.start() if close else end)
        opening = [
            mark.start() if mark[0].strip(",;:—–") else mark.end()
            for mark in CLAUSE.finditer(text, start, found.start() + 3)
            if found.start() + 3 - mark.start() < 90
        ]
        begin = opening[-1] if opening else found.start()
        while text[begin].isspace():
            begin += 1
        close = STOP.search(text, found.end(), end)
        return Span(begin, close.start() if close else end)
    return None
