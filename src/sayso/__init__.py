"""sayso reads news reports and keeps a record that anyone can check: who claims what, on whose word.

    from sayso import Page, read, open_ledger

    page = Page(content=b"\\xe2\\x80\\x9cWe will appeal,\\xe2\\x80\\x9d Ruiz said.", media_type="text/plain")
    record = read(page)                                         # statements, each at its exact characters
    with open_ledger("sayso.db", create=True) as ledger:        # one SQLite file; adding twice is adding once
        ledger.add(page, record)

Loading this loads no model: readers and weights wait for the first call of `read`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sayso.codec import decode, encode
from sayso.errors import SaysoError
from sayso.model import Document, Page, Problem, Record, Span, Statement

if TYPE_CHECKING:
    from sayso.acquire.fetch import find_pages
    from sayso.ledger.store import Ledger, open_ledger
    from sayso.pipeline import read

__version__ = "0.1.0"
__all__ = ["Document", "Ledger", "Page", "Problem", "Record", "SaysoError", "Span", "Statement", "__version__",
           "decode", "encode", "find_pages", "open_ledger", "read"]

_LATER = {"find_pages": "sayso.acquire.fetch", "Ledger": "sayso.ledger.store", "open_ledger": "sayso.ledger.store",
          "read": "sayso.pipeline"}


def __getattr__(name: str) -> Any:
    """A public name whose module is loaded only when it is asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'sayso' has no attribute {name!r}")
