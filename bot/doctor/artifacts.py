"""Checks of the encoder, the evidence model, the judge, the index, articles and golden
questions."""

from collections.abc import Sequence
from contextlib import suppress

from bot.answering.disagreement.pair_model import SamenessModel, load_sameness
from bot.answering.judge.model import JudgeModel, load_judge
from bot.answering.ranking.evidence_model import EvidenceModel
from bot.config.settings import Settings
from bot.doctor.diagnosis import WarningError
from bot.rebuild.golden import a_few_of, failed, read_golden
from bot.sources.paths import article_paths, tolerant_of_archives
from bot.wording.measures import counted, operating_point_line
from bot.wording.reading import is_mostly_lost, prose_left_out, source_lines
from index.articles.sources import SourceReport, read_articles
from index.encoder import encoder as encoders
from index.errors import (
    EncoderError,
    ExpectedError,
    IndexDamagedError,
    IndexMissingError,
    IndexUnreachableError,
    SourceError,
)
from index.generations.live import LiveIndex
from index.generations.manifest import Manifest
from index.stores.reading_notes import ReadingNotes

_FEW = 5  # ids in a message


class DamagedError(ExpectedError):
    """A part of the program is not as it was installed."""


def encoder(settings: Settings) -> str:
    opened = encoders.open_current(settings.encoders)
    cosine = opened.check_golden()
    if cosine < 1 - opened.record.parity.tolerance:
        raise EncoderError(
            f"{opened.id} gives different vectors here than the original model (cosine "
            f"{cosine:.4f}). {opened.remedy}"
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
    """Check the judge, and the model of differing statements, which reads with its tokenizer."""
    worst = max(
        _off("judge", load_judge()),
        _off("model of differing statements", load_sameness()),
    )
    return f"its weights are intact, golden scores within {worst:.3f}"


def _off(name: str, model: JudgeModel | SamenessModel) -> float:
    """Return how far a model's scores are from its golden ones. Raises EncoderError if too far."""
    worst, allowed = model.check_golden(), model.record.golden_tolerance
    if worst > allowed:
        raise EncoderError(
            f"the {name} gives different scores here than at its training (off by {worst:.3f}, at "
            f"most {allowed} is allowed). Install dealbot again"
        )
    return worst


def index(settings: Settings) -> str:
    def check(manifest: Manifest) -> None:
        encoders.open_by_id(settings.encoders, manifest.encoder_id)

    manifest, degraded = settings.open_index().verified(check)
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
    index = settings.open_index()
    names = index.published()
    found = index.verification() if names else None
    for name in names:
        for problem in found.damage[name] if found else ():
            raise WarningError(
                f"{problem}: a rollback to generation {name} is not possible. See all with: "
                f"dealbot index verify --index {index.name}"
            )
    usable = [name for name in names if not (found and name in found.older)]
    if len(usable) < 2:
        return "there is no earlier one to go back to yet"
    return f"{len(usable)} are kept, all of them intact"


def articles(settings: Settings) -> str:
    limit, report = settings.max_article_bytes, SourceReport()
    bad: list[SourceError] = []
    paths = article_paths(settings, list(settings.open_index().recorded_sources()))
    on_bad = tolerant_of_archives(settings, bad.append)
    found = read_articles(paths, max_article_bytes=limit, on_bad=on_bad, report=report)
    count = sum(1 for article in found if not article.version_of)
    if bad:
        more = f" {len(bad) - 1} more cannot be read." if len(bad) > 1 else ""
        raise SourceError(f"{bad[0].user_message}{more} Or leave it out with --skip-bad.")
    told = f"{count} can be read from {', '.join(map(str, paths))}"
    return "; ".join((told, *source_lines(report)))


def reading(settings: Settings) -> str:
    """Report what was left out of the indexed articles. Raises WarningError if an article kept
    less than half of its prose."""
    try:
        notes = list(settings.open_index().open_archive()[0].notes())
    except (IndexMissingError, IndexDamagedError, IndexUnreachableError):
        return "there is no usable index to ask"  # the check of the index reports why
    if lost := [each for each in notes if is_mostly_lost(each)]:
        worst = max(lost, key=prose_left_out)
        raise WarningError(
            f"less than half of the prose was kept of {counted(len(lost), 'article')}: "
            f"{_few_ids(lost)}. See what was left out with: dealbot show '{worst.id}' --blocks"
        )
    if not notes:
        return "nothing was left out of the articles, and nothing assumed"
    return (
        f"something was left out of {counted(len(notes), 'article')}, or assumed about them: "
        f"{_few_ids(notes)}. See what with: dealbot show '{notes[0].id}' --blocks"
    )


def _few_ids(notes: Sequence[ReadingNotes]) -> str:
    more = len(notes) - _FEW
    return ", ".join(each.id for each in notes[:_FEW]) + (f" and {more} more" if more > 0 else "")


def golden(settings: Settings) -> str:
    if settings.golden is None:
        return "none are set: a rebuilt index is used without a check of its answers"
    questions = read_golden(settings.golden)
    told = f"{len(questions)} can be read from {settings.golden}"
    try:
        live = LiveIndex(settings.open_index(), settings.encoders).current
    except (IndexMissingError, IndexDamagedError, IndexUnreachableError, EncoderError):
        return f"{told}; there is no usable index to ask them"  # the checks of these report why
    if failures := [failure for failure in failed(live, questions) if failure]:
        raise WarningError(
            f"the index fails {len(failures)} of {len(questions)}: {a_few_of(failures)}. See why "
            "with :why in dealbot repl, or go back with: dealbot index rollback"
        )
    return f"{told}, and the index answers all of them"
