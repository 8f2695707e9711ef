"""How fast the reader reads, on one thread, and how much memory a text of 100,000 words takes.

    python -m benchmarks.attribution [TEXT]

The text (one of the project's examples by default) is repeated until it has 100,000 words.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from sayso.claims.attribution import Reader

EXAMPLES = Path(__file__).parent.parent / "examples" / "reports"
WORDS = 100_000


def main() -> None:
    """Prints words a second and the most memory held."""
    files = [Path(name) for name in sys.argv[1:]] or sorted(EXAMPLES.glob("*.txt"))
    text = "\n\n".join(file.read_text("utf-8", errors="replace") for file in files)
    count = len(text.split())
    text = "\n\n".join([text] * (WORDS // max(1, count) + 1))
    count = len(text.split())
    reader = Reader(threads=1)
    reader.read_text("“We will appeal,” Ruiz said.")
    began = time.perf_counter()
    found = reader.read_text(text)
    seconds = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} words in {seconds:.1f} s: {count / seconds:,.0f} words a second on one thread, "
          f"{len(found):,} statements, {most:,.0f} MB at most")


if __name__ == "__main__":
    main()
