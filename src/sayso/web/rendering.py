"""The templates, and the few words they need to say days, addresses and offsets."""

from __future__ import annotations

from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(str(files("sayso.web")))


def day(value: str | None) -> str:
    """An ISO day or time as “22 November 2026”; what is no ISO date stays as it is; "" for None."""
    if not value:
        return ""
    try:
        when = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{when.day} {when:%B %Y}"


def short(value: str, length: int) -> str:
    """The value, cut in its middle to at most `length` characters."""
    return value if len(value) <= length else value[: length // 2] + "…" + value[-(length // 2 - 1):]


def web_address(value: str | None) -> str | None:
    """The address if a browser may be sent there: http or https with a host; None for javascript: and the like."""
    try:
        parts = urlsplit(value or "")
        return value if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def urlpath(value: str) -> str:
    """The value as one step of a path or a fragment."""
    return quote(value, safe="", errors="replace")


def environment() -> Environment:
    """The templates, with everything escaped and nothing undefined let through."""
    env = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
                      trim_blocks=True, lstrip_blocks=True)
    env.filters |= {"day": day, "short": short, "urlpath": urlpath}
    return env


def utf16_offsets(text: str) -> Any:
    """A function from code points of the text to UTF-16 units, as JavaScript counts; the identity for most texts."""
    if not any(ord(letter) > 0xFFFF for letter in text):
        return int
    units, table = 0, []
    for letter in text:
        table.append(units)
        units += 2 if ord(letter) > 0xFFFF else 1
    return [*table, units].__getitem__


def from_utf16(text: str, offset: int) -> int | None:
    """The code point at a UTF-16 offset; None where it is outside the text.  Half a pair counts to its letter."""
    if offset < 0:
        return None
    units = 0
    for index, letter in enumerate(text):
        if units >= offset:
            return index
        units += 2 if ord(letter) > 0xFFFF else 1
    return len(text) if offset <= units else None
