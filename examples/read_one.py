"""Prints who is reported to have said what: python examples/read_one.py examples/reports/radio-ombara.html"""

import sys

from sayso.acquire.fetch import find_pages
from sayso.model import Page, words_of
from sayso.pipeline import read

for page in find_pages(sys.argv[1:]):
    if isinstance(page, Page):
        record = read(page)
        text = record.document.text
        names = {entity.id: entity.name for entity in record.entities}
        for statement in record.statements:
            source = names.get(statement.speaker or "") or words_of(text, statement.source) or "nobody named"
            print(f"{source}: {words_of(text, statement.content)}")
    else:
        print(page.message, file=sys.stderr)
