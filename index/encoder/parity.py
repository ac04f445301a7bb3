"""Retrieval loss of a model stored in 8 bits, measured against the exact model."""

import numpy as np

from index.encoder.encoder import Encoder

# A statement and a question that it answers. The other statements are wrong candidates.
_PAIRS = (
    ("The harbour bridge will be closed for two years.", "How long can nobody cross the bridge?"),
    ("Repairing the bridge will cost the town 12.5 million euros.", "What does the repair cost?"),
    ("The mayor resigned on Tuesday after eleven years.", "When did the mayor step down?"),
    ("Her deputy takes over until the election in May.", "Who leads the town for now?"),
    ("A chip maker bought a stake of four percent in its rival.", "How much of the rival is held?"),
    ("The rival's shares rose by a fifth within an hour.", "How did the stock react?"),
    ("Regulators in Brussels want to look at the purchase.", "Which authority examines the deal?"),
    ("The two firms signed a letter of intent in November.", "What have the companies signed?"),
    ("Nothing in the letter is binding, a lawyer said.", "Is the agreement enforceable?"),
    ("The data centre needs ten gigawatts of power.", "How much electricity will it use?"),
    ("Its first hall is to open in the second half of 2026.", "When does the first part open?"),
    ("Neighbours fear for their ground water.", "What worries those who live nearby?"),
    ("The founder owns most of the votes.", "Who controls the company?"),
    ("He studied physics in Gdansk and never took a degree.", "What did the founder study?"),
    ("The bank lent forty million at six percent.", "What interest does the loan bear?"),
    ("The loan must be paid back by the end of 2031.", "Until when does the debt run?"),
    ("Sailors went on strike over their pension.", "Why do the crews refuse to work?"),
    ("The union speaks for 3,400 sailors.", "How many members has the union?"),
    ("Ferries have stayed in port since Friday.", "Which ships do not sail?"),
    ("Talks go on, a spokeswoman said.", "Are the two sides still negotiating?"),
    ("The museum got a new roof of copper.", "What was done to the museum?"),
    ("A storm had torn off the old one in January.", "What destroyed the old roof?"),
    ("Visitors pay nothing on the first Sunday of a month.", "When is admission free?"),
    ("The curator found a letter of 1743 behind a clock.", "What was hidden in the exhibit?"),
    ("Wheat grew dearer because the rain failed.", "Why did grain prices go up?"),
    ("Farmers harvested a third less than the year before.", "How bad was the harvest?"),
    ("The ministry released 200,000 tonnes from its stores.", "What did the government do?"),
    ("Bakers raised the price of a loaf to three euros.", "What does bread cost?"),
    ("The vaccine protects nine people in ten.", "How well does the shot work?"),
    ("It was tested on 8,000 volunteers in Peru.", "Where did the trial take place?"),
    ("Side effects were mild, the study says.", "Is the vaccine safe?"),
    ("The agency has not approved it yet.", "Can the vaccine be bought already?"),
    ("The telescope saw water on a moon of Saturn.", "What was discovered in space?"),
    ("Its mirror is six and a half metres wide.", "How large is the mirror?"),
    ("The rocket was launched from French Guiana.", "From where did it lift off?"),
    ("Engineers lost contact with the probe for nine hours.", "How long was the silence?"),
    ("The goalkeeper broke her wrist in training.", "Who is injured?"),
    ("Her club drew two all and leads the table.", "What was the score?"),
    ("The final will be played in Lyon.", "Which city hosts the final?"),
    ("Tickets were gone within a quarter of an hour.", "How fast did it sell out?"),
)  # fmt: skip
PARITY_TEXTS = tuple(text for pair in _PAIRS for text in pair)
_FOUND = 10


def retrieval_loss(exact: Encoder, smaller: Encoder) -> float:
    """Measure how much worse the smaller model's results are. For each question, take the exact
    model's scores: the mean of its own top ten statements minus the mean of the smaller model's top
    ten, divided by the standard deviation over all statements. The result is the mean over all
    questions; 0 if both find the same."""
    scores, others = _scores(exact), _scores(smaller)
    best = np.sort(scores, axis=1)[:, -_FOUND:]
    found = np.take_along_axis(scores, np.argsort(-others, axis=1)[:, :_FOUND], axis=1)
    return float(((best.mean(axis=1) - found.mean(axis=1)) / scores.std(axis=1)).mean())


def _scores(encoder: Encoder) -> np.ndarray:
    statements, questions = zip(*_PAIRS, strict=True)
    return encoder.encode_queries(questions) @ encoder.encode_passages(statements).T
