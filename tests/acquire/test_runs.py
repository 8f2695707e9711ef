"""What must hold of every document, whatever the page: runs lead back to the page, blocks cover, offsets lie within."""

from __future__ import annotations

import html
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.acquire.article import page_text, to_document
from sayso.errors import UnreadablePage
from sayso.ledger.check import agrees
from sayso.model import Document, Page

quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
CHARACTERS = st.text(st.sampled_from("aeéßtn 한🐟“”’.,AB\t\n\xa0\u200b\xad&<>\"'\\;#1") | st.characters(codec="utf-8"),
                     max_size=30)
PIECES = st.one_of(
    CHARACTERS, CHARACTERS.map(html.escape),
    st.sampled_from(["<p>", "</p>", "<br>", "<br/>", "<div class=story>", "</div>", "<b>", "</b>", "<a href='x\">'>",
                     "</a>", "<li>", "<h1>", "</h1>", "<!-- x -->", "<!--", "<script>a<b</script>", "<title>T &amp; t",
                     "&rsquo;", "&amp;lt;", "&#8217;", "&#x1F41F;",
                     "&nbsp;", "&#160;", "&copy2024", "&notit;", "&#128;",
                     "&NotEqualTilde;", "\r\n  ", "<td>", "</table>", "<", ">", "</", "said Ruiz. ",
                     "<p>“The pier will stay shut until it is mended,” the harbour master told reporters.</p>"]))
SOURCES = st.lists(PIECES, max_size=40).map("".join)


def faults(page: Page, document: Document) -> list[str]:
    """What does not hold."""
    text, whole = document.text, page_text(page)
    found = [f"run {run}" for run in document.runs if not agrees(run, text, whole)]
    found += [f"order {one} {two}" for one, two in zip(document.runs, document.runs[1:], strict=False)
              if one.end > two.start or one.page_end > two.page_start]
    covered = set()
    for run in document.runs:
        covered.update(range(run.start, run.end))
    found += [f"from nowhere at {at}: {c!r}" for at, c in enumerate(text) if not c.isspace() and at not in covered]
    blocked = [at for block in document.blocks for at in range(block.start, block.end)]
    found += ["blocks overlap or leave their order"] * (blocked != sorted(set(blocked)))
    found += [f"in no block: {at}" for at, c in enumerate(text) if not c.isspace() and at not in set(blocked)]
    return found


@quick
@given(SOURCES)
def test_html_leads_back_to_the_page(source):
    page = Page(content=source.encode("utf-8", "replace"), media_type="text/html")
    try:
        document = to_document(page)
    except UnreadablePage:
        return
    assert faults(page, document) == []


@quick
@given(CHARACTERS, CHARACTERS)
def test_plain_text_is_the_text_that_came_in(one, two):
    text = f"{one}\n\n{two}".replace("\ufeff", "")
    page = Page(content=text.encode("utf-8", "replace"), media_type="text/plain")
    try:
        document = to_document(page)
    except UnreadablePage:
        assert not text.strip()
        return
    assert document.text == page_text(page)
    assert faults(page, document) == []


@quick
@given(SOURCES, st.booleans())
def test_json_leads_back_to_the_line(source, ascii_only):
    line = json.dumps({"id": 7, "text": source, "more": {"text": "no"}}, ensure_ascii=ascii_only)
    page = Page(content=line.encode("utf-8", "replace"), media_type="application/json", text_field="text")
    try:
        document = to_document(page)
    except UnreadablePage:
        return
    assert faults(page, document) == []


@quick
@given(st.binary(max_size=200))
def test_no_bytes_crash(content):
    page = Page(content=content, media_type="text/html")
    try:
        document = to_document(page)
    except UnreadablePage:
        return
    assert faults(page, document) == []
