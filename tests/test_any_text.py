"""Whatever order words stand in, a report is read without a crash, and every field points into its text."""

import hashlib
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.model import Block, Document, Record, Span
from sayso.pipeline import annotate

PHRASES = """Secretary of State|for the|Prime Minister|Senda Minister|Minister|of|Rep.|Dr.|R-Texas|R|(|)|,|.|;|:|“|”|‘|’
"|'|—|al-|bin|'s|’s|s'|Ann Moro|Mr. Ruiz|Ruiz|SENDA (AP) —|Republican|the Reed Party|the ministry|its ministers
a spokesman for|who|which|he|she|it|they|we|you|I|his mother|said|told Reuters|according to|quoting|citing
reported on Monday|, denied claims|“so-called|Photo:|DEAR ANN:|@|1.|%|Iraq’s|in Karoa|the Karoa Times|not to be named
believe|because of|on condition of anonymity|vice-president|head|rain fell|that it rained|“I was there”
also criticized|had warned that|the old ferryman""".replace("\n", "|").split("|")
AFTER = [" ", " ", " ", "\n", "", ". "]


def spans(value: Any):
    """Every span anywhere in a record."""
    if isinstance(value, Span):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from spans(getattr(value, field.name))
    elif isinstance(value, tuple) and not isinstance(value, str):
        for one in value:
            yield from spans(one)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(PHRASES), st.sampled_from(AFTER)), min_size=1, max_size=40),
       st.sampled_from(["body", "headline", "caption"]))
def test_no_order_of_words_stops_the_reading(drawn, role):
    text = "".join(phrase + after for phrase, after in drawn)
    record = annotate(Record(document=Document(id=hashlib.sha256(text.encode()).hexdigest(), text=text, language="en",
                                               blocks=(Block(0, len(text), role),))))
    assert not record.problems
    assert all(0 <= one.start < one.end <= len(text) for one in spans(record.statements))
    assert all(0 <= one.start < one.end <= len(text) for one in record.mentions)
