"""Bytes → characters: which encoding a page is in, whatever it says of itself, and its characters in that encoding.

The order is that of the HTML standard (13.2.3.2): byte order mark, transport, declaration, then a guess; but a
declaration that the bytes contradict is not believed.  Decoding replaces what cannot be read by U+FFFD, so that the
name of the encoding alone is enough to decode the kept bytes in the same way again.
Known failure: a short page in an undeclared 8-bit encoding other than Windows-1252 may be guessed wrong.
"""

from __future__ import annotations

import codecs
import re

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
         (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,80}?encoding\s*=\s*["']"""
                   rb"""([\w.:-]{2,40})""", re.I)
_DECLARED_WITHIN = 16_384
"""Bytes searched for a declaration: the standard says 1,024, but real pages put scripts before it."""
_SNIFFED = 65_536
"""Bytes looked at for a guess: more changes nothing and costs time."""
_STATEFUL = re.compile(r"iso2022|^hz$|utf_?(16|32)")
_LATIN = re.compile(r"^(iso8859-1|latin_?1|ascii|iso8859-15|cp1252)$")
_WESTERN = frozenset(
    "‘’“”‚„–—…•·€£§©®°«»¿¡½¼¾´×²³ºªàáâãäåæçèéêëìíîïñòóôõöøùúûüý"
    "ßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŠšŽžœŒ™†‡\xa0")
_FAULTS_PARDONED = 0.1
"""Share of broken among all multi-byte sequences up to which a page is still UTF-8: mixed-in foreign bytes."""


def decode(content: bytes, encoding: str) -> str:
    """The characters of a page: what cannot be read becomes U+FFFD.  LookupError for a name that is no encoding."""
    return content.decode(encoding, errors="replace")


def encoding_of(content: bytes, charset: str | None = None) -> str:
    """The name of the encoding to decode a page with; `charset` is what the transport says it is."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return name
    names = [known for name in (charset, _declared(content)) if name and (known := _codec(name))]
    for name in names:
        if _STATEFUL.search(name) and _decodes(content, name) and not _decodes(content, "ascii", unless=b"\x1b"):
            return name
    faults, sequences = _utf8_faults(content)
    if not faults or faults <= _FAULTS_PARDONED * sequences:
        return "utf-8"
    for name in names:
        if name != "utf-8" and not _LATIN.match(name) and _decodes(content, name):
            return name
    return _guess(content)


def _declared(content: bytes) -> str | None:
    found = _META.search(content[:_DECLARED_WITHIN])
    return (found.group(1) or found.group(2)).decode("ascii", "replace") if found else None


def _codec(name: str) -> str | None:
    """Python's name of an encoding of text, or None."""
    try:
        known = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    return known.name if getattr(known, "_is_text_encoding", True) and known.name not in {"idna", "punycode"} else None


def _decodes(content: bytes, name: str, *, unless: bytes = b"") -> bool:
    if unless and unless in content:
        return False
    try:
        content.decode(name)
    except (UnicodeError, LookupError):
        return False
    return True


def _utf8_faults(content: bytes) -> tuple[int, int]:
    """How many byte sequences are no UTF-8, and how many multi-byte ones are."""
    if _decodes(content, "utf-8"):
        return 0, 0
    text = content[:_SNIFFED * 16].decode("utf-8", errors="replace")
    faults = text.count("�")
    return max(1, faults), sum(1 for c in text if c > "\x7f") - faults


def _guess(content: bytes) -> str:
    """Windows-1252 where its characters look like Western prose, else what charset-normalizer says."""
    sample = content[:_SNIFFED] if any(b > 127 for b in content[:_SNIFFED]) else _around_first_high_byte(content)
    high = [c for c in sample.decode("cp1252", errors="replace") if c > "\x7f"]
    if high and sum(c in _WESTERN for c in high) >= 0.95 * len(high) and _sparse(high, sample):
        return "windows-1252"
    from charset_normalizer import from_bytes
    best = from_bytes(sample).best()
    return str(best.encoding) if best and best.encoding not in {"utf_8", "ascii"} else "windows-1252"


def _sparse(high: list[str], sample: bytes) -> bool:
    """Whether letters beyond ASCII are few among the letters, as in Western text and not in Cyrillic or Greek."""
    return len(high) <= 0.25 * max(1, sum(65 <= b <= 122 for b in sample))


def _around_first_high_byte(content: bytes) -> bytes:
    at = next((m.start() for m in re.finditer(rb"[\x80-\xff]", content)), 0)
    return content[max(0, at - _SNIFFED // 2):at + _SNIFFED // 2]
