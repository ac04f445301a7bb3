"""Evaluation over all sets whose files exist, as `make eval` runs it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.evaluation import datasets
from bot.evaluation.claim_checks import claim_row
from bot.evaluation.curves import curves_of
from bot.evaluation.datasets import OpenSet, RankCase, Record, Stories, records
from bot.evaluation.follow_ups import follow_up_rows
from bot.evaluation.indexes import EvaluationIndexes, files_digest
from bot.evaluation.measurement import Measurement
from bot.evaluation.outcomes import PARTS, Outcome, rows_of
from bot.evaluation.questions import EvalClaim, EvalQuestion
from bot.evaluation.results import Answers, Curves, Row
from bot.evaluation.retrieval import ABLATIONS, EVIDENCE, HYBRID, METHODS, Methods
from bot.evaluation.selection import Selection
from bot.evaluation.summary import summarise
from index.encoder.encoder import Encoder
from index.generations.live import LiveIndex

ARTICLES, SEED, STORY = "articles", "seed", "story"
STORIES, ONE_CORPUS = "stories", "stories, one corpus"
SQUAD, SELQA, QED = "SQuAD 2", "SelQA", "QED"
NOMIRACL, CANARD, MTRAG = "NoMIRACL", "CANARD", "MTRAG-UN"


@dataclass(frozen=True, slots=True)
class _Set:
    """Files of a set, all of them required, and the function that measures it."""

    files: tuple[Path, ...]
    measure: Callable[[str, tuple[Path, ...]], None]


@dataclass(slots=True)
class Suite:
    """Evaluation of one set after the other, with the results so far.

    `root` is the project's folder; `shared` contains the development sets and the seed article.
    `encoders` is the folder of the adopted encoders, and `encoder` the one that selection uses.
    `generations` and `files` map the name of a set to the generation that it was measured on and
    to the digest of its files. `left_out` has a line for each set that was skipped."""

    root: Path
    shared: Path
    encoders: Path
    encoder: Encoder
    indexes: EvaluationIndexes
    stories: Stories
    rows: list[Row] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)
    curves: list[Curves] = field(default_factory=list)
    generations: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    @property
    def sets(self) -> Mapping[str, _Set]:
        questions, sets = self.root / "benchmarks/questions", self.shared / "eval"
        story = sets / "story_dev"
        story_files = (story / "questions.jsonl", story / "claims.jsonl")
        return {
            ARTICLES: _Set((questions / "articles.jsonl", self.root / "articles"), self._own),
            SEED: _Set((questions / "seed.jsonl", self.shared / "seed/article.txt"), self._own),
            STORY: _Set((*story_files, *sorted(story.glob("*.md"))), self._story),
            STORIES: _Set((self.stories.folder,), self._stories),
            ONE_CORPUS: _Set((self.stories.folder,), self._one_corpus),
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
        """Measure the sets with these names. Skip a set whose files are missing. `tell` receives a
        line for each set."""
        for name, each in self.sets.items():
            if name not in wanted:
                continue
            missing = [file for file in each.files if not file.exists()]
            if missing:
                self.left_out.append(f"{name}: {missing[0].name} is missing")
                tell(f"left out {self.left_out[-1]}")
                continue
            tell(f"evaluating {name}")
            self.files[name] = files_digest(each.files)
            each.measure(name, each.files)

    def _own(self, name: str, files: tuple[Path, ...]) -> None:
        """Measure our own questions about the bundled articles or the seed article."""
        questions = [EvalQuestion.model_validate(record) for record in records(files[0])]
        self._ask(name, LiveIndex(self.indexes.built(name, files[1:]), self.encoders), questions)

    def _story(self, name: str, files: tuple[Path, ...]) -> None:
        live = LiveIndex(self.indexes.built(name, files[2:]), self.encoders)
        questions = datasets.story(records(files[0]), live.current.generation.texts)
        claims = [EvalClaim.model_validate(record) for record in records(files[1])]
        self._ask(name, live, questions, claims)

    def _stories(self, name: str, files: tuple[Path, ...]) -> None:
        """Measure the stories, each with an index of its own."""
        measured = Measurement()
        for story, asked in self.stories.asked.items():
            live = self._live(f"{name}-{story}", asked.articles)
            measured.ask(live, asked.questions, asked.claims)
        self._add_measured(name, measured)

    def _one_corpus(self, name: str, files: tuple[Path, ...]) -> None:
        """Measure the questions of all stories over one index."""
        questions = [each for asked in self.stories.asked.values() for each in asked.questions]
        self._ask(name, self._live(name, self.stories.articles), questions)

    def _squad(self, name: str, files: tuple[Path, ...]) -> None:
        found = datasets.squad(*map(records, files))
        outcomes = self._methods(name, found).outcomes(found.questions)
        self._add_curved(name, outcomes)

    def _selqa(self, name: str, files: tuple[Path, ...]) -> None:
        self._add_selection(name, datasets.selqa(records(files[0])))

    def _qed(self, name: str, files: tuple[Path, ...]) -> None:
        self._add_selection(name, datasets.qed(records(files[0])))

    def _nomiracl(self, name: str, files: tuple[Path, ...]) -> None:
        """Measure each question over an index of its own ten passages."""
        measured = Measurement()
        for number, each in enumerate(datasets.nomiracl(records(files[0]))):
            live = self.indexes.over_records(f"{name}-{number}", each.articles)
            measured.add_outcomes(live, each.questions)
        self._add(name, measured.outcomes)

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

    def _live(self, name: str, articles: Sequence[Record]) -> LiveIndex:
        return LiveIndex(self.indexes.built_of(name, articles), self.encoders)

    def _ask(
        self,
        name: str,
        live: LiveIndex,
        questions: Sequence[EvalQuestion],
        claims: Sequence[EvalClaim] = (),
    ) -> None:
        """Measure questions and claims over one index, and add the results."""
        measured = Measurement()
        measured.ask(live, questions, claims)
        self.generations[name] = live.current.generation.id
        self._add_measured(name, measured)

    def _add_measured(self, name: str, measured: Measurement) -> None:
        for part in PARTS:
            if of_part := measured.of_part(part):
                rows = tuple(summarise(of_part))
                self.answers.append(Answers(set=name, part=part, rows=rows))
        self._add_curved(name, measured.outcomes)
        if measured.checked:
            self.rows.append(claim_row(name, measured.checked))

    def _add_curved(self, name: str, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
        """Add rows for all methods, and curves for all except the ablations."""
        self._add(name, outcomes)
        plotted = {method: outcomes[method] for method in METHODS}
        self.curves.append(curves_of(name, plotted, outcomes[EVIDENCE]))

    def _add_selection(self, name: str, cases: Sequence[RankCase]) -> None:
        outcomes = Selection(cases, self.encoder).outcomes((*METHODS, *ABLATIONS))
        self._add(name, outcomes)
        self.curves.append(curves_of(name, {}, outcomes[EVIDENCE]))

    def _add(self, name: str, outcomes: Mapping[str, Sequence[Outcome]]) -> None:
        for method, found in outcomes.items():
            self.rows += rows_of(name, method, found, calibrated=method == EVIDENCE)
