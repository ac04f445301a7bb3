"""Vectors copied from the previous generation: the files are those of a build that encodes all."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.building import copied_vectors, vectors
from index.building.build import BuildOptions, BuildReport, build_index
from index.encoder.encoder import Encoder
from index.files.publication import file_digest
from index.generations.generation import GENERATIONS, current_folder, open_current
from index.generations.manifest import MANIFEST, PASSAGE_VECTORS, SENTENCE_VECTORS
from index.models import DenseType
from index.progress import NoProgress
from index.stores.dense import DenseIndex
from index.stores.titled import encode_titled
from tests.damage import flip, rewrite

_VECTORS = (SENTENCE_VECTORS, PASSAGE_VECTORS)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for harbour in range(24):
        ships = (f"Ship {n} brought {n * harbour % 90} crates to {harbour}." for n in range(30))
        write(folder, harbour, " ".join(ships))
    return folder


@pytest.fixture
def index(tmp_path: Path, articles: Path, encoder: Encoder) -> Path:
    build(articles, tmp_path / "index", encoder)
    return tmp_path / "index"


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the number of vectors whenever all vectors are indexed."""
    counts: list[int] = []
    make = DenseIndex.of

    def of(found: np.ndarray, kind: DenseType, trained: Path | None = None) -> DenseIndex:
        counts.append(len(found))
        return make(found, kind, trained)

    monkeypatch.setattr(DenseIndex, "of", of)
    return counts


def write(folder: Path, harbour: int, text: str, title: str = "") -> None:
    head = f"---\ntitle: {title or f'Harbour {harbour}'}\n---\n"
    (folder / f"{harbour:02}.md").write_text(head + text)


def build(articles: Path, index: Path, encoder: Encoder) -> BuildReport:
    options = BuildOptions(dense_type=DenseType.COMPRESSED)
    return build_index([articles], index, encoder, NoProgress(), options)


def change(articles: Path) -> None:
    """Change one article, remove another and add one; 34 of 694 sentences are new."""
    text = (articles / "05.md").read_text()
    write(articles, 5, text.partition("\n---\n")[2] + " Ship 7 brought 80 crates to 5.")
    (articles / "03.md").unlink()
    ships = (f"Ship {n} brought {n} crates to 10." for n in range(3))
    (articles / "10-new.md").write_text(f"---\ntitle: Harbour 10\n---\n{' '.join(ships)}")


def test_few_new_sentences_make_the_files_of_a_build_that_indexes_all(
    articles: Path, index: Path, encoder: Encoder, indexed: list[int], tmp_path: Path
) -> None:
    shutil.copytree(index, tmp_path / "other")
    change(articles)
    copied = build(articles, index, encoder)
    assert (indexed, copied.reused) == ([], 691)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copied_vectors, "_FEW", 0)
        whole = build(articles, tmp_path / "other", encoder)
    assert (indexed, whole.reused) == ([694], 691)
    assert copied.manifest.files == whole.manifest.files
    assert copied.manifest.dense.questions == 200
    assert build(articles, index, encoder).manifest.files == whole.manifest.files
    assert indexed == [694]


def test_sentences_under_another_title_get_other_vectors(
    articles: Path, index: Path, encoder: Encoder, indexed: list[int]
) -> None:
    text = (articles / "05.md").read_text().partition("\n---\n")[2]
    write(articles, 5, text, "Harbour 77")
    assert build(articles, index, encoder).reused == 720  # only the title is encoded
    assert indexed == []
    texts, stored = open_current(index).texts, open_current(index).sentence_vectors
    row = texts.find_article("05").first_sentence  # type: ignore[union-attr]
    titled = encode_titled(encoder, "Harbour 77", [texts.sentence(row).text])
    np.testing.assert_allclose(stored.vectors(np.array([row])), titled, atol=0.03)


@pytest.mark.parametrize("name", _VECTORS)
def test_of_damaged_vectors_nothing_is_copied(
    articles: Path, index: Path, encoder: Encoder, indexed: list[int], name: str
) -> None:
    generation = open_current(index)
    intact = {each: generation.manifest.files[each] for each in _VECTORS}
    flip(index / GENERATIONS / generation.id / name)
    again = build(articles, index, encoder)
    assert indexed == [720]
    assert {each: again.manifest.files[each] for each in _VECTORS} == intact
    for each in _VECTORS:
        assert file_digest(index / GENERATIONS / again.manifest.id / each) == intact[each]


@pytest.mark.parametrize("weight", [None, 0.5])
def test_vectors_of_another_weight_of_titles_are_not_copied(
    articles: Path, index: Path, encoder: Encoder, indexed: list[int], weight: float | None
) -> None:
    rewrite(current_folder(index) / MANIFEST, title_weight=weight)
    build(articles, index, encoder)
    assert indexed == [720]


def test_a_cache_that_lost_most_vectors_is_filled_again(
    articles: Path, index: Path, encoder: Encoder, indexed: list[int]
) -> None:
    [keys] = (index / "vectors").glob("*/keys.bin")
    keys.write_bytes(keys.read_bytes()[: keys.stat().st_size // 10])
    assert build(articles, index, encoder).reused < 100
    assert build(articles, index, encoder).reused == 720
    assert indexed == [720]


def test_a_removed_cache_is_filled_again(
    articles: Path, index: Path, encoder: Encoder, indexed: list[int]
) -> None:
    shutil.rmtree(index / "vectors")
    assert [build(articles, index, encoder).reused for _ in range(2)] == [0, 720]
    assert indexed == [720]


def test_codes_that_miss_the_new_sentences_are_trained_anew(
    articles: Path,
    index: Path,
    encoder: Encoder,
    indexed: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def poor(_: object, questions: Sequence[float]) -> float:
        asked.append(len(questions))
        return 0.9

    monkeypatch.setattr(copied_vectors, "recall_of_codes", poor)
    found = iter([0.9, 0.99])
    monkeypatch.setattr(vectors, "recall", lambda *_: next(found))
    change(articles)
    report = build(articles, index, encoder)
    assert (asked, indexed) == ([5], [694, 694])
    assert report.reused == 691
    assert (report.manifest.dense.recall_at_10, report.manifest.dense.questions) == (0.99, 200)


def test_codes_are_not_copied_where_new_vectors_exceed_their_range(
    articles: Path, index: Path, encoder: Encoder, indexed: list[int]
) -> None:
    other = " ".join(f"Photosynthesis makes sugar {n} from light." for n in range(30))
    write(articles, 5, other, "Photosynthesis in plants")
    assert build(articles, index, encoder).reused == 690
    assert indexed == [720]
