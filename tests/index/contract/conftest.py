"""One index of each kind of store, built of the same articles."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from index.building.build import BuildOptions, publish_articles
from index.encoder.encoder import Encoder
from index.generations.generation import open_current
from index.generations.reader import Generation
from index.models import Article, DenseType
from index.progress import NoProgress
from tests.index.contract.articles import STORY
from tests.postgres_server import PostgresServer

Publish = Callable[[Sequence[Article]], Generation]

STORES = ("files", "postgres")


OPTIONS = BuildOptions(dense_type=DenseType.EXACT)


@pytest.fixture(params=STORES, scope="session")
def publish(
    request: pytest.FixtureRequest, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Publish]:
    """Publish articles in an index of this store, and open what was published."""
    folder = tmp_path_factory.mktemp(request.param) / "index"

    def publish_in_files(articles: Sequence[Article]) -> Generation:
        publish_articles(articles, [], folder, encoder, NoProgress(), OPTIONS)
        return open_current(folder)

    if request.param == "files":
        yield publish_in_files
        return

    from index.postgres.index import ServerIndex

    server: PostgresServer = request.getfixturevalue("postgres")
    index = ServerIndex(server.database(), folder)

    def publish_on_server(articles: Sequence[Article]) -> Generation:
        index.publish(articles, encoder, NoProgress(), OPTIONS)
        return index.open_current()

    yield publish_on_server
    index.close()


@pytest.fixture(scope="session")
def generation(publish: Publish) -> Generation:
    return publish(STORY)
