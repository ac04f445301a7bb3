"""Coverage-guided fuzzing of our own parsers.

Run python -m tests.fuzzing.guided PARSER SECONDS, or make fuzz for all of them. An input that
breaks a parser is saved in build/fuzzing and printed."""

import sys
import warnings
from contextlib import suppress
from pathlib import Path

import atheris  # Linux only, used only here

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
        with suppress(ExpectedError):  # a refusal with a message
            parser.read(data)

    options = (f"-max_total_time={seconds}", f"-max_len={_LONGEST}", "-timeout=10")
    atheris.Setup([sys.argv[0], f"-artifact_prefix={folder}-", *options, str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
