"""Checks of the encoder, the evidence model, the judge, the index, articles and golden
questions."""

from contextlib import suppress
from pathlib import Path

from bot.answering.judge.model import load_judge
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.config.settings import Settings
from bot.doctor.finding import WarningError
from bot.rebuild.golden import a_few_of, failed, read_golden
from bot.wording.measures import operating_point_line
from index.articles.sources import read_articles
from index.encoder import encoder as encoders
from index.errors import EncoderError, ExpectedError, IndexDamagedError, IndexMissingError
from index.generations.current import open_intact
from index.generations.generation import GENERATIONS, published
from index.generations.integrity import find_damage, older_schema, verify
from index.generations.live import LiveIndex
from index.generations.manifest import Manifest


class DamagedError(ExpectedError):
    """A part of the program is not as it was installed."""


def encoder(settings: Settings) -> str:
    opened = encoders.open_current(settings.encoders)
    cosine = opened.check_golden()
    if cosine < 1 - opened.record.parity.tolerance:
        raise EncoderError(
            f"{opened.id} gives different vectors here than the original model (cosine "
            f"{cosine:.4f}). Adopt it again: dealbot model adopt"
        )
    return f"{opened.id}; its vectors match those of the original model (cosine {cosine:.6f})"


def evidence(settings: Settings) -> str:
    try:
        return operating_point_line(EvidenceModel.load().weights.operating_point)
    except (OSError, ValueError) as error:
        raise DamagedError(
            f"the model that ranks evidence is damaged ({error}). Install dealbot again"
        ) from error


def judge(settings: Settings) -> str:
    model = load_judge()
    worst, allowed = model.check_golden(), model.record.golden_tolerance
    if worst > allowed:
        raise EncoderError(
            f"the judge gives different scores here than at its training (off by {worst:.3f}, at "
            f"most {allowed} is allowed). Install dealbot again"
        )
    return f"its weights are intact, golden scores within {worst:.3f}"


def index(settings: Settings) -> str:
    def intact(folder: Path) -> Manifest:
        manifest = verify(folder)
        encoders.open_by_id(settings.encoders, manifest.encoder_id)
        return manifest

    manifest, degraded = open_intact(settings.index, intact)
    if degraded:
        raise IndexDamagedError(degraded)
    told = f"generation {manifest.id} of {manifest.articles} articles is intact"
    with suppress(EncoderError):  # the check of the encoder reports it
        if encoders.open_current(settings.encoders).id != manifest.encoder_id:
            raise WarningError(
                f"{told}, but was built with {manifest.encoder_id}, which is no longer the "
                "current encoder. Rebuild with: dealbot index build"
            )
    return told


def generations(settings: Settings) -> str:
    """Check the generations that a rollback or a damaged current generation would fall back to."""
    names = published(settings.index)
    for name in names:
        for problem in find_damage(settings.index / GENERATIONS / name):
            raise WarningError(
                f"{problem}: a rollback to generation {name} is not possible. See all with: "
                f"dealbot index verify --index {settings.index}"
            )
    usable = [name for name in names if not older_schema(settings.index / GENERATIONS / name)]
    if len(usable) < 2:
        return "there is no earlier one to go back to yet"
    return f"{len(usable)} are kept, all of them intact"


def articles(settings: Settings) -> str:
    limit = settings.max_article_bytes
    count = sum(1 for _ in read_articles(settings.articles, max_article_bytes=limit))
    return f"{count} can be read from {', '.join(map(str, settings.articles))}"


def golden(settings: Settings) -> str:
    if settings.golden is None:
        return "none are set: a rebuilt index is used without a check of its answers"
    questions = read_golden(settings.golden)
    told = f"{len(questions)} can be read from {settings.golden}"
    try:
        live = LiveIndex(settings.index, settings.encoders).current
    except (IndexMissingError, IndexDamagedError, EncoderError):
        return f"{told}; there is no usable index to ask them"  # the checks of these report why
    if failures := [failure for failure in failed(live, questions) if failure]:
        raise WarningError(
            f"the index fails {len(failures)} of {len(questions)}: {a_few_of(failures)}. See why "
            "with :why in dealbot repl, or go back with: dealbot index rollback"
        )
    return f"{told}, and the index answers all of them"
