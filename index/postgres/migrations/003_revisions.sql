-- What changes a little with each generation moves from `generations` to tables of the epoch, and
-- the last generation of a sentence to a small table: an updated row is written to the graph again.
-- `graphs` has the sentence after the last one of each graph, in ascending order.
ALTER TABLE dealbot.generations ADD COLUMN graphs bigint[] NOT NULL DEFAULT '{}';

DO $$
DECLARE
    e integer;
BEGIN
    FOR e IN SELECT epoch FROM dealbot.epochs LOOP
        EXECUTE format(
            'CREATE TABLE dealbot.closed_%s (number bigint PRIMARY KEY, to_generation integer NOT NULL)',
            e);
        EXECUTE format(
            'INSERT INTO dealbot.closed_%1$s SELECT number, to_generation '
            'FROM dealbot.sentences_%1$s WHERE to_generation < 2147483647', e);
        EXECUTE format('ALTER TABLE dealbot.sentences_%s DROP COLUMN to_generation', e);
        EXECUTE format(
            'CREATE TABLE dealbot.revisions_%s (kind text NOT NULL, generation integer NOT NULL, '
            'is_whole boolean NOT NULL, data bytea NOT NULL, PRIMARY KEY (kind, generation))', e);
        EXECUTE format(
            'INSERT INTO dealbot.revisions_%1$s '
            'SELECT ''order'', number, true, articles FROM dealbot.generations WHERE epoch = %1$s '
            'UNION ALL '
            'SELECT ''vocabulary'', number, true, vocabulary FROM dealbot.generations '
            'WHERE epoch = %1$s', e);
    END LOOP;
END $$;

ALTER TABLE dealbot.generations DROP COLUMN articles, DROP COLUMN vocabulary;
