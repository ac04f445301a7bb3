"""The invented facts and events that teach the judge: what they say and how it is labelled."""

import random

import pytest

from bot.answering.judge.inputs import Task
from training.judge.claims import word_for_word
from training.judge.examples import RIGHT, WRONG, Example, Paragraph
from training.judge.invented_events import claims
from training.judge.invented_facts import World, text_of, windows


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(windows("test", 30))


def test_the_same_seed_gives_the_same_examples(examples: list[Example]) -> None:
    assert examples == list(windows("test", 30))
    assert examples != list(windows("other", 30))


def test_each_sentence_names_the_parties_of_its_facts() -> None:
    chance = random.Random(3)
    for _ in range(30):
        for told in text_of(World(chance), chance):
            for number, fact in enumerate(told.facts):
                parties = (fact.o, fact.v) if told.leans and number == 0 else (fact.s, fact.v)
                assert all(party in told.text for party in parties)


def test_each_window_has_one_label_a_sentence_and_spans_in_right_sentences(
    examples: list[Example],
) -> None:
    for each in examples:
        assert len(each.labels) == len(each.sentences)
        if each.span is not None:
            assert each.labels[each.span.sentence] == RIGHT
            assert 0 <= each.span.start < each.span.end <= len(each.sentences[each.span.sentence])


def test_there_are_questions_and_claims_of_both_labels(examples: list[Example]) -> None:
    for task in Task:
        some = [RIGHT in each.labels for each in examples if each.task is task]
        assert 0.2 < sum(some) / len(some) < 0.8


def test_no_sentence_supports_a_claim_and_contradicts_it(examples: list[Example]) -> None:
    for each in [*examples, *claims("test", 300)]:
        for supports, contradicts in zip(each.labels, each.contradicts, strict=False):
            assert (supports, contradicts) != (RIGHT, RIGHT)


def test_only_an_event_that_happened_supports_a_claim() -> None:
    for each in claims("test", 600):
        text = " ".join(each.sentences)
        if "possib" in text or "may come" in text:
            assert RIGHT not in (*each.labels, *each.contradicts)
        if "did not happen" in text:
            assert RIGHT in each.contradicts
        if "took place" in text:
            assert RIGHT in each.labels


def test_a_sentence_supports_itself_and_not_itself_with_another_digit() -> None:
    paragraph = Paragraph("", ("The bridge costs 12 million.", "It opens in 2031."))
    chance = random.Random(1)
    made = [word_for_word(paragraph, "set", chance) for _ in range(40)]
    for each in made:
        at = each.sentences.index(each.text) if each.text in each.sentences else None
        assert (RIGHT in each.labels) is (at is not None)
        assert each.labels != each.contradicts or set(each.labels) == {WRONG}
    assert {RIGHT in each.labels for each in made} == {True, False}
