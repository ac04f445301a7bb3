"""Messages that the pipeline meets without a search, and messages with several questions."""

from bot.answering.citing.choice import choose
from bot.answering.citing.citations import check_citations
from bot.answering.pipeline import QuestionAnswerer
from bot.answering.question.shape import QuestionShape
from bot.domain.models import (
    Answer,
    IndexQuestion,
    Question,
    SmallTalk,
    Status,
    Turn,
    Unstated,
)
from bot.wording.answers import answer_text
from index.generations.live import LiveIndex
from prompts import text

_answerer: list[QuestionAnswerer] = []


def answered(live: LiveIndex, question: str, history: tuple[Turn, ...] = ()) -> Answer:
    if not _answerer:
        _answerer.append(QuestionAnswerer())
    current = live.current
    [encoded] = _answerer[0].encode(current, [Question(question=question, history=history)])
    receipt = _answerer[0].answer(current, encoded)
    check_citations(current.generation.texts, receipt.answer.citations)
    assert [receipt.ranked[place].hit.sentence.text for place in receipt.cited] == [
        citation.quote for part in _parts(receipt.answer) for citation in part.evidence
    ]
    return receipt.answer


def _parts(answer: Answer) -> list[Answer]:
    return [answer.of_part(part) for part in answer.parts] or [answer]


def test_insult_is_met_calmly_and_without_quotes(live: LiveIndex) -> None:
    answer = answered(live, "you're useless")
    assert answer.small_talk is SmallTalk.INSULT
    assert (answer.citations, answer.closest) == ((), ())
    assert answer_text(answer) == text("insult")


def test_message_in_another_language_is_answered_in_it(live: LiveIndex) -> None:
    answer = answered(live, "wie viel ist der Vertrag wert?")
    assert (answer.language, answer.status) == ("de", Status.ABSTAINED)
    assert answer_text(answer) == text("tongues.de")


def test_count_of_articles_is_exact(live: LiveIndex) -> None:
    answer = answered(live, "how many articles do you have")
    times = live.current.generation.texts.times
    assert answer.facts is not None
    assert answer.facts.asked is IndexQuestion.COUNT
    assert answer.facts.count == sum(
        article.holds for article in live.current.generation.texts.articles
    )
    assert answer.status is Status.ANSWERED
    assert len(times.published) >= answer.facts.count
    assert f"{answer.facts.count} articles" in answer_text(answer)


def test_sources_list_each_article_with_its_outlet(live: LiveIndex) -> None:
    answer = answered(live, "what are your sources")
    assert answer.facts is not None
    for article in answer.facts.articles:
        assert article.article_id in {a.id for a in live.current.generation.texts.articles}
    said = answer_text(answer)
    assert all(outlet in said for outlet in answer.facts.outlets)


def test_small_talk_before_a_follow_up_is_nothing_to_refer_to(live: LiveIndex) -> None:
    turns = (Turn(question="thanks mate", answer="You're welcome!"),)
    alone = answered(live, "and when?")
    assert answered(live, "and when?", turns).understood_as == alone.understood_as


def test_each_of_two_questions_is_answered(live: LiveIndex) -> None:
    answer = answered(live, "What will the repair cost? And when will the bridge close?")
    assert [part.question for part in answer.parts] == [
        "What will the repair cost?",
        "And when will the bridge close?",
    ]
    assert all(part.citations for part in answer.parts)
    assert [each.number for each in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len({(each.article_id, each.start) for each in answer.citations}) == len(
        answer.citations
    )
    said = answer_text(answer)
    assert "**What will the repair cost?**" in said
    assert "$12.5 million" in said.replace("\\", "")


def test_part_that_nothing_answers_says_so(live: LiveIndex) -> None:
    answer = answered(live, "What will the repair cost? Who is the king of Peru?")
    assert [part.status for part in answer.parts] == [Status.ANSWERED, Status.ABSTAINED]
    assert text("abstained_lacking", lacking="Peru") in answer_text(answer)


def test_unsure_answer_is_not_about_something_that_no_article_mentions(live: LiveIndex) -> None:
    answer = answered(live, "how much will intel pay for the kitchen")
    assert answer.status is Status.ABSTAINED


def test_count_is_answered_by_the_number_that_counts(live: LiveIndex) -> None:
    answer = answered(live, "how many boats did northline order")
    assert answer.short_answer is not None
    assert answer.short_answer.text == "two electric boats"
    assert answer.unstated is None


def test_unsure_count_without_a_number_is_refused(live: LiveIndex) -> None:
    answer = answered(live, "how many museums got a new roof of copper")
    assert (answer.status, answer.unstated) == (Status.ABSTAINED, Unstated.COUNT)
    assert answer_text(answer) == text("answers.unstated_count")


def test_sure_count_without_a_number_says_so_above_the_sentences(live: LiveIndex) -> None:
    question = "how many museums got a new roof of copper"
    answered(live, question)
    [encoded] = _answerer[0].encode(live.current, [Question(question=question)])
    receipt = _answerer[0].answer(live.current, encoded)
    ranked = receipt.ranked[:1]
    chosen, _, unstated = choose(question, QuestionShape.COUNT, ranked, lambda _: None, sure=True)
    assert (chosen, unstated) == (list(ranked), Unstated.COUNT)
    shown = receipt.answer.model_copy(update={"citations": receipt.answer.closest[:1]})
    assert answer_text(shown.model_copy(update={"confidence": 0.9})).startswith(
        text("answers.uncounted")
    )


def test_comparison_that_no_sentence_makes_is_refused(live: LiveIndex) -> None:
    answer = answered(live, "which is the most expensive repair")
    assert (answer.status, answer.unstated) == (Status.ABSTAINED, Unstated.COMPARISON)
    assert answer_text(answer) == text("answers.unstated_comparison")
    assert answer.closest


def test_comparison_that_a_sentence_makes_is_answered(live: LiveIndex) -> None:
    answer = answered(live, "which soup did critics call the best")
    assert (answer.status, answer.unstated) == (Status.ANSWERED, None)


def test_part_that_nothing_compares_says_so(live: LiveIndex) -> None:
    answer = answered(live, "What will the repair cost? Which is the most expensive repair?")
    assert [part.unstated for part in answer.parts] == [None, Unstated.COMPARISON]
    assert text("answers.unstated_comparison") in answer_text(answer)
