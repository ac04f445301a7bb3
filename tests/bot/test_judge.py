"""The judge with its real weights: stable scores, cache, spans, and refusal of damaged files."""

import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event, get_ident
from time import sleep

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.judge import judge as judging
from bot.answering.judge import model as judge_model
from bot.answering.judge.inputs import MAX_SENTENCE_TOKENS, Layout, Task
from bot.answering.judge.judge import Judge, Judgement, Window, best_span
from bot.answering.judge.model import JudgeModel, LayoutLogits, load_judge
from bot.answering.judge.record import MODEL_FILE, RECORD_FILE, TOKENIZER_FILE, JudgeRecord
from index.errors import EncoderError
from tests.hang_guard import HANG_S

QUESTION = "How much will the repair of the bridge cost?"
BRIDGE = Window(
    "Harbour bridge to close",
    (
        "The harbour bridge in Tarn will close on 4 May 2031.",
        "Mayor Ilse Brandt said that the repair will cost $12.5 million.",
        "She expects it to last two years.",
    ),
    (0, 1, 2),
)
OTHERS = (
    Window("Ferry line gets two boats", ("Northline ordered two electric boats.",), (0,)),
    Window("", ("Tram drivers went on strike.", "Omar Field asked for 6 percent. " * 12), (1,)),
    Window("Café", ("Its owner paid $40,000 for the kitchen & stove.",), (0,)),
)
_LONGEST_SPAN = 24


class RecordingModel(JudgeModel):
    """The real model; it records the layouts that it reads."""

    def __init__(self, record: JudgeRecord) -> None:
        super().__init__(record)
        self.layouts: list[Layout] = []

    def read(self, layout: Layout) -> LayoutLogits:
        self.layouts.append(layout)
        return super().read(layout)


@pytest.fixture(scope="module")
def recording() -> RecordingModel:
    return RecordingModel.load()


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_judge())


@pytest.fixture
def copied_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the weights and make the judge load the copy in this test."""
    load_judge()  # it stays that of the package
    folder = tmp_path / "weights"
    shutil.copytree(judge_model.WEIGHTS, folder)
    monkeypatch.setattr(judge_model, "WEIGHTS", folder)
    return folder


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("task", Task)
def test_a_window_gets_the_same_scores_alone_and_beside_others(task: Task, threads: int) -> None:
    alone = Judge(load_judge(), threads=1).judge(task, QUESTION, [BRIDGE])
    beside = Judge(load_judge(), threads=threads)
    assert beside.judge(task, QUESTION, [*OTHERS, BRIDGE, OTHERS[0]])[len(OTHERS)] == alone[0]
    assert len({each.answers for each in alone[0]}) == len(BRIDGE.candidates)


def test_judgements_come_in_the_order_of_windows_and_candidates(judge: Judge) -> None:
    windows = [BRIDGE, *OTHERS]
    judged = judge.judge(Task.QUESTION, QUESTION, windows)
    assert judge.judge(Task.QUESTION, QUESTION, windows[::-1]) == judged[::-1]
    turned = BRIDGE._replace(candidates=(2, 0))
    assert judge.judge(Task.QUESTION, QUESTION, [turned]) == [[judged[0][2], judged[0][0]]]


def test_a_repeated_question_is_not_read_again(recording: RecordingModel) -> None:
    judge = Judge(recording)
    recording.layouts.clear()
    first = judge.judge(Task.QUESTION, QUESTION, [BRIDGE, *OTHERS])
    assert len(recording.layouts) == 1 + len(OTHERS)
    assert judge.judge(Task.QUESTION, QUESTION, [BRIDGE, *OTHERS]) == first
    assert len(recording.layouts) == 1 + len(OTHERS)


@pytest.mark.parametrize(
    ("task", "asked", "window"),
    [
        (Task.CLAIM, QUESTION, BRIDGE),
        (Task.QUESTION, f"{QUESTION} ", BRIDGE),
        (Task.QUESTION, QUESTION, BRIDGE._replace(title="")),
        (Task.QUESTION, QUESTION, BRIDGE._replace(candidates=(1,))),
        (Task.QUESTION, QUESTION, BRIDGE._replace(sentences=BRIDGE.sentences[::-1])),
    ],
)
def test_another_task_text_or_window_is_read(
    recording: RecordingModel, task: Task, asked: str, window: Window
) -> None:
    judge = Judge(recording)
    judge.judge(Task.QUESTION, QUESTION, [BRIDGE])
    recording.layouts.clear()
    judge.judge(task, asked, [window])
    assert len(recording.layouts) == 1


def test_what_was_judged_longest_ago_is_forgotten_first(
    recording: RecordingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_REMEMBERED", 2)
    judge = Judge(recording)
    one, two, three = OTHERS
    for window in (one, two, one, three):  # the second is then the least recently used
        judge.judge(Task.QUESTION, QUESTION, [window])
    recording.layouts.clear()
    judge.judge(Task.QUESTION, QUESTION, [one, three])
    assert recording.layouts == []
    judge.judge(Task.QUESTION, QUESTION, [two])
    assert len(recording.layouts) == 1


def test_more_windows_than_are_remembered_are_all_judged(
    recording: RecordingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Judge(recording).judge(Task.QUESTION, QUESTION, OTHERS)
    monkeypatch.setattr(judging, "_REMEMBERED", 1)
    assert Judge(recording).judge(Task.QUESTION, QUESTION, OTHERS) == expected


def test_threads_that_share_a_judge_get_the_scores_of_one(judge: Judge) -> None:
    asked = [f"{QUESTION} {number}" for number in range(4)] * 3
    windows = [BRIDGE, *OTHERS]
    alone = {text: judge.judge(Task.QUESTION, text, windows) for text in asked}
    shared = Judge(load_judge(), threads=2)
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda text: shared.judge(Task.QUESTION, text, windows), asked)
        assert list(found) == [alone[text] for text in asked]


class HeldModel(JudgeModel):
    """The real model. It records the thread of each reading, and holds the readings of the first
    thread until it is let go."""

    def __init__(self, record: JudgeRecord) -> None:
        super().__init__(record)
        self.read_on: list[int] = []
        self.held, self.let_go = Event(), Event()

    def read(self, layout: Layout) -> LayoutLogits:
        self.read_on.append(get_ident())
        if self.read_on[0] == get_ident():
            self.held.set()
            assert self.let_go.wait(HANG_S)
        return super().read(layout)


def test_while_other_questions_are_read_a_question_is_read_on_its_own_thread() -> None:
    model = HeldModel.load()
    judge = Judge(model, threads=2)
    with ThreadPoolExecutor(1) as other:
        reading = other.submit(judge.judge, Task.QUESTION, QUESTION, [BRIDGE])
        assert model.held.wait(HANG_S)
        judge.judge(Task.QUESTION, "Who is on strike?", OTHERS)
        model.let_go.set()
        reading.result(HANG_S)
    assert model.read_on[1:] == [get_ident()] * len(OTHERS)


class FailingModel(JudgeModel):
    """The real model. Its reading fails on the thread that made it while another thread reads."""

    def __init__(self, record: JudgeRecord) -> None:
        super().__init__(record)
        self.own, self.begun, self.ended = get_ident(), 0, 0
        self.helped, self.failed = Event(), Event()

    def read(self, layout: Layout) -> LayoutLogits:
        if get_ident() == self.own:
            assert self.helped.wait(HANG_S)
            self.failed.set()
            raise ValueError("unreadable")
        self.begun += 1
        self.helped.set()
        assert self.failed.wait(HANG_S)
        sleep(0.2)  # long enough for the own thread to leave
        logits = super().read(layout)
        self.ended += 1
        return logits


def test_after_a_failure_no_thread_reads_for_the_question() -> None:
    model = FailingModel.load()
    judge = Judge(model, threads=2)
    with pytest.raises(ValueError, match="unreadable"):
        judge.judge(Task.QUESTION, QUESTION, [BRIDGE, *OTHERS])
    assert (model.begun, model.ended) == (1, 1)


_LOGITS = st.floats(-12, 12, width=32)


@given(st.lists(st.tuples(_LOGITS, _LOGITS), min_size=1, max_size=40))
def test_the_best_span_is_the_likeliest_of_all(logits: list[tuple[float, float]]) -> None:
    starts = [math.exp(start) for start, _ in logits]
    ends = [math.exp(end) for _, end in logits]
    likelihood = {
        (first, last): starts[first] / sum(starts) * (ends[last] / sum(ends))
        for first in range(len(logits))
        for last in range(first, min(first + _LONGEST_SPAN, len(logits)))
    }
    span, probability = best_span(np.array(logits, np.float32))
    assert span in likelihood
    assert probability == pytest.approx(likelihood[span], rel=1e-4)
    assert probability == pytest.approx(max(likelihood.values()), rel=1e-4)


def test_a_span_ends_within_its_longest_length() -> None:
    logits = np.zeros((60, 2), np.float32)
    logits[3, 0] = logits[27, 1] = 9.0  # 25 tokens
    logits[26, 1] = 5.0  # 24 tokens
    assert best_span(logits)[0] == (3, 26)


TEXT = st.text(alphabet=st.characters(), max_size=40)


@settings(max_examples=40, deadline=None)
@given(task=st.sampled_from(Task), asked=TEXT, title=TEXT, sentences=st.lists(TEXT, min_size=1))
def test_any_text_gets_scores_and_a_piece_of_the_sentence(
    judge: Judge, task: Task, asked: str, title: str, sentences: list[str]
) -> None:
    window = Window(title, tuple(sentences), tuple(range(len(sentences))))
    (judged,) = judge.judge(task, asked, [window])
    assert len(judged) == len(sentences)
    for sentence, each in zip(sentences, judged, strict=True):
        assert all(map(math.isfinite, (each.answers, each.supports, each.contradicts)))
        assert 0 <= each.span_probability <= 1
        if each.span is None:
            assert each.span_probability == 0
        else:
            assert 0 <= each.span.start < each.span.end <= len(sentence)


@pytest.mark.parametrize("sentence", ["", " ", "\n", "\x00"])
def test_a_sentence_without_tokens_has_no_span(judge: Judge, sentence: str) -> None:
    window = Window("", (sentence, BRIDGE.sentences[1]), (0, 1))
    ((empty, full),) = judge.judge(Task.QUESTION, QUESTION, [window])
    assert (empty.span, empty.span_probability) == (None, 0.0)
    assert full.span is not None


def test_a_sentence_that_is_cut_away_has_no_span(judge: Judge) -> None:
    long = "bridge " * (MAX_SENTENCE_TOKENS + 50)
    window = Window("", (long, long, long, BRIDGE.sentences[1]), (0, 3))
    ((first, cut),) = judge.judge(Task.QUESTION, QUESTION, [window])
    assert first.span is not None
    assert first.span.end <= len("bridge " * MAX_SENTENCE_TOKENS)
    assert cut.span is None


def test_nothing_is_asked_of_no_windows(judge: Judge) -> None:
    assert judge.judge(Task.QUESTION, QUESTION, []) == []


def answering(judge: Judge, question: str, window: Window) -> tuple[str, str, Judgement]:
    """Return the sentence that answers best, its short answer and its judgement."""
    (judged,) = judge.judge(Task.QUESTION, question, [window])
    place = max(range(len(judged)), key=lambda i: judged[i].answers)
    sentence, span = window.sentences[place], judged[place].span
    assert span is not None
    return sentence, sentence[span.start : span.end], judged[place]


@pytest.mark.parametrize(
    ("question", "place", "span"),
    [
        ("How much will the repair cost?", 1, "$12.5 million"),
        ("what does the repair cost", 1, "$12.5 million"),
        ("When does the bridge close?", 0, "4 May 2031"),
        ("Who is the mayor?", 1, "Ilse Brandt"),
        ("How long will the work last?", 2, "two years"),
    ],
)
def test_the_answering_sentence_and_its_short_answer_are_found(
    judge: Judge, question: str, place: int, span: str
) -> None:
    sentence, short, judged = answering(judge, question, BRIDGE)
    assert sentence == BRIDGE.sentences[place]
    assert short == span
    assert judged.answers > 0


def test_a_question_that_nothing_answers_gets_low_scores(judge: Judge) -> None:
    *_, judged = answering(judge, "Who composed the opera Carmen?", BRIDGE)
    assert judged.answers < 0


def test_a_true_claim_is_supported_and_a_false_one_contradicted(judge: Judge) -> None:
    window = BRIDGE._replace(candidates=(1,))
    ((true,),) = judge.judge(Task.CLAIM, "The repair will cost $12.5 million.", [window])
    ((false,),) = judge.judge(Task.CLAIM, "The repair will cost $40 million.", [window])
    # The judge alone knows only which amount is likelier; the guard for numbers decides.
    assert true.supports > false.supports
    assert false.contradicts > true.contradicts


def test_golden_scores_are_met_within_their_tolerance() -> None:
    model = load_judge()
    assert model.record.golden
    assert model.check_golden() <= model.record.golden_tolerance


def test_a_wrong_golden_score_is_noticed() -> None:
    record = load_judge().record
    golden = record.golden[0]
    moved = tuple((-answers, *others) for answers, *others in golden.logits)
    changed = record.model_copy(update={"golden": (golden.model_copy(update={"logits": moved}),)})
    assert JudgeModel(changed).check_golden() > record.golden_tolerance


def test_a_sound_copy_of_the_weights_loads(copied_weights: Path) -> None:
    assert JudgeModel.load().record == load_judge().record


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
def test_a_damaged_file_is_refused(copied_weights: Path, name: str) -> None:
    path = copied_weights / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(EncoderError, match=r"is damaged.*Install dealbot again") as refused:
        JudgeModel.load()
    assert str(path) in refused.value.user_message


@pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE, RECORD_FILE])
def test_a_missing_file_is_refused(copied_weights: Path, name: str) -> None:
    (copied_weights / name).unlink()
    with pytest.raises(EncoderError, match="Install dealbot again"):
        JudgeModel.load()


@pytest.mark.parametrize("record", [b"", b"{}", b"\xff", b'{"files": []}'])
def test_a_damaged_record_is_refused(copied_weights: Path, record: bytes) -> None:
    (copied_weights / RECORD_FILE).write_bytes(record)
    with pytest.raises(EncoderError, match="Install dealbot again"):
        JudgeModel.load()


def test_a_model_that_onnxruntime_cannot_read_is_refused(copied_weights: Path) -> None:
    (copied_weights / MODEL_FILE).write_bytes(b"no model")
    with pytest.raises(EncoderError, match="onnxruntime cannot load the judge"):
        JudgeModel(load_judge().record)


def test_a_layout_that_the_model_cannot_run_is_an_encoder_error() -> None:
    model = load_judge()
    layout = model.layout(Task.QUESTION, QUESTION, "", BRIDGE.sentences)
    outside = replace(layout, ids=layout.ids + 1_000_000)
    with pytest.raises(EncoderError, match="The judge failed to run"):
        model.read(outside)
