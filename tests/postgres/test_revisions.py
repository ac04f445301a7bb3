"""The order of the articles and the vocabulary: only changes are written, and all are read."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from index.building.build import BuildOptions
from index.encoder.encoder import Encoder
from index.models import Article
from index.postgres.catalogue import Contents
from index.postgres.generation import ServerGeneration
from index.postgres.index import ServerIndex
from index.postgres.server import Server
from index.progress import NoProgress
from tests.index.contract.articles import LATER, MARKET, STORY
from tests.postgres.test_updates import assert_equal, in_files

A, B, C, D, E, F = (
    replace(MARKET, id=name, text=f"The market of {name} opens at nine.", title="")
    for name in "Arden Brill Corve Dunmar Elst Farrow".split()
)


def publish(index: ServerIndex, encoder: Encoder, articles: Sequence[Article]) -> str:
    options = BuildOptions(keep_generations=10)
    return index.publish(articles, encoder, NoProgress(), options).manifest.id


def revisions(url: str, kind: str) -> list[tuple[int, bool]]:
    """Return the revisions of a kind: the generation, and whether it has all."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT generation, is_whole FROM dealbot.revisions_1 WHERE kind = %s "
            "ORDER BY generation",
            [kind],
        ).fetchall()


def test_each_generation_has_its_articles_in_their_order(
    empty: ServerIndex, url: str, encoder: Encoder, tmp_path: Path
) -> None:
    orders = [
        [A, B, C, D],
        [E, A, B, F, C, D],  # two more
        [E, A, C, D],  # two less
        [D, A, E, C],  # another order
        [D, B, A, E, C, F],  # articles that were there before
    ]
    names = [publish(empty, encoder, articles) for articles in orders]
    server = Server(url)
    for number, (name, articles) in enumerate(zip(names, orders, strict=True)):
        generation = ServerGeneration.open(server, name)
        assert [each.id for each in generation.texts.articles] == [each.id for each in articles]
        assert_equal(generation, in_files(tmp_path / str(number), encoder, articles))
    server.close()
    assert revisions(url, "order") == [(1, True), (2, False), (4, True), (5, False)]


def test_only_words_whose_counts_changed_are_written(
    empty: ServerIndex, url: str, encoder: Encoder
) -> None:
    for articles in ([A, B, C], [A, B, C], [A, B]):
        publish(empty, encoder, articles)
    assert revisions(url, "vocabulary") == [(1, True), (3, False)]
    with psycopg.connect(url) as connection:
        [[data]] = connection.execute(
            "SELECT data FROM dealbot.revisions_1 WHERE generation = 3 AND kind = 'vocabulary'"
        ).fetchall()
    assert bytes(data) == b'{"market": 2, "nine": 2, "opens": 2, "corve": 0}'
    assert dict(empty.open_current().vocabulary) == {
        **{"arden": 1, "brill": 1},
        **{"market": 2, "nine": 2, "opens": 2},
    }


def downgrade(url: str, server: Server, names: Sequence[str]) -> None:
    """Undo the step 003_revisions.sql."""
    contents = [Contents.open(server, name) for name in names]
    with psycopg.connect(url) as connection:
        connection.execute(
            "ALTER TABLE dealbot.generations ADD COLUMN articles bytea, "
            "ADD COLUMN vocabulary bytea, DROP COLUMN graphs"
        )
        for each in contents:
            connection.execute(
                "UPDATE dealbot.generations SET articles = %s, vocabulary = %s::jsonb::text::bytea "
                "WHERE number = %s",
                [
                    each.articles.tobytes(),
                    Jsonb(each.vocabulary),
                    each.number,
                ],
            )
        connection.execute(
            "ALTER TABLE dealbot.sentences_1 "
            "ADD COLUMN to_generation integer NOT NULL DEFAULT 2147483647"
        )
        connection.execute(
            "UPDATE dealbot.sentences_1 AS s SET to_generation = c.to_generation "
            "FROM dealbot.closed_1 AS c WHERE c.number = s.number"
        )
        connection.execute("DROP TABLE dealbot.closed_1, dealbot.revisions_1")
        connection.execute(
            "DELETE FROM dealbot.migrations WHERE step = (SELECT max(step) FROM dealbot.migrations)"
        )


def test_tables_of_an_older_schema_are_migrated_with_their_generations(
    empty: ServerIndex, url: str, encoder: Encoder, tmp_path: Path
) -> None:
    orders: list[Sequence[Article]] = [STORY, LATER]
    names = [publish(empty, encoder, articles) for articles in orders]
    server = Server(url)
    downgrade(url, server, names)
    orders.append([*LATER, A])
    names.append(publish(empty, encoder, orders[-1]))
    assert revisions(url, "order") == [(1, True), (2, True), (3, False)]
    for number, (name, articles) in enumerate(zip(names, orders, strict=True)):
        generation = ServerGeneration.open(server, name)
        assert_equal(generation, in_files(tmp_path / str(number), encoder, articles))
    server.close()
    assert not any(empty.verification().damage.values())
