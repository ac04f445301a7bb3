"""The evaluation over every set that is there, as `make eval` runs it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.answering.pipeline import Answerer
from bot.evaluation import datasets
from bot.evaluation.asking import ask_all
from bot.evaluation.curves import curves_of
from bot.evaluation.datasets import OpenSet, RankCase, records
from bot.evaluation.follow_ups import follow_up_rows
from bot.evaluation.indexes import EvaluationIndexes, files_digest
from bot.evaluation.judging import Judged
from bot.evaluation.outcomes import PARTS, Outcome, rows_of
from bot.evaluation.questions import EvalQuestion
from bot.evaluation.results import Answers, Curves, Row
from bot.evaluation.retrieval import EVIDENCE, HYBRID, METHODS, Methods
from bot.evaluation.selection import Selection
from bot.evaluation.summary import summarise
from bot.service import AnswerService
from index.encoder import Encoder
from index.errors import ExpectedError
from index.live import LiveIndex

ARTICLES, SEED, SQUAD, SELQA, QED = "articles", "seed", "SQuAD 2", "SelQA", "QED"
NOMIRACL, CANARD, MTRAG = "NoMIRACL", "CANARD", "MTRAG-UN"


@dataclass(frozen=True, slots=True)
class _Set:
    """A set's files, all of which it needs, and how it is measured."""

    files: tuple[Path, ...]
    measure: Callable[[str, tuple[Path, ...]], None]


@dataclass(slots=True)
class Suite:
    """Measures one set after the other and gathers what they gave. `root` is the project's
    folder, `shared` the one with the development sets and the seed article."""

    root: Path
    shared: Path
    encoders: Path
    encoder: Encoder
    indexes: EvaluationIndexes
    rows: list[Row] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)
    curves: list[Curves] = field(default_factory=list)
    generations: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def sets(self) -> Mapping[str, _Set]:
        questions, sets = self.root / "benchmarks/questions", self.shared / "eval"
        return {
            ARTICLES: _Set((questions / "articles.jsonl", self.root / "articles"), self._own),
            SEED: _Set((questions / "seed.jsonl", self.shared / "seed/article.txt"), self._own),
            SQUAD: _Set(
                (sets / "squad2_sent_dev.jsonl", sets / "squad_paragraphs_dev.jsonl"), self._squad
            ),
            SELQA: _Set((sets / "selqa_dev.jsonl",), self._selqa),
            QED: _Set((sets / "qed_dev.jsonl",), self._qed),
            NOMIRACL: _Set((sets / "nomiracl_en_dev.jsonl",), self._nomiracl),
            CANARD: _Set((sets / "canard_dev.jsonl",), self._canard),
            MTRAG: _Set((sets / "mtragun_dev.jsonl",), self._mtrag),
        }

    def run(self, wanted: Sequence[str], tell: Callable[[str], None]) -> None:
        """The sets of these names; one whose files are not there is left out, and said so."""
        for name, each in self.sets.items():
            if name not in wanted:
                continue
            missing = [file for file in each.files if not file.exists()]
            if missing:
                self.left_out.append(f"{name}: {missing[0].name} is not there")
                tell(f"left out {self.left_out[-1]}")
                continue
            tell(f"evaluating {name}")
            self.files[name] = files_digest(each.files)
            each.measure(name, each.files)

    def _own(self, name: str, files: tuple[Path, ...]) -> None:
        """One of our own question sets: asked of the service as a user would, and of each
        method."""
        questions = [EvalQuestion.model_validate(record) for record in records(files[0])]
        live = LiveIndex(self.indexes.built(name, files[1:]), self.encoders)
        judged = asyncio.run(_asked(live, questions))
        for part in PARTS:
            pairs = zip(questions, judged, strict=True)
            of_part = [one for question, one in pairs if part in ("all", question.split)]
            rows = tuple(summarise(of_part))
            self.answers.append(Answers(set=name, part=part, rows=rows))
        self._add_open(name, Methods(live.current), questions)
        self.generations[name] = live.current.generation.id

    def _squad(self, name: str, files: tuple[Path, ...]) -> None:
        found = datasets.squad(*map(records, files))
        self._add_open(name, self._methods(name, found), found.questions)

    def _selqa(self, name: str, files: tuple[Path, ...]) -> None:
        self._add_selection(name, datasets.selqa(records(files[0])))

    def _qed(self, name: str, files: tuple[Path, ...]) -> None:
        self._add_selection(name, datasets.qed(records(files[0])))

    def _nomiracl(self, name: str, files: tuple[Path, ...]) -> None:
        """Each question is asked of an index of its own ten passages."""
        answerer = Answerer()
        outcomes: dict[str, list[Outcome]] = {method: [] for method in METHODS}
        for number, each in enumerate(datasets.nomiracl(records(files[0]))):
            live = self.indexes.over_records(f"{name}-{number}", each.articles)
            for method, found in Methods(live, answerer).outcomes(each.questions).items():
                outcomes[method] += found
        self._add(name, outcomes)

    def _canard(self, name: str, files: tuple[Path, ...]) -> None:
        found, rewrites = datasets.canard(records(files[0]))
        methods = self._methods(name, found)
        for method in (HYBRID, EVIDENCE):
            self.rows += follow_up_rows(name, methods, method, found.questions, rewrites)

    def _mtrag(self, name: str, files: tuple[Path, ...]) -> None:
        found = datasets.mtrag(records(files[0]))
        methods = self._methods(name, found)
        for method in (HYBRID, EVIDENCE):
            self.rows += follow_up_rows(name, methods, method, found.questions)

    def _methods(self, name: str, found: OpenSet) -> Methods:
        live = self.indexes.over_records(name, found.articles)
        self.generations[name] = live.generation.id
        return Methods(live)

    def _add_open(self, name: str, methods: Methods, questions: Sequence[EvalQuestion]) -> None:
        outcomes = methods.outcomes(questions)
        self._add(name, outcomes)
        self.curves.append(curves_of(name, outcomes, outcomes[EVIDENCE]))

    def _add_selection(self, name: str, cases: Sequence[RankCase]) -> None:
        selection = Selection(cases, self.encoder)
        outcomes = {method: selection.outcomes(method) for method in METHODS}
        self._add(name, outcomes)
        self.curves.append(curves_of(name, {}, outcomes[EVIDENCE]))

    def _add(self, name: str, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
        for method, found in outcomes.items():
            self.rows += rows_of(name, method, found, calibrated=method == EVIDENCE)


async def _asked(live: LiveIndex, questions: Sequence[EvalQuestion]) -> list[Judged]:
    """Raises what the first question that fails raises: every one of ours can be asked."""

    def fail(error: ExpectedError) -> None:
        raise error

    async with AnswerService(live, max_waiting=1, deadline_s=60) as service:
        return await ask_all(service, live.current, questions, fail)
