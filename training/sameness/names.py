"""Invented names of places, companies and people."""

import random

_STARTS = (
    "Al Bar Bel Bren Cal Cor Dal Dor Elm Fen Gar Hal Har Kel Lar Mar Mor Nor Ost Pell Quar Rav San "
    "Tar Thor Ul Ven Wes Yar Zel"
).split()
_MIDDLES = ["a", "e", "i", "o", "an", "en", "in", "on", "ar", "er", "or", *[""] * 8]
_PLACE_ENDS = (
    "ford holm wick stead bury mouth ton dale minster haven gate by moor sund vik grad ova stadt"
).split()
_FIRM_ENDS = "tec lis dyne mark via tron zon nex gard core plex sol ium eon ara ent".split()
_GIVEN = (
    "Ada Amir Bea Boris Carla Cem Dina Dov Edda Elif Farid Greta Hugo Ines Ivo Jana Kofi Lena "
    "Malik Mona Nils Nora Omar Petra Quentin Rosa Sami Tess Uwe Vera Wanda Yusuf Zoe"
).split()
_SURNAME_ENDS = "man sen ov ski er ley son ard etti ez shaw ner".split()


class NameMaker:
    """Maker of invented names."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def place(self) -> str:
        return self._joined(_PLACE_ENDS)

    def firm(self) -> str:
        return self._joined(_FIRM_ENDS)

    def person(self) -> str:
        surname = self._chance.choice(_STARTS) + self._chance.choice(_SURNAME_ENDS)
        return f"{self._chance.choice(_GIVEN)} {surname}"

    def word(self) -> str:
        """Make a name of one word, of a place or a company."""
        return self._chance.choice((self.place, self.firm))()

    def thing(self) -> str:
        return self._chance.choice((self.firm, self.place, self.person))()

    def _joined(self, ends: list[str]) -> str:
        chance = self._chance
        return chance.choice(_STARTS) + chance.choice(_MIDDLES) + chance.choice(ends)
