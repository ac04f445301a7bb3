"""Unchanged articles: everything taken over from them equals a fresh reading."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from index.building import unchanged
from index.building.build import BuildOptions, build_index
from index.encoder.encoder import Encoder
from index.generations.generation import GENERATIONS, POINTER, published
from index.generations.manifest import Manifest
from index.models import Span
from index.progress import NoProgress
from index.text import blocks
from index.text.initials import InitialsLearner
from index.text.sentences import split_sentences as really_split
from tests.damage import flip

HARBOUR = "The harbour didn't open in May. Its mayor, of the HRC, wouldn't say why. It cost $5bn."
BOARD = "The Harbour Review Council (HRC) met. The HRC and the TPU talked of a memorandum of trust."
SHIPS = "Ships came. The US Navy said so.\n\nA CEO was there; the MoU was not signed in the U.S."
UNION = "The Trade Port Union is new. Everybody calls it TPU, and the TPU grows by 3.5% a year."


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(**texts: str) -> Path:
        folder = tmp_path / "articles"
        for old in folder.glob("*"):
            old.unlink()
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.md").write_text(f"---\ntitle: About {name}\n---\n{text}")
        return folder

    return write


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the texts that the real splitter splits into sentences."""
    texts: list[str] = []

    def split_sentences(text: str) -> list[Span]:
        texts.append(text)
        return really_split(text)

    monkeypatch.setattr(blocks, "split_sentences", split_sentences)
    return texts


def files_of(
    articles: Path, index: Path, encoder: Encoder, *, full: bool = False
) -> dict[str, str]:
    return build_index(
        [articles], index, encoder, NoProgress(), BuildOptions(full=full)
    ).manifest.files


def test_a_rebuild_makes_the_files_of_a_full_build(
    write: Callable[..., Path], tmp_path: Path, encoder: Encoder, split: list[str]
) -> None:
    first = write(b=BOARD, h=HARBOUR, s=SHIPS, x="This goes. Nobody misses it.")
    build_index([first], tmp_path / "index", encoder, NoProgress())
    split.clear()
    # One article is new and defines initials, one has changed, one has a new name, one is gone.
    second = write(a=UNION, b=BOARD, h=HARBOUR + " Then it rained.", z=SHIPS)
    again = files_of(second, tmp_path / "index", encoder)
    assert sorted(split) == sorted([UNION, HARBOUR + " Then it rained."])
    assert again == files_of(second, tmp_path / "other", encoder, full=True)
    split.clear()
    assert files_of(second, tmp_path / "index", encoder) == again
    assert split == []


@pytest.mark.parametrize("seed", range(6))
def test_any_rebuild_makes_the_files_of_a_full_build(
    write: Callable[..., Path], tmp_path: Path, encoder: Encoder, seed: int
) -> None:
    chance = random.Random(seed)
    sentences = [s for text in (HARBOUR, BOARD, SHIPS, UNION) for s in text.split(". ")]

    def article() -> str:
        return ". ".join(chance.choices(sentences, k=chance.randint(1, 6))) + "."

    texts = {name: article() for name in "abcdef"}
    for _ in range(3):
        for name in chance.sample("abcdefgh", 2):
            texts[name] = article()
        names = chance.sample(sorted(texts), 5)
        articles = write(**{name: texts[name] for name in names})
        again = files_of(articles, tmp_path / "index", encoder)
        assert again == files_of(articles, tmp_path / "other", encoder, full=True)


def test_what_other_code_has_read_is_read_again(
    write: Callable[..., Path],
    tmp_path: Path,
    encoder: Encoder,
    split: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    articles = write(h=HARBOUR)
    with monkeypatch.context() as patch:
        patch.setattr(unchanged, "_CODE", ("text/words.py",))
        made: Manifest = build_index([articles], tmp_path / "index", encoder, NoProgress()).manifest
        assert made.reading == unchanged.reading_version()
    assert made.reading != unchanged.reading_version()
    split.clear()
    build_index([articles], tmp_path / "index", encoder, NoProgress())
    assert split == [HARBOUR]


@pytest.mark.parametrize(
    "name",
    [
        *("articles.jsonl", "sentences.npy", "passages.npy", "initials.json", "manifest.json"),
        *("tokens/words.txt", "tokens/sentences/tokens.bin", "tokens/sentences/marks.npy"),
    ],
)
def test_of_a_damaged_generation_nothing_is_taken(
    write: Callable[..., Path], tmp_path: Path, encoder: Encoder, split: list[str], name: str
) -> None:
    index = tmp_path / "index"
    articles = write(b=BOARD, h=HARBOUR)
    intact = files_of(articles, index, encoder)
    path = index / GENERATIONS / published(index)[0] / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    split.clear()
    assert files_of(articles, index, encoder) == intact
    assert len(split) == 2
    (index / POINTER).unlink()
    assert files_of(articles, index, encoder) == intact


_EDITS: dict[str, tuple[dict[str, str], bool]] = {
    "a sentence that teaches nothing": ({"h": f"{HARBOUR} Then it rained."}, True),
    "a definition": ({"h": f"{HARBOUR} The Wharf Trust Fund (WTF) paid."}, False),
    "initials": ({"h": f"{HARBOUR} The TPU paid."}, False),
    "another order": ({"b": HARBOUR, "h": BOARD}, False),
    "an article more": ({"z": "It rained."}, False),
    "an article less": ({"s": ""}, False),
}


@pytest.mark.parametrize("edit", _EDITS)
def test_initials_are_learnt_again_only_if_other_texts_teach_them(
    write: Callable[..., Path],
    tmp_path: Path,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
    edit: str,
) -> None:
    texts = {"b": BOARD, "h": HARBOUR, "s": SHIPS, "u": UNION}
    build_index([write(**texts)], tmp_path / "index", encoder, NoProgress())
    changed, same = _EDITS[edit]
    kept = {name: text for name, text in {**texts, **changed}.items() if text}
    learnt: list[str] = []
    add = InitialsLearner.add

    def watched(learner: InitialsLearner, text: str) -> None:
        learnt.append(text)
        add(learner, text)

    monkeypatch.setattr(InitialsLearner, "add", watched)
    again = files_of(write(**kept), tmp_path / "index", encoder)
    assert (learnt == []) is same
    assert again == files_of(write(**kept), tmp_path / "other", encoder, full=True)


def test_a_damaged_text_of_the_generation_before_is_not_learnt_from(
    write: Callable[..., Path], tmp_path: Path, encoder: Encoder
) -> None:
    index = tmp_path / "index"
    build_index([write(b=BOARD, h=HARBOUR)], index, encoder, NoProgress())
    flip(index / GENERATIONS / published(index)[0] / "texts.bin")
    articles = write(b=f"{BOARD} It rained.", h=f"{HARBOUR} Then it rained.")
    assert files_of(articles, index, encoder) == files_of(
        articles, tmp_path / "other", encoder, full=True
    )
