"""Made-up articles and rules in five languages, the same at every run, for benchmarks/rules.py.

Words are syllables with the endings of their language, by Zipf's law. An article is about one or two of 300 topics, with a
topic's own words, names and phrases among what all articles have. A rule asks for things of one topic. A third of
the rules has NEAR, wildcards or entities. Rules of foreign topics ask for words that no article has.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, TypeAlias

Tree: TypeAlias = tuple[Any, ...]
"""A rule: ("word", w), ("phrase", w, w), ("wild", "beg*"), ("or"|"and", tree, ...), ("not", tree), ("near", n, tree, tree) or
("entity", id)."""

SHARES = {"en": 46, "fr": 16, "es": 16, "ru": 13, "ar": 9}
SIZE = 3_000
TOPICS = 300
LEMMAS = 8_000
NAMES = 3_000
ENTITIES = 600

_STOP = {
    "en": "the of and to in a is that for it on was as with be by at this from are have an he they has not which will",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec son mais",
    "es": "de la que el en y los se del las un por con no una su para es al lo como pero sus le ha sin sobre este",
    "ru": "в и на не что с по он как это к из у за о но его от так для же все то года был бы она до они при или",
    "ar": "في من على أن إلى التي عن لا مع ما هذا كان هذه بعد الذي قد بين ذلك كما كل لم عام وقد حيث أو يوم غير",
}
_HEADS = {
    "en": "b c d f g h k l m n p r s t v w st tr br ch sh pl gr cl th sp fr",
    "fr": "b c d f g j l m n p r s t v tr br ch gn pl pr bl cr qu gr dr fl",
    "es": "b c d f g j l m n ñ p r s t v tr br ch ll pl pr gu bl cr dr fr z",
    "ru": "б в г д ж з к л м н п р с т ф х ч ш ст тр пр гр кр вл сл др",
    "ar": "ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه",
}
_VOWELS = {
    "en": "a e i o u ea ou",
    "fr": "a e é i o u è ou",
    "es": "a e i o u á é í",
    "ru": "а е и о у ы я ю",
    "ar": "ا و ي",
}
_ENDINGS = {
    "en": " s ed ing er ly",
    "fr": " s e es ement er",
    "es": " s es ado ando mente",
    "ru": " а у ом ы ов ами ах",
    "ar": " ات ون ين",
}


@dataclass(frozen=True)
class Article:
    """An article: its number, language, title and text."""

    number: int
    language: str
    title: str
    text: str


@dataclass(frozen=True)
class MadeRule:
    """A rule by its number, the language of its words, and its tree."""

    number: int
    language: str
    tree: Tree


@dataclass
class _Topic:
    language: str
    words: list[str]
    names: list[str]
    phrases: list[tuple[str, ...]]
    entities: list[str] = field(default_factory=list)


class World:
    """The vocabulary, topics and entities that articles and rules are drawn from."""

    def __init__(self, seed: int = 6) -> None:
        self._chance = random.Random(seed)
        self._lemmas = {language: self._words(language, LEMMAS * 2, (1, 2, 2, 3)) for language in SHARES}
        self._names = {
            language: [w.capitalize() for w in self._words(language, NAMES * 2, (2, 2, 3))] for language in SHARES
        }
        self._weights = list(accumulate(1 / (rank + 20) for rank in range(LEMMAS)))
        self.entities: dict[str, tuple[str, list[Tree], Tree]] = {}
        """By id: the language, the names, and the words of which one must stand within 15 words of a name."""
        self.topics = self._topics(TOPICS, 0)
        self.foreign = self._topics(TOPICS * 9, 1)

    def articles(self, count: int) -> Iterator[Article]:
        """Give the first so many articles."""
        for number in range(count):
            yield self._article(number)

    def rules(self, count: int, foreign: bool = False, start: int = 0, short: bool = False) -> list[MadeRule]:
        """Give so many rules; foreign ones match no article, though with short wildcards many words begin as they ask."""
        chance = random.Random(f"{foreign} {start}")
        topics = self.foreign if foreign else self.topics
        made = []
        for number in range(start, start + count):
            topic = chance.choice(topics)
            made.append(MadeRule(number, topic.language, self._rule(topic, chance, foreign, short or not foreign)))
        return made

    def unseen(self, article: Article, every: int = 7, time: int = 0) -> Article:
        """Give the article with every so many-th word changed to one that was never seen before, another one each time."""
        words, mark = article.text.split(" "), "xyzvw"[time]
        for place in range(0, len(words), every):
            head = _HEADS[article.language].split()[place % 20]
            words[place] = f"{words[place]}{head}{article.number}{mark}{place}"
        return Article(article.number, article.language, article.title, " ".join(words)[:SIZE])

    def _words(self, language: str, count: int, lengths: tuple[int, ...]) -> list[str]:
        heads, vowels = _HEADS[language].split(), _VOWELS[language].split()
        seen = dict.fromkeys(_STOP[language].split())
        found: dict[str, None] = {}
        pick = self._chance.choice
        while len(found) < count:
            word = "".join(pick(heads) + pick(vowels) for _ in range(pick(lengths))) + pick(heads)
            if len(word) > 3 and word not in seen:
                found[word] = None
        return list(found)

    def _topics(self, count: int, half: int) -> list[_Topic]:
        chance, made = self._chance, []
        for place in range(count):
            language = chance.choices(list(SHARES), list(SHARES.values()))[0]
            lemmas = self._lemmas[language][half * LEMMAS :][:LEMMAS]
            names = self._names[language][half * NAMES :][:NAMES]
            words = [*chance.sample(lemmas[200:], 50), *chance.choices(lemmas, cum_weights=self._weights, k=10)]
            topic = _Topic(language, words, chance.sample(names, 18), [])
            topic.phrases = [tuple(chance.choices(words, k=2)) for _ in range(12)]
            topic.phrases += [tuple(chance.sample(topic.names, 2)) for _ in range(6)]
            if place < ENTITIES // 2:
                for copy in range(2):
                    topic.entities.append(self._entity(f"e{half}-{place}-{copy}", topic))
            made.append(topic)
        return made

    def _entity(self, name: str, topic: _Topic) -> str:
        known: list[Tree] = [("word", word) for word in self._chance.sample(topic.names, self._chance.randint(2, 6))]
        known += [("phrase", *self._chance.choice(topic.phrases))]
        context = ("or", *(("word", word) for word in self._chance.sample(topic.words, self._chance.randint(3, 6))))
        self.entities[name] = topic.language, known, context
        return name

    def _article(self, number: int) -> Article:
        chance = random.Random(number)
        language = chance.choices(list(SHARES), list(SHARES.values()))[0]
        own = [topic for topic in self.topics if topic.language == language]
        topics = chance.sample(own, chance.choice((1, 1, 2)))
        stop, lemmas, names = _STOP[language].split(), self._lemmas[language], self._names[language]
        stop_weights = list(accumulate(1 / (rank + 2) for rank in range(len(stop))))
        endings = _ENDINGS[language].split(" ")
        out: list[str] = []
        length, sentence = 0, 0
        while length < SIZE + 100:
            topic, kind = chance.choice(topics), chance.random()
            if kind < 0.42:
                drawn = chance.choices(stop, cum_weights=stop_weights)
            elif kind < 0.76:
                drawn = [
                    self._inflected(chance.choices(lemmas[:LEMMAS], cum_weights=self._weights)[0], endings, chance)
                ]
            elif kind < 0.79:
                drawn = [chance.choice(names[:NAMES]) if chance.random() < 0.7 else str(chance.randint(2, 2030))]
            elif kind < 0.92:
                drawn = [self._inflected(chance.choice(topic.words), endings, chance)]
            elif kind < 0.96:
                drawn = [chance.choice(topic.names)]
            else:
                drawn = list(chance.choice(topic.phrases))
            if sentence <= 0:
                if out:
                    out[-1] += "."
                drawn[0] = drawn[0].capitalize()
                sentence = chance.randint(8, 26)
            out += drawn
            sentence -= len(drawn)
            length += sum(map(len, drawn)) + len(drawn)
        return Article(number, language, " ".join(out[:9]), " ".join(out[9:])[:SIZE])

    @staticmethod
    def _inflected(word: str, endings: list[str], chance: random.Random) -> str:
        return word + chance.choice(endings) if chance.random() < 0.5 else word

    def _rule(self, topic: _Topic, chance: random.Random, foreign: bool, short: bool) -> Tree:  # noqa: C901 - a case a kind
        def word() -> Tree:
            return "word", chance.choice(topic.words[:50] if foreign else topic.words)

        def name() -> Tree:
            return "word", chance.choice(topic.names)

        def either() -> Tree:
            return name() if chance.random() < 0.4 else word()

        def some(make: Any, fewest: int, most: int) -> Tree:
            parts = [make() for _ in range(chance.randint(fewest, most))]
            return parts[0] if len(parts) == 1 else ("or", *parts)

        kind = chance.random()
        if kind < 0.24:
            tree: Tree = ("and", *(either() for _ in range(chance.choice((2, 2, 3)))))
        elif kind < 0.38:
            tree = some(lambda: ("phrase", *chance.choice(topic.phrases)), 1, 3)
        elif kind < 0.56:
            tree = ("and", some(either, 2, 4), some(word, 1, 3))
        elif kind < 0.67:
            tree = ("and", name(), some(word, 1, 3))
        elif kind < 0.83 or (kind >= 0.91 and not topic.entities):
            tree = ("near", chance.choice((3, 5, 8, 10, 15)), some(either, 1, 3), some(word, 1, 3))
        elif kind < 0.91:
            begun = chance.choice(topic.words[:50])
            wild = (
                begun[:2] + "*" + begun[-2:]
                if len(begun) > 5 and chance.random() < 0.12
                else begun[: max(3, len(begun) - 1)] + "*"
            )
            wild = wild if short else f"{begun}*"
            tree = ("and", ("wild", wild), either()) if foreign else ("and", ("wild", wild), some(either, 1, 3))
        else:
            entity = ("entity", chance.choice(topic.entities))
            tree = (
                ("and", entity, some(word, 1, 3)) if chance.random() < 0.5 else ("near", 20, entity, some(word, 1, 3))
            )
        if chance.random() < 0.18:
            tree = ("and", tree, ("not", some(word, 1, 2)))
        return tree


def to_query(tree: Tree) -> str:
    """Write a tree in Harmattan's query language."""
    kind, *parts = tree
    if kind in ("word", "wild"):
        return str(parts[0])
    if kind == "phrase":
        return f'"{" ".join(parts)}"'
    if kind == "entity":
        return f"@{parts[0]}"
    if kind == "not":
        return f"NOT {_group(parts[0])}"
    if kind == "near":
        return f"{_group(parts[1])} NEAR/{parts[0]} {_group(parts[2])}"
    return f" {kind.upper()} ".join(map(_group, parts))


def _group(tree: Tree) -> str:
    return f"({to_query(tree)})" if tree[0] in ("and", "or", "near", "not") else to_query(tree)


def to_lexicon(world: World) -> dict[str, Any]:
    """Give the world's entities as a lexicon file has them."""
    return {
        "entities": [
            {
                "id": name,
                "name": name,
                "in_context": [
                    {"names": {language: [" ".join(known[1:]) for known in names]}, "near": to_query(context)}
                ],
            }
            for name, (language, names, context) in world.entities.items()
        ]
    }


def expanded(tree: Tree, world: World) -> Tree:
    """Give the tree with each entity as its names near its context, for engines without a lexicon."""
    if tree[0] == "entity":
        _, names, context = world.entities[tree[1]]
        return "near", 15, ("or", *names), context
    return tuple(expanded(part, world) if isinstance(part, tuple) else part for part in tree)
