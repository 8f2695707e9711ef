"""Restyled rows: the words of every span move along."""

from __future__ import annotations

import random

import pytest

from training.attribution.restyle import STYLES, apply, as_headline, as_transcript, split_quotations

TEXT = ("“We will appeal,” Ana Ruiz said. “We have ‘grounds’ for it. We have had them since May. Nobody asked us for "
        "them, and nobody is ever going to ask us for them now.”\n\nRuiz added that the court sits in June.")


def row():
    first, second = TEXT.index("“We have"), TEXT.index("\n\n")
    that = TEXT.index("that the court")
    return {"id": "1", "text": TEXT, "attributions": [
        {"source": [[18, 26]], "cue": [[27, 31]], "content": [[0, 17], [first, second]]},
        {"source": [[second + 2, second + 6]], "cue": [[second + 7, second + 12]], "content": [[that, len(TEXT) - 1]]}]}


def letters(text):
    return "".join(c for c in text if c.isalnum()).lower()


@pytest.mark.parametrize("name", sorted(set(STYLES) - {"names"}))
def test_spans_keep_their_words(name):
    before = row()
    after = apply(before, STYLES[name](TEXT, random.Random(3)))
    for old, new in zip(before["attributions"], after["attributions"], strict=True):
        for role in ("source", "cue", "content"):
            assert [letters(TEXT[s:e]) for s, e in old[role]] == [letters(after["text"][s:e]) for s, e in new[role]]


def test_british_marks_swap_places():
    assert apply(row(), STYLES["single"](TEXT, random.Random(1)))["text"].startswith("‘We will appeal,’ Ana")


def test_a_long_quotation_opens_again_in_each_paragraph():
    text = apply(row(), split_quotations(TEXT, random.Random(1), share=1.0))["text"]
    assert "for it.\n\n“We have had" in text
    assert text.count("”") == 2


def test_names_are_swapped_throughout():
    text = apply(row(), STYLES["names"](TEXT, random.Random(1)))["text"]
    assert "Ruiz" not in text
    assert "Ana" not in text


def test_a_headline_is_laid_to_its_source():
    new = as_headline({**row(), "attributions": row()["attributions"][1:]}, random.Random(1))
    head = new["attributions"][0]
    assert [new["text"][s:e] for s, e in head["source"]] == ["Ruiz"]
    assert [new["text"][s:e] for s, e in head["cue"]] == [":"]


def test_too_few_quotations_make_no_transcript():
    assert as_transcript(row(), random.Random(1)) is None
