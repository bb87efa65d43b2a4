-- An investigation of keytrail. `facts` is a journal: rows are only ever added. Everything keytrail shows is derived
-- from it. Times are UTC.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE facts (
    seq     INTEGER PRIMARY KEY,  -- 1, 2, 3, ... without gaps
    at      TEXT NOT NULL,        -- when keytrail learned it
    kind    TEXT NOT NULL,
    payload TEXT NOT NULL,        -- JSON
    records TEXT NOT NULL,        -- of a page: the digest of its rows in `events`; else empty
    hash    TEXT NOT NULL         -- binds this row to the one before; see `meta`
);

-- The records of the pages. A copy of an event that is there already keeps its hash, not its body.
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY,
    fact       INTEGER NOT NULL REFERENCES facts (seq) DEFERRABLE INITIALLY DEFERRED,
    event_id   TEXT NOT NULL,
    time       TEXT NOT NULL,
    account    TEXT NOT NULL,     -- recipientAccountId
    name       TEXT NOT NULL,
    source     TEXT NOT NULL,
    region     TEXT NOT NULL,
    access_key TEXT,              -- the key that signed the call
    sha256     TEXT NOT NULL,     -- of the original record, before secrets were replaced
    copy_of    INTEGER,           -- the row of the same event that came first
    body       TEXT               -- JSON, secrets replaced
);
CREATE INDEX events_of_fact ON events (fact);
CREATE INDEX events_by_id ON events (event_id);

CREATE TRIGGER facts_stay  BEFORE UPDATE ON facts  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER facts_last  BEFORE DELETE ON facts  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER events_last BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- For reading with sqlite3: the files of the archives, and the events in order of time.
CREATE VIEW files AS
SELECT facts.seq AS fact,
       json_extract(file.value, '$.path') AS path,
       json_extract(file.value, '$.sha256') AS sha256,
       json_extract(file.value, '$.bytes') AS bytes,
       json_extract(file.value, '$.outcome') AS outcome,
       json_extract(file.value, '$.records') AS records,
       json_extract(file.value, '$.broken') AS broken
FROM facts, json_each(facts.payload, '$.files') AS file
WHERE facts.kind = 'files_read';

CREATE VIEW timeline AS
SELECT events.time, events.name, events.source, events.region, events.access_key, events.event_id,
       json_extract(facts.payload, '$.origin') AS origin, events.sha256, events.body
FROM events JOIN facts ON facts.seq = events.fact
WHERE events.copy_of IS NULL
ORDER BY events.time, events.event_id;

INSERT INTO meta VALUES
    ('format', 'keytrail investigation, version 1'),
    ('hash', 'facts.hash = SHA-256 of the fields hash of the fact before (64 zeros for the first), seq, at, kind, payload, '
          || 'records. facts.records = SHA-256 of the fields seq, event_id, time, account, name, source, region, access_key, '
          || 'sha256, copy_of, body of each row of the page, in order of seq. A field is its length in bytes, a colon, its '
          || 'text as UTF-8, a comma; NULL is the empty text. Hashes are in lower-case hexadecimal.');
