"""The encoder's pass: words, where they stand to quotation marks, pieces and windows."""

from __future__ import annotations

import numpy as np
import pytest

from sayso.annotate.encode import (
    INSIDE,
    MARK,
    OPEN_ENDED,
    OUTSIDE,
    WEIGHTS,
    Stretch,
    cut_pieces,
    cut_windows,
    load_tokenizer,
    pass_over,
    split_words,
    window_input,
)

needs_weights = pytest.mark.skipif(not (WEIGHTS / "encoder.onnx").is_file(), reason="no weights in the package")


def states(text):
    """The words of each quotation state, marks left out."""
    words = split_words(text)
    return {state: " ".join(w for w, s in zip(words.folded, words.state, strict=True) if s == state and w[0].isalnum())
            for state in (INSIDE, OPEN_ENDED, OUTSIDE)}


@pytest.mark.parametrize("text", [
    "“We will go” she said",
    "\"We will go\" she said",
    "‘We will go’ she said",
    "'We will go' she said",
    "«We will go» she said",
    "„We will go“ she said",
])
def test_every_kind_of_mark_is_read_alike(text):
    words = split_words(text)
    assert states(text) == {INSIDE: "We will go", OPEN_ENDED: "", OUTSIDE: "she said"}
    assert words.folded[0] == words.folded[4] == '"'


@pytest.mark.parametrize(("text", "inside"), [
    ("‘We back the players’ union,’ he said.", "We back the players ' union".replace(" '", "")),
    ("Asa’ib’s men and the players’ union", ""),
    ("He called it “a ‘fair’ vote” today", "a fair vote"),
    ("He won't say 'maybe' to Smith's men", "maybe"),
])
def test_apostrophes_do_not_close(text, inside):
    assert states(text)[INSIDE] == inside


def test_a_mark_without_partner_leaves_its_paragraph_open():
    words = split_words("“One. Two.\n\n“Three,” he said.")
    assert words.state.tolist()[:5] == [MARK, OPEN_ENDED, OPEN_ENDED, OPEN_ENDED, OPEN_ENDED]
    assert words.state.tolist()[5:8] == [MARK, INSIDE, INSIDE]


def test_sentences_end_at_stops_but_not_at_titles():
    words = split_words("Mr. Li met J. Ortega. He left.\nOn foot")
    assert words.sentence.tolist() == [0] * 8 + [1] * 3 + [2] * 2
    assert words.paragraph.tolist() == [0] * 11 + [1] * 2


def test_offsets_are_code_points_of_the_whole_text():
    text = "🙂 «Ça» — dit-il"
    words = split_words(text, 2)
    assert [text[s:e] for s, e in zip(words.start, words.end, strict=True)] == ["«", "Ça", "»", "—", "dit", "-", "il"]


@needs_weights
@pytest.mark.model
@pytest.mark.parametrize("text", [
    "One two three. " * 400,
    "\n\n".join(["A short paragraph here."] * 200),
    "x" * 300_000,
    "一二三四五六七八九十" * 2_000,
    "word",
])
def test_windows_cover_every_word_once_and_fit(text):
    words = split_words(text)
    pieces = cut_pieces(words, load_tokenizer())
    windows = cut_windows(words, pieces, room=64)
    assert [w for begin, stop in windows for w in range(begin, stop)] == list(range(len(words)))
    assert all(len(window_input(words, pieces, *window)[0]) <= 64 + 2 for window in windows)


@needs_weights
@pytest.mark.model
def test_a_window_is_read_the_same_whatever_is_read_beside_it():
    text = "“We will appeal,” Ruiz said. The court sits in May."
    alone = Stretch(split_words(text)).windows[0].vectors
    words = split_words("\n\n".join(["Other words stand here. " * 48, text]))
    last = Stretch(words).windows[-1]
    assert (last.begin, last.stop) == (len(words) - len(alone), len(words))
    assert (alone == last.vectors).all()


@needs_weights
@pytest.mark.model
def test_a_state_is_that_of_the_piece_that_holds_the_character():
    text = "Reconciliation’s price.\n\n" + "Other words stand here. " * 48 + "\n\nKhazali’s men left."
    stretch = Stretch(split_words(text, 0, len(text)))
    places = [text.index(part) for part in ("Recon", "’s price", "price", "Khazali", "s men")]
    found = stretch.states_at(np.array(places))
    ids = [stretch.pieces.ids[np.searchsorted(stretch.pieces.start, at, side="right") - 1] for at in places]
    assert [load_tokenizer().id_to_token(int(piece)) for piece in ids][1:3] == ["'", "price"]
    last = stretch.windows[-1]
    assert (found[3] == last.states[last.first[-4]]).all()
    assert len({row.tobytes() for row in found}) == len(places)


@needs_weights
@pytest.mark.model
def test_a_text_is_encoded_once_for_all_who_ask():
    text = "“We will appeal,” Ruiz said."
    assert pass_over(text) is pass_over(text, 1, WEIGHTS) is pass_over(text, threads=1)
    assert pass_over(text).stretch(0, len(text)) is pass_over(text).stretch(0, len(text))
    assert pass_over(text).stretch(0, len(text)).windows is pass_over(text).stretch(0, len(text)).windows
