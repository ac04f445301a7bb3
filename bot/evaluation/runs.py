"""Questions of a set, put to the service as a user would."""

import time
from collections.abc import Callable, Iterable

from bot.evaluation.questions import EvalQuestion, check_gold
from bot.evaluation.verdicts import Judged, judge, places
from bot.serving.service import AnswerService
from index.errors import ExpectedError
from index.generations.live import LiveGeneration


async def ask_all(
    service: AnswerService,
    live: LiveGeneration,
    questions: Iterable[EvalQuestion],
    on_failed: Callable[[ExpectedError], None],
) -> list[Judged]:
    """Ask the questions one after the other, so that each latency is that of a lone question.

    The error of a question that fails goes to `on_failed`, and the question is left out. `live` is
    the generation that the service answers from."""
    judged: list[Judged] = []
    texts = live.generation.texts
    for question in questions:
        try:
            check_gold(question, texts)
            started = time.perf_counter()
            receipt = await service.answer(question)
            elapsed_ms = (time.perf_counter() - started) * 1000
        except ExpectedError as error:
            on_failed(error)
            continue
        best = next(iter(places(receipt, 1)), None)
        judged.append(judge(question, receipt.answer, best, texts, elapsed_ms))
    return judged
