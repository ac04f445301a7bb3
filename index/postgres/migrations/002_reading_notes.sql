-- What was left out of an article, valid from one generation until before another, like its row.
CREATE TABLE dealbot.reading (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id bytea NOT NULL,
    notes bytea NOT NULL,
    from_generation integer NOT NULL,
    to_generation integer NOT NULL
);
CREATE INDEX ON dealbot.reading (id);
