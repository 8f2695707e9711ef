"""The language of a report, from its own words: pages declare their template's language as often as their own.

A text of which one word in eight is one of English's commonest is English, and nothing is loaded for it.  Any other of
some length goes to py3langid (naive Bayes over byte n-grams; Lui and Baldwin 2011, *Cross-domain Feature Selection for
Language Identification*), whose model takes 100 MB.  Known failure: a report in two languages is in that of more words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

COMMON = frozenset("the of and to that is was for with said by from his her it on at are be this have has were".split())
ENGLISH = 0.12
"""Share of the commonest words from which a text is English; half of the paragraphs of American news (1,251 of 150
characters and more) have 0.24, one in twenty less than 0.15."""
LEAST = 100
"""Letters below which nothing is guessed: names alone look like any language."""
SURE = 0.8
"""Probability below which a guess is none."""
LONGEST = 20_000
"""Characters that are looked at."""
LETTER = re.compile(r"[^\W\d_]")


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language, of three letters where it has none of two; None where the text is too
    short or the guess unsure."""
    text = text[:LONGEST]
    words = re.findall(r"[^\W\d_]+", text.lower())
    if sum(1 for _ in LETTER.finditer(text)) < LEAST:
        return None
    if sum(word in COMMON for word in words) >= ENGLISH * len(words):
        return "en"
    code, probability = load_identifier().classify(text)
    return code if probability >= SURE else None


@lru_cache(maxsize=1)
def load_identifier() -> Any:
    """py3langid with probabilities that add up to one."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
