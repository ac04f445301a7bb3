CREATE TABLE dealbot.epochs (
    epoch integer PRIMARY KEY,
    key text NOT NULL,
    dimension integer NOT NULL
);

-- `articles` has the numbers of the articles in their order, 8 bytes each.
CREATE TABLE dealbot.generations (
    number integer PRIMARY KEY,
    epoch integer NOT NULL REFERENCES dealbot.epochs (epoch),
    id text NOT NULL UNIQUE,
    manifest bytea NOT NULL,
    articles bytea NOT NULL,
    words integer NOT NULL,
    vocabulary bytea NOT NULL,
    initials bytea NOT NULL,
    next_article bigint NOT NULL,
    next_sentence bigint NOT NULL,
    next_passage bigint NOT NULL
);

CREATE TABLE dealbot.current (
    is_current boolean PRIMARY KEY DEFAULT true CHECK (is_current),
    number integer NOT NULL REFERENCES dealbot.generations (number)
);
