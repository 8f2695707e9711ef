"""Pages that were made, or broke, to hurt a reader: each is read, or refused in one clear line; none crashes or hangs.

No test asserts a time: benchmarks/acquire.py shows how time grows with length.
"""

from __future__ import annotations

import json

import pytest

from sayso.acquire.article import page_text, to_document
from sayso.errors import UnreadablePage
from sayso.ledger.check import agrees
from sayso.model import Document, Page

SAID = "“The pier will stay shut until it is mended,” Lena Ruiz, the harbour master, told reporters on Monday morning."
MORE = "The owners deny it, and a spokesman for the ministry said that no report had reached him before the storm."
REPORT = f"<p>{SAID}</p><p>{MORE}</p>"


def read(content: str | bytes, media_type: str = "text/html", **more: object) -> Document:
    """The document of a page; what must hold of every document is checked."""
    content = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    page = Page(content=content, media_type=media_type, address="hostile.html", **more)
    document = to_document(page)
    whole = page_text(page)
    assert all(agrees(run, document.text, whole) for run in document.runs)
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= len(document.text)
        assert not document.text[last:block.start].strip()
        last = block.end
    assert not document.text[last:].strip()
    document.text.encode()
    return document


def body(document: Document) -> str:
    return "\n".join(document.text[b.start:b.end] for b in document.blocks if b.role == "body")


@pytest.mark.parametrize("content", [
    "", "   \n\t ",
    "<html></html>", "<!-- nothing -->", "<script>let x = 1</script>", "<p>&nbsp;</p>", "</", "<!", "<!--",
], ids=repr)
def test_no_text_is_one_clear_line(content):
    with pytest.raises(UnreadablePage) as caught:
        read(content)
    assert str(caught.value).startswith("hostile.html: ") and "\n" not in str(caught.value)


@pytest.mark.parametrize(("tag", "closed"), [("div", True), ("b", False), ("table", True)])
def test_a_hundred_thousand_nested_elements(tag, closed):
    document = read(f"<{tag}>" * 100_000 + REPORT + f"</{tag}>" * 100_000 * closed)
    assert SAID in document.text


@pytest.mark.parametrize("junk", [
    "<div class='", '<a href="', "<!--", "<!", "</", "<a ", "&", "&#", "&amp", "<![CDATA[", "<title>", "<b><i></b>",
    "</div>", "</p>", "<td>", "<p", "<br>", "<li>", "<x a=1 b=2 ", "=\"'", "< ", "\x00", "‏", "<option>",
], ids=repr)
def test_ten_thousand_broken_pieces_after_the_report(junk):
    document = read(f"<html><body><h1>Pier stays shut, harbour master says</h1>{REPORT}" + junk * 10_000)
    assert "Lena Ruiz" in document.text


@pytest.mark.parametrize("junk", ["<script>", "<style>", "<textarea>", "<svg>", "<template>", "<noscript>", "<select>"])
def test_what_never_closes_takes_the_rest_and_nothing_before(junk):
    assert SAID in read(REPORT + junk + "<p>lost</p>" * 1000).text


def test_a_page_of_twenty_megabytes():
    picture = f'<img src="data:image/png;base64,{"iVBORw0KGgo" * 900_000}"><script>{"x=1;" * 2_500_000}</script>'
    assert SAID in read(f"<html><body>{picture}{REPORT}</body></html>").text


def test_one_paragraph_of_a_hundred_thousand_characters():
    assert SAID in read(f"<p>{SAID} {MORE * 1_000}</p>").text


def test_one_word_of_two_hundred_thousand_letters():
    assert SAID in read(f"{REPORT}<p>{'a' * 200_000}</p>").text


def test_null_bytes_within_words_and_tags():
    document = read(f"<p>The har\0bour is\0 shut.</p><p\0 class='\0'>{SAID}</p>{REPORT}")
    assert SAID in document.text


@pytest.mark.parametrize("unit", ["&#xD800;", "&#55357;", "&#x110000;", "&#99999999;", "&#0;", "&#128;", "&nosuch;"])
def test_character_references_that_mean_no_character(unit):
    read(f"<p>The pier {unit} is shut. {unit}</p>{REPORT}")


@pytest.mark.parametrize("text", [
    "قال المتحدث: «لن نفتح الميناء»، وأضاف أن الرصيف مغلق. \u202eabc\u202c \u200f" * 5,
    "“We 🐟 never 👩‍👩‍👧 agreed 🇳🇴,” said Ruiz 𝔘𝔫𝔦. e\u0301 " * 5,
    "“Never closed and “opened again and ‘again, she said, " * 50,
])
def test_other_scripts_and_marks(text):
    assert read(text, "text/plain").text == text
    assert text.split(",")[0] in read(f"<h1>Pier</h1>{REPORT}<p>{text}</p>{REPORT}").text


def test_plain_text_stays_to_the_character():
    text = f"\r\n\x00 Pier\tshut \r\n\r\n{SAID}\u2028{MORE}  \x0c\n"
    assert read(text, "text/plain").text == text


@pytest.mark.parametrize("value", [
    f"{SAID} \ud83d lone and 🐟 whole \u0000 \x1f \\ / \" \u2028 {MORE}",
    f"<h1>Pier &amp; “port” \ud800</h1><p>{SAID} \"A\" &quot;\\&quot; \t</p>\n<p>{MORE}</p>",
])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_lines_with_escapes(value, ascii_only):
    line = json.dumps({"title": "x", "text": value, "n": [1, {"text": "no"}]}, ensure_ascii=ascii_only)
    document = read(line.encode("utf-8", "replace"), "application/json", text_field="text")
    assert "Lena Ruiz, the harbour master" in document.text


@pytest.mark.parametrize("content", [
    b'{"text": "cut in the mid', b"[]", b'{"text": 3}', b"\xff\xfe", b'{"te', b'{"text": ""}', b'{"other": "x"}',
    b"[" * 100_000,
])
def test_json_that_is_none(content):
    with pytest.raises(UnreadablePage) as caught:
        read(content, "application/json", text_field="text")
    assert "\n" not in str(caught.value)


def test_linked_data_that_hurts_is_passed_over():
    bad = "".join(f'<script type="application/ld+json">{data}</script>' for data in (
        "{", "[" * 100_000, "null", "3", '{"@graph": 3}', '{"@graph": [null, {"@type": 5}]}',
        '{"@type": "NewsArticle", "headline": {"a": []}, "author": [null, 4, {"name": [1]}], "publisher": 7,'
        ' "datePublished": ["x"], "articleBody": 3}'))
    assert SAID in read(f"<html><head>{bad}</head><body>{REPORT}</body></html>").text


def test_binary_that_calls_itself_html():
    try:
        read(bytes(range(256)) * 400)
    except UnreadablePage as error:
        assert "\n" not in str(error)


def test_a_page_of_nothing_but_a_heading():
    assert read("<h1>Pier stays shut, harbour master says</h1>").text == "Pier stays shut, harbour master says"
