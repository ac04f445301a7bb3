"""Ask each question over its two articles, and print how often a change or contradiction is found.

The articles are invented. No model is fitted on these sets. The features of the model of differing
statements were designed with `own` and `fresh` in view; `unseen` is held out. A pair is found if
both values are shown, the newer first, and the answer says that they differ or which one is
superseded. A false alarm is an answer that says so over a pair that only looks so. `--together`
asks all questions of a set over one index of all its articles. `--pairs` measures a folder with
such files instead, and saves nothing.

    python -m benchmarks.disagreements [--encoders DIR] [--pairs DIR] [--together] [--verbose]
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from benchmarks.disagreements.asking import build, records_together
from benchmarks.disagreements.pairs import SETS, Pair, PairKind, read_pair_files, set_folder
from benchmarks.machine import ROOT, git, now
from benchmarks.results_file import save
from bot.answering.pipeline import QuestionAnswerer
from bot.domain.models import Answer, Question
from index.encoder.encoder import Encoder, default_home, open_current
from index.generations.live import LiveGeneration

RESULTS = ROOT / "benchmarks/results/disagreements.json"
GOALS = {"found": 0.85, "false alarms": 0.05}
Asked = tuple[Pair, Answer]


@click.command()
@click.option("--encoders", type=click.Path(path_type=Path), help="Folder of adopted encoders.")
@click.option("--pairs", "folder", type=click.Path(path_type=Path), help="Another folder of pairs.")
@click.option("--together", is_flag=True, help="Ask over one index of all articles of a set.")
@click.option("--verbose", is_flag=True, help="Print each wrong answer.")
def main(encoders: Path | None, folder: Path | None, together: bool, verbose: bool) -> None:
    """Measure how disagreements and superseded figures are found."""
    home = encoders or default_home()
    encoder = open_current(home)
    folders = {folder.name: folder} if folder else {name: set_folder(name) for name in SETS}
    shares = {}
    for name, each in folders.items():
        pairs = list(read_pair_files(each))
        asked = list((_over_all if together else _apart)(pairs, home, encoder))
        shares[name] = {"pairs": len(pairs), **_shares(asked)}
        click.echo(f"{name}: {shares[name]}")
        for pair, answer in asked:
            if verbose and not _is_right(pair, answer):
                click.echo(_description(pair, answer))
    click.echo(f"goals: {GOALS}")
    if not (together or folder):
        record = {"made": now(), "commit": git("rev-parse", "--short", "HEAD"), "goals": GOALS}
        save({**record, **shares}, RESULTS)


def _apart(pairs: Sequence[Pair], home: Path, encoder: Encoder) -> Iterator[Asked]:
    answerer = QuestionAnswerer()
    for pair in pairs:
        with tempfile.TemporaryDirectory() as folder:
            live = build(pair.records, Path(folder), home, encoder)
            yield pair, _answer(answerer, live, pair)


def _over_all(pairs: Sequence[Pair], home: Path, encoder: Encoder) -> Iterator[Asked]:
    answerer = QuestionAnswerer()
    with tempfile.TemporaryDirectory() as folder:
        live = build(records_together(pairs), Path(folder), home, encoder)
        for pair in pairs:
            yield pair, _answer(answerer, live, pair)


def _answer(answerer: QuestionAnswerer, live: LiveGeneration, pair: Pair) -> Answer:
    [encoded] = answerer.encode(live, [Question(question=pair.question)])
    return answerer.answer(live, encoded).answer


def _shares(asked: Sequence[Asked]) -> dict[str, float]:
    differing = [each for each in asked if each[0].kind is not PairKind.ALIKE]
    alike = [each for each in asked if each[0].kind is PairKind.ALIKE]
    by_kind = {
        kind.value: _share([pair.is_found(a) for pair, a in differing if pair.kind is kind])
        for kind in (PairKind.SUPERSEDED, PairKind.CONTRADICTION)
    }
    found = _share([pair.is_found(answer) for pair, answer in differing])
    return {
        "found": found,
        "false alarms": _share([pair.is_alarm(answer) for pair, answer in alike]),
        **by_kind,
    }


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / len(right), 3)


def _is_right(pair: Pair, answer: Answer) -> bool:
    alike = pair.kind is PairKind.ALIKE
    return not pair.is_alarm(answer) if alike else pair.is_found(answer)


def _description(pair: Pair, answer: Answer) -> str:
    shown = [(each.article_id, each.superseded, each.quote) for each in answer.citations]
    return f"{pair.id} {pair.question}\n  {answer.disagreement}\n  {shown}"


if __name__ == "__main__":
    main()
