"""Irregular verb forms that the stemmer does not reduce: "said" is a form of "say"."""

from bot.answering.question.analysis import stem

_FORMS = (
    "be am is are was were been; become became; begin began begun; bear bore borne; bet; bid "
    "bade; break broke broken; bring brought; build built; buy bought; catch caught; choose "
    "chose chosen; come came; cut; deal dealt; do did done does; draw drew drawn; drive drove "
    "driven; eat ate eaten; fall fell fallen; feel felt; fight fought; find found; fly flew "
    "flown; forbid forbade forbidden; forget forgot forgotten; get got gotten; give gave given; "
    "go went gone goes; grow grew grown; have had has; hear heard; hide hid hidden; hold held; "
    "keep kept; know knew known; lead led; leave left; lend lent; lose lost; make made; mean "
    "meant; meet met; pay paid; rise rose risen; run ran; say said; see saw seen; seek sought; "
    "sell sold; send sent; shake shook shaken; show shown; shrink shrank shrunk; sink sank "
    "sunk; speak spoke spoken; spend spent; stand stood; strike struck; take took taken; teach "
    "taught; tell told; think thought; throw threw thrown; understand understood; undertake "
    "undertook undertaken; win won; withdraw withdrew withdrawn; write wrote written"
)
_BASE = {
    form: verb
    for verb, *forms in (line.split() for line in _FORMS.split(";"))
    for form in (verb, *forms)
}


def verb_stem(word: str) -> str:
    """Stem the word. An irregular form of a verb is replaced by its base form first."""
    return stem(_BASE.get(word, word))
