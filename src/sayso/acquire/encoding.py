"""Bytes → characters: which encoding a page is really in, whatever it says.

The order is that of the HTML standard (byte order mark, transport, declaration, sniffing) with the two corrections
that real pages need: what decodes as UTF-8 and is not plain ASCII is UTF-8 whatever was declared, and a declared
Latin-1 is windows-1252 (WHATWG Encoding, labels).  Known to fail: a short page in a single-byte encoding other than
windows-1252 that declares nothing, or declares UTF-8.
"""

from __future__ import annotations

import codecs
import re

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DECLARED = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)""",
                      re.I)
HEAD = 8192
"""Bytes in which a declaration is looked for; the standard says 1024, pages put it later."""
SAMPLE = 65536
"""Bytes that are sniffed."""
LATIN = frozenset({"ascii", "iso8859-1", "cp1252", "iso8859-15"})
ESCAPED = frozenset({"iso2022_jp", "hz", "iso2022_kr"})
"""Encodings whose bytes all look like ASCII."""
BROKEN = 0.1
"""A page with fewer wrong bytes than this, to one character of several bytes, is UTF-8 with damage, not another."""


def find_encoding(content: bytes, charset: str | None = None) -> str:
    """The name, as Python has it, of the encoding of a page; `charset` is what the transport said.

    Decoding by this name with errors="replace" never fails."""
    for mark, name in MARKS:
        if content.startswith(mark):
            return name
    declared = [name for name in (_known(charset), _declared(content)) if name]
    if wide := _wide(content):
        return wide
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(content, declared)
    if content.isascii() and declared and declared[0] in ESCAPED:
        return declared[0]
    return "utf-8"


def _known(label: str | None) -> str | None:
    """Python's name of an encoding of text, or None for one that it does not know."""
    try:
        info = codecs.lookup((label or "").strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name in {"idna", "punycode", "undefined", "utf-7",
                                                                     "unicode-escape", "raw-unicode-escape"}:
        return None
    return {"gb2312": "gb18030", "gbk": "gb18030"}.get(info.name, "cp1252" if info.name in LATIN else info.name)


def _declared(content: bytes) -> str | None:
    found = DECLARED.search(content[:HEAD])
    return _known((found[1] or found[2]).decode("ascii", "ignore")) if found else None


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: nearly every second byte of the beginning is zero."""
    head = content[:1024]
    half = len(head) // 2
    if half < 8:
        return None
    if head[1::2].count(0) > 0.7 * half and head[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if head[::2].count(0) > 0.7 * half and head[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _not_utf8(content: bytes, declared: list[str]) -> str:
    text = content.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    several = len(content) - len(text)  # at least one byte more than characters for each of several bytes
    if wrong < BROKEN * several:
        return "utf-8"
    for name in declared:
        if name.startswith(("utf-8", "utf_8", "utf-16", "utf-32")):
            continue
        damage = content.decode(name, "replace").count("\ufffd")
        if name == "cp1252" or damage * 200 < len(content):
            return name
    return _sniffed(content)


def _sniffed(content: bytes) -> str:
    from charset_normalizer import from_bytes

    high = [i for i, byte in enumerate(content[:SAMPLE * 16]) if byte > 127][:4096]
    alone = sum(1 for i in high if not (content[i - 1:i].isascii() is False or content[i + 1:i + 2].isascii() is False))
    if alone > 0.8 * len(high):  # curly quotation marks and accents among English words
        return "cp1252"
    first = max(0, high[0] - SAMPLE // 4) if high else 0
    best = from_bytes(content[first:first + SAMPLE]).best()
    return _known(best.encoding if best else None) or "cp1252"
