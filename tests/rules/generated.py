"""Articles and queries by chance, of words that have something to do with each other, so that many match."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from pipeline.records.article import EnrichedArticle, Place, Source
from pipeline.rules.query import QueryReader
from pipeline.rules.syntax import Entity, Except, NotNear, Or, Query, Where
from tests.index.articles import an_article

WORDS = {
    "en": "mercenary mercenaries Wagner Wagner's wagner WAGNER group groups gold mine mines attack attacks"
    " attacked Mali Malian AES aes Sahel Sahelian well-known U.S. JNIM the of in convoy convoys opera"
    " Richard 2026",
    "fr": "mercenaire mercenaires Wagner groupe groupes l'or mine mines attaque attaqué attaques Mali malien"
    " l'Étoile du Sahel sahéliens AES aes étoile marche marché JNIM Niger le la convoi convois",
    "es": "mercenarios mercenario Wagner grupo grupos oro minas aes AES ataque ataques Malí Níger el la de"
    " Sahel",
    "de": "Söldner Söldnern söldner Wagner Wagners Wagen wagen Gruppe Gruppen Gold Mali Malis Nigers Sahelzone"
    " Straße STRASSE der die Überfall Überfälle Wagner-Söldner",
    "ru": "наёмник наёмники наемников Вагнер Вагнера вагнера ВАГНЕР группа группы золото Мали мало Нигер Нигера"
    " Нигерия ёлка елка нападение нападения й и в",
    "uk": "найманці найманців Вагнер Вагнера група групи золото Малі Нігер Нігеру напад напади у та",
    "pl": "najemnicy najemników Wagner Wagnera Wagnerem grupa grupy złoto Mali Niger Nigru Nigrem w i łódź Łódź",
    "tr": "Wagner Wagner'in Wagnerin Mali Mali'de Malide İstanbul ISPARTA ısparta paralı asker askerler altın"
    " grup grubu",
    "ar": "فاغنر وفاغنر بفاغنر لفاغنر مالي مالية المالية ومالي المرتزقة مرتزقة مُرتزقة ذهب الذهب مدينة"
    " المدينـــة أحمد احمد في ٢٠٢٦",
    "he": "וגנר בוגנר המאלי מאלי זהב הזהב שָׁלוֹם שלום של",
    "fa": "واگنر مالی مزدوران مزدور طلا در ایران",
    "zh": "瓦格纳 马里 雇佣兵 黄金 萨赫勒 在 的 格 2026年",
    "ja": "ワグネル マリ 傭兵 ｶﾞｰﾅ ガーナ 金 の",
    "ko": "바그너 바그너가 말리 말리의 용병 용병들이 금",
    "el": "Βάγκνερ βάγκνερ ομάδα ομάδες ΟΜΆΔΑ χρυσός Μάλι οδός ΟΔΟΣ",
    "und": "Wagner Mali gold groups x1 ∑ ⅷ ﬁn e\u0301toile " + "long" * 40,
}  # fmt: skip
"""Words by language: forms of the same ones, names with their cases, and what is easily taken for them."""

TAGS = ("sahel", "west-africa", "World News")
SOURCES = ("Le Monde", "Sahel Post", "Курьер", "新闻")
KINDS = ("agency", "state", "private")
COUNTRIES = ("ML", "NE", "BF")
PLACES = (
    Place(name="Mali", country="ML", lat=17.0, lon=-4.0, kind="country"),
    Place(name="Timbuktu", country="ML", lat=16.77, lon=-3.01, kind="town"),
    Place(name="Niamey", country="NE", lat=13.5, lon=2.1, kind="town"),
    Place(name="Gao", country="ML", lat=16.27, lon=-0.04, kind="town"),
)
AUTHORS = ("Aminata Touré", "J. Smith", "Baba Ahmed")
CREDITS = ("afp", "reuters")
DAY = datetime(2026, 11, 10, tzinfo=UTC)

_SEPARATORS = (" ", " ", " ", " ", ", ", ". ", " – ", "\n\n", "-", "’")


class Generator:
    """Makes articles, then queries of what stands in them; the same ones from the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.articles: list[EnrichedArticle] = []

    # ------------------------------------------------------------------------------------------------ articles

    def make_articles(self, count: int) -> list[EnrichedArticle]:
        """Give that many articles, with ids `a0`, `a1`, and so on."""
        self.articles = [self._article(f"a{number}") for number in range(count)]
        return self.articles

    def _article(self, article_id: str) -> EnrichedArticle:
        pick, chance = self.random.choice, self.random.random
        language = pick(list(WORDS))
        title = self._prose(language, self.random.randint(0, 8))
        published = DAY + timedelta(hours=self.random.randint(-200, 200))
        article = an_article(
            article_id,
            title.upper() if chance() < 0.1 else title,
            self._prose(language, self.random.randint(0, 60)),
            language=language,
            source=Source(
                feed=f"https://{pick('abc')}.example/rss",
                name=pick(SOURCES),
                tags=tuple(tag for tag in TAGS if chance() < 0.3),
                kinds=tuple(kind for kind in KINDS if chance() < 0.3),
                owner=pick(("Mali Holding", "the state", None)),
            ),
            countries=tuple(code for code in COUNTRIES if chance() < 0.3),
            places=tuple(place for place in PLACES if chance() < 0.3),
            authors=tuple(author for author in AUTHORS if chance() < 0.3),
            credit=pick((*CREDITS, None)),
            published=published if chance() < 0.9 else None,
            seen=DAY + timedelta(hours=self.random.randint(-100, 300)),
        )
        return replace(article, first_seen=article.article.seen)

    def _prose(self, language: str, count: int) -> str:
        others = [word for words in WORDS.values() for word in words.split()]
        own = WORDS[language].split()
        text = ""
        for _ in range(count):
            word = self.random.choice(own if self.random.random() < 0.8 else others)
            text += self._cased(word) + ("" if language in ("zh", "ja") else self.random.choice(_SEPARATORS))
        return text

    def _cased(self, word: str) -> str:
        chance = self.random.random()
        return word.upper() if chance < 0.03 else word.title() if chance < 0.08 else word

    # ------------------------------------------------------------------------------------------------ queries

    def query(self, depth: int = 3) -> str:
        """Give the text of a query."""
        kinds: list[Callable[[int], str]] = [self._placed] * 4
        if depth > 0:
            kinds += [self._and, self._or, self._not, self._with, self._at_least, self._in, self._fact, self._entity]
        return self.random.choice(kinds)(depth)

    def _below(self, depth: int) -> str:
        return f"({self.query(depth - 1)})"

    def _and(self, depth: int) -> str:
        return f"{self._below(depth)} {self.random.choice(('AND ', ''))}{self._below(depth)}"

    def _or(self, depth: int) -> str:
        return " OR ".join(self._below(depth) for _ in range(self.random.randint(2, 3)))

    def _not(self, depth: int) -> str:
        return f"{self._below(depth)} {self.random.choice(('NOT', 'AND NOT'))} {self._below(depth)}"

    def _with(self, depth: int) -> str:
        return f"{self._below(depth)} WITH {self._below(depth)}"

    def _at_least(self, depth: int) -> str:
        parts = [self._below(depth) for _ in range(self.random.randint(2, 4))]
        return f"ATLEAST/{self.random.randint(1, len(parts))} ({', '.join(parts)})"

    def _in(self, depth: int) -> str:
        return f"{self.random.choice(('title', 'text'))}:({self._placed(depth - 1)})"

    def _entity(self, _: int) -> str:
        return f"@{self.random.choice(sorted(ENTITIES))}"

    def _placed(self, depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.4:
            return self._words()
        left, right = f"({self._placed(depth - 1)})", f"({self._placed(depth - 1)})"
        number = self.random.choice((1, 2, 3, 5, 12))
        joined = (
            f"{left} NEAR/{number} {right}",
            f"{left} ONEAR/{number} {right}",
            f"{left} NOTNEAR/{number} {right}",
            f"{left} WITH/{number} {right}",
            f"{left} EXCEPT {right}",
            f"{left} OR {right}",
            f"@{self.random.choice(sorted(ENTITIES))} NEAR/{number} {right}",
        )
        return self.random.choice(joined)

    def _words(self) -> str:
        written = self._from_an_article() if self.random.random() < 0.7 else self.random.choice(_all_words())
        words = written.split()
        mark = self.random.choice(("", "", "", "", "=", "=="))
        if len(words) == 1:
            return self._word(words[0], mark)
        if self.random.random() < 0.2 and mark != "==":
            words[-1] = self._wild(words[-1])
        return f'{mark}"{" ".join(words)}"'

    def _word(self, word: str, mark: str) -> str:
        chance = self.random.random()
        if chance < 0.15:
            return self._wild(word)
        word = (
            word.lower() if chance < 0.3 else word.title() if chance < 0.4 else word.upper() if chance < 0.45 else word
        )
        return f'{mark}"{word}"'

    def _wild(self, word: str) -> str:
        letters = "".join(letter for letter in word if letter.isalpha())
        if len(letters) < 4 or max(letters) > "\u2e80":
            return word
        at = self.random.randint(2, len(letters) - 1)
        return self.random.choice(
            (f"{letters[:at]}*", f"{letters[:at]}?{letters[at + 1 :]}", f"{letters[:2]}*{letters[at:]}")
        )

    def _from_an_article(self) -> str:
        """Give one to three words that stand side by side somewhere."""
        article = self.random.choice(self.articles).article
        words = self.random.choice((article.title, article.text)).replace("’", " ").split()
        words = [word.strip(",.–-") for word in words if any(map(str.isalnum, word))]
        if not words:
            return "Wagner"
        start = self.random.randrange(len(words))
        found = words[start : start + self.random.choice((1, 1, 1, 2, 3))]
        return " ".join(word if max(word) < "\u2e80" else word[:6] for word in found)

    def _fact(self, _: int) -> str:
        pick = self.random.choice
        day, later = sorted(self.random.sample(range(2, 19), 2))
        return pick(
            (
                f"lang:{pick(list(WORDS))}",
                f"lang:({pick(list(WORDS))} OR {pick(list(WORDS))})",
                f'source:"{pick(SOURCES)}"',
                f'source:"https://{pick("abc")}.example/rss"',
                f'tag:"{pick(TAGS)}"',
                f"kind:{pick(KINDS)}",
                f"owner:{pick(('Holding', 'state', 'Mali'))}",
                f"country:{pick(COUNTRIES)}",
                f"place:{pick(('Timbuktu', 'Gao', 'Mali', 'Niamey'))}",
                f"within:{pick(COUNTRIES)}",
                f'author:"{pick(("Touré", "aminata toure", "Smith", "Baba Ahmed"))}"',
                f"origin:{pick(CREDITS)}",
                f"date:2026-11-{day:02}",
                f"date:2026-11-{day:02}..2026-11-{later:02}",
                f"date:>=2026-11-{day:02}",
            )
        )


def _all_words() -> list[str]:
    return [word for words in WORDS.values() for word in words.split() if any(map(str.isalnum, word))]


_plain = QueryReader()


def _read(text: str) -> Query:
    return _plain.read(text)


ENTITIES: dict[str, Query] = {
    "mali": _read('Mali OR Мали OR مالي OR 马里 OR Малі OR מאלי OR "le Mali"'),
    "wagner": Or(
        (
            _read('"groupe Wagner" OR 瓦格纳 OR Βάγκνερ'),
            Except(
                Where(
                    NotNear(_read("Wagner OR Вагнер OR فاغنر"), _read("opera OR Wagen"), 3),
                    _read("Mali OR gold OR золото OR lang:de"),
                ),
                _read('"Richard Wagner"'),
            ),
        )
    ),
    "gold": _read("(gold OR золото OR ذهب) WITH/6 (mine OR mines OR Mali OR Мали)"),
}


def entities(name: str) -> Query:
    """Give an entity for the reader of queries."""
    return Entity(name, ENTITIES[name])


@cache
def reader() -> QueryReader:
    """Give a reader that knows the entities."""
    return QueryReader(entities)


def queries(generator: Generator, count: int) -> Iterator[str]:
    """Give the texts of that many queries."""
    return (generator.query() for _ in range(count))
