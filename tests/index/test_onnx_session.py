"""Sessions of onnxruntime: 8-bit sums are exact on every processor, at no cost where they are
anyhow."""

from pathlib import Path

import numpy as np
import pytest

from index.encoder import onnx
from index.encoder.record import MODEL_FILE, SHIPPED

AVX512 = "avx512f avx512dq avx512bw avx512vl"
MODEL = next(SHIPPED.glob(f"*/{MODEL_FILE}"))


def _vectors(path: Path) -> list[np.ndarray]:
    session, rng = onnx.open_session(path), np.random.default_rng(5)
    found = []
    for tokens in range(3, 60, 4):
        feed = {
            "input_ids": rng.integers(1_000, 20_000, (1, tokens)),
            "attention_mask": np.ones((1, tokens), np.int64),
            "token_type_ids": np.zeros((1, tokens), np.int64),
        }
        names = [each.name for each in session.get_inputs()]
        found += session.run(None, {name: feed[name] for name in names})
    return found


@pytest.mark.skipif(not onnx._has_vnni(), reason="the processor adds in 16 bits")
def test_with_vnni_the_sums_are_exact_without_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = _vectors(MODEL)
    monkeypatch.setattr(onnx, "_has_vnni", lambda: False)
    exact = _vectors(MODEL)
    assert all(np.array_equal(one, other) for one, other in zip(plain, exact, strict=True))


@pytest.mark.parametrize(("has_vnni", "exact"), [(False, True), (True, False)])
def test_without_vnni_a_session_makes_the_sums_exact(
    has_vnni: bool, exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx, "_has_vnni", lambda: has_vnni)
    options = onnx.open_session(MODEL).get_session_options()
    if exact:
        assert options.get_session_config_entry("session.x64quantprecision") == "1"
    else:
        with pytest.raises(RuntimeError):
            options.get_session_config_entry("session.x64quantprecision")


@pytest.mark.parametrize(
    ("cpuinfo", "found"),
    [
        (f"processor\t: 0\nflags\t\t: fpu {AVX512} avx512_vnni rdpid\n", True),
        (f"flags\t\t: fpu {AVX512} avx512_vnni avx_vnni\n", True),
        (f"flags\t\t: fpu {AVX512} avx_vnni\n", False),
        ("flags\t\t: fpu avx512f avx512bw avx512dq avx512_vnni\n", False),
        ("flags\t\t: fpu avx2 avx512_vnni\n", False),
        ("flags\t\t: fpu avx2 avx_vnni\n", True),
        ("flags\t\t: fpu avx2 avx512bw\nmodel name : avx_vnni\n", False),
        ("Features\t: fp asimd\n", False),
    ],
)
def test_the_processor_is_read_from_its_flags(cpuinfo: str, found: bool, tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(cpuinfo)
    assert onnx._has_vnni(path) is found


def test_without_the_list_of_flags_the_sums_are_made_exact(tmp_path: Path) -> None:
    assert not onnx._has_vnni(tmp_path / "missing")
