"""When two names name one: short forms, acronyms, titles apart, and the many spellings of one Arabic or Persian name.

Inside a report; across reports the ledger has its own, more careful rule.  Known failure: two different names of equal
consonants (“Marwan”, “Merwin”) are one here when every other word agrees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىئؤءآأإگچپژکی",
        (
            "a",
            "b",
            "t",
            "th",
            "j",
            "h",
            "kh",
            "d",
            "dh",
            "r",
            "z",
            "s",
            "sh",
            "s",
            "d",
            "t",
            "z",
            "",
            "gh",
            "f",
            "q",
            "k",
            "l",
            "m",
            "n",
            "h",
            "w",
            "y",
            "a",
            "a",
            "y",
            "w",
            "",
            "a",
            "a",
            "a",
            "g",
            "ch",
            "p",
            "zh",
            "k",
            "y",
        ),
        strict=True,
    )
)
ARTICLES = frozenset("al el ul the as ad an ar at az ash".split())
LINKS = frozenset("of and for bin ibn bint de da di do dos du del van von der den la le".split())
CLOSE = 0.65
"""Least likeness of two spellings with equal consonants: “Hezbollah” and “Hizballah” have 0.78, “Hussein” and “Hassan”,
two names, 0.62."""


@lru_cache(maxsize=20_000)
def plain(word: str) -> str:
    """A word in Latin letters without accents, apostrophes and case; Arabic letters spelt out."""
    word = "".join(ARABIC.get(letter, letter) for letter in word)
    word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return re.sub(r"[^\w]", "", word).lower()


def key(words: Sequence[str]) -> tuple[str, ...]:
    """A name's words as compared: plain, hyphens opened, articles and joining words left out (all kept if none is
    left)."""
    parts = [plain(part) for word in words for part in re.split(r"[\s\-–]+", word)]
    kept = tuple(part for part in parts if part and part not in ARTICLES and part not in LINKS)
    return kept or tuple(part for part in parts if part)


def skeleton(word: str) -> str:
    """A plain word's consonants, doubled ones once: what the transliterations of one name have in common."""
    word = word.replace("ph", "f").replace("ou", "u").replace("kh", "k").replace("gh", "g").replace("dh", "d")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[yw](?![aeiou])|[aeiou]", "", word)) or word


def same_spelling(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two keys are spellings of one name: word by word the same consonants, and not too far apart; Abbas and
    Abbasi, Hussein and Husseini are two."""
    if len(one) != len(other) or not one:
        return False
    if tuple(one) == tuple(other):
        return True
    return all(a == b or _same_word(a, b) for a, b in zip(one, other, strict=True))


def _same_word(a: str, b: str) -> bool:
    return skeleton(a) == skeleton(b) and len(skeleton(a)) > 1 and min(len(a), len(b)) > 2 \
        and (a[-1] in "iy") == (b[-1] in "iy") and SequenceMatcher(None, a, b).ratio() >= CLOSE \
        and (min(len(a), len(b)) > 4 or _vowel(a) == _vowel(b))


def _vowel(word: str) -> str:
    """The first vowel of a word, those that transliterations confuse as one: Omar and Umar, but not Bush and Bash."""
    return re.sub(r"[^aiu]", "", word.replace("e", "i").replace("o", "u"))[:1]


def short_for_person(short: Sequence[str], full: Sequence[str]) -> bool:
    """Whether a key is the family name, or first and family name, of a longer one."""
    if not 0 < len(short) < len(full):
        return False
    if same_spelling(short, full[-len(short):]):
        return True
    return len(short) > 1 and same_spelling((short[0], short[-1]), (full[0], full[-1]))


def short_for_body(short: Sequence[str], full: Sequence[str]) -> bool:
    """Whether a key is the first words of a body's longer name (“Asa’ib”), or its last ones when there are two or
    more."""
    if not 0 < len(short) < len(full) or sum(map(len, short)) < 4:
        return False
    return same_spelling(short, full[:len(short)]) or (len(short) > 1 and same_spelling(short, full[-len(short):]))


def is_acronym(short: str, words: Sequence[str]) -> bool:
    """Whether letters are the initials of a name, joining words counted or not: IRGC, PMU, UNHCR’s long form."""
    letters = re.sub(r"[^a-z]", "", short.lower())
    if not 2 <= len(letters) <= 8 or len(words) < 2:
        return False
    parts = [plain(part) for word in words for part in word.split("-")]
    every = "".join(part[0] for part in parts if part)
    main = "".join(part[0] for part in parts if part and part not in LINKS and part not in ARTICLES)
    return letters in (every, main)


def slug(words: Sequence[str]) -> str:
    """A name as it stands in an entity's id: plain words joined by hyphens."""
    return "-".join(key(words)) or "-".join(words)


# ------------------------------------------------------------------ across reports

FORMS_OF_ADDRESS = frozenset("mr mrs ms miss mx dr prof sir lady lord dame sheikh sheikha hajj hajji sayyid gen col "
                             "lt capt sgt maj president minister senator general colonel".split())
"""Words that a name may begin with in one report and not in the next."""
FEW_CONSONANTS = 4
"""Fewest consonants by which a body's one-word name is known again: “Hezbollah” and “Hizbullah” have five, “Fatah” and
“Fateh” three."""


@lru_cache(maxsize=100_000)
def full_key(name: str) -> tuple[str, ...]:
    """A name's words as compared across reports: as `key`, without modifier apostrophes (ʼ ʿ), a form of address, or
    the Arabic article before its word."""
    words = key([re.sub(r"^ال(?=\w{2})", "", word) for word in re.sub("[ʹ-˿]", "", name).split()])
    while len(words) > 2 and words[0] in FORMS_OF_ADDRESS:
        words = words[1:]
    return words


def in_arabic(name: str) -> bool:
    """Whether a name is in Arabic letters, which leave short vowels out."""
    return any(letter in ARABIC for letter in name)


def written_alike(one: str, other: str) -> bool:
    """Whether two plain words differ in doubled letters, ou for u and ph for f at most."""
    return _single(one) == _single(other)


def _single(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word.replace("ph", "f").replace("ou", "u"))


def spelt_across(one: str, other: str) -> bool:
    """Whether two plain words may spell one name in two reports: `same_spelling`, and both end in a vowel or neither
    (“Niger”, “Nigeria” are two)."""
    return written_alike(one, other) or (
        same_spelling((one,), (other,)) and (one[-1] in "aeiou") == (other[-1] in "aeiou"))


def one_body(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two full keys spell one body's name; a single word needs `FEW_CONSONANTS`, so that chance is small."""
    if len(one) != len(other) or not one:
        return False
    if len(one) == 1 and not written_alike(one[0], other[0]) and len(skeleton(one[0])) < FEW_CONSONANTS:
        return False
    return all(spelt_across(a, b) for a, b in zip(one, other, strict=True))


def one_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two full keys may be one person's name: first and family name agree, and the names between them do not
    contradict each other.  A family name alone is never enough."""
    if min(len(one), len(other)) < 2:
        return False
    return spelt_across(one[0], other[0]) and spelt_across(one[-1], other[-1]) and \
        not contradict(one[1:-1], other[1:-1])


def contradict(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two persons' middle names speak against each other: “A.” and “Adam” do not, “A.” and “B.” do."""
    few, many = sorted((list(one), list(other)), key=len)
    for word in few:
        at = next((n for n, other_word in enumerate(many) if spelt_across(word, other_word)
                   or (1 in (len(word), len(other_word)) and word[0] == other_word[0])), None)
        if at is None:
            return True
        many = many[at + 1:]
    return False
