"""Reader of questions for one generation's articles: initials, spelling, conversation."""

from bot.answering.question.analysis import WordWeights
from bot.answering.question.follow_up import Understood, understand
from bot.answering.question.plain_question import plain
from bot.answering.question.spelling import SpellingCorrector
from bot.domain.models import Question
from index.generations.reader import Generation


class QuestionReader:
    """Reader of questions that knows the words and the initials of one generation."""

    def __init__(self, generation: Generation, english: WordWeights) -> None:
        self.generation_id = generation.id
        self._initials, self._english = generation.initials, english
        self._corrector = SpellingCorrector(generation.vocabulary, english)

    def read(self, asked: Question, wording: str = "") -> Understood:
        """Rewrite the question in plain words: write out initials, correct the spelling, and add
        what it takes from its history. If a model rewrote the question, read the rewrite. `wording`
        is the question without the words that only say which articles count."""
        question = self._corrector.correct(self._expand(wording or plain(asked.wording)))
        understood = understand(question, asked.history)
        readings = understood.readings or (understood.asked,)
        return Understood(understood.asked, self._expand(understood.context), readings)

    def mentions(self, word: str) -> bool:
        """Return whether any article has the lower-case word, or a form of it."""
        return self._corrector.in_articles(word)

    def _expand(self, text: str) -> str:
        return self._initials.expand_question(text, self._english.known)
