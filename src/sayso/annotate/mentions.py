"""Words that refer: names with their titles, descriptions of people and bodies, pronouns.

Names are runs of capitalised words that the tagger calls proper nouns; a title before one (“Interior Minister”) is kept
apart from it.  Descriptions are looked for only where they can matter: heads of sources, and definite phrases over the
nouns of `lexicon/titles.txt` and `lexicon/organisations.txt`.  Known failure: in a headline that capitalises every
word, ordinary words that the report has nowhere small join the name beside them.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from sayso.annotate.parse import Paragraph, phrase, source_heads
from sayso.model import EntityType, Span

Gender = Literal["m", "f"]
PRONOUNS: dict[str, tuple[Gender | None, bool, int]] = {
    **dict.fromkeys(("he", "him", "his", "himself"), ("m", False, 3)),
    **dict.fromkeys(("she", "her", "hers", "herself"), ("f", False, 3)),
    **dict.fromkeys(("it", "its", "itself"), (None, False, 3)),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), (None, True, 3)),
    **dict.fromkeys(("i", "me", "my", "mine", "myself"), (None, False, 1)),
    **dict.fromkeys(("we", "us", "our", "ours", "ourselves"), (None, True, 1)),
}
"""Pronoun → gender, plural, person.  “You” is left to whoever knows the addressee."""
JOINING = frozenset(("al", "el", "ul", "bin", "ibn", "bint", "de", "da", "di", "do", "dos", "du", "del", "della", "der",
                     "den", "la", "le", "van", "von", "ter", "y", "e"))
OF_BODIES = frozenset("""academy agency association authority bank board bureau chamber church coalition college
commission committee confederation congress council court department directorate faculty federation forum foundation
front fund house institute kingdom league ministry movement office organisation organization parliament party republic
senate society union university""".split())
BODIES_WITH = {
    "of": OF_BODIES,
    "for": OF_BODIES | frozenset("campaign center centre agency alliance network".split()),
    "on": frozenset("center centre commission committee conference council forum institute panel".split()),
}
"""What may follow a body's noun inside its name: the Council on Foreign Relations."""
WHOSE_BODIES = frozenset("children people artists farmers teachers workers writers veterans".split())
OPENING, CLOSING = frozenset("“ \" ‘ '".split()), frozenset("” \" ’ '".split())
BEFORE_TITLE = frozenset("former ex acting deputy vice assistant senior chief late outgoing interim then".split())
IN_PLACE = frozenset("in at near from across around outside inside into toward towards".split())
NEXT_TO = frozenset("neighbouring neighboring".split())
BESIDE_PLACE = NEXT_TO | frozenset("northern southern eastern western central downtown".split())
OF_PLACE = frozenset("""town city village capital republic government people north south east west province district
region state port suburb island outskirts streets kingdom border""".split())
OF_COUNTRY = frozenset("""capital army border borders parliament territory economy coast airspace government
constitution ministry embassy navy""".split())
"""What only a country has, or a place: “Zarhan’s capital”, “the government of Zarhan”."""
OF_STATE = frozenset("authority authorities government regime".split())
OFFICES = frozenset("""affairs agriculture attorney budget commerce defence defense development economy education energy
environment exchequer finance foreign health homeland housing human immigration industry information infrastructure
interior justice labor labour national oil petroleum planning police political prime public relations resources
revenue science security services staff state technology tourism trade transport transportation treasury urban veterans
war water welfare women works youth""".split())
"""What an office is “of” or “for”: Secretary of State, Minister for Foreign Affairs, chief of staff."""
SMALL = frozenset("and the of for &".split())
SERVE = frozenset("""adviser advisor aide attorney lawyer pollster representative speechwriter spokesman spokesperson
spokeswoman strategist""".split())
"""Whoever is this “for” somebody is not the somebody: a spokesman for Sen. Moro."""
PARTIES = frozenset("republican democrat democratic conservative labour tory liberal".split())
HAVE_LEADER = frozenset("leader commander spokesman spokeswoman chief fighter member militant".split())
OF_SOMEBODY = frozenset("campaign camp administration presidency family estate cabinet supporter voter".split())
"""What a name before them is of is a person, or a country: the Moro campaign."""
CALENDAR = frozenset("""monday tuesday wednesday thursday friday saturday sunday january february march april may june
july august september october november december jan feb mar apr jun jul aug sept sep oct nov dec ramadan eid easter
christmas diwali passover lent thanksgiving hanukkah ashura""".split())
"""Capitalised words that name a time."""
STATION_NUMBERS = frozenset("1 2 3 4 5 6 7 8 9 10 11 12 13 one two three four five six seven eight nine ten".split())
OF_FIRMS = frozenset("""aerospace air airlines airways associates biotech brewing brothers capital cement chemical
chemicals communications construction consulting contracting cruises developments dynamics electric electronics
energy engineering entertainment foods gas global haulage hotels insurance international investments labs lines
logistics maritime metals minerals mining motors offshore oil partners petroleum pharma pharmaceuticals pictures
power prize productions properties railways records resources robotics sciences securities shipping solutions steel
stores studios sugar supermarkets systems talkies technologies telecom textiles therapeutics ventures""".split())
"""Last words of the names of firms."""
FIRMS = frozenset("""asociación banco banque comité compagnie consejo frente fundación groupe grupo gruppe gruppo hizb
instituto jabhat jaysh movimiento partai parti partido société universidad""".split())
"""First words of the names of firms, parties and other bodies."""
MONTH_NAMES = frozenset("april august jun june may".split())
BEFORE_MONTH = frozenset("""after before by during early every from in last late mid next of on since this through to
until""".split())
AFTER_HYPHEN = frozenset("born led based era style like run owned held made elect bound wide only area level".split())
"""What a hyphen adds to a name that is no part of it: Senda-born, Senda-led."""
OPENERS = frozenset("“ ‘ \" ' : — – ( [ « • ...".split())
"""After these an ordinary word may be capitalised too."""
SPEAKER_LABEL = re.compile(r"([A-Z][A-Z.’'-]+(?: [A-Z][A-Z.’'-]+){0,3})(?:, [A-Z][A-Z ,.&-]+)?(?: \([^()]{1,40}\))?:\s")
"""Who speaks next in a transcript: “ADA MORO, HOST:”, “MORO:”."""
NOT_SPEAKERS = frozenset("""question q a answer announcer audience crowd male female unidentified voice caption photo
video watch live breaking update read note exclusive editor image picture""".split())
SPEAKING = frozenset("""said says say saying told tells tell telling added adds adding warned warns warning denied
denies claimed claims insisted insists argued argues stated states wrote writes asked asks called calls accused
accuses announced announces explained explains noted notes described describes recalled recalls believes believed
thinks replied confirmed confirms criticised criticized alleged alleges declared declares reported reports rejected
rejects demanded refused welcomed testified tweeted posted quoted cited urged vowed pledged promised""".split())


@dataclass(slots=True, eq=False)
class Found:
    """One mention before it is resolved.  `start`–`end` are the name or the phrase; `head` begins its head word."""

    start: int
    end: int
    head: int
    kind: Literal["name", "nominal", "pronoun"]
    words: tuple[str, ...]
    """Lower-case words, apostrophes gone: of the name, the phrase's head noun, the pronoun."""
    paragraph: int
    sentence: int
    run: int
    title: Span | None = None
    types: Counter[EntityType] = field(default_factory=Counter)
    gender: Gender | None = None
    plural: bool = False
    person: int = 3
    subject: bool = False
    definite: bool = False
    of_names: tuple[int, ...] = ()
    """For a description: where the names inside it begin (“leader of the *Reed Party*”)."""
    token: Any = None
    offset: int = 0
    headline: bool = False
    nickname: tuple[str, ...] = ()
    """Of a name: the words of it that stand in quotation marks."""
    linked: int | None = None
    """Index of the same mention in what the trained model found."""
    certainty: float | None = None
    """Probability that its entity is right."""


@lru_cache(maxsize=8)
def read_lexicon(name: str) -> dict[str, str]:
    """Word → what stands after its tab (or nothing), from lexicon/NAME.txt."""
    lines = files("sayso.annotate").joinpath("lexicon", f"{name}.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs}


def singular(word: str) -> str:
    """A noun's likely singular, lower case: ministers → minister, ministries → ministry."""
    word = word.lower()
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("men"):
        return word[:-2] + "an"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def bare(word: str) -> str:
    """A word in lower case without apostrophes of any kind, hamza and ain marks among them."""
    return re.sub(r"[’'‘ʼʻʾʿ`´.]", "", word).lower()


def find_mentions(paragraphs: Sequence[Paragraph], headlines: frozenset[int] = frozenset(),
                  sources: Iterable[Span] = ()) -> list[Found]:
    """All mentions, in order of their head.  `headlines`: numbers of headline blocks; `sources`: spans whose heads
    count."""
    wanted = sorted(sources)
    found: list[Found] = []
    vocabulary = _learn_words(paragraphs, headlines)
    for number, (paragraph, numbers) in enumerate(zip(paragraphs, number_sentences(paragraphs), strict=True)):
        headline = paragraph.block in headlines
        taken: set[int] = set()
        loose = vocabulary.ordinary if capitalised(paragraph.parsed) else frozenset() if headline else None
        here = [*_names(paragraph, number, numbers, loose, taken, vocabulary)]
        here += _pronouns(paragraph, number, numbers)
        here += _descriptions(paragraph, number, numbers, taken, here, wanted)
        for one in here:
            one.headline = headline
        found += here
    return sorted(found, key=lambda one: (one.head, one.start))


def number_sentences(paragraphs: Sequence[Paragraph]) -> list[dict[int, int]]:
    """For each paragraph its tokens' numbers → the number of their sentence, counted from 1 through the report."""
    found, sentence = [], 0
    for paragraph in paragraphs:
        numbers = {}
        for sent in paragraph.parsed.sents:
            sentence += 1
            numbers.update(dict.fromkeys(range(sent.start, sent.end), sentence))
        found.append(numbers)
    return found


# ------------------------------------------------------------------ names

@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one report, lower case.

    `small`: those its running text writes small.  `ordinary`: those of them that it has in no name, and words of
    saying; they are no names where every word has its capital.  `names`: last words of names that the tagger saw
    inside sentences, and that the report never writes small: at the start of a sentence it takes some for ordinary
    nouns (“Malunde has long argued …”).
    """

    small: frozenset[str]
    ordinary: frozenset[str]
    names: frozenset[str]


def capitalised(tokens: Any) -> bool:
    """Whether a line has a capital on every long word, as American headlines do, or is all capitals."""
    words = [token.text for token in tokens if token.is_alpha and len(token.text) > 3]
    return len(words) > 3 and sum(word[0].isupper() for word in words) > 0.9 * len(words)


def _learn_words(paragraphs: Sequence[Paragraph], headlines: frozenset[int]) -> Vocabulary:
    titles, bodies = read_lexicon("titles"), read_lexicon("organisations")
    small, proper, last, months = set(), set(), set(), set()
    for paragraph in paragraphs:
        tokens = paragraph.parsed
        if capitalised(tokens):
            continue
        for token in tokens:
            if token.text[0].islower():
                small.add(token.text)
            elif token.tag_ in ("NNP", "NNPS"):
                proper.add(token.lower_)
                after = tokens[token.i + 1].tag_ if token.i + 1 < len(tokens) else ""
                if token.tag_ == "NNP" and not token.is_sent_start and paragraph.block not in headlines and \
                        after not in ("NNP", "NNPS", "HYPH", "NN", "NNS"):
                    last.add(token.lower_)
                if token.lower_ in MONTH_NAMES and _is_month_name(token):
                    months.add(token.lower_)
    return Vocabulary(frozenset(small), frozenset(small - proper) | SPEAKING, frozenset(months | {
        word for word in last - small if len(word) > 3 and word not in CALENDAR and singular(word) not in titles
        and singular(word) not in bodies}))


def _names(paragraph: Paragraph, number: int, sentences: dict[int, int], loose: frozenset[str] | None,
           taken: set[int], vocabulary: Vocabulary) -> Iterator[Found]:
    """`loose`: None in running text; in a headline, the words that are no names there."""
    tokens = paragraph.parsed
    position = 0
    if label := SPEAKER_LABEL.match(paragraph.parsed.text):
        span = tokens.char_span(0, label.end(1), alignment_mode="contract")
        if span is not None and not any(singular(token.text) in read_lexicon("titles").keys() | NOT_SPEAKERS
                                        for token in span):
            name = _name(paragraph, 0, span.end, number, sentences, taken, vocabulary.small)
            if name:
                name.types["person"] += 5
                yield name
                position = span.end
    while position < len(tokens):
        token = tokens[position]
        if token.text in ("R", "D", "I") and tokens[max(0, position - 1):position].text in ("(", ",") and \
                tokens[position + 1:position + 2].text == "-":
            position += 3                                      # (R-Texas)
            continue
        if token.text.endswith(".") and len(token.text) < 7 and tokens[max(0, position - 1):position].text == "(" and \
                tokens[position + 1:position + 2].text == ")":
            position += 1                                      # (Md.)
            continue
        opens = token.is_sent_start or loose is not None or token.tag_ == "NNS"      # Petrides, taken for a plural
        if not (_capital(token, loose) or (opens and token.text[0].isupper() and token.lower_ in vocabulary.names)):
            position += 1
            continue
        end = _run_end(tokens, position, loose)
        name = _name(paragraph, position, end, number, sentences, taken, vocabulary.small)
        if name:
            yield name
            if name.title:
                yield from _places_in_title(paragraph, position, name, number, sentences)
        position = end


def _places_in_title(paragraph: Paragraph, position: int, name: Found, number: int,
                     sentences: dict[int, int]) -> Iterator[Found]:
    """“US” in “US President Donald Trump”."""
    token = paragraph.parsed[position]
    while paragraph.start + token.idx < name.start:
        if token.text[0].isupper() and token.lower_.replace("U.S.", "us") in read_lexicon("places"):
            start = paragraph.start + token.idx
            yield Found(start, start + len(token.text), start, "name", (bare(token.text),), number, sentences[token.i],
                        paragraph.run, token=token, offset=paragraph.start, types=Counter({"place": 10}))
        token = paragraph.parsed[token.i + 1]


def _capital(token: Any, loose: frozenset[str] | None) -> bool:
    text = token.text
    if not text[0].isupper() or text == "I":
        return False
    if loose and (token.lower_ in loose or (token.is_stop and not text.isupper())) and \
            bare(text) not in read_lexicon("names"):
        return False
    if token.tag_ in ("NNP", "NNPS"):
        return bare(text) not in CALENDAR or _begins_title(token) or _is_month_name(token)
    if text.endswith(".") and bare(text) in read_lexicon("titles"):
        return True                                            # Maj.-Gen., which the tagger does not know
    if token.is_sent_start or loose is not None:
        return False
    if text.startswith("O'") or text.startswith("O’"):
        return True
    before = token.nbor(-1) if token.i else None
    if before is None or before.text in OPENERS:
        return False
    if re.search(r"\w[’'ʼ`]\w", text):                        # Nahr’ib, which the tagger does not know
        return True
    return bool((token.tag_ in ("NN", "NNS", "FW", "JJ", "VB", "VBN", "VBZ", "VBP", "RB", "IN") or not token.is_stop)
                and text.isalpha() and tokens_before_is_capital(token))


def _numbers(name: Any, number: Any) -> bool:
    """Whether a number belongs to a station's name: BBC Radio 4, Channel 4 News, Radio Pamir One, France 24."""
    tokens = name.doc
    before = tokens[max(0, name.i - 1):name.i + 1]
    return number.text == "24" or (number.lower_ in STATION_NUMBERS and any(
        token.text[0].isupper() and read_lexicon("organisations").get(token.lower_) == "media" for token in before))


def _is_month_name(token: Any) -> bool:
    """Whether a month is somebody's name: Theresa May, June Osborne; “In May Moro left” has none."""
    tokens, at = token.doc, token.i
    if token.lower_ not in MONTH_NAMES:
        return False
    before = tokens[at - 1] if at else None
    if before is not None and before.text[0].isupper() and bare(before.text) in read_lexicon("names"):
        return True
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return after is not None and after.tag_ == "NNP" and after.text[0].isupper() and \
        after.lower_ not in CALENDAR | {"day", "fool", "fools"} and \
        (before is None or before.lower_ not in BEFORE_MONTH)


def _begins_title(token: Any) -> bool:
    """Whether a day opens a paper's name: “the Sunday Argus”."""
    tokens = token.doc
    return bool(token.i and tokens[token.i - 1].lower_ == "the" and token.i + 1 < len(tokens)
                and tokens[token.i + 1].tag_ in ("NNP", "NNPS") and tokens[token.i + 1].text[0].isupper())


def tokens_before_is_capital(token: Any) -> bool:
    """Whether the word before is capitalised too: “Deputy Premier Wen”, where the tagger missed one."""
    before = token.nbor(-1)
    return bool(before.text[0].isupper() and before.tag_ in ("NNP", "NNPS") and not token.is_sent_start)


def _is_of_people(token: Any) -> bool:
    """Whether a plural before an apostrophe says whose body it is: Women's League, Herdsmen's Union."""
    return bool(token.text[0].isupper() and (token.lower_.endswith("men") or token.lower_ in WHOSE_BODIES))


def _nickname_end(tokens: Any, position: int, end: int) -> int | None:
    """Where a nickname in marks and the surname after it end, when tokens[end] opens one inside a name."""
    close = next((at for at in range(end + 2, min(end + 5, len(tokens))) if tokens[at].text in CLOSING), None)
    if tokens[end].text not in OPENING or close is None or close + 1 >= len(tokens) or \
            tokens[close + 1].tag_ not in ("NNP", "NNPS") or not tokens[close + 1].text[0].isupper() or \
            not all(token.text[0].isupper() and token.is_alpha for token in tokens[end + 1:close]) or \
            singular(tokens[end - 1].text) in read_lexicon("organisations") or (
                end - position == 1 and bare(tokens[end - 1].text) not in read_lexicon("names")):
        return None
    return close + 2


def _run_end(tokens: Any, position: int, loose: frozenset[str] | None) -> int:
    """Where the run of capitalised words that begins at `position` ends (excluded)."""
    end = position + 1
    while end < len(tokens):
        token = tokens[end]
        if token.is_sent_start and tokens[end - 1].text not in ("-", "al", "Al") and token.tag_ not in ("NNP", "NNPS"):
            break
        if _capital(token, loose) or (token.text[0].isupper() and tokens[end - 1].text == "-") or (
                tokens[end - 1].text[0].isupper() and _numbers(tokens[end - 1], token)):
            end += 1
        elif token.text in ("-", "–") and not tokens[end - 1].whitespace_ and not token.whitespace_ \
                and end + 1 < len(tokens) and tokens[end + 1].text[:1].isalpha():
            if not (tokens[end + 1].text[0].isupper() or tokens[end + 1].text in JOINING or (
                    end - position > 1 and len(tokens[end + 1].text) < 6 and tokens[end + 1].text not in AFTER_HYPHEN)):
                break
            end += 2                                           # Kim Jong-un
        elif token.lower_ in JOINING and end + 1 < len(tokens):
            after = end + 1
            while after < len(tokens) and (tokens[after].text == "-" or tokens[after].lower_ in JOINING):
                after += 1
            if after >= len(tokens) or not tokens[after].text[0].isupper():
                break
            end = after + 1
        elif (nick := _nickname_end(tokens, position, end)) is not None:
            end = nick                                         # Dolores “Lola” Benavides
        elif token.text == "&" and end + 1 < len(tokens) and tokens[end + 1].text[0].isupper():
            end += 2
        elif token.tag_ == "POS" and _is_of_people(tokens[end - 1]) and end + 1 < len(tokens) and \
                tokens[end + 1].text[0].isupper():
            end += 2                                           # the Textile Women's League
        elif tokens[end - 1].text[0].isupper() and singular(tokens[end - 1].text) in BODIES_WITH.get(token.lower_, ()):
            after = end + 1
            if after < len(tokens) and tokens[after].lower_ == "the":
                after += 1
            if after >= len(tokens) or not tokens[after].text[0].isupper():
                break
            stop = _run_end(tokens, after, loose)
            if stop < len(tokens) and tokens[stop].tag_ == "POS" and stop + 1 < len(tokens) and \
                    tokens[stop + 1].text[0].isupper():
                break
            end = stop
        elif (
            token.text in ("’", "'")
            and tokens[end - 1].text.endswith("s")
            and end + 1 < len(tokens)
            and singular(tokens[end + 1].text) in read_lexicon("organisations")
            and tokens[end + 1].text[0].isupper()
        ) or (
            token.lower_ == "and"
            and end + 1 < len(tokens)
            and tokens[end + 1].text[0].isupper()
            and singular(tokens[position].text) in ("ministry", "department")
            and end - position >= 3
        ):
            end += 2
        else:
            break
    while end - 1 > position and (tokens[end - 1].text in ("-", "–") or (tokens[end - 1].lower_ in JOINING
                                  and not tokens[end - 1].text[0].isupper())):
        end -= 1
    return end


def _name(paragraph: Paragraph, begin: int, end: int, number: int, sentences: dict[int, int],
          taken: set[int], small: frozenset[str]) -> Found | None:
    """The name in tokens[begin:end], its title cut off; None where nothing but a title or an ordinary word is left."""
    tokens, titles, bodies = paragraph.parsed, read_lexicon("titles"), read_lexicon("organisations")
    if begin < end - 1 and tokens[begin].is_sent_start and tokens[begin].lower_ in NEXT_TO:
        begin += 1                                             # Neighbouring Senda
    if begin > 1 and tokens[begin - 1].text == "-" and tokens[begin - 2].lower_ in JOINING:
        begin -= 2                                             # al-Ahad
    office = _office_before(tokens, begin)
    person = _person_begins(tokens, begin, end, office is not None)
    if person is None:
        return None                                            # the State of “Secretary of State”
    if office is not None and person == begin and all(word.lower_ in SMALL for word in tokens[office + 1:begin]):
        office = None                                          # Senda, of “the mayor of Senda”
    if begin < end - 1 and end < len(tokens) and tokens[end].lower_ in ("of", "for") and \
            singular(tokens[end - 1].text) in titles and any(
                token.lower_ in OFFICES for token in tokens[end + 1:end + 3]):
        end -= 1                                               # Ohio, of “Ohio Secretary of State”
    first = begin
    last_word = singular(tokens[end - 1].text)
    person_like = last_word not in bodies or (end - begin > 2 and singular(tokens[end - 2].text) in titles)
    gender: Gender | None = None
    titled = False
    if person > begin or office is not None:
        first, begin, titled, person_like = begin if office is None else office, person, True, False
    if person_like:
        for position in range(end - 2, begin - 1, -1):
            if bare(tokens[position].text) in titles and tokens[position + 1].text != "-" and \
                    tokens[max(0, position - 1)].lower_ not in JOINING:
                begin, titled = position + 1, True
                break
    if end - begin == 1 and (bare(tokens[begin].text) in titles or tokens[begin].lower_ in ("mr", "ms")):
        return None
    if all(singular(token.text) in titles or singular(token.text) in bodies for token in tokens[begin:end]) and \
            (end - begin == 1 or titled):
        return None
    if "-" in (token.text for token in tokens[begin:end]) and all(
            singular(token.text) in titles or token.text == "-" for token in tokens[begin:end]):
        return None                                            # Director-General, Vice-President
    if end - begin == 1 and tokens[begin].lower_ in ("television", "state", "court", "police"):
        return None
    while first > 0 and titled and sentences[first - 1] == sentences[begin] and (
            tokens[first - 1].lower_ in BEFORE_TITLE | {"foreign"} or _belongs_to(tokens[first - 1], first, end)):
        first -= 1
    title = None
    if titled:
        title = Span(paragraph.start + tokens[first].idx,
                     paragraph.start + tokens[begin - 1].idx + len(tokens[begin - 1].text))
        for token in tokens[first:begin]:
            gender = titles.get(bare(token.text)) or gender  # type: ignore[assignment]
    marks = [at for at in range(begin, end) if tokens[at].text in OPENING | CLOSING]
    called = range(marks[0], marks[1]) if len(marks) == 2 else range(0)
    words = tuple(bare(token.text) for token in tokens[begin:end] if any(map(str.isalnum, token.text))
                  and token.i not in called)
    if not words:
        return None
    taken.update(range(first, end))
    last = tokens[end - 1]
    head = next(
        (token for token in tokens[begin:end] if not begin <= token.head.i < end or token.head.i == token.i), last
    )
    found = Found(paragraph.start + tokens[begin].idx, paragraph.start + last.idx + len(last.text),
                  paragraph.start + head.idx, "name", words, number, sentences[begin], paragraph.run, title, token=head,
                  gender=gender, offset=paragraph.start,
                  nickname=tuple(bare(tokens[at].text) for at in called if tokens[at].is_alpha))
    found.subject = head.dep_ in ("nsubj", "nsubjpass")
    found.definite = begin > 0 and tokens[begin - 1].lower_ == "the"
    _guess_type(found, tokens, begin, end, titled, small)
    return found


def _office_before(tokens: Any, begin: int) -> int | None:
    """Where an office that ends before tokens[begin] begins: “secretary of state”, “Secretary of State for”."""
    titles, office = read_lexicon("titles"), None
    for position in range(begin - 1, max(0, begin - 8), -1):
        if tokens[position].lower_ in ("of", "for") and singular(tokens[position - 1].text) in titles and not (
                tokens[position].lower_ == "for" and singular(tokens[position - 1].text) in SERVE):
            office = position - 1
        elif tokens[position].lower_ not in OFFICES | SMALL and position != office:
            break
    return office


def _person_begins(tokens: Any, begin: int, end: int, office: bool) -> int | None:
    """Where in tokens[begin:end] the person's name begins, after a party or the rest of an office (“State Ann Vee”,
    “United Nations Ann Vee”); None where the office is all there is."""
    given = read_lexicon("names")
    named = next((at for at in range(begin, end - 1) if bare(tokens[at].text) in given), None)
    if not office:
        return begin + 1 if named == begin + 1 and tokens[begin].lower_ in PARTIES else begin
    rest = next((at for at in range(begin, end) if tokens[at].lower_ not in OFFICES | SMALL), None)
    if rest != begin or named is not None:
        return rest if rest != begin else named
    return begin + (tokens[begin].lower_ in read_lexicon("places") and end - begin > 2)


def _belongs_to(token: Any, first: int, end: int) -> bool:
    """Whether an ordinary word before a title is part of it: “civil defence” in “civil defence chief Gen. Dastan”."""
    return token.tag_ in ("NN", "JJ") and token.dep_ in ("compound", "amod", "nmod") and first <= token.head.i < end


def _guess_type(found: Found, tokens: Any, begin: int, end: int, titled: bool, small: frozenset[str]) -> None:
    """Adds to found.types what the name itself and its neighbours say; takes a gender from a given name."""
    titles, bodies, places = read_lexicon("titles"), read_lexicon("organisations"), read_lexicon("places")
    votes, words = found.types, found.words
    named_after = len(words) > 2 and words[-1] in small         # the Tommy Solomon Statue
    given = read_lexicon("names").get(words[0]) if len(words) > 1 and not named_after else None
    before = tokens[begin - 1] if begin else None
    after = tokens[end] if end < len(tokens) else None
    if " ".join(words) in places or found.words == ("us",):
        votes["place"] += 10
    if titled:
        votes["person"] += 5
    if given:
        votes["person"] += 3
        found.gender = found.gender or given  # type: ignore[assignment]
    if any(singular(word) in bodies for word in (words[0], words[-1], *words[1:-1])) and not titled:
        votes["organisation"] += 4
    if len(words) == 1 and 2 <= len(words[0]) <= 6 and tokens[begin].text.isupper() and not titled:
        votes["organisation"] += 2
    if tokens[end - 1].tag_ == "NNPS" and len(words) == 1:
        votes["group"] += 3
    many = singular(words[-1]) != words[-1] and singular(words[-1]) in titles
    if many and len(words) > 1 and not given and not titled:
        votes["group"] += 6                                    # Michigan Officials
    if after is not None and after.tag_ in ("NN", "NNS") and after.sent == tokens[end - 1].sent:
        follow = [
            singular(token.text) for token in tokens[end : min(end + 3, len(tokens))] if token.tag_ in ("NN", "NNS")
        ]
        if follow and follow[0] in OF_SOMEBODY and not titled and not any(singular(word) in bodies for word in words):
            votes["person"] += 1                               # the Moro campaign
            before = None                                      # “the” is the campaign's
        elif follow and follow[0] in OF_STATE and len(words) == 1 and not titled:
            votes["place"] += 5                                # “the Malunde authorities”: those of a country
        elif follow and not titled and (any(word in bodies for word in follow) or (
                follow[0] in HAVE_LEADER and len(words) > 1 and not given)):
            votes["organisation"] += 3
    if before is not None and before.sent == tokens[begin].sent:
        word = before.lower_
        if singular(word) in titles and before.tag_ in ("NN", "NNP") and not titled:
            votes["person"] += 4
            found.gender = found.gender or titles[singular(word)] or None  # type: ignore[assignment]
            start = begin - 1
            while start > 0 and tokens[start - 1].sent == before.sent and (
                    tokens[start - 1].tag_ in ("NN", "JJ", "NNP", "HYPH") or (
                    tokens[start - 1].lower_ == "and" and start > 1 and singular(tokens[start - 2].text) in titles)):
                start -= 1
            found.title = Span(found.offset + tokens[start].idx, found.offset + before.idx + len(before.text))
        elif singular(word) in bodies and (before.tag_ in ("NN", "NNS", "NNP") or bodies[singular(word)] == "media"):
            votes["organisation"] += 3
        elif word == "the" and not titled:
            votes["organisation"] += 2
        elif word in IN_PLACE and len(words) < 3 and not titled:
            votes["place"] += 2
        elif not titled and (word in BESIDE_PLACE or (
                word == "of" and before.i and tokens[before.i - 1].lower_ in OF_PLACE)):
            votes["place"] += 4
    if after is not None and after.text == "-" and end + 1 < len(tokens) and tokens[end + 1].text.islower() \
            and not titled and len(words) == 1:
        votes["place"] += 4                                    # Yemeni-born, US-led
    head = found.token
    if head.dep_ == "poss" and head.head.lower_ in OF_COUNTRY and not titled:
        votes["place"] += 4                                    # Malunde's water ministry
    if head.dep_ in ("nsubj", "nsubjpass") and head.head.lower_ in SPEAKING:
        votes["person"] += 1
    if any(
        child.dep_ == "relcl" and any(t.lower_ in ("who", "whom") for t in child.subtree) for child in head.children
    ):
        votes["person"] += 2
    if not titled and not given and len(words) > 1 and (words[-1] in OF_FIRMS or words[0] in FIRMS or (
            after is not None and after.text == "," and end + 1 < len(tokens) and tokens[end + 1].lower_ == "which")):
        votes["organisation"] += 5                             # Ferrand Maritime; Hallbrook Chemical, which paid
    if head.dep_ == "nsubj" and not titled and not given and len(words) > 1 and any(
            token.lower_ == "its" and token.i > head.head.i for token in head.head.subtree):
        votes["organisation"] += 2                             # Sinar Rimba opened its second sawmill
    if not votes and len(words) > 1:
        votes["person"] += 1
    if any(word in ("abu", "bin", "ibn", "umm") for word in words):
        votes["person"] += 1


# ------------------------------------------------------------------ pronouns and descriptions

def _pronouns(paragraph: Paragraph, number: int, sentences: dict[int, int]) -> Iterator[Found]:
    for token in paragraph.parsed:
        known = PRONOUNS.get(token.lower_)
        if known and token.text != "US" and token.tag_ not in ("NNP", "NNPS", "CD"):
            gender, plural, person = known
            start = paragraph.start + token.idx
            yield Found(start, start + len(token.text), start, "pronoun", (token.lower_,), number, sentences[token.i],
                        paragraph.run, gender=gender, plural=plural, person=person, token=token,
                        offset=paragraph.start, subject=token.dep_ in ("nsubj", "nsubjpass"))


def _descriptions(paragraph: Paragraph, number: int, sentences: dict[int, int], taken: set[int], names: list[Found],
                  sources: list[Span]) -> Iterator[Found]:
    titles, bodies = read_lexicon("titles"), read_lexicon("organisations")
    low = bisect(sources, (paragraph.start, 0))
    heads = {
        token.i
        for source in sources[low : bisect(sources, (paragraph.end, 0))]
        for token in source_heads(paragraph, source)
    }
    done: set[tuple[int, int]] = set()
    for token in paragraph.parsed:
        if (token.i in taken and token.i not in heads) or token.lower_ in PRONOUNS:
            continue
        noun = singular(token.text)
        wanted = token.i in heads
        if not wanted and not (token.tag_ in ("NN", "NNS") and (noun in titles or noun in bodies) and _definite(token)):
            continue
        if not wanted and token.dep_ == "compound":
            continue
        if any(name.start <= paragraph.start + token.idx < name.end for name in names):
            continue
        left, right = phrase(token)
        start, end = paragraph.parsed[left].idx, paragraph.parsed[right]
        span = (paragraph.start + start, paragraph.start + end.idx + len(end.text))
        if span in done:
            continue
        done.add(span)
        inside = [name for name in names if name.kind == "name" and span[0] <= name.start < span[1]]
        plural = token.tag_ in ("NNS", "NNPS") or token.lower_ in ("police", "people")
        types: Counter[EntityType] = Counter()
        if noun in titles:
            types["group" if plural else "person"] += 3
        elif noun in bodies:
            types["organisation"] += 3
        yield Found(*span, paragraph.start + token.idx, "nominal", (noun,), number, sentences[token.i], paragraph.run,
                    types=types, gender=titles.get(noun) or None, plural=plural, token=token,  # type: ignore[arg-type]
                    definite=_definite(token), subject=token.dep_ in ("nsubj", "nsubjpass"), offset=paragraph.start,
                    of_names=tuple(name.start for name in inside))


def _definite(token: Any) -> bool:
    return any(
        (child.lower_ in ("the", "this", "that", "these", "those") and child.dep_ == "det") or child.dep_ == "poss"
        for child in token.children
    )
