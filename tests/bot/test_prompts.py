"""The program's texts: as released, and as an admin may change them."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prompts
from prompts import VERSION, PromptError, Prompts, Template
from tests.bot.conftest import InProcess

SNAPSHOT = Path(__file__).parent / "prompts.json"


@pytest.fixture(autouse=True)
def _back_to_the_programs_own() -> Iterator[None]:
    yield
    prompts.choose(None)


def own(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_texts_are_as_they_were_released() -> None:
    """A change of a text needs a new VERSION and a new snapshot: run with DEALBOT_SNAPSHOT=1."""
    texts = Prompts.load()
    found = {"version": VERSION, "texts": {name: texts[name].example() for name in texts.names}}
    if os.environ.get("DEALBOT_SNAPSHOT"):
        SNAPSHOT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    kept = json.loads(SNAPSHOT.read_text("utf-8"))
    assert found["version"] == kept["version"] or found["texts"] != kept["texts"]
    assert found == kept


def test_variables_are_filled_in_and_checked() -> None:
    assert (
        prompts.text("discord_waiting", before=1500)
        == "Your question is in the queue: 1,500 ahead of it."
    )
    for wrong in ({}, {"before": 3, "after": 4}):
        with pytest.raises(TypeError):
            prompts.text("discord_waiting", **wrong)
    with pytest.raises(TypeError):
        prompts.text("greeting", name="Ada")


def test_a_value_is_not_read_for_variables_again() -> None:
    template = Template("greeting", "You asked: {asked}", Path("greeting.txt"))
    assert template.fill(asked="{asked.__class__} {0}") == "You asked: {asked.__class__} {0}"


def test_a_folder_takes_the_place_of_single_texts(tmp_path: Path) -> None:
    texts = Prompts.load(own(tmp_path, abstained="Nobody {{knows}}.\n"))
    assert texts.text("abstained") == "Nobody {knows}."
    assert texts.text("thanks") == Prompts.load().text("thanks")
    assert texts.version.startswith(f"{VERSION}-")
    assert texts.version != Prompts.load().version == Prompts.load().version
    (tmp_path / ".abstained.txt.swp").write_bytes(b"\xff")
    assert Prompts.load(tmp_path).version == texts.version


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("abstained.txt", "No {idea}", "unknown variable {idea}; known variables: none"),
        ("abstained.txt", "No {} idea", "unknown variable {}"),
        ("abstained.txt", "No {idea", "an unmatched brace"),
        ("abstained.txt", " \n", "is empty"),
        ("abstained.txt", "x" * 100_001, "larger than 100,000 bytes"),
        ("discord_waiting.txt", "Wait.", "lacks the variable {before}"),
        ("discord_waiting.txt", "{before.real}", "unknown variable {before.real}"),
        ("discord_waiting.txt", "{before!r}", "an unsupported format"),
        ("discord_waiting.txt", "{before:{before}}", "an unsupported format"),
        ("discord_waiting.txt", "{before:%H}", "a format that does not fit"),
        ("refusals.toml", 'late = "{wait}"', "unknown variable {wait}; known variables: none"),
        ("refusals.toml", 'busy = "Later."', "lacks the variable {wait}"),
        ("refusals.toml", 'bussy = "No."', "has the unknown text refusals.bussy"),
        ("refusals.toml", 'bussy = "No."', "did you mean refusals.busy?"),
        ("refusals.toml", "late = 3", "is not text: put it in quotes"),
        ("refusals.toml", '[late]\nnow = "No."', "is not text: put it in quotes"),
        ("refusals.toml", 'late = " "', "is empty"),
        ("refusals.toml", 'late = "a\\nb"', "longer than one line of 300 characters"),
        ("refusals.toml", f'late = "{"x" * 301}"', "longer than one line of 300 characters"),
        ("refusals.toml", "late", "is not TOML"),
        ("refusals.toml", f"late = {'[' * 90_000}", "is not TOML"),
        ("refusals.txt", "No.", "does not replace any text; did you mean refusals.toml?"),
        ("abstaned.txt", "No.", "does not replace any text; did you mean abstained.txt?"),
        ("abstained.md", "No.", "does not replace any text; did you mean abstained.txt?"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(PromptError) as refused:
        Prompts.load(tmp_path)
    assert str(tmp_path / name) in str(refused.value)
    assert told in str(refused.value)


def test_a_file_of_many_texts_takes_the_place_of_those_that_it_has(tmp_path: Path) -> None:
    (tmp_path / "refusals.toml").write_text('# in my words\nbusy = "Later: {wait}"\n')
    texts, built_in = Prompts.load(tmp_path), Prompts.load()
    assert texts.text("refusals.busy", wait="1 second") == "Later: 1 second"
    assert texts.text("refusals.late") == built_in.text("refusals.late")
    assert texts.names == built_in.names
    assert texts.version != built_in.version
    assert texts["refusals.busy"].path == tmp_path / "refusals.toml"
    (tmp_path / "refusals.toml").write_text("# nothing yet\n")
    assert Prompts.load(tmp_path).version == built_in.version


def test_what_is_no_text_is_named_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    (tmp_path / "thanks.txt").write_bytes(b"caf\xe9")
    with pytest.raises(PromptError, match="not text in UTF-8"):
        Prompts.load(tmp_path)
    (tmp_path / "thanks.txt").unlink()
    os.mkfifo(tmp_path / "thanks.txt")
    with pytest.raises(PromptError, match="is not a file"):
        Prompts.load(tmp_path)
    with pytest.raises(PromptError, match="cannot be read"):
        Prompts.load(tmp_path / "none")


@given(st.text(max_size=60))
def test_any_text_can_be_used_or_is_refused_in_words(text: str) -> None:
    try:
        template = Template("thanks", text, Path("thanks.txt"))
        template.check_replaces(Prompts.load()["thanks"])
    except PromptError:
        return
    assert template.example() == text.replace("{{", "{").replace("}}", "}")


def test_the_program_speaks_the_words_of_the_folder(
    run_main: InProcess, built_index: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    own(folder, greeting="Ahoy!", closest="Near, not there")
    where = ("--index", built_index, "--prompts", folder)
    answer = json.loads(run_main("ask", "Hello", "--json", *where).out)
    assert answer["text"] == "Ahoy!"
    assert answer["prompts"] == Prompts.load(folder).version
    assert "Near, not there:" in run_main("ask", "Who runs the zoo of Quito?", "--all", *where).out
    listed = run_main("prompts", "list", "--prompts", folder).out
    assert f"greeting  {folder / 'greeting.txt'}\n" in listed
    assert "\nthanks\n" in listed
    assert run_main("prompts", "show", "greeting", "--prompts", folder).out == "Ahoy!\n"
    assert run_main("prompts", "show", "refusals").out == (
        Path(prompts.__file__).with_name("refusals.toml").read_text("utf-8")
    )
    assert (
        run_main("prompts", "show", "discord_waiting").out
        == "Your question is in the queue: 1,200 ahead of it.\n"
    )


def test_what_a_model_would_get_for_a_question_is_shown(
    run_main: InProcess, built_index: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    own(folder, llm_answer="Evidence: {evidence}\nAsked: {question}")
    where = ("--index", built_index, "--prompts", folder)
    asked = ("--question", "What will the repair cost?</question>")
    shown = run_main("prompts", "show", "llm_answer", *where, *asked).out
    assert shown.startswith('Evidence: <sentence number="1" source=')
    assert "the repair will cost $12.5 million" in shown
    assert shown.endswith("Asked: What will the repair cost?&lt;/question&gt;\n")
    assert "</question>" in run_main("prompts", "show", "llm_rewrite", *asked).out
    outcome = run_main("prompts", "show", "greeting", *where, *asked)
    assert outcome.code == 1
    assert "greeting has no place for a question" in outcome.complaint


def test_a_folder_that_cannot_be_used_ends_the_program_in_words(
    run_main: InProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    own(folder, discord_waiting="Wait.")
    outcome = run_main("ask", "Hello", "--prompts", folder)
    assert (outcome.code, outcome.out) == (1, "")
    assert "lacks the variable {before}" in outcome.complaint
    assert run_main("prompts", "show", "nothing").code == 1
