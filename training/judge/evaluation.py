"""Evaluation of a judge without the rest of the pipeline, on data held out from its training.

Figures are shares and AUROCs from 0 to 1, nan if a set has no case for them. "@1" is the share of
answerable questions whose best-scored sentence is right.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from bot.answering.judge.inputs import InputEncoder, Layout, Task
from bot.answering.judge.model import Logits
from bot.answering.judge.windows import window_ranges
from bot.evaluation import datasets
from bot.evaluation.datasets import Record
from bot.evaluation.metrics import Floats, auroc
from index.text.sentences import split_sentences
from training.judge.examples import Asked
from training.judge.sets import asked_of_story, claims_of_story, is_held_out, story_questions
from training.stories import Kind, Label

_SAMPLE, _ONE_IN = 300, 3  # questions of a set; every third question of a story
# Yields the sentence logits (sentences, 3) and the token logits (tokens, 2) of each layout.
Reader = Callable[[Sequence[Layout]], Iterator[tuple[Logits, Logits]]]
Articles = Sequence[tuple[str, Sequence[str]]]  # titles and sentences


class SentenceJudge:
    """Scorer of every sentence of whole articles. It splits them into the windows that serving
    uses."""

    def __init__(self, encoder: InputEncoder, read: Reader) -> None:
        self._encoder, self._read, self._tokens = encoder, read, cache(encoder.tokens)

    def scores(self, cases: Sequence[tuple[Task, str, Articles]]) -> list[list[Floats]]:
        """Score each case: a task, a question or claim, and the articles to read.

        Return, for each case, one array of logits per article. Its shape is (sentences, 3); the
        columns are "answers", "supports" and "contradicts"."""
        layouts, places = [], []
        results: list[list[Floats]] = []
        for number, (task, text, articles) in enumerate(cases):
            results.append([np.zeros((len(sentences), 3)) for _, sentences in articles])
            asked = self._encoder.tokens(text)
            for article, (title, sentences) in enumerate(articles):
                tokens = [self._tokens(sentence) for sentence in sentences]
                lengths = {i: len(each.ids) for i, each in enumerate(tokens)}
                for window in window_ranges(range(len(sentences)), 0, lengths):
                    layouts.append(
                        self._encoder.layout(
                            task, asked, self._tokens(title), tokens[window.start : window.end]
                        )
                    )
                    places.append((number, article, window))
        for (number, article, window), (logits, _) in zip(places, self._read(layouts), strict=True):
            for place in window.candidates:
                results[number][article][place] = logits[place - window.start]
        return results


def measure_briefly(
    judge: SentenceJudge, shared: Path, held_out: Sequence[Asked]
) -> dict[str, float]:
    """Measure three sets that take little time, to compare judges after a short training.

    Return each figure by name. `shared` is the folder with the sets, `held_out` the SQuADShifts
    questions that did not train the judge."""
    return {
        **_paragraphs(judge, "shifts", held_out[:_SAMPLE]),
        **_story_dev(judge, shared / "eval" / "story_dev"),
        **_squad(judge, shared / "eval", _SAMPLE),
    }


def measure(judge: SentenceJudge, shared: Path, held_out: Sequence[Asked]) -> dict[str, float]:
    """Measure every set. Arguments and result are those of `measure_briefly`."""
    return {
        **measure_briefly(judge, shared, held_out),
        **_stories(judge),
        **_our_articles(judge, shared),
        **_wice(judge, shared / "eval"),
        **_nomiracl(judge, shared / "eval"),
    }


def held_out_questions(asked: Sequence[Asked]) -> list[Asked]:
    """Return the questions whose paragraphs are held out from training."""
    return [each for each in asked if is_held_out(" ".join(each.paragraph.sentences))]


def _paragraphs(judge: SentenceJudge, name: str, asked: Sequence[Asked]) -> dict[str, float]:
    cases = [
        (Task.QUESTION, a.question, [(a.paragraph.title, a.paragraph.sentences)]) for a in asked
    ]
    first, top, rest = [], [], []
    for each, (logits,) in zip(asked, judge.scores(cases), strict=True):
        scores = logits[:, 0]
        first.append(int(scores.argmax()) in each.gold)
        top.append(scores.max())
        rest.append(np.delete(scores, each.gold).max(initial=-20))
    return {f"{name} @1": _mean(first), f"{name} AUROC removed": _auroc(top, rest)}


def _story_dev(judge: SentenceJudge, folder: Path) -> dict[str, float]:
    articles = [_markdown(path) for path in sorted(folder.glob("*.md"))]
    records = datasets.records(folder / "questions.jsonl")
    cases = [(Task.QUESTION, each["question"], articles) for each in records]
    figures = _over_articles("story_dev", judge.scores(cases), records, articles)
    claims = datasets.records(folder / "claims.jsonl")
    scored = judge.scores([(Task.CLAIM, each["claim"], articles) for each in claims])
    best = [max(logits[:, 1].max() for logits in each) for each in scored]
    right = [each["label"] == "supported" for each in claims]
    return {**figures, "story_dev claims AUROC": _auroc_of(best, right)}


def _over_articles(
    name: str,
    scored: Sequence[Sequence[Floats]],
    records: Sequence[Record],
    articles: Articles,
) -> dict[str, float]:
    first, tops, answerable, reworded = [], [], [], []
    for each, logits in zip(records, scored, strict=True):
        scores = np.concatenate([one[:, 0] for one in logits])
        sentences = [s for _, article in articles for s in article]
        tops.append(scores.max())
        answerable.append(bool(each["gold"]))
        if each["gold"]:
            best = sentences[int(scores.argmax())]
            right = any(gold.lower() in best.lower() for gold in each["gold"])
            first.append(right)
            if each["kind"] in ("casual", "reworded"):
                reworded.append(right)
    return {
        f"{name} @1": _mean(first),
        f"{name} reworded @1": _mean(reworded),
        f"{name} AUROC": _auroc_of(tops, answerable),
    }


def _stories(judge: SentenceJudge) -> dict[str, float]:
    """Measure on our held-out stories: each question over all articles of its story."""
    by_kind: dict[str, list[bool]] = {}
    tops, answerable, best, carried = [], [], [], []
    for name, story in story_questions(held_out=True):
        articles = [(a.title, a.sentences) for a in story.articles]
        grouped: dict[str, list[tuple[Kind, Asked]]] = {}
        for kind, asked in asked_of_story(name, story):
            grouped.setdefault(asked.question, []).append((kind, asked))
        grouped = dict(list(grouped.items())[::_ONE_IN])
        cases = [(Task.QUESTION, question, articles) for question in grouped]
        for parts, logits in zip(grouped.values(), judge.scores(cases), strict=True):
            kind = parts[0][0]
            tops.append(max(one[:, 0].max() for one in logits))
            answerable.append(any(asked.gold for _, asked in parts))
            if answerable[-1]:
                article = int(np.argmax([one[:, 0].max() for one in logits]))
                place = int(logits[article][:, 0].argmax())
                by_kind.setdefault(kind, []).append(place in parts[article][1].gold)
        claims = list(claims_of_story(name, story))[:: len(articles)]
        cases = [(Task.CLAIM, claim, articles) for _, claim, _ in claims]
        for (label, _, _), logits in zip(claims, judge.scores(cases), strict=True):
            best.append(max(one[:, 1].max() for one in logits))
            carried.append(label is Label.SUPPORTED)
    if not tops:
        return {}
    hard = [*by_kind.get(Kind.CASUAL, []), *by_kind.get(Kind.REWORDED, [])]
    return {
        "stories @1": _mean([right for kind in by_kind.values() for right in kind]),
        "stories reworded @1": _mean(hard),
        "stories AUROC": _auroc_of(tops, answerable),
        "stories claims AUROC": _auroc_of(best, carried),
    }


def _our_articles(judge: SentenceJudge, shared: Path) -> dict[str, float]:
    """Measure on our questions about the bundled articles and the seed article. Use only those of
    the split "tune", and leave out follow-ups."""
    root = Path(__file__).parents[2]
    figures: dict[str, float] = {}
    for name, paths in (
        ("articles", sorted((root / "articles").glob("*.md"))),
        ("seed", [shared / "seed" / "article.txt"]),
    ):
        articles = [_markdown(path) for path in paths]
        records = [
            {**each, "gold": [_gold_text(paths, gold) for gold in each["gold"]]}
            for each in datasets.records(root / "benchmarks" / "questions" / f"{name}.jsonl")
            if each["split"] == "tune" and not each.get("history")
        ]
        cases = [(Task.QUESTION, each["question"], articles) for each in records]
        figures |= _over_articles(f"{name}-tune", judge.scores(cases), records, articles)
    return figures


def _gold_text(paths: Sequence[Path], gold: Record) -> str:
    path = next(p for p in paths if p.stem == gold["article_id"])
    text = _body(path.read_text("utf-8"))
    return text[gold["start"] : gold["end"]]


def _squad(judge: SentenceJudge, folder: Path, count: int) -> dict[str, float]:
    paragraphs = {
        each["id"]: each for each in datasets.records(folder / "squad_paragraphs_dev.jsonl")
    }
    records = datasets.records(folder / "squad2_sent_dev.jsonl")[:: 3059 // count]
    cases = []
    for each in records:
        paragraph = paragraphs[each["paragraph_id"]]
        sentences = [paragraph["text"][a:b] for a, b in paragraph["sentences"]]
        cases.append((Task.QUESTION, each["question"], [(paragraph["title"], sentences)]))
    first, tops, answerable = [], [], []
    for each, (logits,) in zip(records, judge.scores(cases), strict=True):
        gold = each.get("gold_sentence_ids") or []
        tops.append(logits[:, 0].max())
        answerable.append(bool(gold))
        if gold:
            first.append(int(logits[:, 0].argmax()) in gold)
    return {"squad2 @1": _mean(first), "squad2 AUROC": _auroc_of(tops, answerable)}


def _wice(judge: SentenceJudge, folder: Path) -> dict[str, float]:
    records = datasets.records(folder / "attribution_wice_dev.jsonl")
    cases = [(Task.CLAIM, each["claim"], [("", each["cited"])]) for each in records]
    best = [logits[:, 1].max() for (logits,) in judge.scores(cases)]
    return {"wice AUROC": _auroc_of(best, [each["label"] != "none" for each in records])}


def _nomiracl(judge: SentenceJudge, folder: Path) -> dict[str, float]:
    records = datasets.records(folder / "nomiracl_en_dev.jsonl")[::2]
    cases = []
    for each in records:
        articles = []
        for passage in each["passages"]:
            text = passage["text"]
            sentences = [text[s.start : s.end] for s in split_sentences(text)]
            articles.append((passage["title"], sentences))
        cases.append((Task.QUESTION, each["question"], articles))
    tops = [
        max(logits[:, 0].max(initial=-20) for logits in scored) for scored in judge.scores(cases)
    ]
    return {"nomiracl AUROC": _auroc_of(tops, [each["answerable"] for each in records])}


def _markdown(path: Path) -> tuple[str, list[str]]:
    raw = path.read_text("utf-8")
    title = next((line[6:].strip() for line in raw.splitlines() if line.startswith("title:")), "")
    text = _body(raw)
    spans = split_sentences(text)
    return title.strip("\"'"), [text[s.start : s.end] for s in spans]


def _body(raw: str) -> str:
    if raw.startswith("---"):
        return raw.split("---", 2)[2].lstrip("\n")
    return raw


def _mean(values: Sequence[bool]) -> float:
    return round(float(np.mean(values)), 3) if values else float("nan")


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    return _auroc_of([*positive, *negative], [True] * len(positive) + [False] * len(negative))


def _auroc_of(scores: Sequence[float], labels: Sequence[bool]) -> float:
    return round(float(auroc(np.array(scores), np.array(labels))), 3)
