"""Checks against articles that no longer hold, and against articles that differ."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.claims import FindingKind, Standing
from bot.wording.reasons import until_line
from index.encoder.encoder import Encoder
from tests.bot.stories import Story, article

Tell = Callable[..., Story]
FIRST = "The harbour museum in Orrin will open on 3 May. The tickets cost $12 each."
SECOND = "The harbour museum in Orrin will open on 9 June. The tickets cost $12 each."
CLAIM = "The harbour museum in Orrin will open on 3 May."


@pytest.fixture
def tell(tmp_path: Path, encoder_home: Path, encoder: Encoder) -> Tell:
    return lambda *records: Story(tmp_path, encoder_home, encoder, records)


def versions() -> list[dict[str, str]]:
    first = article("museum", "Tarn Radio", "2031-02-03", FIRST, seen="2031-02-03T10:00:00Z")
    second = article("museum", "Tarn Radio", "2031-02-03", SECOND, seen="2031-03-04T10:00:00Z")
    return [first, second]


def test_a_claim_on_an_earlier_version_is_outdated(tell: Tell) -> None:
    [sentence] = tell(*versions()).check(CLAIM).sentences
    assert sentence.standing is Standing.OUTDATED
    assert sentence.until.startswith("2031-03-04")
    past, now = sentence.citations
    assert (past.quote, past.superseded) == (CLAIM, sentence.until)
    assert (now.article_id, now.superseded) == ("museum", "")
    assert "9 June" in now.quote
    assert until_line(sentence).startswith("was true until 4 Mar 2031")


def test_what_the_newest_version_still_says_is_supported(tell: Tell) -> None:
    [sentence] = tell(*versions()).check("The tickets cost $12 each.").sentences
    assert sentence.standing is Standing.SUPPORTED
    assert [each.article_id for each in sentence.citations] == ["museum"]
    assert not sentence.until
    assert '"until"' not in sentence.model_dump_json()


def test_a_claim_on_a_superseded_figure_is_outdated(tell: Tell) -> None:
    old = article("old", "Tarn Radio", "2031-02-03", "The Orrin library will cost $20 million.")
    new = article("new", "Tarn Radio", "2031-05-06", "The Orrin library will cost $26 million.")
    outdated, current = (
        tell(old, new)
        .check("The Orrin library will cost $20 million. The Orrin library will cost $26 million.")
        .sentences
    )
    assert (outdated.standing, outdated.until) == (Standing.OUTDATED, "2031-05-06")
    assert [(each.article_id, each.superseded) for each in outdated.citations] == [
        ("old", "2031-05-06"),
        ("new", ""),
    ]
    (reason,) = outdated.reasons
    assert reason.kind is FindingKind.NUMBER
    assert reason.in_article is not None
    assert (reason.in_article.text, reason.citation) == ("$26 million", 2)
    assert current.standing is Standing.SUPPORTED


def test_a_claim_that_articles_differ_on_is_disputed(tell: Tell) -> None:
    one = article("one", "Tarn Radio", "2031-02-03", "The Orrin library will cost $20 million.")
    two = article("two", "Gazette", "2031-02-04", "The Orrin library will cost $26 million.")
    [sentence] = tell(one, two).check("The Orrin library will cost $20 million.").sentences
    assert sentence.standing is Standing.DISPUTED
    assert [each.article_id for each in sentence.citations] == ["one", "two"]
    assert not sentence.until
    (reason,) = sentence.reasons
    assert reason.citation == 2


def test_a_figure_of_another_year_disputes_nothing(tell: Tell) -> None:
    one = article("one", "Radio", "2031-02-03", "The Orrin library lent 900 books in 2029.")
    two = article("two", "Gazette", "2031-02-04", "The Orrin library lent 950 books in 2030.")
    [sentence] = tell(one, two).check("The Orrin library lent 900 books in 2029.").sentences
    assert sentence.standing is Standing.SUPPORTED
