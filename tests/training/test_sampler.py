"""The judge's training examples: repeatable, correctly labelled, spans on the answer's text."""

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.judge.inputs import Task
from tests.hang_guard import HANG_S
from training.judge import typing_noise
from training.judge.claims import claim_of, claims_from
from training.judge.examples import (
    RIGHT,
    UNKNOWN,
    WRONG,
    Asked,
    Example,
    Paragraph,
    SpanInSentence,
    window_example,
)
from training.judge.near_misses import near_miss, roles_exchanged
from training.judge.sampler import Sampler
from training.judge.sets import (
    asked_of_story,
    claims_of_story,
    is_held_out,
    read_fool_me_twice,
    read_nli,
    read_squad_shifts,
)
from training.judge.typing_noise import typed
from training.stories import FOLDER, Kind, Label, Story

ROOT = Path(__file__).parents[2]
SETS = ROOT.parent / "shared" / "train"
with_sets = pytest.mark.skipif(not SETS.exists(), reason=f"the training sets are not at {SETS}")
EPOCHS = range(6)
NAMES = ("deal-1", "court-2", "tech-3")
TORCH = ("torch", "transformers", "sentence_transformers")


def stories() -> Iterator[tuple[str, Story]]:
    for name in NAMES:
        yield name, Story.model_validate_json((FOLDER / f"{name}.json").read_bytes())


def story_questions() -> list[list[tuple[Kind, Asked]]]:
    return [[*asked_of_story(name, story)] for name, story in stories()]


# Questions on one article of each story: other articles may repeat the answer.
ASKED = [
    replace(each, source="stories")
    for questions in story_questions()
    for _, each in questions
    if each.gold and each.paragraph == questions[0][1].paragraph
]
# The short answers that the stories mark, each with its sentence.
ANSWERS = {
    (each.paragraph.sentences[each.span.sentence], answer)
    for questions in story_questions()
    for _, each in questions
    if each.span
    for answer in [each.paragraph.sentences[each.span.sentence][each.span.start : each.span.end]]
}
STATED = {
    sentence
    for _, story in stories()
    for article in story.articles
    for sentence in article.sentences
}
QUESTIONS = {each.question for questions in story_questions() for _, each in questions}


def examples(sampler: Sampler, epoch: int) -> list[Example]:
    """Return everything that a sampler makes from the stories in one epoch."""
    found = [*sampler.windows_of(ASKED, epoch), *sampler.claims_of(ASKED, epoch, 0.6)]
    for (name, story), questions in zip(stories(), story_questions(), strict=True):
        found += sampler.questions_of_story(questions, epoch)
        found += sampler.claims_of_story([*claims_of_story(name, story)], epoch)
    return found


@pytest.fixture(scope="module")
def made() -> list[Example]:
    """Return the examples of several epochs."""
    return [example for epoch in EPOCHS for example in examples(Sampler(7), epoch)]


@pytest.fixture
def as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the words of questions, so that a test recognises an example's question."""
    monkeypatch.setattr(typing_noise, "TYPED", 0.0)


def digest(sampler: Sampler, epoch: int) -> str:
    return hashlib.sha256(repr(examples(sampler, epoch)).encode()).hexdigest()


def test_the_same_seed_and_epoch_give_the_same_examples() -> None:
    known = digest(Sampler(7), 1)
    assert digest(Sampler(7), 1) == known
    assert len({known, digest(Sampler(8), 1), digest(Sampler(7), 2)}) == 3


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_makes_the_same_examples_and_needs_no_torch(hash_seed: str) -> None:
    code = (
        "import json, sys\n"
        "from tests.training.test_sampler import Sampler, TORCH, digest\n"
        "print(json.dumps([digest(Sampler(7), 1), [n for n in TORCH if n in sys.modules]]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        timeout=HANG_S,
        check=True,
    )
    assert json.loads(run.stdout) == [digest(Sampler(7), 1), []]


def test_every_sentence_has_a_label(made: list[Example]) -> None:
    for example in made:
        assert 0 < len(example.sentences) == len(example.labels)
        assert set(example.labels) <= {RIGHT, WRONG, UNKNOWN}
        count = len(example.sentences) if example.task is Task.CLAIM else 0
        assert len(example.contradicts) == count
        assert example.text.strip()


def test_spans_point_at_the_answer_after_every_transformation(made: list[Example]) -> None:
    spans = [(each, each.span) for each in made if each.span]
    aside = 0
    for example, span in spans:
        sentence = example.sentences[span.sentence]
        assert example.labels[span.sentence] == RIGHT
        assert (sentence, sentence[span.start : span.end]) in ANSWERS
        aside += not set(example.sentences[: span.sentence]) <= STATED
    assert aside > 10  # an inserted question moved the span


def test_a_question_in_the_text_does_not_answer_itself(made: list[Example]) -> None:
    questions = [each for each in made if each.task is Task.QUESTION and each.source != "roles"]
    asides = [
        label
        for each in questions
        for sentence, label in zip(each.sentences, each.labels, strict=True)
        if sentence not in STATED
    ]
    assert len(asides) > 50
    assert set(asides) == {WRONG}


@pytest.mark.usefixtures("as_asked")
def test_only_the_gold_sentences_of_a_question_are_right() -> None:
    gold: dict[str, set[str]] = {}
    for each in ASKED:
        gold.setdefault(each.question, set()).update(each.paragraph.sentences[g] for g in each.gold)
    seen = near_misses = 0
    for epoch in EPOCHS:
        for example in Sampler(7).windows_of(ASKED, epoch):
            right = gold.get(example.text)
            for sentence, label in zip(example.sentences, example.labels, strict=True):
                if right is None:  # one value of its kind was replaced, so nothing answers
                    assert label != RIGHT
                else:
                    assert (label == RIGHT) == (sentence in right)
            near_misses += right is None
            seen += right is not None
    assert min(near_misses, seen) > 100


@pytest.mark.usefixtures("as_asked")
def test_a_near_miss_has_no_right_label_and_no_span() -> None:
    changed = [
        example
        for epoch in EPOCHS
        for example in (
            *examples(Sampler(7), epoch),
            *Sampler(7, pairs=True).windows_of(ASKED, epoch),
        )
        if example.task is Task.QUESTION
        and (example.source in ("story-swap", "roles") or example.text not in QUESTIONS)
    ]
    assert {"story-swap", "roles"} < {example.source for example in changed}
    for example in changed:
        assert RIGHT not in example.labels
        assert example.span is None


@pytest.mark.usefixtures("as_asked")
def test_pairs_label_only_the_last_sentence() -> None:
    labels = []
    for epoch in EPOCHS:
        for example in Sampler(7, pairs=True).windows_of(ASKED, epoch):
            assert 1 <= len(example.sentences) <= 2
            assert set(example.labels[:-1]) <= {UNKNOWN}
            assert example.labels[-1] in (RIGHT, WRONG)
            if example.span is not None:
                assert example.span.sentence == len(example.labels) - 1
                assert example.labels[-1] == RIGHT
            labels.append((len(example.sentences), example.labels[-1]))
    assert set(labels) == {(1, RIGHT), (1, WRONG), (2, RIGHT), (2, WRONG)}


TARN = Paragraph(
    "Tarn",
    (
        "Ann Bell founded Northline in 1998.",
        "Omar Field sued Northline over 35 boats in 2031.",
        "The chairman of Volta Marine lost.",
    ),
)
SUED = Asked("tarn", "Who sued Northline in 2031?", TARN, (1,), SpanInSentence(1, 0, 10))


def chances(count: int = 60) -> Iterator[random.Random]:
    yield from map(random.Random, range(count))


def test_a_near_miss_exchanges_one_thing_for_another_of_its_kind() -> None:
    found = {near_miss(SUED, ["Acme"], chance) for chance in chances()}
    assert None not in found
    assert SUED.question not in found
    for kind in ("Who sued Volta Marine in 2031?", "Who sued Northline in 1998?"):
        assert kind in found
    assert not any("Omar Field" in question for question in found if question)


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("which dog is the oldest?", "which dog is the newest?"),
        ("who is the mayor?", "who is the chief executive?"),
    ],
)
def test_a_near_miss_turns_an_adjective_or_a_role(question: str, other: str) -> None:
    asked = replace(SUED, question=question)
    assert other in {near_miss(asked, [], chance) for chance in chances(400)}


def test_a_question_without_anything_particular_has_no_near_miss() -> None:
    asked = replace(SUED, question="what happened there?")
    assert {near_miss(asked, ["Acme"], chance) for chance in chances(20)} == {None}


def test_exchanged_roles_make_the_sentence_false() -> None:
    turned = roles_exchanged(SUED, random.Random(1))
    assert turned == "Northline sued Omar Field over 35 boats in 2031."
    assert roles_exchanged(replace(SUED, span=None), random.Random(1)) is None
    assert roles_exchanged(replace(SUED, question="who sued it?"), random.Random(1)) is None


def test_a_question_with_its_answer_gives_a_true_and_a_false_claim() -> None:
    for chance in chances():
        true, false = claims_from(SUED, chance)
        assert (true.text, true.source) == ("Omar Field sued Northline in 2031.", "tarn-claim")
        assert false.text in (
            "Ann Bell sued Northline in 2031.",
            "Volta Marine sued Northline in 2031.",
        )
        for claim in (true, false):
            assert claim.task is Task.CLAIM
            decides = [RIGHT if s == TARN.sentences[1] else WRONG for s in claim.sentences]
            neither = [WRONG] * len(decides)
            assert RIGHT in decides
            supports, contradicts = (decides, neither) if claim is true else (neither, decides)
            assert [*claim.labels] == supports
            assert [*claim.contradicts] == contradicts


def test_a_number_is_exchanged_for_a_number() -> None:
    span = SpanInSentence(1, 31, 39)
    asked = Asked("tarn", "What are the things that Omar Field sued over?", TARN, (1,), span)
    made = [claims_from(asked, chance) for chance in chances()]
    assert {true.text for true, *_ in made} == {
        "The things that Omar Field sued over are 35 boats."
    }
    false = [claim.text for _, *others in made for claim in others]
    assert len(false) > 50  # rarely the replacement is 35 again, which makes no false claim
    assert not any(" 35 " in text for text in false)
    assert {"1998", "2031"} < {text.split()[-2] for text in false}


@pytest.mark.parametrize(
    ("question", "answer", "claim"),
    [
        ("Who won the race?", "Ann Bell", "Ann Bell won the race."),
        ("What is the capital?", "Tarn.", "The capital is Tarn."),
        ("When was the bridge built?", "1998", "The bridge was built in 1998."),
        ("Where was the boat found?", "near Tarn", "The boat was found near Tarn."),
        ("Who did Ann Bell meet?", "Omar Field", None),
        ("Why did it fail?", "rust", None),
        ("Who is Ann Bell?", "Ann Bell", None),
        ("Who won the race?", "x" * 81, None),
        ("Who won the race?", " . ", None),
    ],
)
def test_a_claim_is_made_where_it_is_a_sentence(
    question: str, answer: str, claim: str | None
) -> None:
    assert claim_of(question, answer) == claim


def test_the_claims_of_a_story_keep_their_labels() -> None:
    name, story = next(stories())
    asked = [*claims_of_story(name, story)]
    gold: dict[tuple[Label, str], set[str]] = {}
    for label, text, each in asked:
        held = {each.paragraph.sentences[g] for g in each.gold}
        gold.setdefault((label, text), set()).update(held)
    deciding = 0
    for example in (e for epoch in EPOCHS for e in Sampler(7).claims_of_story(asked, epoch)):
        if example.text.endswith("?") or (example.text not in {text for _, text in gold}):
            continue  # a yes-or-no question, perhaps with typing errors
        supported = gold.get((Label.SUPPORTED, example.text), set())
        contradicted = gold.get((Label.CONTRADICTED, example.text), set())
        assert [*example.labels] == [int(s in supported) for s in example.sentences]
        assert [*example.contradicts] == [int(s in contradicted) for s in example.sentences]
        deciding += RIGHT in (*example.labels, *example.contradicts)
    assert deciding > 20


@given(question=st.text(min_size=1).filter(str.strip), seed=st.integers(0, 10_000))
def test_typing_noise_never_returns_an_empty_text(question: str, seed: int) -> None:
    assert typed(question, random.Random(seed)).strip()


@given(
    question=st.sampled_from(["What is the?", "the ?", "?", "The ", "’,'", "Who is?", "a the of"]),
    seed=st.integers(),
)
def test_typing_noise_leaves_something_of_idle_words(question: str, seed: int) -> None:
    assert typed(question, random.Random(seed)).strip()


def test_typing_noise_changes_most_questions_and_keeps_their_numbers() -> None:
    question = "What is the price of the 35 boats that Northline Ferries ordered in 2031?"
    found = [typed(question, chance) for chance in chances(200)]
    assert sum(text != question for text in found) > 150
    assert all("35" in text and "2031" in text for text in found)


def test_a_window_beside_the_answer_has_neither_label_nor_span() -> None:
    inside = window_example(SUED, "x", SUED.question, 1, 3)
    assert (inside.labels, inside.span) == ((RIGHT, WRONG), SpanInSentence(0, 0, 10))
    outside = window_example(SUED, "x", SUED.question, 2, 3)
    assert (outside.labels, outside.span) == ((WRONG,), None)
    missed = window_example(SUED, "x", SUED.question, 0, 3, right=False)
    assert (missed.labels, missed.span) == ((WRONG,) * 3, None)


def test_about_the_share_that_was_asked_for_is_held_out() -> None:
    held = sum(is_held_out(f"paragraph {number}", 10) for number in range(5_000))
    assert 400 < held < 600


@with_sets
def test_annotated_paragraphs_have_their_answers_in_gold_sentences() -> None:
    read = [*islice(read_squad_shifts(SETS), 2_000)]
    spans = [(each, each.span) for each in read if each.span]
    assert len(spans) > 1_500
    for each in read:
        assert each.gold
        assert len(each.paragraph.sentences) > 1
        assert max(each.gold) < len(each.paragraph.sentences)
    for each, span in spans:
        assert span.sentence in each.gold
        assert 0 <= span.start < span.end <= len(each.paragraph.sentences[span.sentence])


@with_sets
def test_windows_of_annotated_paragraphs_keep_their_spans() -> None:
    read = [*islice(read_squad_shifts(SETS), 500)]
    answers = {
        (sentence, sentence[span.start : span.end])
        for each in read
        if (span := each.span)
        for sentence in [each.paragraph.sentences[span.sentence]]
    }
    spans = 0
    for example in Sampler(7).windows_of(read, 0):
        if span := example.span:
            sentence = example.sentences[span.sentence]
            assert example.labels[span.sentence] == RIGHT
            assert (sentence, sentence[span.start : span.end]) in answers
            spans += 1
    assert spans > 300


@with_sets
def test_written_claims_are_supported_or_contradicted_but_not_both() -> None:
    read = [*read_fool_me_twice(SETS / "fm2_dev.jsonl")]
    read += read_nli(SETS / "cad_nli" / "train.tsv")
    decided = {"supported": 0, "contradicted": 0}
    for example in read:
        assert len(example.sentences) == len(example.labels) == len(example.contradicts)
        assert not (RIGHT in example.labels and RIGHT in example.contradicts)
        decided["supported"] += RIGHT in example.labels
        decided["contradicted"] += RIGHT in example.contradicts
    assert min(decided.values()) > 500
