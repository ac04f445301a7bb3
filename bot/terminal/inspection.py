"""REPL views of the index and of how an answer was made."""

from bisect import bisect_left
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from bot.answering.ranking.evidence import Evidence
from bot.answering.receipt import Receipt
from bot.domain.models import Answer, Citation
from bot.terminal.answers import confidence, origin, quoted, understood_line
from bot.terminal.answers import generation as generation_line
from bot.terminal.layout import (
    CITED,
    FAINT,
    HEADING,
    MARKER,
    Hanging,
    inert,
    joined,
    stacked,
)
from bot.wording.measures import counted, operating_point_line, outcome_words, took
from bot.wording.overviews import date_in_words
from index.generations.manifest import Manifest
from index.generations.reader import Generation, TextStore
from index.stores.text_store import StoredArticle, StoredSentence
from prompts import text

_BEST = 8  # sentences that :why shows
_LISTED = 100  # articles that :sources shows; more would scroll the answers off the screen


def sources_view(texts: TextStore, wanted: str) -> RenderableType:
    """List the articles that still hold, or only those with `wanted` in their id, title or
    source."""
    found = [each for each in texts.articles if each.holds and _matches(each, wanted)]
    if not found:
        return Text(text("repl.no_article", words=inert(wanted)))
    lines = [_article_line(article) for article in found[:_LISTED]]
    if more := len(found) - len(lines):
        lines.append(Text(text("repl.more_articles", count=more)))
    return Group(*lines)


def context_view(generation: Generation, answer: Answer, citation: Citation) -> RenderableType:
    """Render the passage around a citation, one sentence per line.

    Cited sentences carry their numbers, and the citation itself is highlighted."""
    texts = generation.texts
    article = texts.find_article(citation.article_id)
    if article is None:  # generations are immutable: this is another one
        return Text(text("repl.article_gone"))
    cited = {(shown.article_id, shown.start): shown for shown in answer.citations or answer.closest}
    passage = texts.passage(_sentence_at(texts, article, citation.start).passage)
    lines: list[RenderableType] = [Text(_title(article), HEADING)]
    for row in range(passage.first_sentence, passage.end_sentence):
        sentence = texts.sentence(row)
        lines.append(
            _passage_line(sentence, cited.get((article.id, sentence.start)), citation, answer)
        )
    place = text("repl.place", article=inert(article.id), start=citation.start, end=citation.end)
    return stacked([lines, [Text(place, FAINT)]])


def why_view(receipt: Receipt) -> RenderableType:
    """Render how an answer was made: the query, the outcome and the scores of the best
    sentences."""
    answer = receipt.answer
    outcome = text(
        "repl.outcome",
        confidence=confidence(answer),
        outcome=outcome_words(answer.status),
        generation=generation_line(answer),
        took=took(answer.elapsed_ms),
    )
    abstention = Text(f"{text('lists.why_abstention')} ", FAINT)
    facts: list[RenderableType] = [
        understood_line(answer),
        Text(outcome),
        Hanging(abstention, Text(operating_point_line(receipt.operating_point), FAINT)),
    ]
    numbers = {(cited.article_id, cited.start): cited.number for cited in answer.citations}
    scores = [_score_lines(evidence, numbers) for evidence in receipt.ranked[:_BEST]]
    return stacked([facts, *scores])


def index_view(manifest: Manifest, rebuilding: str) -> RenderableType:
    """Render the generation that answers, and the state of a rebuild if one runs."""
    counts = (
        f"{counted(manifest.articles, 'article')}, {counted(manifest.sentences, 'sentence')}, "
        f"{counted(manifest.passages, 'passage')}"
    )
    facts = [
        ("Generation", manifest.id),
        ("Created", manifest.created),
        ("Contains", counts),
        ("Encoder", f"{manifest.encoder_id}, {manifest.dimension} dimensions"),
        ("Sources", ", ".join(manifest.sources)),
        ("Rebuild", rebuilding),
    ]
    lines = (
        Hanging(Text(f"{name + ':':<12}", HEADING), Text(inert(value)))
        for name, value in facts
        if value
    )
    return Group(*lines)


def _matches(article: StoredArticle, wanted: str) -> bool:
    return wanted.casefold() in f"{article.id}\n{article.title}\n{article.source}".casefold()


def _title(article: StoredArticle) -> str:
    return inert(article.title or article.id)


def _article_line(article: StoredArticle) -> RenderableType:
    sentences = counted(article.end_sentence - article.first_sentence, "sentence")
    published = date_in_words(article.published.strip()) or text("answers.date_unknown")
    place = origin(article.title, article.source, published, article.url)
    body = joined((part for part in (place, Text(sentences, FAINT)) if part), ", ")
    return Hanging(Text(f"{inert(article.id)}  ", MARKER), body)


def _sentence_at(texts: TextStore, article: StoredArticle, start: int) -> StoredSentence:
    rows = range(article.first_sentence, article.end_sentence)
    place = bisect_left(rows, start, key=lambda row: texts.sentence(row).start)
    return texts.sentence(rows[place])


def _passage_line(
    sentence: StoredSentence, cited: Citation | None, asked_for: Citation, answer: Answer
) -> RenderableType:
    if cited is None:
        return Hanging(Text("    "), Text(inert(sentence.text), FAINT))
    body = quoted(cited, answer.short_answer)
    if cited.number == asked_for.number:
        body.stylize_before(CITED)
    return Hanging(Text(f"{f'[{cited.number}]':<4}", MARKER), body)


def _score_lines(
    evidence: Evidence, numbers: dict[tuple[str, int], int]
) -> Iterator[RenderableType]:
    """Render the scores of a sentence, then the sentence itself."""
    hit = evidence.hit
    number = numbers.get((hit.sentence.article.id, hit.sentence.start))
    marker = f"{f'[{number}]' if number else '':<4}"
    scores = (
        text("lists.why_score", score=evidence.score),
        text("lists.why_scores", fused=hit.score, dense=hit.dense, lexical=hit.lexical),
        text("repl.passage", dense=hit.passage_dense, lexical=hit.passage_lexical),
    )
    yield Hanging(Text(marker, MARKER), Text(" · ".join(scores), FAINT))
    yield Hanging(Text("    "), Text(inert(hit.sentence.text), "" if number else FAINT), most=2)
