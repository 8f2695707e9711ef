"""One field of a line of JSON → its string, and where each of its characters stands in the line.

Known to fail: a line that is no JSON object; then there is no field.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from sayso.model import Run

TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]', re.S)
ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.S)


def string_in(line: str, name: str) -> tuple[str, list[Run]] | None:
    """The string in a field of a JSON object, and runs from it into the line; None where there is no such field.

    Of several fields of that name the last counts, as for json.loads.  A lone surrogate becomes U+FFFD."""
    depth, field, at_key, found = 0, None, False, None
    for token in TOKEN.finditer(line):
        first = line[token.start()]
        if first in "{[":
            depth += 1
            at_key = depth == 1 and first == "{"
        elif first in "}]":
            depth -= 1
        elif depth == 1 and first == ",":
            at_key = True
        elif depth == 1 and first == '"':
            if at_key:
                field, at_key = _meant(token[0]), False
            elif field == name:
                found = token
    return _unescape(line, found.start() + 1, found.end() - 1) if found else None


def _meant(token: str) -> str:
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token[1:-1]


def _unescape(line: str, start: int, end: int) -> tuple[str, list[Run]]:
    parts: list[str] = []
    runs: list[Run] = []
    at, length = start, 0

    def put(words: str, until: int) -> None:
        nonlocal at, length
        if words:
            runs.append(Run(length, length + len(words), at, until))
            parts.append(words)
            length += len(words)
        at = until

    for escape in ESCAPE.finditer(line, start, end):
        put(line[at:escape.start()], escape.start())
        meant = _meant(f'"{escape[0]}"')
        put("\ufffd" if "\ud800" <= meant <= "\udfff" else meant, escape.end())
    put(line[at:end], end)
    return "".join(parts), runs


def compose(inner: Sequence[Run], outer: Sequence[Run]) -> Iterator[Run]:
    """Runs text → page, out of runs text → value and runs value → page, both in order."""
    starts = [run.start for run in outer]
    for start, end, low, high in inner:
        if end - start != high - low:  # one unit, however the page spells it
            yield Run(start, end, _place(outer, starts, low), _place(outer, starts, high - 1, end=True))
            continue
        for number in range(max(0, bisect_right(starts, low) - 1), len(outer)):
            run = outer[number]
            if run.start >= high:
                break
            cut, until = max(low, run.start), min(high, run.end)
            if run.end - run.start == run.page_end - run.page_start:
                page = run.page_start + cut - run.start
                yield Run(start + cut - low, start + until - low, page, page + until - cut)
            else:
                yield Run(start + cut - low, start + until - low, run.page_start, run.page_end)


def _place(runs: Sequence[Run], starts: list[int], at: int, *, end: bool = False) -> int:
    run = runs[max(0, bisect_right(starts, at) - 1)]
    if run.end - run.start != run.page_end - run.page_start:
        return run.page_end if end else run.page_start
    return run.page_start + at - run.start + end
