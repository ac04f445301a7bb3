"""Words in one spelling, whatever letters and invisible characters they are written with."""

import pytest

from index.text.words import read_words


def spelt(text: str) -> list[str]:
    return [word.lower for word in read_words(text)]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Żurek", "Zurek"),
        ("Þóra", "Thora"),
        ("Guðrún", "Gudrun"),
        ("Sørvik", "Sorvik"),
        ("Łucja", "Lucja"),
        ("Weißbach", "Weissbach"),
        ("Nguyễn Đạt", "Nguyen Dat"),
        ("Čapek’s", "Capek's"),
        ("e\u0301clair", "eclair"),
        ("Meers\u00adtal", "Meerstal"),
        ("mega\u200bwatts", "megawatts"),
    ],
)
def test_names_are_found_without_their_letters(written: str, typed: str) -> None:
    assert spelt(written) == spelt(typed)


def test_other_scripts_keep_their_marks() -> None:
    assert spelt("Чайковский") == ["чайковский"]
    assert spelt("हिन्दी") != spelt("हनद")


def test_words_start_where_the_text_has_them() -> None:
    text = "Ener\u00adgie, 1\u202f500 Łodzie"
    assert [text[w.start : w.start + len(w.surface)] for w in read_words(text)] == [
        "Ener\u00adgie",
        "1\u202f500",
        "Łodzie",
    ]
