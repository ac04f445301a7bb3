"""Invented facts, each with a question, several wordings and several values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of one article. `wordings` say the same with {value} in it, and the first of `values`
    holds at the beginning. `around` are other sentences of the article."""

    name: str
    question: str
    titles: tuple[str, ...]
    wordings: tuple[str, ...]
    values: tuple[str, ...]
    around: tuple[str, ...]


FACTS = (
    Fact(
        "bridge-cost",
        "How much will the Orlan bridge cost?",
        ("Orlan bridge approved", "Council backs the bridge"),
        (
            "The new bridge over the Orlan will cost {value}, the council said.",
            "The council said that the new bridge over the Orlan will cost {value}.",
            "The new Orlan bridge will cost {value}, according to the council.",
        ),
        ("$410 million", "$455 million", "$520 million"),
        ("Work starts in spring.", "The old bridge carries 9,000 cars a day."),
    ),
    Fact(
        "merger-stake",
        "What stake will Halden Shipping take in Norvik Lines?",
        ("Halden to buy into Norvik", "Norvik sells a stake"),
        (
            "Halden Shipping will take a stake of {value} in Norvik Lines.",
            "Halden Shipping is to take a {value} stake in Norvik Lines.",
            "Norvik Lines said that Halden Shipping will take a stake of {value}.",
        ),
        ("30 percent", "35 percent", "20 percent"),
        ("Both firms are based in Bergen.", "Norvik runs eleven ferries."),
    ),
    Fact(
        "merger-closed",
        "Has the takeover of Brightwater by Casson closed?",
        ("Casson and Brightwater", "The Brightwater takeover"),
        (
            "The takeover of Brightwater by Casson {value}.",
            "Casson's takeover of Brightwater {value}.",
        ),
        ("has not closed yet", "closed on Friday"),
        ("Casson makes pumps.", "Brightwater employs 800 people."),
    ),
    Fact(
        "chair",
        "Who will chair the Lindmark Foundation?",
        ("Lindmark Foundation names chair", "A new chair for Lindmark"),
        (
            "{value} will chair the Lindmark Foundation.",
            "The Lindmark Foundation will be chaired by {value}.",
            "The Lindmark Foundation said that {value} will chair it.",
        ),
        ("Petra Olsson", "Daniel Frey", "Marta Quist"),
        ("The foundation gives grants to schools.", "Its office is in Malmo."),
    ),
    Fact(
        "opening",
        "When will the Tessel tunnel open?",
        ("Tessel tunnel gets a date", "The opening of the Tessel tunnel"),
        (
            "The Tessel tunnel will open on {value}.",
            "The opening of the Tessel tunnel is planned for {value}.",
            "The Tessel tunnel is to open on {value}, the builders said.",
        ),
        ("3 June 2031", "14 September 2031", "2 March 2032"),
        ("It is six kilometres long.", "Trains will run every ten minutes."),
    ),
    Fact(
        "jobs",
        "How many jobs will Ferrano cut in Turin?",
        ("Ferrano to cut jobs", "Job cuts in Turin"),
        (
            "Ferrano will cut {value} jobs in Turin.",
            "The carmaker Ferrano said that it will cut {value} jobs in Turin.",
            "In Turin, Ferrano will cut {value} jobs.",
        ),
        ("1,200", "1,500", "900"),
        ("The unions called a meeting.", "Ferrano makes vans."),
    ),
    Fact(
        "strike-reason",
        "Why was the Kelby ferry cancelled?",
        ("Kelby ferry cancelled", "No ferry to Kelby"),
        (
            "The Kelby ferry was cancelled because of {value}.",
            "Because of {value}, the Kelby ferry was cancelled.",
        ),
        ("a broken engine", "a strike by the crew"),
        ("The island has 300 residents.", "Mail came by helicopter."),
    ),
    Fact(
        "power",
        "How much power will the Dunmore wind farm produce?",
        ("Dunmore wind farm", "Wind farm at Dunmore"),
        (
            "The Dunmore wind farm will produce {value}.",
            "The wind farm at Dunmore will produce {value}, its owner said.",
        ),
        ("240 megawatts", "300 megawatts", "180 megawatts"),
        ("The turbines stand at sea.", "Seals live nearby."),
    ),
    Fact(
        "court",
        "What did the court decide about the Varga licence?",
        ("The Varga licence in court", "Court rules on Varga"),
        (
            "The court {value} the licence of the Varga mine on Tuesday.",
            "On Tuesday, the court {value} the licence of the Varga mine.",
        ),
        ("upheld", "revoked"),
        ("The mine opened long ago.", "Its lawyers did not comment."),
    ),
    Fact(
        "site",
        "Where will Ostra build its battery plant?",
        ("Ostra picks a site", "A site for the Ostra plant"),
        (
            "Ostra will build its battery plant in {value}.",
            "The battery plant of Ostra will be built in {value}.",
            "Ostra said that it will build its battery plant in {value}.",
        ),
        ("Gdansk", "Leipzig", "Porto"),
        ("The plant needs much water.", "Ostra supplies bus makers."),
    ),
)

# Questions that no article answers at first, each with a sentence that does.
OPEN = (
    ("Who designed the Merrow library?", "The Merrow library was designed by Ines Calder."),
    ("How many visitors did the Sarn festival have?", "The Sarn festival had 18,000 visitors."),
)

UNRELATED = (
    "The bakery in Holm sold its last loaf at noon.",
    "A choir from Ystad won the regional contest.",
    "The weather service expects fog along the coast.",
    "Two owls were seen on the roof of the town hall.",
    "The chess club of Arne moved to a larger room.",
    "A new bus stop was built next to the hospital.",
)
