-- The ledger: one SQLite file.  The one home of table and column names.
--
-- A line of comment right above a table, and one at the end of a column's line, say what it holds; docs/data-model.md
-- is generated from them.  The first part is kept: what came in, how it was read, what people put right.  The second
-- part is an index of it, one row a thing, made from the kept records by ledger/index.py and made anew (`sayso doctor
-- --reindex`) whenever its shape changes.  In a table without row numbers the columns of the key come first: SQLite 3.40
-- checks others wrongly (“NULL value in …”).  Offsets are code points of report.text, start included, end excluded.

-- ================================================================================================ kept

-- One page's bytes, as they came in.
CREATE TABLE page (
    id         TEXT PRIMARY KEY NOT NULL,  -- SHA-256 of the bytes, hex; the id of the document
    content    BLOB NOT NULL,              -- the bytes, compressed (zlib)
    size       INTEGER NOT NULL            -- how many bytes, before compression
) STRICT, WITHOUT ROWID;

-- Where and when a page was seen, with what came beside it; the same bytes may be found at several addresses.
CREATE TABLE sighting (
    page         TEXT NOT NULL REFERENCES page(id) ON DELETE CASCADE,  -- the page
    address      TEXT,                     -- web address or path of the file; null for standard input
    seen         TEXT NOT NULL,            -- when it was fetched or saved, else added: ISO 8601, UTC
    fetched      TEXT,                     -- when it was fetched or saved, as the source gave it
    media_type   TEXT NOT NULL,            -- text/html, text/plain or application/json
    charset      TEXT,                     -- encoding named by the transport
    text_field   TEXT,                     -- for JSON: the field that holds the text
    particulars  TEXT NOT NULL             -- JSON pairs given beside the page: title, outlet, published …
) STRICT;
CREATE UNIQUE INDEX sighting_once ON sighting(page, ifnull(address, ''));
CREATE INDEX sighting_address ON sighting(address, seen);

-- The record of one report, whole: the truth of which the tables below are the index.
CREATE TABLE record (
    document  TEXT PRIMARY KEY NOT NULL REFERENCES page(id) ON DELETE CASCADE,  -- the page that was read
    json      BLOB NOT NULL,               -- one line of JSON as schema/record-1.json describes it, compressed (zlib)
    reader    TEXT NOT NULL,               -- stage, name and version of all that read it
    read_at   TEXT NOT NULL                -- when, ISO 8601, UTC
) STRICT, WITHOUT ROWID;

-- What a person put right: an overlay by document, span and field, that outlives the next reading.
CREATE TABLE correction (
    id        INTEGER PRIMARY KEY,         -- in the order they were made
    document  TEXT NOT NULL,               -- SHA-256 of the page, "" for the whole ledger; no foreign key: it outlives the page
    field     TEXT NOT NULL,               -- what is put right: speaker, source, cue, content, statement, new, apart, same, two or withheld
    start     INTEGER,                     -- where it stands, if it stands somewhere
    end       INTEGER,                     -- and where it ends
    old       TEXT,                        -- what was there, JSON
    new       TEXT,                        -- what should be there, JSON
    who       TEXT NOT NULL,               -- who says so
    made_at   TEXT NOT NULL,               -- when, ISO 8601, UTC
    undone_at TEXT                         -- when it was taken back; null while it holds
) STRICT;
CREATE INDEX correction_document ON correction(document);

-- What could not be read, and why; a row goes when its source is read after all.
CREATE TABLE skipped (
    source   TEXT NOT NULL,                -- address or path, with #member or #line
    stage    TEXT NOT NULL,                -- where it failed
    code     TEXT NOT NULL,                -- the short name of the error
    message  TEXT NOT NULL,                -- the error, in one line
    seen_at  TEXT NOT NULL,                -- when it first failed so, ISO 8601, UTC
    PRIMARY KEY (source, stage, code)
) STRICT, WITHOUT ROWID;

-- The user's own list of actors (`sayso actors FILE.csv`): a row for each name and alias.
CREATE TABLE listed (
    name     TEXT NOT NULL,                -- the actor's name
    alias    TEXT NOT NULL,                -- a name that it goes by: its own, or another
    key      TEXT NOT NULL,                -- that name as it is compared with names in reports
    id       TEXT,                         -- the actor's id in the list; null where it gives none
    type     TEXT,                         -- person, organisation, place, group, document or other; null: not given
    PRIMARY KEY (name, alias)
) STRICT, WITHOUT ROWID;
CREATE INDEX listed_key ON listed(key);

-- ================================================================================================ index

-- One report: the particulars and the text of its document.
CREATE TABLE report (
    id              INTEGER PRIMARY KEY,   -- row number, for the tables below and the full text; not a promise
    document        TEXT NOT NULL UNIQUE REFERENCES record(document) ON DELETE CASCADE,  -- SHA-256 of the page
    address         TEXT,                  -- web address it was found at or gives itself, else path
    seen            TEXT NOT NULL,         -- when it was first seen, ISO 8601, UTC
    outlet          TEXT,                  -- who printed it
    title           TEXT,                  -- its headline
    byline          TEXT,                  -- who wrote it
    dateline        TEXT,                  -- where it was filed
    published       TEXT,                  -- day or time of publication, ISO 8601, as found
    published_from  TEXT,                  -- where that date was found
    day             TEXT,                  -- the first ten characters of published
    language        TEXT,                  -- ISO 639-1
    media_type      TEXT NOT NULL,         -- of the page
    encoding        TEXT NOT NULL,         -- that the page was decoded with
    text            TEXT NOT NULL,         -- the text, never rewritten
    words           INTEGER NOT NULL,      -- words in headline, body, captions and pull quotes
    statements      INTEGER NOT NULL,      -- how many statements
    without_source  INTEGER NOT NULL,      -- of these: the report names nobody
    without_speaker INTEGER NOT NULL,      -- of these: no actor is known
    version         INTEGER NOT NULL,      -- 1 for the first that was seen with this address
    current         INTEGER NOT NULL       -- 1 where no later one was seen with this address
) STRICT;
CREATE INDEX report_day ON report(day, id);
CREATE INDEX report_outlet ON report(outlet, day);
CREATE INDEX report_address ON report(address);
CREATE INDEX report_order ON report(id, current, day, document, outlet);
CREATE INDEX report_counts ON report(current, outlet, statements, without_source, without_speaker);

-- The text cut into blocks by the part they play on the page.
CREATE TABLE block (
    report  INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number  INTEGER NOT NULL,              -- 0 for the first
    start   INTEGER NOT NULL,              -- first character
    end     INTEGER NOT NULL,              -- after the last
    role    TEXT NOT NULL,                 -- headline, tags, byline, dateline, body, caption, teaser …
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- One attribution: content laid to a source by a cue.
CREATE TABLE statement (
    id           INTEGER PRIMARY KEY,      -- row number, for the tables below and the full text; not a promise
    report       INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report that prints it
    statement    TEXT NOT NULL,            -- its id in the record
    number       INTEGER NOT NULL,         -- in the order of the text, from 1
    form         TEXT NOT NULL,            -- direct, indirect or mixed
    source       TEXT,                     -- the words that name the source; null: nobody is named
    cue          TEXT,                     -- the reporting words; null: there are none
    content      TEXT NOT NULL,            -- what is laid to the source; pieces joined by […]
    speaker      TEXT,                     -- entity.entity of the owner; null: not known
    speaker_name TEXT,                     -- that entity's name
    source_type  TEXT,                     -- named-person, office, organisation, document, media, anonymous …
    parent       TEXT,                     -- id of the statement that this one stands in
    in_headline  INTEGER NOT NULL,         -- 1 for a headline
    borne_out_by TEXT,                     -- for a headline: id of the body statement that says the same
    block        INTEGER NOT NULL,         -- block.number where the content begins
    stance       TEXT,                     -- asserts, denies, demands …
    certainty    TEXT,                     -- how surely
    score        REAL,                     -- probability that source and content are right; null: no such figure
    start        INTEGER,                  -- first character of the content
    end          INTEGER,                  -- after its last
    UNIQUE (report, statement)
) STRICT;
CREATE INDEX statement_speaker ON statement(speaker_name);
CREATE INDEX statement_order ON statement(id, report, number, score, form, source_type);

-- Evidence: the exact words of every source, cue and content, with a margin to find them again.
CREATE TABLE span (
    statement  INTEGER NOT NULL REFERENCES statement(id) ON DELETE CASCADE,  -- statement.id
    part       TEXT NOT NULL,              -- source, cue, content, reason or status
    piece      INTEGER NOT NULL,           -- 0 for the first piece
    start      INTEGER NOT NULL,           -- first character
    end        INTEGER NOT NULL,           -- after the last
    exact      TEXT NOT NULL,              -- the words
    prefix     TEXT NOT NULL,              -- up to 32 characters before
    suffix     TEXT NOT NULL,              -- up to 32 characters after
    PRIMARY KEY (statement, part, piece)
) STRICT, WITHOUT ROWID;

-- The hands that a statement went through, in order.
CREATE TABLE hand (
    statement  INTEGER NOT NULL REFERENCES statement(id) ON DELETE CASCADE,  -- statement.id
    step       INTEGER NOT NULL,           -- 0 for the speaker, the outlet last
    hand       TEXT NOT NULL,              -- speaker, origin, relay, wire or outlet
    entity     TEXT,                       -- entity.entity, if known
    name       TEXT,                       -- as the report gives it
    start      INTEGER,                    -- where it is named
    end        INTEGER,                    -- after the last character of that
    PRIMARY KEY (statement, step)
) STRICT, WITHOUT ROWID;

-- One person, organisation, place … as one report speaks of it.
CREATE TABLE entity (
    report  INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    entity  TEXT NOT NULL,                 -- its id in the record
    name    TEXT NOT NULL,                 -- the fullest name
    type    TEXT NOT NULL,                 -- person, organisation, place, group, document or other
    PRIMARY KEY (report, entity)
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_name ON entity(name);

-- Other names of an entity.
CREATE TABLE alias (
    report  INTEGER NOT NULL,              -- the report
    entity  TEXT NOT NULL,                 -- the entity
    name    TEXT NOT NULL,                 -- the other name
    PRIMARY KEY (report, entity, name),
    FOREIGN KEY (report, entity) REFERENCES entity(report, entity) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Roles of an entity as this report gives them.
CREATE TABLE role (
    report        INTEGER NOT NULL,        -- the report
    entity        TEXT NOT NULL,           -- the entity
    start         INTEGER NOT NULL,        -- where it stands
    end           INTEGER NOT NULL,        -- and where it ends
    role          TEXT NOT NULL,           -- leader of …, former …
    organisation  TEXT,                    -- entity.entity of the organisation
    PRIMARY KEY (report, entity, start, end),
    FOREIGN KEY (report, entity) REFERENCES entity(report, entity) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- What a report offers for knowing its actors again in other reports.
CREATE TABLE handle (
    report  INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    entity  TEXT NOT NULL,                 -- the entity
    what    TEXT NOT NULL,                 -- name, spelling, alias or role
    key     TEXT NOT NULL,                 -- equal where two names may be one: exact words, or consonants
    words   TEXT NOT NULL,                 -- the name, alias or word of a role
    name    TEXT NOT NULL,                 -- entity.name
    kind    TEXT NOT NULL,                 -- person, place, document or body
    PRIMARY KEY (report, entity, what, key, words)
) STRICT, WITHOUT ROWID;
CREATE INDEX handle_key ON handle(key, name, what, kind, words);
CREATE INDEX handle_name ON handle(name, what, key, kind, words);

-- Why two names are one actor: the merges of the ledger, each with its evidence.
CREATE TABLE merge (
    name        TEXT NOT NULL,             -- one name, as entities bear it
    other       TEXT NOT NULL,             -- the other
    rule        TEXT NOT NULL,             -- list, marks, spelling, fuller, acronym or alias
    words       TEXT NOT NULL,             -- what was compared of the one
    other_words TEXT NOT NULL,             -- and of the other
    PRIMARY KEY (name, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX merge_other ON merge(other);

-- Names that are one actor with others, or that stand in the user's list.
CREATE TABLE known_as (
    name   TEXT PRIMARY KEY NOT NULL,      -- a name, as entities bear it
    actor  TEXT NOT NULL,                  -- the name that the actor goes by
    id     TEXT,                           -- the actor's id in the user's list
    type   TEXT                            -- the actor's type in the user's list
) STRICT, WITHOUT ROWID;
CREATE INDEX known_as_actor ON known_as(actor, name);

-- Words that refer.
CREATE TABLE mention (
    report  INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number  INTEGER NOT NULL,              -- in the order of the record, from 0
    start   INTEGER NOT NULL,              -- first character
    end     INTEGER NOT NULL,              -- after the last
    kind    TEXT NOT NULL,                 -- name, nominal or pronoun
    entity  TEXT,                          -- to whom; null: not sure enough to say
    score   REAL,                          -- how sure
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- Words in quotation marks that are nobody's speech.
CREATE TABLE quoted (
    report  INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number  INTEGER NOT NULL,              -- in the order of the record, from 0
    start   INTEGER NOT NULL,              -- first character
    end     INTEGER NOT NULL,              -- after the last
    why     TEXT NOT NULL,                 -- scare, title, motto or nickname
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- Time phrases.
CREATE TABLE timex (
    report  INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number  INTEGER NOT NULL,              -- in the order of the record, from 0
    start   INTEGER NOT NULL,              -- first character
    end     INTEGER NOT NULL,              -- after the last
    type    TEXT NOT NULL,                 -- DATE, TIME, DURATION or SET
    value   TEXT,                          -- ISO 8601 as TIMEX3 writes it
    anchor  TEXT,                          -- what it is relative to
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- Place names.
CREATE TABLE place (
    report     INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number     INTEGER NOT NULL,           -- in the order of the record, from 0
    start      INTEGER NOT NULL,           -- first character
    end        INTEGER NOT NULL,           -- after the last
    name       TEXT NOT NULL,              -- the place
    lat        REAL,                       -- degrees north
    lon        REAL,                       -- degrees east
    geonameid  INTEGER,                    -- in GeoNames; null: not resolved
    score      REAL,                       -- how sure
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- Reports of events: who is said to have done what to whom, and by whose voice.
CREATE TABLE event (
    report     INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    event      TEXT NOT NULL,              -- its id in the record
    start      INTEGER NOT NULL,           -- first character of the trigger
    end        INTEGER NOT NULL,           -- after its last
    actor      TEXT,                       -- entity.entity of who acts
    recipient  TEXT,                       -- entity.entity of whom it is done to
    plover     TEXT NOT NULL,              -- PLOVER code
    mode       TEXT,                       -- PLOVER mode
    timex      INTEGER,                    -- timex.number
    place      INTEGER,                    -- place.number
    voice      TEXT NOT NULL,              -- “outlet”, or the statement that asserts it
    status     TEXT NOT NULL,              -- asserted, alleged, demanded, threatened, denied
    PRIMARY KEY (report, event)
) STRICT, WITHOUT ROWID;

-- Loaded words for somebody, kept as their owner's words.
CREATE TABLE label (
    report  INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number  INTEGER NOT NULL,              -- in the order of the record, from 0
    start   INTEGER NOT NULL,              -- first character
    end     INTEGER NOT NULL,              -- after the last
    entity  TEXT,                          -- for whom
    owner   TEXT NOT NULL,                 -- “outlet”, or the statement whose word it is
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- Which stage, by which model or rules and version, made a layer of a record.
CREATE TABLE provenance (
    report   INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number   INTEGER NOT NULL,             -- in the order of the record, from 0
    stage    TEXT NOT NULL,                -- the stage
    name     TEXT NOT NULL,                -- the model or rules
    version  TEXT NOT NULL,                -- their version
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- What went wrong at one stage of a report that was kept all the same.
CREATE TABLE problem (
    report   INTEGER NOT NULL REFERENCES report(id) ON DELETE CASCADE,  -- the report
    number   INTEGER NOT NULL,             -- in the order of the record, from 0
    stage    TEXT NOT NULL,                -- the stage
    code     TEXT NOT NULL,                -- the short name of the error
    message  TEXT NOT NULL,                -- the error, in one line
    PRIMARY KEY (report, number)
) STRICT, WITHOUT ROWID;

-- Full text of the reports; accents and case folded.
CREATE VIRTUAL TABLE report_words USING fts5(
    title,                                 -- report.title
    text,                                  -- report.text
    content='report', content_rowid='id', tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER report_words_in AFTER INSERT ON report BEGIN
    INSERT INTO report_words(rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER report_words_out AFTER DELETE ON report BEGIN
    INSERT INTO report_words(report_words, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;

-- Full text of the statements; accents and case folded.
CREATE VIRTUAL TABLE statement_words USING fts5(
    content,                               -- statement.content
    source,                                -- statement.source
    speaker_name,                          -- statement.speaker_name
    content='statement', content_rowid='id', tokenize="unicode61 remove_diacritics 2"
);
CREATE TRIGGER statement_words_in AFTER INSERT ON statement BEGIN
    INSERT INTO statement_words(rowid, content, source, speaker_name)
    VALUES (new.id, new.content, new.source, new.speaker_name);
END;
CREATE TRIGGER statement_words_out AFTER DELETE ON statement BEGIN
    INSERT INTO statement_words(statement_words, rowid, content, source, speaker_name)
    VALUES ('delete', old.id, old.content, old.source, old.speaker_name);
END;
