"""Pages written by hand → documents: what is the report, what each block is, and what the page says of itself."""

from __future__ import annotations

import json

import pytest

from sayso.acquire.article import breaks_for_width, to_document
from sayso.acquire.jsonfield import compose, string_in
from sayso.acquire.outline import walk
from sayso.acquire.particulars import beside, clean_byline, day_in, iso_day
from sayso.errors import UnreadablePage
from sayso.ledger.check import agrees
from sayso.model import Document, Page, Run

BODY = """<p>The harbour board of Norrvik said on Tuesday that the pier would stay shut until it was mended.</p>
<p>“Nobody will be allowed on it before the spring,” said Ada Lund, who has led the board for eleven years.</p>
<p>Fishermen accused the board of having known about the rot since 2019, which Lund denied in a letter.</p>"""
PAGE = f"""<html lang="en-GB"><head><title>Pier stays shut, board says | Norrvik Post</title></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<article><div class="kicker">Harbour</div><h1>Pier stays shut, board says</h1>
<div class="byline">By Per Holm</div><time class="date">3 March 2026</time>
<div class="content">{BODY}
<div class="related"><a href="/x">Read also: The pier that nobody wanted</a></div>
<p>The town council is to vote on the costs, put at four million crowns, when it meets again in two weeks.</p>
<p class="credit">Reporting by Per Holm; editing by Eva Dal</p></div></article>
<footer><p>© Norrvik Post. All rights reserved.</p></footer></body></html>"""


def read(source: str, **given: object) -> Document:
    return to_document(Page(content=source.encode(), media_type="text/html", **given))  # type: ignore[arg-type]


def of_role(document: Document, role: str) -> list[str]:
    return [document.text[block.start:block.end] for block in document.blocks if block.role == role]


@pytest.mark.parametrize(("role", "words"), [
    ("headline", "Pier stays shut, board says"), ("byline", "By Per Holm"), ("dateline", "3 March 2026"),
    ("tags", "Harbour"), ("teaser", "Read also: The pier that nobody wanted"),
    ("wire-credit", "Reporting by Per Holm; editing by Eva Dal"),
])
def test_roles(role, words):
    assert words in of_role(read(PAGE), role)


def test_the_body_goes_on_after_a_teaser():
    body = of_role(read(PAGE), "body")
    assert len(body) == 4 and body[3].startswith("The town council")


def test_particulars_out_of_what_the_page_shows():
    document = read(PAGE)
    assert (document.title, document.outlet, document.byline, document.published, document.language) == (
        "Pier stays shut, board says", "Norrvik Post", "Per Holm", "2026-03-03", "en")
    start, end = map(int, (document.published_from or "").removeprefix("text ").split("-"))
    assert document.text[start:end] == "3 March 2026"


def test_what_came_with_the_page_counts_more():
    document = read(PAGE, particulars=(("outlet", "Reprints"), ("published", "2026-03-05")))
    assert (document.outlet, document.published, document.published_from) == (
        "Reprints", "2026-03-05", "given with the page")


def test_linked_data_counts_more_than_meta():
    linked = json.dumps({"@graph": [{"@type": "NewsArticle", "datePublished": "2026-03-04T06:00:00Z",
                                     "headline": "Shut",
                                     "author": [{"name": "Ada"}, "Bo"], "publisher": {"name": "The Tide"}}]})
    head = f'<script type="application/ld+json">{linked}</script><meta name="date" content="2020-01-01">'
    document = read(f"<head>{head}</head><h1>Shut</h1>{BODY}")
    assert (document.byline, document.outlet, document.published) == ("Ada, Bo", "The Tide", "2026-03-04T06:00:00Z")


def test_the_address_that_a_saved_page_gives_itself():
    source = f'<link rel="canonical" href="https://post.example/pier"><h1>Shut</h1>{BODY}'
    assert read(source, address="/tmp/pier.html").address == "https://post.example/pier"
    assert read(source, address="https://mirror.example/1").address == "https://mirror.example/1"


def test_outlet_of_last_resort_is_the_host():
    assert read(BODY, address="https://www.norrvik.example/pier").outlet == "norrvik.example"


@pytest.mark.parametrize("source", ["", " \n ", "<html><script>let x = 1</script></html>", "<p>&nbsp;</p>"])
def test_a_page_without_words(source):
    with pytest.raises(UnreadablePage, match="no article text in"):
        read(source)


WRAPPED = """Malunde blames dam for flood in Karoa

The gates of the Tessaro dam were opened without any warning, the water
minister of Malunde said on Monday, and 41 people died below it before
anyone in the valley had heard a siren.

“They opened the gates at night,” said Ilse Okonte, a doctor in Karoa who
has counted the dead, “and nobody told us.” The ministry of the south said
that it would look into her words.

  * first point of a list that is as long as the lines are here
  * second point"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_broken_for_width_are_one_paragraph(newline):
    document = to_document(Page(content=WRAPPED.replace("\n", newline).encode(), media_type="text/plain"))
    paragraphs = [" ".join(document.text[b.start:b.end].split()) for b in document.blocks]
    assert "“They opened the gates at night,” said Ilse Okonte, a doctor in Karoa who has counted the dead, “and " \
        "nobody told us.” The ministry of the south said that it would look into her words." in paragraphs
    assert len(document.text) == len(WRAPPED.replace("\n", newline))
    page = WRAPPED.replace("\n", newline)
    line, space, *_ = document.runs
    assert document.text[line.start:line.end] == page[line.page_start:line.page_end]
    assert (document.text[space.start:space.end], page[space.page_start:space.page_end]) == (" ", "\n")


@pytest.mark.parametrize("text", [
    "One line.\nAnother line.\nA third one.\nA fourth.\nA fifth one is here.\nAnd a sixth.",
    "Roses are red and some of them are white as snow\nViolets are blue\nSugar is sweet in the morning\nAnd so are you",
    "\n".join(["A whole paragraph on its line, far longer than any screen is wide. " * 4] * 8),
    "",
])
def test_lines_that_were_not_broken_for_width_stay(text):
    assert breaks_for_width(text) == []


def test_plain_text_stays_as_it_came():
    text = "Pier stays shut\r\n\r\nThe board said on Tuesday that it would not open.\r\n"
    document = to_document(Page(content=text.encode(), media_type="text/plain"))
    assert document.text == text and document.runs == (Run(0, len(text), 0, len(text)),)


@pytest.mark.parametrize(("source", "texts"), [
    ("<p>a&amp;b&rsquo;s  &nbsp;c<p>d", ["a&b’s c", "d"]),
    ("<div>one<br>two<br><br>three</div>", ["one\ntwo", "three"]),
    ("<b>Head</b><br>text of it", ["Head", "text of it"]),
    ("<p>x<!-- y --><script>z</script> w", ["x w"]),
    ("<p>a <i>b</b> c</i>", ["a b c"]),
    ("<td>1<td>2", ["1", "2"]),
    ("<title>t</title><p>1 < 2", ["1 < 2"]),
    ("<p title='a>b'>c", ["c"]),
    ("<p title=\"never closed>c", ["c"]),
    ("<!-- never closed", []),
])
def test_walk(source, texts):
    assert [paragraph.text for paragraph in walk(source).paragraphs] == texts


@pytest.mark.parametrize("value", ["He said “no”\n\nto é \U0001f600 \\ \"x\"",
                                   "<p>He&rsquo;s \n\n said</p><p>“so”</p>"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_runs_lead_through_json(value, ascii_only):
    line = json.dumps({"id": {"text": "not this"}, "text": value}, ensure_ascii=ascii_only)
    document = to_document(Page(content=line.encode(), media_type="application/json", text_field="text"))
    assert document.runs and all(agrees(run, document.text, line) for run in document.runs)


def test_the_last_field_of_a_name_counts():
    line = '{"text":"first","a":["text","x"],"text":"last\\n"}'
    found = string_in(line, "text")
    assert found and found[0] == json.loads(line)["text"]
    assert string_in(line, "x") is None


def test_compose_splits_a_run_at_escapes():
    assert list(compose([Run(0, 3, 0, 3)], [Run(0, 1, 5, 6), Run(1, 2, 6, 12), Run(2, 3, 12, 13)])) == [
        Run(0, 1, 5, 6), Run(1, 2, 6, 12), Run(2, 3, 12, 13)]


@pytest.mark.parametrize(("written", "day"), [
    ("2026-03-01", "2026-03-01"), ("2026-03-01T10:00:00+02:00", "2026-03-01T10:00:00+02:00"),
    ("2026-03-01 10:00:00 +0200", "2026-03-01T10:00:00+02:00"), ("March 1, 2026", "2026-03-01"),
    ("1st of March 2026", "2026-03-01"), ("13/03/2026", "2026-03-13"), ("03/13/2026", "2026-03-13"),
    ("03/04/2026", None), ("yesterday", None), ("2026-13-45", None), (None, None),
])
def test_iso_day(written, day):
    assert iso_day(written) == day


def test_where_a_day_stands():
    assert day_in("Posted on 11.03.2026 at 09:30") == ("2026-03-11", 10, 20)


@pytest.mark.parametrize(("line", "names"), [
    ("By Ada Lund", "Ada Lund"), ("Posted by Bo on Mar 8, 2026", "Bo"), ("https://x.example/ada", None), ("", None),
    ("Written by: Ada\nDesk editor", "Ada"),
])
def test_clean_byline(line, names):
    assert clean_byline(line) == names


@pytest.mark.parametrize(("title", "headline", "rest"), [
    ("Pier shut | Norrvik Post", "Pier shut", "Norrvik Post"), ("Pier shut", "Pier shut", None),
    ("Radio Tarn - Voice of the coast", "Something else", "Radio Tarn"),
])
def test_beside(title, headline, rest):
    assert beside(title, headline) == rest


@pytest.mark.parametrize(("written", "day"), [
    ("2026-03-04", "2026-03-04"),
    ("2026-03-04T06:00:00+0000", "2026-03-04T06:00:00+00:00"),
    ("March 4, 2026", "2026-03-04"),
    ("0001-01-01T00:00:00Z", None),
    ("03/04/2026", None),
    ("", None),
])
def test_a_day_is_read_only_where_it_is_sure(written, day):
    assert iso_day(written) == day
