"""Words and templates of the generated articles, invented for this project."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """Sentence with questions that it alone answers; all of them name the article's company."""

    sentence: str
    questions: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Topic:
    """Subject of an article: its title and its facts."""

    title: str
    facts: tuple[Fact, ...]


def _topic(title: str, *facts: tuple[str, str, str]) -> Topic:
    return Topic(title, tuple(Fact(sentence, (one, other)) for sentence, one, other in facts))


COMMON = _topic(
    "",
    (
        "{company} was founded in {year} by {founder}, who sold the first {goods} from a garage.",
        "Who founded {company}?",
        "In which year was {company} founded?",
    ),
    (
        "The headquarters of {company} have been in {place} ever since it outgrew a rented hall.",
        "Where does {company} have its headquarters?",
        "In which town is {company} based?",
    ),
    (
        "{company} employs {staff} people, most of whom work on {goods} for hospitals and schools.",
        "How many people does {company} employ?",
        "How large is the staff of {company}?",
    ),
    (
        "Sales of {company} came to ${sales} million last year, {percent} percent above the old.",
        "How much did {company} sell last year?",
        "By how many percent did the sales of {company} grow?",
    ),
    (
        "{chief}, the chief executive of {company}, called the step overdue in a letter to staff.",
        "Who is the chief executive of {company}?",
        "What did the head of {company} call the step?",
    ),
    (
        "Customers know {company} best for the {product}, a line of {goods} that it renews yearly.",
        "What is {company} best known for?",
        "Which line of {goods} does {company} renew every year?",
    ),
)

TOPICS = (
    _topic(
        "{company} to buy {rival} for ${amount} million",
        (
            "{company} will buy {rival} for ${amount} million in cash, it said on {date} at noon.",
            "How much does {company} pay for {rival}?",
            "Which company will {company} buy?",
        ),
        (
            "The purchase by {company} should close in {month} unless regulators raise alarm.",
            "When should the purchase by {company} close?",
            "In which month does {company} want to complete the takeover?",
        ),
        (
            "{company} borrows ${loan} million of the price from {bank} at a fixed rate.",
            "Which bank lends {company} part of the price?",
            "How much does {company} borrow for the purchase?",
        ),
        (
            "Shareholders of the target get a premium of {premium} percent from {company} a share.",
            "What premium does {company} pay to shareholders?",
            "How many percent above the price of a share does {company} offer?",
        ),
    ),
    _topic(
        "{company} raises ${amount} million to build {goods}",
        (
            "{company} has raised ${amount} million from investors led by {rival} to grow abroad.",
            "How much money has {company} raised from investors?",
            "Who led the latest round of investors in {company}?",
        ),
        (
            "The round values {company} at ${value} billion, twice its worth of two years ago.",
            "At how much do investors value {company}?",
            "What is {company} worth after the round?",
        ),
        (
            "With the money {company} wants to open a laboratory in {town} before {month} ends.",
            "Where does {company} want to open a laboratory?",
            "By when does {company} plan its new laboratory?",
        ),
        (
            "{partner}, a partner at one of the funds, joins the board of {company} as observer.",
            "Who joins the board of {company}?",
            "As what does a partner of a fund join the board of {company}?",
        ),
    ),
    _topic(
        "{company} opens a plant in {town}",
        (
            "{company} opened a plant for {goods} in {town} on {date} after two years of building.",
            "Where did {company} open its new plant?",
            "On which day did the plant of {company} open?",
        ),
        (
            "The plant cost {company} ${amount} million, and the region paid {premium} percent.",
            "How much did the new plant cost {company}?",
            "Which share of the cost of its plant did the region pay for {company}?",
        ),
        (
            "{company} plans to hire {jobs} workers there, a third of them from old steel works.",
            "How many workers does {company} plan to hire at the plant?",
            "From where does {company} take a third of its new workers?",
        ),
        (
            "{partner}, who built docks before, runs the new plant for {company} from day one.",
            "Who runs the new plant of {company}?",
            "What did the head of the plant build before joining {company}?",
        ),
    ),
    _topic(
        "{rival} takes {company} to court over a patent",
        (
            "{rival} sued {company} on {date} over a patent that covers the coating of {goods}.",
            "Who sued {company} over a patent?",
            "What does the patent cover that {company} is sued over?",
        ),
        (
            "The suit demands ${amount} million in damages from {company} and an end to exports.",
            "How much in damages is demanded from {company}?",
            "What should {company} stop, apart from paying damages?",
        ),
        (
            "A court in {town} hears the case against {company} in {month}, later than hoped.",
            "Where is the case against {company} heard?",
            "In which month will a court hear the case against {company}?",
        ),
        (
            "{partner}, a lawyer for {company}, said that the claim rests on a drawing from {old}.",
            "Who is the lawyer of {company}?",
            "On what does the claim rest, according to the lawyer of {company}?",
        ),
    ),
    _topic(
        "{partner} becomes chair of {company}",
        (
            "{partner} takes over as chair of {company} on {date}, as its board decided.",
            "Who takes over as chair of {company}?",
            "When does the new chair of {company} begin?",
        ),
        (
            "The new chair of {company} comes from {rival}, where she led the trade in {goods}.",
            "From which company does the new chair of {company} come?",
            "What did the new chair of {company} lead before?",
        ),
        (
            "{company} pays its chair ${loan} million a year, and a bonus for safety in {town}.",
            "How much does {company} pay its chair a year?",
            "What does {company} pay its chair a bonus for?",
        ),
        (
            "The predecessor left {company} after {jobs} days, the shortest time of any chair.",
            "After how many days did the predecessor leave {company}?",
            "Who had the shortest time as chair of {company}?",
        ),
    ),
    _topic(
        "{company} wins an order of {rival} for {goods}",
        (
            "{rival} has ordered {goods} worth ${amount} million from {company} for its depots.",
            "Who ordered {goods} from {company}?",
            "How much is the order worth that {company} has won?",
        ),
        (
            "{company} starts to deliver in {month} and ships {jobs} crates a week through {town}.",
            "When does {company} start to deliver?",
            "How many crates a week does {company} ship?",
        ),
        (
            "For each late week {company} owes a fine of {premium} percent of what is missing.",
            "What fine does {company} owe for a late week?",
            "How many percent does {company} lose when it is late?",
        ),
        (
            "{partner}, who negotiated for {company}, said that talks had lasted since {old}.",
            "Who negotiated the order for {company}?",
            "Since when had {company} talked about the order?",
        ),
    ),
)

# Parts of a filler sentence: lead, speaker, verb, adjectives, nouns and ending.
LEADS = (
    "In the weeks before", "For most of the year", "After a long night of talks", "At first",
    "Behind closed doors", "On the trading floor", "In a crowded hall in {place2}", "By noon",
    "According to a memo", "To the surprise of many", "Over the summer", "Much later",
    "With prices under pressure", "As so often", "In private", "Without giving names",
    "During a visit to {place2}", "Far from the cameras", "As costs rose", "Only a day later",
)  # fmt: skip
GROUPS = (
    "analysts at {bank}", "officials in {place2}", "{person}", "two former managers of {other}",
    "suppliers from {place2}", "a spokesman for {other}", "the union at {other}",
    "{person} of {other}", "smaller investors", "engineers who left {other}",
    "a report by {bank}", "competitors",
    "the mayor of {place2}", "lawyers close to {person}", "traders", "several customers",
)  # fmt: skip
SAYINGS = (
    "warned that", "argued that", "had expected that", "doubted that", "took it for granted that",
    "wrote that", "repeated that", "hoped that", "told reporters that", "found that",
    "complained that", "denied that",
)  # fmt: skip
QUALITIES = (
    "aging", "ambitious", "awkward", "brittle", "careful", "central", "cheap", "coastal", "costly",
    "crowded", "delicate", "distant", "domestic", "early", "eastern", "empty", "fragile", "foreign",
    "generous", "hasty", "hidden", "idle", "imported", "joint", "lasting", "local", "modest",
    "narrow", "northern", "official", "patient", "private", "quiet", "rapid", "rural", "scattered",
    "seasonal", "silent", "slender", "southern", "sturdy", "sudden", "tangled", "thorough",
    "unusual", "urban", "vague", "volatile", "weekly", "western",
)  # fmt: skip
THINGS = (
    "agenda", "archive", "audit", "barrier", "bridge", "budget", "campaign", "canal", "ceiling",
    "charter", "climate", "committee", "contract", "corridor", "council", "crane", "currency",
    "deadline", "debt", "design", "dispute", "engine", "export", "ferry", "forecast", "formula",
    "furnace", "harbour", "harvest", "inquiry", "insurance", "inventory", "ledger", "licence",
    "machine", "merger", "meter", "network", "orchard", "pension", "pipeline", "platform", "quarry",
    "quota", "railway", "refund", "reserve", "schedule", "sensor", "shipment", "shortage", "signal",
    "strike", "subsidy", "tariff", "tender", "tunnel", "turbine", "vaccine", "warehouse",
)  # fmt: skip
ENDINGS = (
    "would need another {number} days", "had been known since {old}", "could not last",
    "depended on {other} alone", "was worth less than ${number} million", "came too late",
    "would end up in {place2}", "was never put to a vote", "cost {number} jobs in {place2}",
    "had little to do with {goods}", "would be settled in {month} or never",
    "was only a first step", "gave {other} room to wait", "should stay as it was",
    "was larger than the one at {other}",
    "had to be paid for by someone", "rose by {number} percent within a week",
    "was safe with {person}", "made the price of {goods} fall", "belonged to another era",
)  # fmt: skip
FILLER = "{lead}, {group} {saying} the {quality} {thing} of the {quality2} {thing2} {ending}."

GOODS = (
    "bicycles", "batteries", "bandages", "boilers", "bottles", "cables", "cameras", "ceramics",
    "chairs", "clocks", "compasses", "drills", "drones", "elevators", "filters", "freezers",
    "gears", "gloves", "headphones", "helmets", "lamps", "lenses", "locks", "looms", "magnets",
    "mirrors", "motors", "needles", "ovens", "pumps", "printers", "radios", "saddles", "sails",
    "scanners", "seeds", "shutters", "stoves", "tents", "tiles", "tractors", "valves", "wheels",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
FIRST_NAMES = (
    "Ada", "Anton", "Bela", "Carla", "Dario", "Edda", "Emil", "Farah", "Gita", "Hugo", "Ines",
    "Ivo", "Jonas", "Kaia", "Lena", "Luis", "Mara", "Nadia", "Omar", "Petra", "Rafael", "Rosa",
    "Selma", "Tariq", "Ulla", "Vera", "Wanda", "Yusuf", "Zora",
)  # fmt: skip
BRANCHES = (
    "Systems", "Energy", "Foods", "Motors", "Labs", "Logistics", "Textiles", "Robotics", "Optics",
    "Marine", "Aviation", "Pharma", "Materials", "Mining", "Software", "Tools", "Works",
)  # fmt: skip
TOWN_ENDINGS = ("ford", "haven", "stead", "mouth", "bury", "field", "minster", "wick", "gate")
ONSETS = (
    "b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl", "l", "m", "n", "p",
    "pr", "r", "s", "sk", "st", "t", "tr", "v", "w", "y", "z",
)  # fmt: skip
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "io", "ou")
CODAS = ("l", "n", "r", "s", "x", "m", "nd", "rk", "th", "lt")
