"""Tables in a SQLite file, as numbered steps that create them. A released step never changes."""

_FIRST = """
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE settings (guild INTEGER PRIMARY KEY, settings TEXT NOT NULL) STRICT;

-- `offered` is what the question is found by when it is offered to others; null: never offered.
CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    asker TEXT NOT NULL,
    guild INTEGER,
    channel INTEGER NOT NULL,
    private INTEGER NOT NULL,
    asked TEXT NOT NULL,
    offered TEXT,
    question TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_by_age ON receipts (created);
CREATE INDEX receipts_by_channel ON receipts (channel, created);
CREATE INDEX receipts_offered ON receipts (guild, offered, asked, asker, created, channel)
    WHERE offered IS NOT NULL;

CREATE TABLE messages (
    message INTEGER PRIMARY KEY,
    receipt TEXT NOT NULL REFERENCES receipts (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX messages_by_receipt ON messages (receipt);

CREATE TABLE votes (
    receipt TEXT NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    voter TEXT NOT NULL,
    vote INTEGER NOT NULL CHECK (vote IN (-1, 0, 1)),
    PRIMARY KEY (receipt, voter)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    happened TEXT NOT NULL,
    guild INTEGER,
    actor INTEGER NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_guild ON audit (guild, id);
CREATE INDEX audit_by_age ON audit (happened);
"""

# Typed text becomes optional. A direct channel identifies a person and is stored as a hash. Old
# ones become 0: continuing the conversations of the last half hour is not worth keeping the id.
_SECOND = """
DROP INDEX receipts_offered;
ALTER TABLE receipts RENAME COLUMN asked TO asked_before;
ALTER TABLE receipts RENAME COLUMN question TO question_before;
ALTER TABLE receipts ADD COLUMN asked TEXT;
ALTER TABLE receipts ADD COLUMN question TEXT;
UPDATE receipts SET asked = asked_before, question = question_before;
UPDATE receipts SET channel = 0 WHERE guild IS NULL;
ALTER TABLE receipts DROP COLUMN asked_before;
ALTER TABLE receipts DROP COLUMN question_before;
CREATE INDEX receipts_offered ON receipts (guild, offered, asked, asker, created, channel)
    WHERE offered IS NOT NULL;
CREATE INDEX receipts_by_asker ON receipts (asker);
CREATE INDEX votes_by_voter ON votes (voter);
CREATE INDEX audit_by_actor ON audit (actor);
"""

# Once a day is over, its askers become null: from then on only the sums count.
_THIRD = """
CREATE TABLE usage (
    day TEXT NOT NULL,
    asker TEXT,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_millionths INTEGER NOT NULL,
    UNIQUE (day, asker)
) STRICT;
CREATE INDEX usage_by_asker ON usage (asker) WHERE asker IS NOT NULL;
"""

# `told` is the answer that the watcher knows, and `answer` a different one that they must still be
# told; null: there is none. `batch` is the message that is being sent; it keeps its name after a
# crash. `channel` is null for direct messages. The mention needs the watcher's own id.
_FOURTH = """
CREATE TABLE watches (
    id TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    watcher INTEGER NOT NULL,
    guild INTEGER,
    channel INTEGER,
    question TEXT NOT NULL,
    generation TEXT NOT NULL,
    changed TEXT NOT NULL,
    told TEXT NOT NULL,
    answer TEXT,
    batch TEXT,
    state TEXT NOT NULL
) STRICT;
CREATE INDEX watches_by_watcher ON watches (watcher);
CREATE INDEX watches_by_guild ON watches (guild);

-- The articles that a public answer in a server cites as evidence.
CREATE TABLE cited (
    article TEXT NOT NULL,
    receipt TEXT NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    PRIMARY KEY (article, receipt)
) STRICT, WITHOUT ROWID;
CREATE INDEX cited_by_receipt ON cited (receipt);
INSERT OR IGNORE INTO cited SELECT json_extract(cited.value, '$.article_id'), receipts.id
FROM receipts, json_each(
    CASE WHEN json_valid(answer) THEN answer ELSE '{}' END, '$.citations'
) AS cited
WHERE guild IS NOT NULL AND NOT private AND json_extract(cited.value, '$.role') = 'evidence';
CREATE TRIGGER receipts_cite AFTER INSERT ON receipts
WHEN NEW.guild IS NOT NULL AND NOT NEW.private
BEGIN
    INSERT OR IGNORE INTO cited SELECT json_extract(cited.value, '$.article_id'), NEW.id
    FROM json_each(NEW.answer, '$.citations') AS cited
    WHERE json_extract(cited.value, '$.role') = 'evidence';
END;

CREATE TABLE notes (
    message INTEGER PRIMARY KEY REFERENCES messages (message) ON DELETE CASCADE,
    note TEXT NOT NULL,
    shown INTEGER NOT NULL
) STRICT;
"""

# `due` is when the next digest is posted, and `covered` the time up to which the last one listed
# what is new.
_FIFTH = """
CREATE TABLE digests (
    guild INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    every TEXT NOT NULL,
    hour INTEGER NOT NULL,
    due TEXT NOT NULL,
    covered TEXT NOT NULL,
    paused INTEGER NOT NULL
) STRICT;
"""

# `outcome` is null for what asks nothing of the articles: small talk and overviews.
_SIXTH = """
ALTER TABLE receipts ADD COLUMN outcome TEXT;
UPDATE receipts SET outcome = CASE
    WHEN NOT json_valid(answer) THEN NULL
    WHEN json_extract(answer, '$.small_talk') IS NOT NULL THEN NULL
    WHEN json_extract(answer, '$.overview') IS NOT NULL THEN NULL
    WHEN json_extract(answer, '$.status') = 'abstained' THEN 'abstained'
    WHEN NOT json_array_length(answer, '$.citations') THEN NULL
    WHEN json_extract(answer, '$.confidence') < 0.5 THEN 'unsure'
    ELSE 'answered' END;
CREATE INDEX receipts_by_outcome ON receipts (guild, created, outcome) WHERE outcome IS NOT NULL;
"""

# `asked_by` is the message that asked, if one did: deleting it deletes the answer.
_SEVENTH = """
ALTER TABLE messages ADD COLUMN asked_by INTEGER;
CREATE INDEX messages_by_asking ON messages (asked_by) WHERE asked_by IS NOT NULL;
"""

# The program writes `cited` itself, as it does on a server.
_EIGHTH = "DROP TRIGGER receipts_cite;"

# The user_version of a file is the number of steps that it has taken.
STEPS = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH, _EIGHTH)
