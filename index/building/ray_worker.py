"""The part of an embedding on Ray that runs on the workers. It does not import Ray.

Every worker proves that its vectors are those of the building machine before it gets any text: the
versions of the packages that determine a vector must be the same, and so must the encoder's files
and, to the last bit, the vectors of a few texts. Processors of another kind may round differently.
"""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from index.encoder.encoder import Encoder, home_or_default, open_by_id
from index.encoder.record import golden_texts
from index.errors import ExpectedError
from index.stores.dense import Stored
from index.stores.vector_cache import Keys, keys_of

_PACKAGES = ("dealbot", "onnxruntime", "tokenizers", "numpy")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that determines the vectors of a machine: package versions, the checksums of the
    encoder's files, and the vectors of a few texts as bytes."""

    versions: dict[str, str]
    encoder_id: str
    encoder_files: dict[str, str]
    vectors: bytes

    @classmethod
    def of(cls, encoder: Encoder) -> "Fingerprint":
        texts = golden_texts(encoder.record.max_tokens)
        return cls(
            {name: version(name) for name in _PACKAGES},
            encoder.id,
            encoder.record.files,
            encoder.encode_passages(texts).tobytes(),
        )

    def difference(self, other: "Fingerprint") -> str | None:
        """Say what `other` has instead, or return None if both make the same vectors."""
        for name, wanted in self.versions.items():
            if (found := other.versions.get(name)) != wanted:
                return f"it has {name} {found}, and this machine has {wanted}"
        if other.encoder_id != self.encoder_id:
            return f"it has the encoder {other.encoder_id}, and this machine has {self.encoder_id}"
        if other.encoder_files != self.encoder_files:
            return f"its files of the encoder {self.encoder_id} differ from those of this machine"
        if other.vectors != self.vectors:
            return "its processor gives other vectors than that of this machine"
        return None


class Worker:
    """An encoder on a node of the cluster."""

    def open(self, encoder_id: str, encoders: str | None, threads: int) -> Fingerprint | str:
        """Open the encoder. Return the fingerprint of this machine, or why the encoder cannot be
        opened."""
        try:
            self._encoder = open_by_id(home_or_default(encoders), encoder_id, threads=threads)
            return Fingerprint.of(self._encoder)
        except ExpectedError as error:
            return error.user_message

    def encode(self, texts: list[str]) -> tuple[Keys, Stored]:
        """Return the vectors of the texts, with the keys of the texts as they arrived here."""
        return keys_of(texts), self._encoder.encode_passages(texts).astype(np.float16)
