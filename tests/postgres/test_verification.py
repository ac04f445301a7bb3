"""Damage to rows on a server, found by a verification."""

import numpy as np
import psycopg
import pytest

from index.errors import IndexDamagedError
from index.postgres.index import ServerIndex


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE dealbot.articles_{} SET published = published + 86400", "its times do not match"),
        ("UPDATE dealbot.articles_{} SET until = 0 WHERE number = 0", "its times do not match"),
        ("UPDATE dealbot.articles_{} SET id = 'x' WHERE number = 0", "its id or its times"),
        ("UPDATE dealbot.articles_{} SET digest = 'x' WHERE number = 0", "its checksum does not"),
        ("UPDATE dealbot.sentences_{} SET passage = passage + 1", "names another passage"),
        ("UPDATE dealbot.passages_{} SET vector = vector + vector", "the vector of a passage"),
        ("INSERT INTO dealbot.closed_{} VALUES (0, 1)", "lacks sentences"),
        ("DELETE FROM dealbot.sentences_{} WHERE number = 0", "lacks sentences"),
        ("DELETE FROM dealbot.passages_{} WHERE number = 0", "lacks passages"),
        (
            "INSERT INTO dealbot.sentences_{} SELECT number + 1000, passage, from_generation, "
            "vector FROM dealbot.sentences_{} WHERE number < 2",
            "has 2 sentences that no article",
        ),
    ],
)
def test_damage_to_rows_is_found(index: ServerIndex, url: str, damage: str, told: str) -> None:
    [current] = index.published()
    assert index.verification().damage[current] == []
    with psycopg.connect(url) as connection:
        [[epoch]] = connection.execute("SELECT epoch FROM dealbot.epochs").fetchall()
        connection.execute(damage.replace("{}", str(epoch)).encode())
    problems = index.verification().damage[current]
    assert problems
    assert all(told in each for each in problems)


def test_a_sentence_of_an_unknown_passage_is_not_searched(index: ServerIndex, url: str) -> None:
    generation = index.open_current()
    with psycopg.connect(url) as connection:
        [[epoch]] = connection.execute("SELECT epoch FROM dealbot.epochs").fetchall()
        connection.execute(
            f"INSERT INTO dealbot.passages_{epoch} SELECT 1000, vector "
            f"FROM dealbot.passages_{epoch} WHERE number = 0"
        )
        connection.execute(f"UPDATE dealbot.sentences_{epoch} SET passage = 1000 WHERE number = 0")
    with pytest.raises(IndexDamagedError, match="lacks 1 rows"):
        generation.sentence_vectors.vectors(np.arange(2))
