-- A store of schema 8, as it was released. Never changes.
BEGIN TRANSACTION;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    happened TEXT NOT NULL,
    guild INTEGER,
    actor INTEGER NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,'2031-05-04T12:00:00.000000+00:00',1310000000000000001,7,'rebuild','','published');
CREATE TABLE cited (
    article TEXT NOT NULL,
    receipt TEXT NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    PRIMARY KEY (article, receipt)
) STRICT, WITHOUT ROWID;
INSERT INTO "cited" VALUES('harbour','abcdefgh2345');
CREATE TABLE digests (
    guild INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    every TEXT NOT NULL,
    hour INTEGER NOT NULL,
    due TEXT NOT NULL,
    covered TEXT NOT NULL,
    paused INTEGER NOT NULL
) STRICT;
INSERT INTO "digests" VALUES(1310000000000000001,1310000000000000002,'daily',8,'2031-05-05T08:00:00.000000+00:00','2031-05-04T08:00:00.000000+00:00',0);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "facts" VALUES('commands','0a1b');
CREATE TABLE messages (
    message INTEGER PRIMARY KEY,
    receipt TEXT NOT NULL REFERENCES receipts (id) ON DELETE CASCADE
, asked_by INTEGER) STRICT;
INSERT INTO "messages" VALUES(77,'abcdefgh2345',NULL);
CREATE TABLE notes (
    message INTEGER PRIMARY KEY REFERENCES messages (message) ON DELETE CASCADE,
    note TEXT NOT NULL,
    shown INTEGER NOT NULL
) STRICT;
CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    created TEXT NOT NULL,
    asker TEXT NOT NULL,
    guild INTEGER,
    channel INTEGER NOT NULL,
    private INTEGER NOT NULL,
    offered TEXT,
    answer TEXT NOT NULL
, asked TEXT, question TEXT, outcome TEXT) STRICT;
INSERT INTO "receipts" VALUES('abcdefgh2345','2031-05-04T12:00:00.000000+00:00','someone',1310000000000000001,1310000000000000002,0,' when does the bridge close','{"id":"q","question":"When does the bridge close?","status":"answered","mode":"extractive","text":"It closes in May [1].","citations":[{"article_id":"harbour","title":"Harbour bridge to close","source":"Tarn Gazette","published":"2031-02-03","url":"","start":4,"end":18,"number":1,"role":"evidence","quote":"closes in May.","score":0.75,"also_in":[]}],"closest":[],"confidence":0.875,"generation":"0123456789abcdef","elapsed_ms":12.5,"understood_as":"","short_answer":null,"error":null}','When does the bridge close?','{"question":"When does the bridge close?","id":"q","history":[]}','answered');
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
INSERT INTO "secrets" VALUES('asker',X'6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B6B');
INSERT INTO "secrets" VALUES('signer',X'7373737373737373737373737373737373737373737373737373737373737373');
CREATE TABLE settings (guild INTEGER PRIMARY KEY, settings TEXT NOT NULL) STRICT;
INSERT INTO "settings" VALUES(1310000000000000001,'{"channels":[5,6],"roles":[],"admin_roles":[],"admin_users":[7],"private":false,"per_user_per_minute":null}');
CREATE TABLE usage (
    day TEXT NOT NULL,
    asker TEXT,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_millionths INTEGER NOT NULL,
    UNIQUE (day, asker)
) STRICT;
INSERT INTO "usage" VALUES('2031-05-04','someone',900,100,2500);
CREATE TABLE votes (
    receipt TEXT NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    voter TEXT NOT NULL,
    vote INTEGER NOT NULL CHECK (vote IN (-1, 0, 1)),
    PRIMARY KEY (receipt, voter)
) STRICT, WITHOUT ROWID;
INSERT INTO "votes" VALUES('abcdefgh2345','other',-1);
INSERT INTO "votes" VALUES('abcdefgh2345','someone',1);
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
CREATE INDEX receipts_by_age ON receipts (created);
CREATE INDEX receipts_by_channel ON receipts (channel, created);
CREATE INDEX messages_by_receipt ON messages (receipt);
CREATE INDEX audit_by_guild ON audit (guild, id);
CREATE INDEX audit_by_age ON audit (happened);
CREATE INDEX receipts_offered ON receipts (guild, offered, asked, asker, created, channel)
    WHERE offered IS NOT NULL;
CREATE INDEX receipts_by_asker ON receipts (asker);
CREATE INDEX votes_by_voter ON votes (voter);
CREATE INDEX audit_by_actor ON audit (actor);
CREATE INDEX usage_by_asker ON usage (asker) WHERE asker IS NOT NULL;
CREATE INDEX watches_by_watcher ON watches (watcher);
CREATE INDEX watches_by_guild ON watches (guild);
CREATE INDEX cited_by_receipt ON cited (receipt);
CREATE INDEX receipts_by_outcome ON receipts (guild, created, outcome) WHERE outcome IS NOT NULL;
CREATE INDEX messages_by_asking ON messages (asked_by) WHERE asked_by IS NOT NULL;
COMMIT;PRAGMA user_version = 8;
