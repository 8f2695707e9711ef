"""Times page → document by length and by shape of page: python -m benchmarks.acquire [--large]

Invented pages of 10 thousand, 100 thousand and a million characters, as plain text and in shapes that break readers:
many paragraphs, one paragraph, nested elements, tags that never close, character references, JSON escapes.  Seconds are
the processor's, of this one thread.  The last column is how much longer ten times the length takes: near 10 is linear,
near 100 quadratic.  --large adds a page of 20 MB, all of it paragraphs.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

from sayso.acquire.article import to_document
from sayso.model import MediaType, Page

SIZES = (10_000, 100_000, 1_000_000)
SAID = "“The ferry will stay shut until the pier is mended,” Lena Ruiz, the harbour master, said on Monday. "
MORE = "The owners deny it, and a spokesman for the ministry said no report had reached him before the storm. "
REPORT = f"<h1>Pier stays shut</h1><p>{SAID}</p><p>{MORE}</p>"

SHAPES: dict[str, tuple[MediaType, Callable[[int], str]]] = {
    "plain text": ("text/plain", lambda size: f"{SAID}\n\n{MORE}\n\n" * (size // len(SAID + MORE))),
    "plain, one line": ("text/plain", lambda size: (SAID + MORE) * (size // len(SAID + MORE))),
    "plain, run together": ("text/plain", lambda size: "He said so.Mayor warnsThe mayor left. " * (size // 38)),
    "paragraphs": ("text/html", lambda size: REPORT + f"<p>{SAID}</p><p>{MORE}</p>" * (size // 210)),
    "one paragraph": ("text/html", lambda size: f"<p>{(SAID + MORE) * (size // len(SAID + MORE))}</p>"),
    "line breaks": ("text/html", lambda size: REPORT + f"{MORE}<br><br>" * (size // len(MORE))),
    "links": ("text/html", lambda size: REPORT + '<li><a href="/x">Ferry, again</a></li>' * (size // 38)),
    "nested": ("text/html", lambda size: "<div>" * (size // 11) + REPORT + "</div>" * (size // 11)),
    "never closed": ("text/html", lambda size: REPORT + "<b><i></b>" * (size // 10)),
    "open quotation marks": ("text/html", lambda size: REPORT + '<a href="' * (size // 9)),
    "character references": ("text/html", lambda size: REPORT + "<p>&ldquo;No,&rdquo; he said.</p>" * (size // 34)),
    "JSON escapes": ("application/json", lambda size: json.dumps({"text": f"{SAID}\n\n" * (size // 130)})),
}


def seconds(media_type: MediaType, content: str) -> float:
    """Processor seconds that one page takes."""
    page = Page(content=content.encode(), media_type=media_type, text_field="text")
    began = time.process_time()
    to_document(page)
    return time.process_time() - began


def main() -> None:
    """Prints one line a shape."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--large", action="store_true", help="a page of 20 MB as well; takes a minute")
    large = parser.parse_args().large
    seconds("text/html", REPORT)  # loads what is loaded once
    print(f"{'seconds':24}" + "".join(f"{size:>12,}" for size in SIZES) + f"{'x 10':>8}")
    for name, (media_type, make) in SHAPES.items():
        took = [seconds(media_type, make(size)) for size in SIZES]
        print(f"{name:24}" + "".join(f"{each:12.3f}" for each in took) + f"{took[-1] / took[-2]:8.1f}", flush=True)
    if large:
        print(f"{'20 MB of paragraphs':24}{seconds('text/html', SHAPES['paragraphs'][1](20_000_000)):36.1f}")


if __name__ == "__main__":
    main()
