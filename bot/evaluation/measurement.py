"""Results for the questions and claims of one set, over one index or several."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.answering.pipeline import QuestionAnswerer
from bot.evaluation.claim_checks import CheckedClaim, check_all
from bot.evaluation.outcomes import Outcome
from bot.evaluation.questions import EvalClaim, EvalQuestion
from bot.evaluation.retrieval import Methods
from bot.evaluation.runs import ask_all
from bot.evaluation.verdicts import Judged
from bot.serving.service import AnswerService
from index.errors import ExpectedError
from index.generations.live import LiveGeneration, LiveIndex


@dataclass(slots=True)
class Measurement:
    """Judged answers beside their questions, checked claims, and the outcomes of each method."""

    questions: list[EvalQuestion] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    checked: list[CheckedClaim] = field(default_factory=list)
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    answerer: QuestionAnswerer = field(default_factory=QuestionAnswerer)

    def ask(
        self, live: LiveIndex, questions: Sequence[EvalQuestion], claims: Sequence[EvalClaim] = ()
    ) -> None:
        """Put questions and claims to the service as a user would, and the questions to each
        method.

        Raises the error of the first one that fails: all of our questions can be asked."""
        judged, checked = asyncio.run(_asked(live, questions, claims))
        self.questions += questions
        self.judged += judged
        self.checked += checked
        self.add_outcomes(live.current, questions)

    def add_outcomes(self, live: LiveGeneration, questions: Sequence[EvalQuestion]) -> None:
        """Put the questions to each method."""
        for method, found in Methods(live, self.answerer).outcomes(questions).items():
            self.outcomes.setdefault(method, []).extend(found)

    def of_part(self, part: str) -> list[Judged]:
        """Return the judged answers to the questions of a part."""
        pairs = zip(self.questions, self.judged, strict=True)
        return [one for question, one in pairs if part in ("all", question.split)]


async def _asked(
    live: LiveIndex, questions: Sequence[EvalQuestion], claims: Sequence[EvalClaim]
) -> tuple[list[Judged], list[CheckedClaim]]:
    def fail(error: ExpectedError) -> None:
        raise error

    async with AnswerService(live, max_waiting=1, deadline_s=60) as service:
        judged = await ask_all(service, live.current, questions, fail)
        return judged, await check_all(service, claims)
