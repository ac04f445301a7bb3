"""Readers of the sets that may teach the judge. `docs/judge.md` lists their licences."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from bot.answering.judge.inputs import Task
from bot.evaluation.datasets import Record, records
from index.text.sentences import split_sentences
from training.judge.examples import RIGHT, WRONG, Asked, Example, Paragraph, SpanInSentence
from training.stories import Kind, Label, Story, StoryQuestion, Verdict, read_stories

SQUAD_SHIFTS = ("new_wiki", "amazon_reviews", "reddit")
HELD_OUT_SHARE = 25  # one paragraph in 25 is held out
_HELD_OUT_STORIES = "-4"  # the fourth story of every group


def is_held_out(text: str, one_in: int = HELD_OUT_SHARE) -> bool:
    """Return whether what belongs to this text measures and does not teach; it depends on the text
    alone."""
    return zlib.crc32(text.encode()) % one_in == 0


def read_squad_shifts(folder: Path) -> Iterator[Asked]:
    """Read SQuADShifts without its news part: questions with paragraphs and answer spans."""
    for name in SQUAD_SHIFTS:
        data = json.loads((folder / f"{name}.json").read_text("utf-8"))["data"]
        for article in data:
            # Reviews and posts have one title per file, which says nothing.
            title = article["title"].replace("_", " ") if name == "new_wiki" else ""
            for record in article["paragraphs"]:
                yield from _asked(name, title, record)


def _asked(source: str, title: str, record: Record) -> Iterator[Asked]:
    text = record["context"]
    spans = split_sentences(text)
    paragraph = Paragraph(title, tuple(text[s.start : s.end] for s in spans))
    for question in record["qas"]:
        gold, span = [], None
        for answer in question["answers"]:
            start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            for number, sentence in enumerate(spans):
                if sentence.start <= start < sentence.end:
                    gold.append(number)
                    if span is None and end <= sentence.end:
                        span = SpanInSentence(number, start - sentence.start, end - sentence.start)
        # If annotators disagree, a sentence that only one of them chose is left out.
        counted = [n for n in dict.fromkeys(gold) if gold.count(n) > 1 or len(set(gold)) == 1]
        kept = tuple(counted or gold[:1])
        if kept and len(paragraph.sentences) > 1:
            if span is not None and span.sentence not in kept:
                span = None
            yield Asked(source, question["question"].strip(), paragraph, kept, span)


def story_questions(*, held_out: bool) -> Iterator[tuple[str, Story]]:
    """Yield the stories that teach, or those that measure, with the names of their files."""
    for name, story in read_stories():
        if name.endswith(_HELD_OUT_STORIES) is held_out:
            yield name, story


def wordings(question: StoryQuestion) -> Iterator[str]:
    """Yield the question. Of a follow-up yield its stand-alone form, and itself after the question
    before it."""
    if not question.history:
        yield question.question
        return
    yield question.standalone
    yield f"{question.history[-1].question} {question.question}"


def asked_of_story(name: str, story: Story) -> Iterator[tuple[Kind, Asked]]:
    """Yield each wording of a question once for each article of the story, with that article's gold
    sentences."""
    for each, question in ((q, wording) for q in story.questions for wording in wordings(q)):
        for article in story.articles:
            gold = tuple(int(g[1:]) for g in each.gold if g[0] == article.id)
            near = tuple(int(n[1:]) for n in each.near if n[0] == article.id)
            span = None
            if each.answer is not None and each.gold[0][0] == article.id:
                number = int(each.gold[0][1:])
                at = article.sentences[number].index(each.answer)
                span = SpanInSentence(number, at, at + len(each.answer))
            paragraph = Paragraph(article.title, article.sentences)
            yield each.kind, Asked(f"story:{name}", question, paragraph, gold, span, near)


def claims_of_story(name: str, story: Story) -> Iterator[tuple[Label, str, Asked]]:
    """Yield each claim once for each article of the story; `gold` supports or contradicts it. A
    yes-no question is a claim whose verdict says whether it is supported."""
    claims = [(each.label, each.claim, each.gold) for each in story.claims]
    for each in story.questions:
        if each.verdict is not None:
            label = Label.SUPPORTED if each.verdict is Verdict.YES else Label.CONTRADICTED
            claims.append((label, each.question, each.gold))
    for label, text, places in claims:
        for article in story.articles:
            gold = tuple(int(g[1:]) for g in places if g[0] == article.id)
            paragraph = Paragraph(article.title, article.sentences)
            yield label, text, Asked(f"story:{name}", text, paragraph, gold, None)


def read_fool_me_twice(path: Path) -> Iterator[Example]:
    """Read claims written to deceive, with the sentences that decide them and others of the
    page."""
    for record in records(path):
        supports = record["label"] == "SUPPORTS"
        gold = [s.strip(" ,") for s in record["gold_evidence"]]
        others = [
            s.strip(" ,") for s in record["other_evidence"] if s not in record["gold_evidence"]
        ]
        for right in gold:
            sentences = (
                (right, *others[:2]) if zlib.crc32(right.encode()) % 2 else (*others[:2], right)
            )
            # One of several gold sentences need not decide the claim by itself.
            label = RIGHT if len(gold) == 1 else -1
            yield Example(
                "fm2",
                Task.CLAIM,
                record["claim"],
                record["page"],
                sentences,
                tuple((label if s == right and supports else WRONG) for s in sentences),
                tuple((label if s == right and not supports else WRONG) for s in sentences),
            )


def read_nli(path: Path) -> Iterator[Example]:
    """Read pairs of premise and hypothesis that differ as little as possible between labels."""
    for line in path.read_text("utf-8").splitlines()[1:]:
        premise, hypothesis, label = line.split("\t")
        yield Example(
            "cad_nli",
            Task.CLAIM,
            hypothesis,
            "",
            (premise,),
            (RIGHT if label == "entailment" else WRONG,),
            (RIGHT if label == "contradiction" else WRONG,),
        )
