"""Mentions → groups that name one person, body or thing, by rules that say no more than they know.

Names first, over the whole report; then roles and appositions; then descriptions (“the minister”) by role, by head
noun, or looking ahead from a lead; then pronouns by gender, number, distance and who spoke last.  Where the best
candidate is not clearly better than the next, a pronoun stays without one.  “I” and “we” inside a quotation are its
speaker's. Nothing but a name reaches across a debris block.  Order and weights: tuned by hand on folds of the coref
bench's train part and on the tuning half of `evaluation/chains`.  Known failure: two people of one gender in one
sentence.
"""

from __future__ import annotations

import math
import re
from bisect import bisect, bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sayso.annotate.mentions import CALENDAR, Found, Gender, bare, number_sentences, read_lexicon, singular
from sayso.annotate.names import is_acronym, key, same_spelling, short_for_body, short_for_person, skeleton
from sayso.annotate.parse import Paragraph, phrase
from sayso.model import EntityType, Span

MARGIN = 0.6
"""By how much the best candidate of a pronoun must beat the next one."""
REACH = 12
"""Sentences that a pronoun looks back."""
JUST = 1
"""Sentences back in which a full name has just been given: a bare surname after it is taken for its owner's."""
AHEAD = 8
"""Sentences that a description in a lead, or a pronoun before any name, looks ahead."""
PERSON_WORDS = frozenset("man woman boy girl person".split())
SPELT_OUT = {"gov": "governor", "sen": "senator", "rep": "representative", "gen": "general", "prof": "professor",
             "pres": "president", "col": "colonel", "capt": "captain", "sgt": "sergeant", "lt": "lieutenant",
             "maj": "major", "cmdr": "commander", "adm": "admiral", "amb": "ambassador", "supt": "superintendent",
             "insp": "inspector", "sec": "secretary", "rev": "reverend", "dr": "doctor"}
"""Titles as they are printed before a name, and as a report calls their bearer after."""
PUBLISHERS = frozenset("agency newspaper network channel station broadcaster magazine website".split())
OWN_NAMES = frozenset("""ministry department police army navy parliament court embassy council committee commission
senate congress treasury prosecution hospital university diocese cabinet""".split())
"""Bodies whose name says what they are: “the ministry” is none that is called otherwise."""
OWN_KINDS = frozenset("""central electoral federal foreign interior local municipal national opposition other provincial
regional rival ruling supreme""".split())
OWNERS = frozenset("""builder carrier contractor developer employer landlord maker manufacturer operator organiser
organizer owner parent promoter publisher retailer rival supplier""".split())
"""Whom a name of a person or of a firm may follow."""
HONORIFICS = frozenset("""ayatollah brother dame dr emir father haji hajiya imam king lady lord master maulana miss
mr mrs ms mullah pope prince princess queen sheikh sheikha sir sister sultan""".split())
"""Titles that also stand before a first name alone."""
NOT_SHORT = frozenset("""african american asian british central democratic european federal first general great
international islamic national new north royal south united western world""".split())
"""First words of bodies' names that are no names alone."""
OTHERS = frozenset("another other second third fellow".split())
"""Whoever is told so has not been spoken of before."""
KIN = frozenset("""daughter son child baby infant toddler teenager husband wife widow widower mother father sister
brother victim""".split())
NOBODY = frozenset("nobody everyone everybody anyone anybody someone somebody none no-one who whoever each all".split())
PORTFOLIOS = frozenset("foreign prime interior vice deputy".split())
"""Adjectives that tell one minister or president from another."""
MINISTERS = frozenset(("minister", "secretary"))
OFFICES = frozenset("position post title office rank role job candidacy".split())
STATES = frozenset("government state republic administration regime".split())
"""Bodies that go by the name of a country."""
INDEFINITE = frozenset("a an another one some any".split())
GENERIC_BODIES = frozenset("""company firm group movement party agency organisation organization ministry union bank
association council commission committee court network broadcaster newspaper channel police army force militia charity
federation institute university department board fund station corporation foundation watchdog body""".split())

GENERIC_KINDS = frozenset("body group organisation organization agency company firm team side administration".split())
"""What any body may be called."""

MODEL_TYPES: dict[str, EntityType] = {"person": "person", "organization": "organisation", "place": "place"}
TRUST = 2.5
"""Weight of the trained model's type among the votes for a mention's type."""
SPOKEN_OF_AS_PLACE = 4
"""Votes for a place that outweigh any for a person, where one word is all that is known of a name: countries speak."""
LINK = 1.5
"""Weight of the trained model's link in a pronoun's score."""
MODEL_MARGIN = 0.3
HANGING = re.compile(r"\s(?:at|by|for|from|in|of|on|to|with)$")
"""The preposition on which the model's extent of a mention may stop."""
TITLE_AFTER = re.compile(r", [a-z]+(?: [a-z]+){0,2} ")
"""Between a description and a title with its name: “Moro's partner, committee ranking Democrat Sen. Ada Vee”."""
SHORT = 12
"""Letters besides its noun in a description that says little: “the news organisation”."""
TOLD = 1.0
"""What it is worth that a group says the words a pronoun is subject in: “Ruiz said she …”."""
NAMED = 1.0
"""What a name is worth to a group in a pronoun's score: reports come back to whom they name."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One mention as the trained model sees it: characters, head word's start, type, and the index of its antecedent
    or -1."""

    start: int
    end: int
    head: int
    type: str
    antecedent: int
    score: float
    """Probability of the antecedent, or of there being none."""


@dataclass(slots=True, eq=False)
class Group:
    """Mentions of one thing, and what is known of it."""

    mentions: list[Found] = field(default_factory=list)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    roles: list[Span] = field(default_factory=list)
    role_words: set[str] = field(default_factory=set)
    portfolios: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Head noun of a role → words before it: minister → interior."""
    gender: Gender | None = None
    plural: bool = False
    votes: Counter[EntityType] = field(default_factory=Counter)
    named: bool = False
    heads: set[tuple[str, ...]] = field(default_factory=set)
    """The words of its names and the nouns of its descriptions."""
    name_words: set[str] = field(default_factory=set)
    nicknames: set[tuple[str, ...]] = field(default_factory=set)
    """“Lola” and “Lola Benavides”."""
    in_order: list[Found] = field(default_factory=list)
    """Its mentions in order of the text."""

    def add(self, mention: Found) -> None:
        self.mentions.append(mention)
        insort(self.in_order, mention, key=_start)
        self.votes.update(mention.types)
        self.named = self.named or mention.kind == "name"
        if mention.kind == "name":
            self.keys.append(key(mention.words))
            self.name_words.update(mention.words, map(singular, mention.words))
            if mention.nickname:
                self.nicknames |= {mention.nickname, (*mention.nickname, self.keys[-1][-1])}
        if mention.kind != "pronoun":
            self.heads.add(mention.words)
            self.gender = self.gender or mention.gender
            self.plural = self.plural or mention.plural
        elif mention.gender:
            self.gender = self.gender or mention.gender
        elif mention.plural and mention.person == 1 and not self.named and all(
                one.kind == "pronoun" and one.plural for one in self.mentions):
            self.plural = True                                 # “we”, whoever they are, are not one man or woman

    @property
    def type(self) -> EntityType:
        if not any(self.votes.values()):
            return "person" if self.gender else "other"
        most = max(self.votes, key=lambda kind: self.votes[kind])
        if most == "person" and self.votes["place"] >= SPOKEN_OF_AS_PLACE and self.named and not self.gender \
                and not self.roles and all(len(one) == 1 for one in self.keys):
            return "place"
        return most

    def last_before(self, mention: Found) -> Found | None:
        at = bisect_left(self.in_order, mention.start, key=_start)
        return self.in_order[at - 1] if at else None

    def first_after(self, mention: Found) -> Found | None:
        at = bisect(self.in_order, mention.start, key=_start)
        return self.in_order[at] if at < len(self.in_order) else None


def _start(mention: Found) -> int:
    return mention.start


@dataclass(frozen=True, slots=True)
class Spoken:
    """A statement as coreference needs it: mentions that may be its source, its content, whether its words are
    quoted."""

    source: tuple[Found, ...]
    content: tuple[Span, ...]
    quoted: tuple[Span, ...]


def add_linked(mentions: list[Found], linked: Sequence[Linked], paragraphs: Sequence[Paragraph]) -> list[Found]:
    """The mentions with the model's types and numbers on those that it found too, and with those that only it found."""
    by_head = {one.head: one for one in mentions}
    sentences = number_sentences(paragraphs)
    names = [one for one in mentions if one.kind == "name"]
    starts = sorted(one.start for one in names)
    where = {start: one for one in names for start in range(one.title.start if one.title else one.start, one.end)}
    added = []
    place = 0
    for number, one in enumerate(linked):
        kind = MODEL_TYPES.get(one.type)
        found = by_head.get(one.head) or where.get(one.head)
        if found is not None:
            if found.linked is None:
                found.linked = number
            if found.kind != "pronoun":
                alone = kind == "person" and found.kind == "name" and len(found.words) == 1
                found.types["group" if kind == "person" and found.plural else kind or "other"] += (  # type: ignore[assignment]
                    1 if alone or not kind else TRUST)
            continue
        while place < len(paragraphs) and paragraphs[place].end <= one.head:
            place += 1
        if place == len(paragraphs) or not paragraphs[place].start <= one.head < paragraphs[place].end:
            continue
        paragraph = paragraphs[place]
        token = paragraph.parsed.char_span(one.head - paragraph.start, one.head - paragraph.start + 1,
                                           alignment_mode="expand")[0]
        if token.lower_ in CALENDAR:
            continue
        plural = token.tag_ in ("NNS", "NNPS")
        types: Counter[EntityType] = Counter({"group" if kind == "person" and plural else kind or "other": TRUST})
        cut = paragraph.parsed.text[token.idx - (one.head - one.start):one.end - paragraph.start]
        added.append(
            Found(
                one.start,
                one.end - len(cut) + len(HANGING.sub("", cut)),
                one.head,
                "nominal",
                (singular(token.text),),
                place,
                sentences[place][token.i],
                paragraph.run,
                types=types,
                plural=plural,
                subject=token.dep_ in ("nsubj", "nsubjpass"),
                token=token,
                offset=paragraph.start,
                linked=number,
                definite=any(child.lower_ in ("the", "this", "that") for child in token.children),
                of_names=tuple(starts[bisect_left(starts, one.start):bisect_left(starts, one.end)]),
            )
        )
    return sorted([*mentions, *added], key=lambda one: (one.head, one.start))


def resolve(text: str, mentions: Sequence[Found], paragraphs: Sequence[Paragraph], spoken: Sequence[Spoken],
            linked: Sequence[Linked] = ()) -> tuple[list[Group], dict[int, Group]]:
    """The groups, and mention (by id()) → its group; a mention that is not there stays unresolved.

    With the model's mentions (`linked`; see `add_linked`), what no rule decides follows its link.
    """
    groups: list[Group] = []
    owner: dict[int, Group] = {}
    by_number = {one.linked: one for one in mentions if one.linked is not None}

    def put(mention: Found, group: Group) -> None:
        group.add(mention)
        owner[id(mention)] = group

    names = [one for one in mentions if one.kind == "name"]
    _group_names(text, names, groups, put)
    _learn_roles(text, names, owner, paragraphs)
    sources = {id(found) for statement in spoken for found in statement.source}
    described = [one for one in mentions if one.kind == "nominal"]
    _appositions(
        text, [one for one in described if one.linked is None or one.types["person"] > TRUST or id(one) in sources],
        names, owner, put
    )
    _named_bodies(text, described, names, owner, put)
    scene = Scene(mentions, groups, owner, sources, spoken)

    def model_choice(mention: Found) -> Group | None:
        """The group of the nearest mention up the model's chain that has one."""
        number = mention.linked
        while number is not None and (number := linked[number].antecedent) >= 0:
            earlier = by_number.get(number)
            if earlier is not None and id(earlier) in owner and earlier.run == mention.run:
                return owner[id(earlier)]
        return None

    late = [one for one in mentions if one.headline]
    for mention in [*(one for one in mentions if not one.headline), *late]:
        if id(mention) in owner or mention.kind == "name":
            continue
        choice = model_choice(mention)
        if mention.kind == "nominal" and _is_an_office(mention):
            pass
        elif mention.kind == "nominal":
            _resolve_description(mention, scene, put, choice)
        elif mention.person == 3:
            _resolve_pronoun(mention, scene, put, choice, bool(linked))
        else:
            statement = scene.speech_around(mention)
            group = scene.speaker(statement) if statement else None
            if group is not None and (mention.plural or not group.plural):
                put(mention, group)
            elif statement is None and choice is not None:
                put(mention, choice)
        if (
            id(mention) not in owner
            and mention.linked is not None
            and (mention.kind != "pronoun" or mention.person < 3)
        ):
            group = Group()
            groups.append(group)
            put(mention, group)
        if id(mention) in owner:
            scene.learn(mention, owner[id(mention)])
    for group in [one for one in groups if _is_nameless(one, sources)]:
        named = _whom_it_may_be(group, scene)
        if named is not None:
            for mention in group.mentions:
                put(mention, named)
            groups.remove(group)
    return groups, owner


class Scene:
    """What has been resolved so far, kept so that looking something up does not grow with the length of the report."""

    def __init__(self, mentions: Sequence[Found], groups: list[Group], owner: dict[int, Group], sources: set[int],
                 spoken: Sequence[Spoken]) -> None:
        self.mentions, self.groups, self.owner, self.sources = mentions, groups, owner, sources
        self.starts = [one.start for one in mentions]
        self.speeches = sorted(((span, one) for one in spoken for span in one.quoted), key=lambda pair: pair[0])
        self.speech_starts = [span.start for span, _ in self.speeches]
        self.told = sorted(((span, one) for one in spoken for span in one.content), key=lambda pair: pair[0])
        self.told_starts = [span.start for span, _ in self.told]
        self.by_noun: dict[str, dict[int, Group]] = defaultdict(dict)
        self.by_place = {one.start: one for one in mentions if one.kind == "name"}
        self.pronouns = {one.start: one for one in mentions if one.kind == "pronoun"}
        self.owners: dict[int, set[int]] = defaultdict(set)
        """Group → those whose it is by its descriptions, all by id()."""
        for group in groups:
            for mention in group.mentions:
                self.learn(mention, group)
            for noun in group.role_words:
                self.by_noun[noun][id(group)] = group

    def learn(self, mention: Found, group: Group) -> None:
        """Takes note of the nouns by which a group can be taken up again."""
        if mention.kind == "nominal":
            self.owners[id(group)].update(id(one) for one in _inside(mention, self))
        if mention.kind != "pronoun":
            for noun in {singular(word) for word in mention.words} | (
                group.role_words if mention.kind == "nominal" else set()
            ):
                self.by_noun[noun][id(group)] = group

    def speech_around(self, mention: Found) -> Spoken | None:
        """The statement whose quoted words hold a mention."""
        return _around(mention, self.speeches, self.speech_starts)

    def teller(self, mention: Found) -> Group | None:
        """Who says the words, quoted or not, that hold a mention."""
        statement = _around(mention, self.told, self.told_starts)
        return self.speaker(statement) if statement else None

    def speaker(self, statement: Spoken) -> Group | None:
        """The group of a statement's source."""
        return next((self.owner[id(found)] for found in statement.source if id(found) in self.owner), None)

    def before(self, mention: Found, sentences: int) -> list[tuple[Found, Group]]:
        """Resolved mentions of the same run and kind of block up to so many sentences before, nearest first."""
        found, position = [], bisect(self.starts, mention.start) - 1
        while position >= 0 and mention.sentence - self.mentions[position].sentence <= sentences:
            one = self.mentions[position]
            if one.start < mention.start and id(one) in self.owner and one.run == mention.run \
                    and one.headline == mention.headline:
                found.append((one, self.owner[id(one)]))
            position -= 1
        return found

    def after(self, mention: Found, sentences: int) -> list[tuple[Found, Group]]:
        """Resolved mentions up to so many sentences after, nearest first; of a headline, those of the report."""
        found, position = [], bisect(self.starts, mention.start)
        while position < len(self.mentions) and self.mentions[position].sentence - mention.sentence <= sentences:
            one = self.mentions[position]
            if one.start > mention.end - 1 and id(one) in self.owner and (one.run == mention.run or mention.headline):
                found.append((one, self.owner[id(one)]))
            position += 1
        return found


def _around(mention: Found, spans: Sequence[tuple[Span, Spoken]], starts: Sequence[int]) -> Spoken | None:
    """The statement of the last of some spans, in order, that holds a mention; of the three before it at most."""
    here = bisect(starts, mention.start)
    return next((one for span, one in reversed(spans[max(0, here - 3):here]) if span.start <= mention.start < span.end),
                None)


# ------------------------------------------------------------------ names

def _group_names(text: str, names: Sequence[Found], groups: list[Group], put: Callable[[Found, Group], None]) -> None:
    """Long names first, so that a short one always meets the full one, wherever it stands."""
    by_word: dict[str, dict[int, Group]] = {}
    by_initial: dict[str, dict[int, Group]] = {}
    for mention in sorted(names, key=lambda one: (-len(key(one.words)), one.start)):
        mine = key(mention.words)
        marks = {skeleton(word) for word in (mine[0], mine[-1])}
        near = {number: group for mark in marks for number, group in by_word.get(mark, {}).items()}
        around = [group for _, group in sorted(near.items())]
        exact = [group for group in around if any(same_spelling(mine, other) for other in group.keys)
                 and not _conflict(mention, group)]
        choice = exact[0] if exact else None
        if not (exact and len(mine) > 1):
            longer = [group for group in around if not _conflict(mention, group) and any(
                short_for_person(mine, other) if group.type in ("person", "other") else _short_body(mine, other)
                for other in group.keys) and not (mention.types["place"] >= 8 and group.type != "place")
                and not (group.type == "person" and mention.types["organisation"] >= 4)]
            if longer:
                choice = _nearest(mention, [group for group in longer if not _is_a_title(group)] or longer)
                if choice is None:
                    continue                                   # two people of one surname, and nothing tells which
            elif not exact and (called := _by_first_name(text, mention, mine, around)) is not None:
                choice = called
            elif not exact and len(mine) == 1 and text[mention.start:mention.end].isupper():
                choice = next(
                    (
                        group
                        for group in by_initial.get(mine[0][:1], {}).values()
                        if group.type != "person"
                        and any(is_acronym(mention.words[0], one.words) for one in group.mentions)
                    ),
                    None,
                )
        if choice is None:
            choice = Group()
            groups.append(choice)
        put(mention, choice)
        for mark in {skeleton(word) for word in (*mine, *mention.nickname)}:
            by_word.setdefault(mark, {})[mention.start if len(choice.mentions) == 1 else choice.mentions[0].start] = (
                choice
            )
        by_initial.setdefault(mine[0][:1], {})[choice.mentions[0].start] = choice
    _defined_acronyms(text, names, groups, put)


def _is_a_title(group: Group) -> bool:
    """Whether a name is that of a film or a book, by its words: “Playing Trump”, “The Problem With Hillary”."""
    return all(len(words) > 1 and (words[0].endswith("ing") or {"with", "without", "against"} & set(words))
               for words in group.keys)


def _short_body(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether a short name is a body's: one word alone only where the rest is no common noun (“Asa’ib Ahl al-Haq”, but
    not “Malunde” for the “Malunde Relief Society”)."""
    return short_for_body(short, full) and (len(short) > 1 or not (
        short[0] in NOT_SHORT or singular(full[-1]) in read_lexicon("organisations")))


def _by_first_name(text: str, mention: Found, mine: tuple[str, ...], groups: Sequence[Group]) -> Group | None:
    """The one person whose full name, given before, begins with a name that stands alone and is no place's (“Sheikh
    Mansour”), or who has it as a nickname (“Lola”, “Lola Benavides”)."""
    known = [group for group in groups if mine in group.nicknames and group.type == "person"]
    if len(known) == 1:
        return known[0]
    if mention.types["place"] or mention.types["organisation"] or (mention.title and not all(
            bare(word) in HONORIFICS for word in text[slice(*mention.title)].split())):
        return None
    called = [group for group in groups if group.type == "person" and not _conflict(mention, group) and any(
        len(other) > len(mine) and other[:len(mine)] == mine for other in group.keys) and _last_full(mention, group)]
    return called[0] if len(called) == 1 else None


def _conflict(mention: Found, group: Group) -> bool:
    """Whether a name's gender or first kind of thing speaks against a group."""
    if mention.gender and group.gender and mention.gender != group.gender:
        return True
    return (mention.types["person"] >= 4 and group.type in ("organisation", "place")) or \
        (group.type == "person" and max(mention.types.values(), default=0) >= 4 and
         mention.types.most_common(1)[0][0] in ("organisation", "place") and len(mention.words) > 1)


def _nearest(mention: Found, groups: Sequence[Group]) -> Group | None:
    """The group that alone has gone by this name alone before, unless another's full name has just been given; else the
    one whose full name stands nearest before (else first after); none where two stand equally near."""
    if len(groups) == 1:
        return groups[0]
    before = [(last.sentence, group) for group in groups if (last := _last_full(mention, group)) is not None]
    if before:
        before.sort(key=lambda pair: -pair[0])
        called = [group for group in groups if any(
            one.kind == "name" and len(key(one.words)) == len(key(mention.words)) and one.start < mention.start
            for one in group.mentions)]
        if len(called) == 1 and (called[0] is before[0][1] or mention.sentence - before[0][0] > JUST):
            return called[0]
        if len(before) > 1 and before[0][0] == before[1][0]:
            return None
        return before[0][1]
    return min(groups, key=lambda group: min(one.start for one in group.mentions))


def _last_full(mention: Found, group: Group) -> Found | None:
    longest = max(len(one) for one in group.keys)
    full = [one for one in group.mentions if one.kind == "name" and len(key(one.words)) == longest
            and one.start < mention.start]
    return full[-1] if full else None


def _defined_acronyms(text: str, names: Sequence[Found], groups: list[Group],
                      put: Callable[[Found, Group], None]) -> None:
    """Joins “Popular Mobilization Units (PMU)”: initials in brackets right after a name, whatever they stand for."""
    by_mention = {id(mention): group for group in groups for mention in group.mentions}
    for one, other in pairwise(names):
        between = text[one.end:other.start]
        if between.strip() == "(" and text[other.end:other.end + 1] == ")" and text[other.start:other.end].isupper() \
                and (is_acronym(other.words[0], one.words) or other.words[0][0] == one.words[0][0] or (
                    len(one.words) > 1 and any(singular(word) in read_lexicon("organisations") for word in one.words))):
            a, b = by_mention[id(one)], by_mention.get(id(other))
            if b is not None and b is not a and len(other.words) == 1:
                for mention in b.mentions:
                    put(mention, a)
                    by_mention[id(mention)] = a
                b.mentions.clear()
                b.keys.clear()
    groups[:] = [group for group in groups if group.mentions]


# ------------------------------------------------------------------ roles

def _learn_roles(text: str, names: Sequence[Found], owner: dict[int, Group], paragraphs: Sequence[Paragraph]) -> None:
    """Roles from titles before names, and from “Name, deputy head of the Board,” after them."""
    titles = read_lexicon("titles")
    for mention in names:
        group = owner.get(id(mention))
        if group is None:
            continue
        if mention.title:
            group.roles.append(mention.title)
            words = [SPELT_OUT.get(bare(word), singular(bare(word))) for word in text[slice(*mention.title)].split()]
            group.role_words.update(words)
            noun = next((at for at, word in enumerate(words[1:]) if word in ("of", "for")), len(words) - 1)
            group.portfolios[words[noun]].update(set(words) - {words[noun]})
        after = text[mention.end:mention.end + 2]
        if after not in (", ", " (") and not (after == "’s" or after == "'s"):
            continue
        tokens = paragraphs[mention.paragraph].parsed
        begin = mention.token.i                                # inside the name; the words after it are near
        while begin < len(tokens) and tokens[begin].idx + mention.offset < mention.end:
            begin += 1
        following = list(tokens[begin:begin + 9])
        if not following or following[0].text not in (",", "("):
            continue
        for token in following[1:]:
            if token.tag_[:2] in ("VB", "MD", "WP", "CC", "TO", "IN") or token.text in ",;:—()“”\"":
                break
            if singular(token.text) in titles and token.tag_ in ("NN", "NNP") and \
                    not (token.i + 1 < len(tokens) and tokens[token.i + 1].tag_ in ("NN", "NNP", "POS")):
                stop = phrase(token)[1]
                first = following[1]
                if first.lower_ in ("the", "a", "an") and first.i < token.i:
                    first = tokens[first.i + 1]
                if tokens[stop + 1:stop + 2] and tokens[stop + 1].text[0].isupper() and stop == token.i:
                    break                                      # “X, General Y”: the title of the next name
                end = tokens[stop]
                group.roles.append(Span(mention.offset + first.idx, mention.offset + end.idx + len(end.text)))
                group.role_words.add(singular(token.text))
                group.portfolios[singular(token.text)] |= _portfolio(token)
                group.votes["person"] += 4
                group.gender = group.gender or titles[singular(token.text)] or None  # type: ignore[assignment]
                break


def _appositions(text: str, described: Sequence[Found], names: Sequence[Found], owner: dict[int, Group],
                 put: Callable[[Found, Group], None]) -> None:
    """“The dockers’ leader, Kofi Badu”, “Kofi Badu, the dockers’ leader”: one person, and a role."""
    starts = [name.start for name in names]
    for mention in described:
        if mention.plural or (mention.types and not mention.types["person"]) or \
                text[mention.end:mention.end + 2] in ("’s", "'s"):
            continue
        near = [
            (name, owner[id(name)])
            for name in names[bisect(starts, mention.start - 300) : bisect(starts, mention.end + 60)]
            if id(name) in owner and name.run == mention.run
        ]
        beside = [pair for pair in near if _stands_after(text, mention, pair[0], pair[1])] or \
            [pair for pair in near if pair[1].type == "person" and pair[0].end <= mention.start and not mention.subject
             and text[pair[0].end:mention.start] in (", ", " (")]
        if not beside:
            continue
        _, group = beside[0]
        put(mention, group)
        group.votes["organisation" if mention.words[0] in OWNERS and group.type == "organisation" else "person"] += 3
        group.gender = group.gender or mention.gender
        begin = mention.start + next((len(article) for article in ("the ", "a ", "an ")
                                      if text[mention.start:mention.end].lower().startswith(article)), 0)
        span = Span(begin, mention.end)
        if not any(span.start < end and start < span.end for start, end in group.roles):
            group.roles.append(span)
        group.role_words.add(mention.words[0])
        group.portfolios[mention.words[0]] |= _portfolio(mention.token)


def _named_bodies(text: str, described: Sequence[Found], names: Sequence[Found], owner: dict[int, Group],
                  put: Callable[[Found, Group], None]) -> None:
    """“The group, Valley Watch, said”, “the charity Open Granary”, “the Sahel agency”: one body."""
    by_start = {name.start: name for name in names if id(name) in owner}
    for mention in described:
        name = by_start.get(mention.end + 2) or by_start.get(mention.end + 1) or next(
            (one for start in mention.of_names if (one := by_start.get(start)) and one.end + 1 == mention.head), None)
        if name is None or id(mention) in owner or mention.plural or not mention.definite or \
                mention.types["organisation"] < 3 or not (
                    text[mention.end:name.start] == " " or (name.end < mention.end and mention.words[0] in PUBLISHERS)
                    or (text[mention.end:name.start] == ", " and text[name.end:name.end + 1] == ",")):
            continue
        group = owner[id(name)]
        if group.type in ("organisation", "other"):
            put(mention, group)
            group.votes["organisation"] += 3
            group.role_words.add(mention.words[0])


def _stands_after(text: str, mention: Found, name: Found, group: Group) -> bool:
    """Whether a person's name comes right after a description, a comma or nothing between."""
    first = name.title.start if name.title else name.start
    if name.title and first <= mention.start and mention.end <= name.title.end:
        return True                                            # the host of “host Chuck Todd”
    between = text[mention.end:first] if mention.end <= first else None
    if between == ", " and text[name.end:name.end + 1] in (",", "’", "'") and (mention.words[0] in OWNERS if (
            group.type == "organisation") else len(name.words) > 1 and group.votes[group.type] <= TRUST):
        return True                                            # “the ship's owner, Ferrand Maritime, said”
    return group.type in ("person", "other") and between is not None and (
        between in (", ", " ", ", the ", ", a ", ", an ") or (between == ": " and mention.headline)
        or (name.title is not None and (between == " and " or TITLE_AFTER.fullmatch(between) is not None)))


# ------------------------------------------------------------------ descriptions

def _resolve_description(
    mention: Found, scene: Scene, put: Callable[[Found, Group], None], choice: Group | None
) -> None:
    """Joins a description to its group, or opens one for it where it is a source; else leaves it alone."""
    noun = mention.words[0]
    is_source = id(mention) in scene.sources
    other = any(child.lower_ in OTHERS for child in mention.token.children)
    if noun in NOBODY or other:
        choice = None
    candidates = [] if other else [
        group for group in scene.by_noun.get(noun, {}).values() if _fits(mention, noun, group, scene)]
    best = _recent(mention, candidates)
    if best is None and is_source and mention.types["person"] and not mention.plural and noun not in NOBODY and \
            (mention.headline or (mention.definite and not any(
                group.named and group.type == "person" for _, group in scene.before(mention, 2)))):
        best = _ahead(mention, scene)
    if best is None and mention.definite and mention.types["organisation"] and not mention.plural \
            and noun in GENERIC_BODIES and not mention.headline and not mention.of_names \
            and mention.end - mention.start <= len(noun) + SHORT:
        near = {
            id(group): group for _, group in scene.before(mention, 2)
            if group.type == "organisation" and group.named and not _called_otherwise(mention, group)
        }
        best = next(iter(near.values())) if len(near) == 1 else None
    if best is None and choice is not None and _may_follow(mention, choice, scene):
        put(mention, choice)
        return
    if best is not None:
        put(mention, best)
        best.role_words.add(noun)
        if mention.of_names and mention.types["person"] and best.named and not mention.headline:
            first = mention.token.doc[mention.token.left_edge.i]
            article = len(first.text_with_ws) if first.lower_ in ("the", "a", "an") else 0
            best.roles.append(Span(mention.start + article, mention.end))
    elif is_source:
        group = Group()
        scene.groups.append(group)
        put(mention, group)


def _is_called(noun: str, words: Sequence[str]) -> bool:
    """Whether a noun is what a name or description says a body is: the last word, the first, or the one before “of”;
    the Public Utilities Commission is no utility."""
    return any(singular(word) == noun and (place in (0, len(words) - 1) or words[place + 1] in ("of", "for"))
               for place, word in enumerate(words))


def _may_be_called(noun: str, group: Group) -> bool:
    """Whether a body may be “the company”: its name does not end in a noun for another kind of body."""
    last = {singular(one.words[-1]) for one in group.mentions if one.kind == "name"}
    return noun in last or not any(word in read_lexicon("organisations") for word in last)


def _fits(mention: Found, noun: str, group: Group, scene: Scene) -> bool:
    if not group.mentions or (mention.gender and group.gender and mention.gender != group.gender):
        return False
    if not (mention.definite or mention.headline):
        return False
    if not (mention.headline or group.named or any(one.run == mention.run for one in group.mentions)):
        return False
    if _others(mention, group, scene):
        return False
    if mention.types["person"] > mention.types["organisation"] and not mention.plural:
        held = group.portfolios.get(noun, set())
        if group.plural or (held and _portfolio(mention.token) and not held & _portfolio(mention.token)):
            return False
        return noun in group.role_words or any(one.kind == "nominal" and one.words[0] == noun for one in group.mentions)
    if mention.types["organisation"]:
        if mention.plural and group.named and not group.plural and noun in read_lexicon("organisations"):
            return False                                       # “the authorities” are not the Valley Authority
        return (any(_is_called(noun, one.words) for one in group.mentions if one.kind != "pronoun") and \
            group.type in ("organisation", "other")) or (noun in group.role_words and group.type != "person")
    return any(one.kind == "nominal" and one.words == mention.words and one.plural == mention.plural
               for one in group.mentions)


def _portfolio(token: Any) -> set[str]:
    """The words that tell one office from another: “oil” in “the oil minister” and in “the minister of oil”."""
    of = [word for child in token.rights if child.lower_ in ("of", "for") and singular(token.text) in MINISTERS
          for word in child.subtree if word.tag_[:2] in ("NN", "JJ")]
    return {singular(child.text) for child in token.lefts
            if (child.dep_ == "compound" and child.tag_[:2] == "NN") or child.lower_ in PORTFOLIOS} | {
        singular(word.text) for word in of}


def _others(mention: Found, group: Group, scene: Scene) -> bool:
    """Whether a description is of one owner and the group of another, or that owner: a WeWork spokesman is not
    Amazon's, nor “her campaign” Kasich's, nor Kasich's campaign Kasich."""
    own = {id(one) for one in _inside(mention, scene)}
    if group.type == "person" and id(group) in own:
        return True
    owners = scene.owners[id(group)] if own else set()
    return bool(owners) and not own & owners


def _inside(mention: Found, scene: Scene) -> list[Group]:
    """The groups of the names inside a description, and of whose it is: of “Zarhan’s Liwa al-Sadd commander”, the
    country and the band; of “her campaign”, she."""
    whose = (mention.offset + child.idx for child in mention.token.children if child.dep_ == "poss")
    found = [*(scene.by_place.get(start) for start in mention.of_names), *map(scene.pronouns.get, whose)]
    return [scene.owner[id(one)] for one in found if one is not None and id(one) in scene.owner]


def _recent(mention: Found, candidates: Sequence[Group]) -> Group | None:
    before = [(last.start, group) for group in candidates if (last := group.last_before(mention))]
    if before and not mention.headline:
        return max(before, key=lambda pair: pair[0])[1]
    after = [(first.start, group) for group in candidates if (first := group.first_after(mention))
             and (mention.headline or first.sentence - mention.sentence <= AHEAD)]
    return min(after, key=lambda pair: pair[0])[1] if after else None


def _ahead(mention: Found, scene: Scene) -> Group | None:
    """The one person whom the next sentences name as a source, where the lead leaves them without a name."""
    for one, group in scene.after(mention, AHEAD):
        if id(one) not in scene.sources or group.type not in ("person", "other") or not group.named or group.plural:
            continue
        earlier = any(m.start < mention.start and not m.headline for m in group.mentions)
        following = one.token.doc[min(one.token.i + 1, len(one.token.doc) - 1):one.token.i + 3].text.split()
        if following[:1] == ["who"] or following[1:] == ["who"]:
            continue                                           # whoever is told by what they do is no one before
        clash = bool(group.role_words) and mention.words[0] not in group.role_words and not mention.headline
        if not earlier and not clash and not (mention.gender and group.gender and mention.gender != group.gender):
            return group
    return None


def _is_an_office(mention: Found) -> bool:
    """Whether a description names an office, not who holds it: “the post of prime minister”."""
    before = mention.token.head
    return before.lower_ == "of" and before.head.lower_ in OFFICES


def _may_follow(mention: Found, group: Group, scene: Scene) -> bool:
    """Whether the model's link for a description is kept: not from one person to many, nor against a known gender, nor
    “her client” to her."""
    if any(one.start in {mention.offset + child.idx for child in mention.token.children if child.dep_ == "poss"}
           for one in group.mentions[-8:]):
        return False
    if mention.gender and group.gender and mention.gender != group.gender:
        return False
    if _others(mention, group, scene):
        return False
    if _called_otherwise(mention, group) or (
            mention.plural and not mention.definite and not group.named and mention.words not in group.heads):
        return False
    if mention.types["organisation"] >= 3 and not mention.plural and (_other_bodies(mention, group) or (
            not group.named and group.type == "person") or (
            group.named and group.type == "place" and mention.words[0] not in STATES)):
        return False
    return not (group.type == "person" and group.named and mention.plural)


def _called_otherwise(mention: Found, group: Group) -> bool:
    """Whether a body is described by what its name would say, and the name of the group does not say it: “the central
    bank”, and Corvane Capital."""
    telling = {child.lower_ for child in mention.token.lefts} & OWN_KINDS | {mention.words[0]} & OWN_NAMES
    return bool(telling) and group.named and not telling & group.name_words


def _other_bodies(mention: Found, group: Group) -> bool:
    """Whether a group is only ever spoken of as bodies of another kind, or as several: “both governments”, and now
    “the interior ministry”."""
    if group.named or mention.words[0] in GENERIC_KINDS:
        return False
    lexicon = read_lexicon("organisations")
    nouns = {one.words[0] for one in group.mentions if one.kind == "nominal" and one.words[0] in lexicon}
    return group.plural or (bool(nouns) and mention.words[0] not in nouns and not nouns & GENERIC_KINDS)


# ------------------------------------------------------------------ pronouns

def _resolve_pronoun(mention: Found, scene: Scene, put: Callable[[Found, Group], None], choice: Group | None,
                     modelled: bool) -> None:
    """Joins a third-person pronoun to the group that fits it best, where it fits clearly better than the next."""
    speech = scene.speech_around(mention)
    speaker = scene.speaker(speech) if speech else None
    if modelled and not mention.gender:                        # it, they: the model knows better than distance does
        if choice is not None and choice is not speaker and (choice.gender is None or choice.plural):
            put(mention, choice)
        return
    teller = scene.teller(mention) if speech is None and mention.subject else None
    best: dict[int, tuple[float, Group]] = {}
    for one, group in scene.before(mention, REACH):
        if group is not speaker and _agrees(mention, group):
            score = _closeness(mention, one, scene, speech) + TOLD * (group is teller)
            if score > best.get(id(group), (-math.inf, group))[0]:
                best[id(group)] = score, group
    ranked = sorted(((score + _standing(mention, group) + LINK * (group is choice), -order, group)
                     for order, (score, group) in enumerate(best.values())), key=lambda row: row[:2], reverse=True)
    if not ranked:
        if mention.gender and id(mention) in scene.sources:
            following = {
                id(group): group for _, group in scene.after(mention, 2) if _agrees(mention, group) and group.named
            }
            if len(following) == 1:
                put(mention, next(iter(following.values())))
        return
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < (MODEL_MARGIN if modelled else MARGIN):
        return
    put(mention, ranked[0][2])


def _is_nameless(group: Group, sources: set[int]) -> bool:
    """Whether a group is one man or woman spoken of as known (“the baby”, “his daughter”), without name or office, who
    says nothing."""
    if group.named or group.plural or group.type != "person" or any(id(one) in sources for one in group.mentions):
        return False
    nominals = [one for one in group.mentions if one.kind == "nominal"]
    words = {child.lower_ for one in nominals for child in one.token.children}
    return any(one.definite for one in nominals) and not words & INDEFINITE \
        and all(one.words[0] in KIN | PERSON_WORDS for one in nominals) \
        and any(one.gender and one.kind == "pronoun" for one in group.mentions)


def _whom_it_may_be(group: Group, scene: Scene) -> Group | None:
    """The named person who fits most of a nameless group's pronouns best, and clearly better than the next."""
    pronouns = [one for one in group.mentions if one.kind == "pronoun" and one.gender]
    found: dict[int, tuple[Group, list[float]]] = {}
    for pronoun in pronouns:
        speech = scene.speech_around(pronoun)
        speaker = scene.speaker(speech) if speech else None
        best: dict[int, tuple[float, Group]] = {}
        for one, other in scene.before(pronoun, REACH):
            if other.named and other.type == "person" and other is not speaker and _agrees(pronoun, other):
                score = _closeness(pronoun, one, scene, speech) + _standing(pronoun, other)
                best[id(other)] = max(best.get(id(other), (-math.inf, other)), (score, other), key=lambda row: row[0])
        for number, (score, other) in best.items():
            found.setdefault(number, (other, []))[1].append(score)
    nominals = [one for one in group.mentions if one.kind == "nominal"]
    ranked = sorted(((sum(scores) / len(scores), number, other) for number, (other, scores) in found.items()
                     if 2 * len(scores) > len(pronouns) and all(_may_follow(one, other, scene) for one in nominals)),
                    key=lambda row: row[:2], reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < MARGIN):
        return None
    return ranked[0][2]


def _agrees(mention: Found, group: Group) -> bool:
    first = group.mentions[0] if group.mentions else None
    if first is None or (not group.named and (first.words[0] in NOBODY or (
            mention.gender and any(child.lower_ == "no" for child in first.token.children)))):
        return False
    kind = group.type
    word = mention.words[0]
    if mention.gender:
        return kind in ("person", "other") and not group.plural and group.gender in (None, mention.gender) and \
            (kind == "person" or any(one.subject for one in group.mentions[:20]))
    if mention.plural:
        return group.plural or kind == "group" or (kind == "organisation" and word in ("they", "their", "them"))
    return kind in ("organisation", "place", "document", "other") and not group.plural and group.gender is None


def _closeness(mention: Found, one: Found, scene: Scene, speech: Spoken | None) -> float:
    """How well an earlier mention fits a pronoun: near, subject, source; minus infinity where it cannot be it."""
    apart = mention.sentence - one.sentence
    if (
        apart == 0
        and mention.words[0] not in ("his", "her", "its", "their")
        and mention.token.head.i == one.token.head.i
    ):
        return -math.inf                                       # “Ada told her”: arguments of one verb are two people
    score = -0.7 * min(apart, 4) - 0.15 * max(0, apart - 4) - (0.5 if one.paragraph != mention.paragraph else 0)
    score += 1.2 * one.subject + 1.0 * (id(one) in scene.sources) + 0.3 * (one.kind == "name")
    if speech is None and scene.speech_around(one) is not None:
        score -= 1.5
    return score + 0.4 * (mention.subject and one.subject)


def _standing(mention: Found, group: Group) -> float:
    """What speaks for a group as a whole: a known gender that agrees, a name, being spoken of much."""
    score = 0.2 * math.log1p(len(group.mentions)) + NAMED * group.named
    if mention.gender and group.gender == mention.gender:
        score += 1.2
    if mention.plural and group.type == "organisation":
        score -= 0.8
    return score - 0.8 * (group.type == "place")
