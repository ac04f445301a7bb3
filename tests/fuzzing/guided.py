"""Bytes led by which lines of the code they reach, for the parsers that are our own.

python -m tests.fuzzing.guided PARSER SECONDS, or make fuzz for all of them. What breaks a parser is
left in build/fuzzing and printed.
"""

import sys
import warnings
from contextlib import suppress
from pathlib import Path

import atheris  # type: ignore[import-not-found]  # for Linux only, and for this only

with atheris.instrument_imports(include=["bot", "index", "markdown_it", "prompts"]):
    from index.errors import ExpectedError
    from tests.fuzzing.parsers import PARSERS

_CORPUS = Path(__file__).resolve().parents[2] / "build/fuzzing"
_LONGEST = 4096  # bytes


def main() -> None:
    warnings.simplefilter("error")
    name, seconds = sys.argv[1:]
    parser, folder = PARSERS[name], _CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "seed").write_bytes(parser.seed)

    def one(data: bytes) -> None:
        with suppress(ExpectedError):  # in words
            parser.read(data)

    options = (f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=10")
    atheris.Setup([sys.argv[0], f"-artifact_prefix={folder}-", *options, str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
