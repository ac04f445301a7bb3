"""Handwritten paraphrases of the facts in the generated articles."""

from benchmarks import grammar
from benchmarks.corpus import GeneratedArticle

# In the order of the facts in the grammar.
_RETOLD = {
    "COMMON": (
        ("{founder} started {company} in {year}.", "The founder of {company} is {founder}."),
        ("{company} has its headquarters in {place}.", "{company} is based in {place}."),
        ("{staff} people work for {company}.", "The staff of {company} numbers {staff} people."),
        ("{company} sold goods for ${sales} million last year.",
         "Last year the sales of {company} grew by {percent} percent."),
        ("The chief executive of {company} is {chief}.", "{chief} heads {company}."),
        ("{company} makes the {product}.", "The {product} is a line of {goods} by {company}."),
    ),
    "TOPICS": (
        ("{company} pays ${amount} million for {rival}.",
         "The takeover of {rival} by {company} is worth ${amount} million."),
        ("The takeover by {company} is to be completed in {month}.",
         "{company} should complete its purchase in {month}."),
        ("{bank} lends {company} ${loan} million.",
         "{company} has a loan of ${loan} million from {bank}."),
        ("{company} offers shareholders a premium of {premium} percent.",
         "The premium for shareholders is {premium}%."),
        ("Investors gave {company} ${amount} million.",
         "{rival} led a round in which {company} got ${amount} million."),
        ("{company} is now valued at ${value} billion.", "{company} is worth ${value}bn."),
        ("{company} wants a laboratory in {town}.",
         "A laboratory of {company} is to open in {town} by {month}."),
        ("{partner} is to be an observer on the board of {company}.",
         "The board of {company} gets {partner} as an observer."),
        ("The plant of {company} in {town} opened on {date}.",
         "{company} has a new plant for {goods} in {town}."),
        ("{company} paid ${amount} million for the plant.",
         "The region bore {premium} percent of the cost of the plant."),
        ("{company} wants to hire {jobs} workers.",
         "{jobs} workers are to be hired by {company}."),
        ("{partner} is in charge of the new plant of {company}.",
         "The new plant of {company} is run by {partner}."),
        ("{rival} took {company} to court over a patent.",
         "{company} is being sued by {rival} over a patent."),
        ("{company} is to pay ${amount} million in damages if the suit succeeds.",
         "The suit is about ${amount} million."),
        ("The case against {company} is heard in {town}.",
         "A court hears the case in {month}."),
        ("{company} is represented by the lawyer {partner}.",
         "According to {partner}, the claim goes back to a drawing from {old}."),
        ("{partner} becomes the chair of {company}.", "The new chair of {company} is {partner}."),
        ("The new chair of {company} was at {rival} before.",
         "{company} got its new chair from {rival}."),
        ("The chair of {company} earns ${loan} million a year.",
         "{company} pays the chair ${loan} million each year."),
        ("The predecessor was chair for {jobs} days.",
         "{company} lost its chair after {jobs} days."),
        ("The order of {rival} is worth ${amount} million.",
         "{company} got an order for {goods} from {rival}."),
        ("{company} begins its deliveries in {month}.", "{jobs} crates a week go through {town}."),
        ("The fine for a late week is {premium} percent.",
         "{company} has to pay {premium}% of what is missing for each late week."),
        ("The negotiator of {company} was {partner}.",
         "According to {partner}, the talks began in {old}."),
    ),
}  # fmt: skip
_FACTS = [
    *grammar.COMMON.facts,
    *(fact for topic in grammar.TOPICS for fact in topic.facts),
]
RETOLD = dict(
    zip(
        (fact.sentence for fact in _FACTS),
        (*_RETOLD["COMMON"], *_RETOLD["TOPICS"]),
        strict=True,
    )
)


def retold(made: GeneratedArticle) -> tuple[tuple[str, ...], ...]:
    """Return the paraphrases of each sentence of the article; most sentences have none."""
    return tuple(
        tuple(told.format_map(made.slots) for told in RETOLD[fact.sentence]) if fact else ()
        for fact in made.facts
    )
