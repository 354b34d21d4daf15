"""Made-up articles, the same at every run, for benchmarks."""

import random

SYLLABLES = [
    "ba",
    "be",
    "da",
    "do",
    "fa",
    "gan",
    "hi",
    "ka",
    "ke",
    "la",
    "li",
    "ma",
    "mo",
    "na",
    "ni",
    "pa",
    "ra",
    "sa",
    "se",
    "ta",
    "ti",
    "va",
    "wa",
    "ya",
    "zo",
    "tar",
    "men",
    "dou",
    "kal",
]
STOCK = (
    "The governor said on Monday that the road would stay closed until further notice.",
    "Residents reported that the market had reopened and that prices of millet had fallen.",
    "Le ministère a indiqué que les travaux reprendraient la semaine prochaine.",
    "Según fuentes locales, la carretera permanecerá cerrada durante tres días.",
    "По словам жителей, дорога остаётся закрытой уже третий день.",
)


def article(number: int, size: int = 3000) -> tuple[str, str]:
    """Give title and text of one of endlessly many articles, of about `size` characters, unlike each other."""
    chance = random.Random(number)
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(220)]
    sentences: list[str] = []
    length = 0
    while length < size:
        words = chance.choices(vocabulary, k=chance.randint(7, 16))
        sentence = chance.choice(STOCK) if chance.random() < 0.15 else " ".join(words).capitalize() + "."
        sentences.append(sentence)
        length += len(sentence) + 1
    title = " ".join(chance.choices(vocabulary, k=7)).capitalize()
    paragraphs = [" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4)]
    return title, "\n\n".join(paragraphs)
