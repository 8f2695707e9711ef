"""Which encoding a page is in, whatever it says of itself, and that its name alone decodes the bytes again."""

from __future__ import annotations

import pytest

from sayso.acquire.article import decode_page, page_text, to_document
from sayso.acquire.encoding import decode, encoding_of
from sayso.model import Page

WORDS = "“It is 12 °C – and the café’s roof is gone,” said Zoë Márquez. "
META = '<html><head><meta charset="{}"></head><body><p>'


@pytest.mark.parametrize(("content", "charset", "expected"), [
    (WORDS.encode(), None, "utf-8"),
    (WORDS.encode("utf-8-sig"), None, "utf-8-sig"),
    (WORDS.encode("utf-16"), None, "utf-16"),
    (b"plain ASCII", None, "utf-8"),
    (b"", None, "utf-8"),
    (WORDS.encode("cp1252"), None, "windows-1252"),
    (META.format("utf-8").encode() + WORDS.encode("cp1252"), None, "windows-1252"),
    (META.format("iso-8859-1").encode() + WORDS.encode("cp1252"), None, "windows-1252"),
    (META.format("iso-8859-1").encode() + WORDS.encode(), None, "utf-8"),
    (META.format("windows-1251").encode() + "Губернатор опроверг это".encode("cp1251"), None, "cp1251"),
    ("Губернатор опроверг это".encode("koi8-r"), "koi8-r", "koi8-r"),
    (META.format("no-such-thing").encode() + WORDS.encode(), "x-unknown", "utf-8"),
    (META.format("base64").encode() + WORDS.encode(), "rot13", "utf-8"),
    (META.format("shift_jis").encode() + "首相は否定した".encode("shift_jis"), None, "shift_jis"),
    ("首相は否定した".encode("iso-2022-jp"), "iso-2022-jp", "iso2022_jp"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_the_encoding(content, charset, expected):
    assert encoding_of(content, charset) == expected


def test_one_broken_byte_does_not_make_a_page_another_encoding():
    content = (WORDS * 5).encode() + b"\xff" + (WORDS * 5).encode()
    assert encoding_of(content) == "utf-8"
    assert decode(content, "utf-8").count("�") == 1


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16"])
def test_the_name_alone_decodes_the_page_again(charset):
    page = Page(content=(META.format(charset) + WORDS * 4).encode(charset), media_type="text/html")
    document = to_document(page)
    assert decode_page(page.content, document.media_type, document.encoding) == page_text(page)
    assert "°C – and the café’s" in document.text


@pytest.mark.parametrize("content", [bytes(range(256)) * 20, b"\xff\xfe\x00", b"\xf0\x28\x8c\x28" * 50,
                                     b"\x81\x8d\x8f"])
def test_no_bytes_crash_the_choice(content):
    assert isinstance(decode(content, encoding_of(content)), str)
