"""Interrupted adoption of an encoder, next to another encoder and in place of itself."""

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.faults.operations import Found, Operation
from benchmarks.faults.tracer import in_child
from index.encoder.adoption import adopt
from index.encoder.encoder import CURRENT, Encoder, installed, open_current
from index.encoder.record import RECORD_FILE
from index.errors import ExpectedError
from tests.tiny_models import make_tiny_models

_GOOD = 0.999  # lowest cosine with the original model's vectors


class Adopting:
    """Adoption of an encoder. `first` adopts the encoder that is there before; `is_after`
    recognises the new encoder."""

    def __init__(
        self,
        name: str,
        first: Callable[[Path], None],
        act: Callable[[Path], None],
        is_after: Callable[[Encoder], bool],
    ) -> None:
        self.name = name
        self._first, self._act, self._is_after = first, act, is_after

    def prepare(self, folder: Path) -> None:
        self._first(folder / "encoders")

    def act(self, folder: Path) -> None:
        self._act(folder / "encoders")

    def examine(self, folder: Path, *, power_cut: bool) -> Found:
        home, state, problems = folder / "encoders", "before", list[str]()
        try:
            encoder = open_current(home)
            if encoder.check_golden() < _GOOD:
                problems.append("it gives other vectors")
            state = "after" if self._is_after(encoder) else "before"
        except Exception as error:  # any error is a finding
            problems.append(f"lost: {error!r}")
        return Found(state, (*problems, *self._after_one_more(home)))

    def _after_one_more(self, home: Path) -> Iterator[str]:
        try:
            self._act(home)
            if not self._is_after(open_current(home)):
                yield "adopting once more changes nothing"
        except Exception as error:  # as above
            yield f"adopting once more fails: {error!r}"
        encoders = {record.id for record in installed(home)}
        yield from (
            f"{name} is left"
            for name in sorted(os.listdir(home))
            if name not in {".lock", CURRENT, *encoders}
        )
        for name in encoders:
            try:
                Encoder.open(home / name)
            except ExpectedError as error:
                yield f"torn: {error.user_message}"


def _made_models(folder: Path) -> dict[str, str]:
    return {name: str(path) for name, path in make_tiny_models(folder).items()}


def adopt_operations(folder: Path) -> list[Operation]:
    """Return the adoption operations. Their small models are made in `folder`."""
    models = in_child(lambda: _made_models(folder)).result()

    def take(name: str) -> Callable[[Path], None]:
        def taken(home: Path) -> None:
            adopt(models[name], home, report=lambda _: None, full_precision=True)

        return taken

    def take_badly(home: Path) -> None:
        """Adopt a model and lower its recorded tolerance, so that its vectors seem to deviate too
        much. The encoder opens, but another adoption makes it anew."""
        take("cls")(home)
        encoder = open_current(home)
        parity = encoder.record.parity.model_copy(update={"tolerance": -1.0})
        record = encoder.record.model_copy(update={"parity": parity}).sealed()
        (home / encoder.id / RECORD_FILE).write_text(record.json_text())

    def is_cls(encoder: Encoder) -> bool:
        return encoder.record.name == "tiny-cls"

    def is_made_anew(encoder: Encoder) -> bool:
        return encoder.record.parity.tolerance > 0

    # Imported before any fork: these imports of torch's exporter take seconds in every child.
    importlib.import_module("torch.onnx._internal.exporter._core")
    importlib.import_module("torch._dynamo")
    importlib.import_module("onnxscript.optimizer")
    return [
        Adopting("adopt", take("dense"), take("cls"), is_cls),
        Adopting("adopt again", take_badly, take("cls"), is_made_anew),
    ]
