"""Train the judge and write its weights: python -m training.judge [--compare].

Three stages: everything that people wrote; then invented facts, whose names and numbers are easily
confused; then invented events that happened or only may happen. Later stages read a part of the
earlier ones again. An interrupted run continues from its last checkpoint in build/judge. With
`--compare`, train both shapes of input a little, with equal work, and print how each measures.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import torch
from tokenizers import Tokenizer

from bot.answering.judge.inputs import InputEncoder, Task
from bot.answering.judge.model import WEIGHTS, JudgeModel
from index.encoder.model_source import find_source
from training.judge.claims import word_for_word
from training.judge.evaluation import SentenceJudge, held_out_questions, measure, measure_briefly
from training.judge.examples import Asked, Example, Paragraph
from training.judge.export import Inputs, compare_precision, export, with_figures
from training.judge.invented_events import claims
from training.judge.invented_facts import windows
from training.judge.net import JudgeNet
from training.judge.record import training_record
from training.judge.sampler import Sampler
from training.judge.sets import (
    asked_of_story,
    claims_of_story,
    is_held_out,
    read_fool_me_twice,
    read_nli,
    read_squad_shifts,
    story_questions,
)
from training.judge.torch_reader import TorchReader
from training.judge.trainer import Recipe, fit, limited
from training.stories import Story

ROOT = Path(__file__).parents[2]
WORK = ROOT / "build" / "judge"
COMPARED_TOKENS = 600_000
EPOCHS, STORY_TURNS = 2, 2  # each epoch reads its part of the paragraphs and all stories twice
# The second stage: worlds of invented facts, sentences as claims, and shares of the first stage.
WORLDS, WORD_FOR_WORD, AGAIN = 300, 3_000, 8
# The third stage, shorter: events, worlds and sentences as claims, and shares of the first stage.
EVENTS, FEW_WORLDS, FEW_SENTENCES, SELDOM = 5_000, 40, 500, 24
GOLDEN = 8  # windows whose scores are kept for `dealbot doctor`
GENERAL, FACTS = Recipe(), Recipe(body_rate=5e-5, head_rate=2e-4)
MOODS = Recipe(body_rate=3e-5, head_rate=1e-4)
CLAIMED_SHARE = 0.6  # of the questions, those that become claims where they can


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments.add_argument(
        "--compare", action="store_true", help="train both shapes a little and compare them"
    )
    arguments.add_argument("--threads", type=int, help="threads for torch; default: all cores")
    options = arguments.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    source = find_source(None)
    tokenizer = Tokenizer.from_file(str(source.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    encoder = InputEncoder(tokenizer)
    asked = list(read_squad_shifts(options.shared / "train"))
    taught = [each for each in asked if not is_held_out(" ".join(each.paragraph.sentences))]
    if options.compare:
        compare(encoder, str(source.folder), taught, held_out_questions(asked), options.shared)
        return
    torch.manual_seed(GENERAL.seed)
    net = JudgeNet(str(source.folder))
    mix = Mix(Sampler(GENERAL.seed), taught, options.shared / "train")
    epochs = [partial(mix.epoch, number) for number in range(EPOCHS)]
    say = partial(print, flush=True)
    fit(net, epochs, encoder, GENERAL, WORK / "general.pt", say=say)
    fit(net, [mix.facts], encoder, FACTS, WORK / "facts.pt", say=say)
    fit(net, [mix.moods], encoder, MOODS, WORK / "judge.pt", say=say)
    held_out = list(held_out_windows())
    record = export(
        net,
        tokenizer,
        held_out[:: len(held_out) // GOLDEN],
        training_record([GENERAL, FACTS, MOODS], options.shared / "train", source.weights_sha256),
        WEIGHTS,
    )
    parity = compare_precision(JudgeModel.load(), net, held_out)
    print(parity)
    judge = SentenceJudge(encoder, TorchReader(net))
    figures = measure(judge, options.shared, held_out_questions(asked))
    print(json.dumps(figures, indent=1))
    with_figures(record, parity, figures, WEIGHTS)


def held_out_windows() -> Iterator[Inputs]:
    """Windows of the stories that did not teach."""
    sampler = Sampler(GENERAL.seed)
    for name, story in story_questions(held_out=True):
        made = [
            *sampler.questions_of_story([*asked_of_story(name, story)], 0),
            *sampler.claims_of_story([*claims_of_story(name, story)], 0),
        ]
        for each in made[::20]:
            yield each.task, each.text, each.title, each.sentences


class Mix:
    """Examples of each epoch of the first stage, and of the later stages."""

    def __init__(self, sampler: Sampler, asked: Sequence[Asked], folder: Path) -> None:
        self._sampler, self._asked = sampler, asked
        self._facts = [*read_fool_me_twice(folder / "fm2_dev.jsonl")]
        self._nli = [*read_nli(folder / "cad_nli" / "train.tsv")]

    def epoch(self, number: int) -> list[Example]:
        """A part of the annotated paragraphs, all stories twice, and claims."""
        asked = self._asked[number::EPOCHS]
        turns = range(number * STORY_TURNS, (number + 1) * STORY_TURNS)
        stories = [example for turn in turns for example in self._of_stories(turn)]
        examples = [
            *self._sampler.windows_of(asked, number),
            *self._sampler.claims_of(asked, number, CLAIMED_SHARE),
            *stories,
            *self._facts,
            *self._nli[number::EPOCHS],
        ]
        _print_counts(f"epoch {number}", examples)
        return examples

    def facts(self) -> list[Example]:
        """Invented facts, sentences as claims, all stories, and a part of the rest."""
        examples = [
            *windows(str(GENERAL.seed), WORLDS),
            *self._word_for_word(WORD_FOR_WORD),
            *self._share(AGAIN),
            *self._of_stories(EPOCHS * STORY_TURNS),
            *self._facts,
            *self._nli[:: AGAIN // 2],
        ]
        _print_counts("facts", examples)
        return examples

    def moods(self) -> list[Example]:
        """Events that happened or may happen, and small parts of everything before."""
        stories = list(self._of_stories(EPOCHS * STORY_TURNS + 1))
        examples = [
            *claims(str(GENERAL.seed), EVENTS),
            *windows(f"{GENERAL.seed}-moods", FEW_WORLDS),
            *self._word_for_word(FEW_SENTENCES),
            *self._share(SELDOM),
            *(each for each in stories if each.task is Task.CLAIM),
            *(each for each in stories[::4] if each.task is Task.QUESTION),
            *self._nli[1 :: AGAIN // 2],
        ]
        _print_counts("moods", examples)
        return examples

    def _share(self, one_in: int) -> Iterator[Example]:
        """Yield windows and claims of every `one_in`-th annotated question."""
        yield from self._sampler.windows_of(self._asked[::one_in], EPOCHS)
        yield from self._sampler.claims_of(self._asked[::one_in], EPOCHS, CLAIMED_SHARE)

    def _word_for_word(self, count: int) -> Iterator[Example]:
        chance = random.Random(GENERAL.seed)
        paragraphs = list(dict.fromkeys(each.paragraph for each in self._asked))
        paragraphs += [
            Paragraph(article.title, article.sentences)
            for _, story in story_questions(held_out=False)
            for article in story.articles
        ]
        for _ in range(count):
            yield word_for_word(chance.choice(paragraphs), "word-for-word", chance)

    def _of_stories(self, turn: int) -> Iterator[Example]:
        for name, story in story_questions(held_out=False):
            yield from self._of_story(name, story, turn)

    def _of_story(self, name: str, story: Story, turn: int) -> Iterator[Example]:
        yield from self._sampler.questions_of_story([*asked_of_story(name, story)], turn)
        yield from self._sampler.claims_of_story([*claims_of_story(name, story)], turn)


def _print_counts(name: str, examples: Sequence[Example]) -> None:
    counts = Counter(example.source.partition(":")[0] for example in examples)
    print(f"{name}: {dict(counts)}", flush=True)


def compare(
    encoder: InputEncoder, folder: str, taught: list[Asked], held_out: list[Asked], shared: Path
) -> None:
    """Both shapes from the same questions with equally many tokens read."""
    for name, pairs in (("windows", False), ("pairs", True)):
        recipe = Recipe()
        torch.manual_seed(recipe.seed)
        net = JudgeNet(folder)
        listed = list(Sampler(recipe.seed, pairs=pairs).windows_of(taught[::4], 0))
        random.Random(recipe.seed).shuffle(listed)
        examples = limited(iter(listed), encoder, COMPARED_TOKENS)
        fit(net, [partial(list, examples)], encoder, recipe, WORK / f"compare-{name}.pt")
        judge = SentenceJudge(encoder, TorchReader(net))
        print(name, json.dumps(measure_briefly(judge, shared, held_out)), flush=True)


if __name__ == "__main__":
    main()
