"""Statements for the leases. Only the clock of the server decides when one ends."""

from typing import LiteralString

_NOW: LiteralString = "clock_timestamp()"
_IN: LiteralString = f"{_NOW} + make_interval(secs => %s)"
SHARDS: LiteralString = """
INSERT INTO dealbot_cluster.leases (name, expires)
SELECT name, clock_timestamp() FROM unnest(%s::text[]) AS name ON CONFLICT DO NOTHING
"""
NAMED: LiteralString = """
INSERT INTO dealbot_cluster.leases (name, expires) VALUES (%s, '-infinity'), (%s, '-infinity')
ON CONFLICT DO NOTHING
"""
OTHER_COUNTS: LiteralString = """
SELECT DISTINCT shard_count FROM dealbot_cluster.members
WHERE expires > clock_timestamp() AND bot = %s AND shard_count <> %s
"""
BEAT: LiteralString = f"""
INSERT INTO dealbot_cluster.members
    (name, bot, first_shard, last_shard, shard_count, since, expires)
SELECT %s, %s, %s, %s, %s, {_NOW}, {_IN} WHERE NOT EXISTS ({OTHER_COUNTS})
ON CONFLICT (name) DO UPDATE SET expires = excluded.expires
"""
RENEW: LiteralString = f"""
UPDATE dealbot_cluster.leases SET expires = {_IN}, session = coalesce(given.session, leases.session)
FROM unnest(%s::text[], %s::jsonb[]) AS given (name, session)
WHERE leases.name = given.name AND holder = %s RETURNING leases.name
"""
TAKE: LiteralString = f"""
WITH free AS (
    SELECT name FROM dealbot_cluster.leases
    WHERE name = ANY(%s) AND (holder = %s OR expires <= {_NOW} - make_interval(secs => %s))
    ORDER BY name LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE dealbot_cluster.leases SET holder = %s, expires = {_IN} FROM free
WHERE leases.name = free.name RETURNING leases.name, session, drained > {_NOW}
"""
WANTED: LiteralString = f"""
SELECT first_shard, last_shard FROM dealbot_cluster.members
WHERE name <> %s AND bot = %s AND expires > {_NOW} AND since <= {_NOW} - make_interval(secs => %s)
"""
RELEASE: LiteralString = f"""
UPDATE dealbot_cluster.leases SET
    holder = '', expires = CASE WHEN given.at_once THEN '-infinity' ELSE {_NOW} END,
    session = coalesce(given.session, leases.session),
    drainer = CASE WHEN given.busy THEN holder ELSE drainer END,
    drained = CASE WHEN given.busy THEN {_IN} WHEN drainer = holder THEN '-infinity'
        ELSE drained END
FROM unnest(%s::text[], %s::jsonb[], %s::boolean[], %s::boolean[])
    AS given (name, session, busy, at_once)
WHERE leases.name = given.name AND holder = %s
"""
REST: LiteralString = f"""
UPDATE dealbot_cluster.members SET since = {_IN} WHERE name = %s AND EXISTS (
    SELECT FROM dealbot_cluster.members AS other
    WHERE other.name <> members.name AND other.bot = members.bot AND other.expires > {_NOW}
) RETURNING name
"""
DRAINED: LiteralString = (
    "UPDATE dealbot_cluster.leases SET drained = '-infinity' WHERE drainer = %s"
)
IS_DRAINING: LiteralString = f"SELECT drained > {_NOW} FROM dealbot_cluster.leases WHERE name = %s"
LEAVE: LiteralString = "DELETE FROM dealbot_cluster.members WHERE name = %s"
ABDICATE: LiteralString = (
    "UPDATE dealbot_cluster.leases SET expires = '-infinity' WHERE name = %s AND holder = %s"
)
FORGET: LiteralString = f"""
DELETE FROM dealbot_cluster.members WHERE expires < {_NOW} - interval '1 day'
"""
TURN: LiteralString = f"""
UPDATE dealbot_cluster.leases SET expires = greatest(expires, {_NOW}) + make_interval(secs => %s)
WHERE name = %s AND expires < {_NOW} + make_interval(secs => %s)
RETURNING extract(epoch FROM expires - {_NOW})::float8
"""
HOLDERS: LiteralString = f"""
SELECT name, holder, expires > {_NOW} FROM dealbot_cluster.leases
WHERE name LIKE ANY(%s) ORDER BY length(name), name
"""
