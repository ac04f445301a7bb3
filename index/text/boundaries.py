"""Decision whether a stop in English prose ends its sentence.

An abbreviation leaves it open: "Ombrel Inc. said" goes on, "sold to Ombrel Inc. Shares jumped" does
not. The kind of the abbreviation and the words after it decide, with one rule for each kind.
"""

import re
from collections.abc import Callable

from index.models import Span
from index.text.words import FUNCTION_WORDS


def _forms(words: str) -> frozenset[str]:
    """Return capitalized words also in capitals, as wire copy has them."""
    return frozenset({form for word in words.split() for form in (word, word.upper())})


# A name or a number always follows.
_INTRODUCING = _forms(
    "Mr Mrs Ms Mx Dr Prof Profs Sen Sens Gov Govs Rep Reps Gen Lt Col Sgt Capt Cmdr Cdr Adm Maj "
    "Cpl Pvt Rev Hon Pres Supt Det Atty Msgr Amb Mme Mlle Messrs Drs Brig Insp Ald Ft Vs Approx"
) | frozenset("approx vs v cf ca viz incl excl est avg e.g i.e eg ie".split())
# Only a number follows. Before anything else they end as any word does.
_NUMBERED = _forms(
    "No Nos Vol Fig Figs Art Sec Ch Para Tel Ext Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec"
) | frozenset("c art no nos vol fig figs p pp ch para tel ext".split())
_COMPANY = _forms("Inc Corp Co Cos Ltd Pty Plc Bhd LLC Sdn") | {
    "S.A",
    "A.G",
    "N.V",
    "S.p.A",
    "B.V",
    "L.P",
}
# They stand within names, before words of all kinds.
_OTHER = _forms(
    "St Ste Mt Jr Sr Bros Ave Blvd Rd Hwy Dept Univ Assn Intl Natl Mfg Bldg Esq Mgmt Svc Svcs "
    "Div Ctr Calif Mass Conn Pa Ill Tex Ariz Wash Ore Fla Ga Va Md Mich Minn Wis Tenn Ky La Ala "
    "Miss Okla Colo Kan Neb Nev Del Ont Que Mon Tue Tues Wed Thu Thur Thurs Fri"
) | frozenset("etc al dept govt assn intl jr sr ave".split())
_ACRONYM = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")
_PLACES = frozenset("U.S U.S.A U.K U.N E.U U.A.E D.C N.Y N.J L.A".split())
# Plurals that form names with a place: "U.S. Marines".
_PLACE_NAMES = frozenset("Airways Airlines Marines Forces Courts States Attorneys Olympics".split())
_CLOCK = frozenset({"a.m", "p.m", "A.M", "P.M"})
# "Series B" ends with a letter that is no initial.
_LETTERED = frozenset(
    "series class plan group grade category schedule appendix exhibit section part phase option "
    "tier block unit zone lot".split()
)
_NO_VOWELS = re.compile(r"[A-Z][b-df-hj-np-tv-z]{1,4}")
# Words after "Inc." that belong to the same name or title.
_ROLES = frozenset(
    "chief vice chair chairman chairwoman chairperson president director founder co-founder "
    "cofounder executive general managing senior finance treasurer secretary spokesman "
    "spokeswoman spokesperson head deputy class series common preferred ordinary group "
    "international holdings industries inc corp co cos ltd plc llc ceo cfo coo monday tuesday "
    "wednesday thursday friday saturday sunday".split()
)
# Plural and general nouns of business news, which have a capital only where they open a sentence.
_NOUNS = frozenset(
    "shares stocks analysts investors officials executives lawmakers regulators shareholders "
    "workers employees customers economists traders critics prosecutors lawyers sales revenue "
    "revenues profit profits earnings prices costs orders exports imports deliveries yields "
    "futures bonds talks demand production output trading volume neither nobody everyone "
    "everything another others several many few fewer much both last next earlier later "
    "meanwhile however separately instead still yet since although though despite unlike like "
    "without within under among amid according today yesterday about nearly almost roughly "
    "around half one two three four five six seven eight nine ten overall net operating gross "
    "total quarterly annual".split()
)
# "U.S. Sen. Orr" is one name, "U.S. Ms. Orr" is not.
_COURTESY = _forms("Mr Mrs Ms Mx Messrs")
_MODALS = frozenset({"may", "might", "must"})
# In capitals "INC. TO CUT JOBS" goes on, so only these open a sentence.
_SUBJECTS = frozenset(
    "the it he she they we its his her their this that these those there but however".split()
)
_DAYS_AND_ZONES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs "
    "fri sat sun january february march april may june july august september october november "
    "december jan feb mar apr jun jul aug sept sep oct nov dec eastern central pacific mountain "
    "local utc gmt greenwich beijing".split()
)
_ZONE = re.compile(r"[A-Z]{1,3}T\b")
_CLOCK_PLACE = re.compile(r"(?:[A-Z][\w.'’-]* ){1,3}time\b")
_CONNECTING = frozenset("of in to for and on at by with a an the as from or over after vs".split())

_OPENS = re.compile(
    r"(?P<marks>[\"'“‘«‹„(\[{¿¡]*)(?P<dash>[-–—]*)\s?(?P<word>[^\W_]?(?:[\w'’&-]*[^\W_])?)"
)
# "eBay" and "iPhone" open sentences.
_LOWER_START = re.compile(r"(?=[^\W\d_])(?!\w{0,2}[A-Z])[a-zß-öø-ÿ]")
# Names in small letters that open sentences: "adidas AG", "de Vries".
_SMALL_NAME = re.compile(
    r"\w+ (?:AG|SE|NV|SA|PLC|Plc|plc|Inc|Corp|Ltd|Group|Co)\b"
    r"|(?:(?:de|del|di|da|du|von|van|der|den|la|le|al|bin|ten) ){1,2}[A-Z]"
)
_FEW_WORDS = re.compile(r"\w[\w'’-]*")
_BEFORE_CHARS = 24
_AFTER_CHARS = 60
_EXCLAIMING = frozenset({"Yahoo", "Yum", "YAHOO", "YUM"})  # names with an exclamation mark

_NAME = r"(?:[A-Z][\w.'’-]*|of|the|and|de|del|der|den|van|von|la|le|al|bin)"
_SAYS = "said says added wrote told shouted tweeted posted joked replied answered declared".split()
_ASKS = "asked asks wondered exclaimed quipped demanded cried yelled wanted".split()
# `"Can we?" Finance Minister Ana Solberg, who ..., asked`. A plain "said the deal ..." after an
# exclamation is a statement of its own.
_ATTRIBUTION = re.compile(
    rf"(?!(?:He|She|They|We|I|It|You|The|A|An|This|That|These|Those)\b)[A-Z][\w.'’-]*"
    rf"(?:,? {_NAME}){{0,7}}(?:, [^\"“”.?!]{{1,80}},)? "
    rf"(?:(?:{'|'.join(_ASKS)})\b"
    rf"|(?:{'|'.join(_SAYS)})\b(?! (?:that|the|it|its|they|he|she|there|this|his|her|an?)\b))"
)


def ends_sentence(text: str, start: int, mark: Span, following: int, small: bool) -> bool:
    """Decide whether `mark`, a stop with its closing quotes and brackets, ends the sentence that
    begins at `start`. The next text begins at `following`, after white space. `small` says that the
    text is typed without capitals, as in a chat."""
    stop = text[mark.start : mark.end]
    opening = _opening(text, following)
    if _LOWER_START.match(opening["word"]):
        if small:
            return _ends_small(text, start, mark)
        named = stop == "." and _SMALL_NAME.match(text, following) is not None
        return named and _ends_word(text, start, mark.start, following)
    if stop[0] in "?!؟":
        return _ends_exclaimed(text, start, mark, following)
    if opening["dash"] and any(quote in stop for quote in '"”’'):
        return False  # `“Stop.” — Ada Marsh`
    if stop.count(".") > 1 or stop[0] != ".":
        return True
    return _ends_word(text, start, mark.start, following)


def _opening(text: str, following: int) -> re.Match[str]:
    """Read the marks and the word that the next text opens with; both may be empty."""
    opening = _OPENS.match(text, following)
    assert opening  # each part is optional
    return opening


def _ends_small(text: str, start: int, mark: Span) -> bool:
    word = _word_before(text, start, mark.start)
    known = {word, word.capitalize()} & (_INTRODUCING | _NUMBERED | _COMPANY | _OTHER)
    return len(word) > 1 and not known and not _ACRONYM.fullmatch(word)


def _ends_exclaimed(text: str, start: int, mark: Span, following: int) -> bool:
    if _word_before(text, start, mark.start) in _EXCLAIMING and mark.end == mark.start + 1:
        return _opens_sentence(text, following)
    quoted = any(quote in text[mark.start : mark.end] for quote in "\"'”’»")
    return not (quoted and _ATTRIBUTION.match(text, following))


def _word_before(text: str, start: int, stop: int) -> str:
    words = text[max(start, stop - _BEFORE_CHARS) : stop].split()
    last = words[-1] if words else ""
    return re.split(r"[(\[\"“‘'’/–—-]", last)[-1]


def _ends_word(text: str, start: int, stop: int, following: int) -> bool:
    """Decide by the kind of the word before the full stop."""
    word = _word_before(text, start, stop)
    alone = stop - len(word) <= start
    if alone and (word.isdigit() or len(word) == 1):
        return False  # the number or letter of a list item, or an initial
    if word in _INTRODUCING:
        return False
    if word in _NUMBERED:
        return not text[following : following + 1].isdigit()
    if word in _CLOCK:
        return _ends_clock(text, following)
    for kind, rule in _RULES:
        if kind(word):
            return rule(text, following)
    if len(word) == 1 and word.isupper():
        return _ends_letter(text, start, stop, following)
    return True


def _ends_clock(text: str, following: int) -> bool:
    first = text[following : following + 1]
    if first.isdigit() or first in "([-–—$":
        return False
    word = _opening(text, following)["word"]
    if word.lower() in _DAYS_AND_ZONES or _ZONE.fullmatch(word):
        return False
    if len(word) > 1 and word.isupper():
        return _opens_sentence(text, following)
    return _CLOCK_PLACE.match(text, following) is None


def _ends_letter(text: str, start: int, stop: int, following: int) -> bool:
    before = text[max(start, stop - _BEFORE_CHARS) : stop - 1].split()
    if before and before[-1].lower() in _LETTERED:
        return text[following : following + 1].isalpha()
    return _opens_sentence(text, following)


def _ends_company(text: str, following: int) -> bool:
    return _opens_sentence(text, following) or _opens_clause(text, following)


def _opens_sentence(text: str, following: int) -> bool:
    """Check whether the next word opens sentences but not names."""
    opening = _opening(text, following)
    if not opening["word"]:
        return False
    if any(mark in "(['" for mark in opening["marks"]) or opening["dash"]:
        return False
    if opening["marks"]:
        return True
    word = opening["word"]
    lower = word.partition("'")[0].partition("’")[0].lower()
    if len(word) > 1 and word.isupper():
        return lower in _SUBJECTS
    if word in _COURTESY:
        return True
    if lower in FUNCTION_WORDS or lower in _MODALS:
        return not (len(word) == 1 and text.startswith(".", opening.end()))  # "A. A. Milne"
    return (lower in _NOUNS or _is_adverb(text, opening.end(), lower)) and (
        _has_small_words(text, opening.end())
    )


def _is_adverb(text: str, end: int, lower: str) -> bool:
    return lower.endswith("ly") and text[end : end + 1] == ","


def _ends_place(text: str, following: int) -> bool:
    """Check also for a plural noun that has a capital: "in the U.S. Doctors say"."""
    opening = _opening(text, following)
    word = opening["word"]
    plural = len(word) > 4 and word.endswith("s") and word[-2] not in "siu"
    noun = plural and word not in _PLACE_NAMES and not word.isupper() and not opening["marks"]
    return _opens_sentence(text, following) or (
        noun and text[opening.end() : opening.end() + 2].strip().islower()
    )


def _opens_clause(text: str, following: int) -> bool:
    """Check whether a sentence with a subject of its own follows a company's name: "Inc. Ombrel
    rose". A title ("Inc. Chief Executive") or a headline ("Inc. Wins Order") goes on."""
    opening = _opening(text, following)
    if opening["marks"] or opening["dash"] or not opening["word"][:1].isupper():
        return False
    word = opening["word"]
    if word.lower() in _ROLES or (len(word) > 1 and word.isupper()):
        return False
    return _has_small_words(text, opening.end())


def _has_small_words(text: str, end: int) -> bool:
    """Check whether a word in small letters is among the next four, as in no headline."""
    words = _FEW_WORDS.findall(text, end, end + _AFTER_CHARS)[:4]
    return any(word[0].islower() and word not in _CONNECTING for word in words)


_Rule = Callable[[str, int], bool]
_RULES: tuple[tuple[Callable[[str], object], _Rule], ...] = (
    (_COMPANY.__contains__, _ends_company),
    (_OTHER.__contains__, _opens_sentence),
    (_PLACES.__contains__, _ends_place),
    (_ACRONYM.fullmatch, _opens_sentence),
    (_NO_VOWELS.fullmatch, _opens_sentence),
)
