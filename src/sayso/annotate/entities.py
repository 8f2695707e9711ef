"""The stage that says who is who: fills mentions, entities with their roles as reported, and each statement's speaker.

An entity's id is computed from its type and its name (`person:qais-khazali`), so the same name has the same id in every
report; what has no name (“a diplomat”) gets an id of its report's own.  Whether two reports' entities are one is
decided in the ledger, where it can be undone.  Known failure: two people who share every word of their names share an
id.
"""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sayso.annotate.certainty import judge
from sayso.annotate.coreference import Group, Linked, Spoken, add_linked, resolve
from sayso.annotate.mentions import Found, find_mentions
from sayso.annotate.names import key, slug
from sayso.annotate.parse import Paragraph, parse_report, source_heads
from sayso.model import Document, Entity, EntityType, Mention, Provenance, Record, ReportedRole, Span, Statement

VERSION = "3"
Links = Callable[[Document], Sequence[Linked]]
"""The trained model: document → mentions with their antecedents."""
QUOTED = re.compile(r"[“\"„«]([^“”\"„«»\n]*)(?:[”\"»]|$)", re.M)
AND = re.compile(r"(?:,|\s*,?\s+(?:and|&))\s+(?:the\s+)?")
"""What stands between names that speak together."""
SINGLE = re.compile(r"(?<![\w’'])[‘']([^‘\n]*?)[’'](?!\w)")


@dataclass(frozen=True, slots=True)
class FindEntities:
    """The stage; `links`, where given, is the trained model: document → mentions with their antecedents."""

    links: Links | None = None

    def __call__(self, record: Record) -> Record:
        """The record with mentions, entities and speakers."""
        document = record.document
        found, spoken, groups, owner = group_mentions(record, self.links)
        sources = {id(one) for statement in spoken for one in statement.source}
        groups = [group for group in groups if _worth_keeping(group, sources)]
        kept = {id(group) for group in groups}
        owner = {mention: group for mention, group in owner.items() if id(group) in kept}
        ids = {id(group): entity_id(group, document) for group in groups}
        entities = _entities(groups, owner, ids, document)
        speakers = [next((ids[id(owner[id(f)])] for f in one.source if id(f) in owner), None) for one in spoken]
        names = [one for one in found if one.kind == "name"]
        names.sort(key=lambda one: one.start)
        starts = [one.start for one in names]
        together = {number: joint for number, one in enumerate(record.statements) if one.source and (
            joint := speak_together(document, one, names[bisect_left(starts, one.source[0].start):
                                                         bisect(starts, one.source[0].end)], owner)) is not None}
        entities += tuple({joint.id: joint for joint in together.values()}.values())
        speakers = [together[number].id if number in together else speaker for number, speaker in enumerate(speakers)]
        speakers = _continued(record.statements, speakers, document.text)
        mentions = tuple(Mention(f.start, f.end, f.kind, ids[id(owner[id(f)])] if id(f) in owner else None,
                                 f.certainty if id(f) in owner else None)
                         for f in found if f.kind != "nominal" or id(f) in owner)
        statements = tuple(replace(statement, speaker=speaker)
                           for statement, speaker in zip(record.statements, speakers, strict=True))
        return replace(record, mentions=mentions, entities=entities, statements=statements,
                       provenance=(*record.provenance, Provenance("entities", "sayso-rules", VERSION)))


def group_mentions(record: Record, links: Links | None = None
                   ) -> tuple[list[Found], list[Spoken], list[Group], dict[int, Group]]:
    """Every mention, the statements as coreference sees them, all groups, and mention (by id()) → group."""
    document = record.document
    paragraphs = parse_report(document)
    headlines = frozenset(n for n, block in enumerate(document.blocks) if block.role == "headline")
    sources = [span for statement in record.statements for span in statement.source]
    found = find_mentions(paragraphs, headlines, sources)
    places = [one.start for one in paragraphs]
    order = sorted(found, key=lambda one: one.start)
    starts = [one.start for one in order]

    def near(span: Span) -> tuple[list[Found], list[Paragraph]]:
        at = max(0, bisect(places, span.start) - 1)
        return order[max(0, bisect(starts, span.start - 1) - 3):bisect(starts, span.end)], list(paragraphs[at:at + 1])

    spoken = [as_spoken(document.text, one, near) for one in record.statements]
    linked = links(document) if links else ()
    found = add_linked(found, linked, paragraphs) if linked else found
    groups, owner = resolve(document.text, found, paragraphs, spoken, linked)
    if linked:
        for number, probability in judge(found, owner, linked).items():
            found[number].certainty = round(probability, 3)
    return found, spoken, groups, owner


def find_entities(record: Record) -> Record:
    """The record with mentions, entities and speakers, by the trained model and by rules."""
    from sayso.annotate.links import read_links
    return FindEntities(read_links)(record)


def as_spoken(text: str, statement: Statement, near: Callable[[Span], tuple[list[Found], list[Paragraph]]]) -> Spoken:
    """A statement with the mentions that may be its source, likeliest first; `near` gives what stands at a span."""
    quoted: list[Span] = []
    for start, end in statement.content:
        pieces = [Span(m.start(1), m.end(1)) for m in QUOTED.finditer(text, start, end) if m.end(1) > m.start(1)]
        if statement.form == "direct" and not pieces:
            pieces = [Span(start, end)]
        quoted += pieces
    chosen: list[Found] = []
    for source in statement.source:
        found, paragraphs = near(source)
        within = [one for one in found if source.start <= one.start and one.end <= source.end] or \
            [one for one in found if one.kind == "name" and one.start < source.end and source.start < one.end]
        heads: set[int] = set()
        for paragraph in paragraphs:
            if paragraph.start <= source.start < paragraph.end:
                tops = source_heads(paragraph, source)
                heads = {token.idx + paragraph.start for token in tops}
                noun = min(heads, default=source.start)
                if not source.start <= noun < source.end:      # “…, a staffer who said …”
                    around, _ = near(Span(max(0, noun - 40), noun + 40))
                    within = [one for one in around if one.head == noun
                              or (one.kind == "name" and one.start <= noun < one.end)] or within
        chosen += sorted(
            within,
            key=lambda one: (
                not any((one.start <= h < one.end and one.kind == "name") or h == one.head for h in heads),
                one.kind != "name",
                one.start,
            ),
        )[:1]
    return Spoken(tuple(chosen), statement.content, tuple(quoted))


def speak_together(document: Document, statement: Statement, names: Sequence[Found],
                   owner: dict[int, Group]) -> Entity | None:
    """The several named people or bodies of one source (“Ada Moro and Jon Ruiz said”) as one entity, a group or an
    organisation, by the words that name them; None where the source is no such row of names.  `names`: those that
    begin in the source."""
    if len(statement.source) != 1:
        return None
    start, end = statement.source[0]
    names = [one for one in names if one.end <= end and id(one) in owner
             and owner[id(one)].type in ("person", "organisation")]
    if len({id(owner[id(one)]) for one in names}) < 2 or document.text[names[-1].end:end].strip(" ,"):
        return None
    first = names[0].title.start if names[0].title else names[0].start
    if document.text[start:first].strip().lower() not in ("", "both", "the"):
        return None
    for one, other in pairwise(names):
        if not AND.fullmatch(document.text, one.end, other.title.start if other.title else other.start):
            return None
    name = document.text[start:names[-1].end]
    bodies = all(owner[id(one)].type == "organisation" for one in names)
    kind: EntityType = "organisation" if bodies else "group"
    return Entity(f"{kind}:{slug(name.split())}", name, kind)


def _worth_keeping(group: Group, sources: set[int]) -> bool:
    """Whether a group is an entity of the record: it has a name, is a source (`sources`, by id()), or is spoken of
    twice as people or a body."""
    if group.named or any(id(found) in sources for found in group.mentions):
        return bool(group.mentions)
    return len(group.mentions) > 1 and group.type in ("person", "organisation", "group") and \
        any(one.kind == "nominal" and one.token.tag_ not in ("PRP", "PRP$") for one in group.mentions)


def _continued(statements: Sequence[Statement], speakers: list[str | None], text: str) -> list[str | None]:
    """Speakers, where a quotation without a source goes on with the one before it in its paragraph: “…,” X said. “…”"""
    filled: list[str | None] = []
    for number, (one, speaker) in enumerate(zip(statements, speakers, strict=True)):
        if number and speaker is None and not one.source and one.form == "direct":
            before = statements[number - 1]
            last = max(end for _, end in (*before.content, *before.source, *before.cue))
            if before.block == one.block and "\n" not in text[last:one.content[0].start]:
                speaker = filled[-1]
        filled.append(speaker)
    return filled


NO_ROLE = re.compile(r"^(?:in|not|only|that|which|whose|who)\b|,\s+(?:who|which)\b|\n", re.I)
"""What a role does not begin with or hold."""
AFTER_NAME = re.compile(r"['’]s?$|,?\s(?:that|which|(?:cited|contacted|interviewed|obtained|published|quoted|reached|"
                        r"released|reviewed|seen)\s[^,]*?\bby)\s.*$", re.S)
"""What in a description says nothing of who somebody is: a possessive, a clause on the paper that found them."""


def best_name(group: Group, text: str) -> str:
    """The fullest name of a group, the one most used among equals; of a group without one, its first description."""
    names = [one for one in group.mentions if one.kind == "name"]
    if not names:
        first = next((one for one in group.mentions if one.kind == "nominal" and not one.headline), group.mentions[0])
        return AFTER_NAME.sub("", text[first.start:first.end])
    used = Counter(text[one.start:one.end] for one in names)
    longest = max(len(key(one.words)) for one in names)
    full = {text[one.start:one.end]: one for one in names if len(key(one.words)) == longest}
    return max(full, key=lambda name: (used[name], -full[name].start))


def entity_id(group: Group, document: Document) -> str:
    """type:name, and for what has no name the first figures of the report's id after an @."""
    name = best_name(group, document.text)
    made = f"{group.type}:{slug(name.split())}"
    return made if group.named else f"{made}@{document.id[:8]}"


def _entities(groups: Sequence[Group], owner: dict[int, Group], ids: dict[int, str],
              document: Document) -> tuple[Entity, ...]:
    by_id: dict[str, Entity] = {}
    text = document.text
    at = {mention.start: group for group in groups for mention in group.mentions if mention.kind == "name"}
    whose = {place: group for group in groups if group.named for mention in group.mentions if mention.kind != "name"
             for place in (mention.start, mention.end)}
    for group in groups:
        name = best_name(group, text)
        aliases = dict.fromkeys(text[one.start:one.end] for one in group.mentions if one.kind == "name")
        aliases.pop(name, None)
        roles = []
        for span in sorted(set(group.roles)):
            if NO_ROLE.search(text, *span):
                continue
            inside = [start for start in at if span.start <= start < span.end and at[start] is not group]
            inside.sort(key=lambda start: (at[start].type not in ("organisation", "other"), start))
            owned = next((whose[place] for place in range(span.start, span.end) if place in whose
                          and whose[place] is not group), None)    # the group's spokesman, its president
            body = ids[id(at[inside[0]])] if inside else ids[id(owned)] if owned is not None else None
            roles.append(ReportedRole(text[span.start:span.end], body, span.start, span.end))
        made = Entity(ids[id(group)], name, group.type, tuple(aliases), tuple(roles))
        old = by_id.get(made.id)
        if old is not None:
            made = replace(old, aliases=tuple(dict.fromkeys((*old.aliases, *made.aliases))),
                           roles=(*old.roles, *made.roles))
        by_id[made.id] = made
    return tuple(by_id.values())
