"""The shape of a question: what its answer must state. Models of the wording decide."""

from enum import StrEnum

from bot.answering.question.wording_model import ShapeModels, shape_features, tokens_of

_READ_TOKENS = 60  # a longer message is a text with a question in it
# Lowest probability of a comparison. What is taken for one is answered by fewer sentences.
_LEAST_COMPARISON = 0.75


class QuestionShape(StrEnum):
    """Shape of a question: for one thing, several things, their number, or what is more or most."""

    SINGLE = "single"
    LIST = "list"
    COUNT = "count"
    COMPARISON = "comparison"


class StatementKind(StrEnum):
    """Kind of a sentence: it states that something is more, less or most, or something else."""

    STATES = "states"
    COMPARES = "compares"


def shape_of(question: str, models: ShapeModels | None = None) -> QuestionShape:
    """Return the likeliest shape of a question, by the given models or those of the package."""
    model = (models or ShapeModels.load()).shapes
    found = model.probabilities(shape_features(tokens_of(question)[:_READ_TOKENS]))
    comparison = model.classes.index(QuestionShape.COMPARISON)
    if found[comparison] < _LEAST_COMPARISON:
        found[comparison] = 0.0
    return QuestionShape(model.classes[int(found.argmax())])


def states_comparison(sentence: str, models: ShapeModels | None = None) -> bool:
    """Return whether a sentence states a comparison or a superlative."""
    model = (models or ShapeModels.load()).statements
    found = model.probabilities(shape_features(tokens_of(sentence)))
    return model.classes[int(found.argmax())] == StatementKind.COMPARES
