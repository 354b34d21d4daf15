"""Write pipeline/poll/months.tsv anew: how months, and the halves of a day, are called in the world's languages.

The names are CLDR's (see NOTICE), read through Babel:

    .venv/bin/python tools/months.py
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale, UnknownLocaleError

from pipeline.poll.datewords import MONTHS, words

LOCALES = (
    "en fr fr_CA es es_MX pt pt_PT de de_AT it nl ru uk be pl cs sk bg sr sr_Latn hr bs sl mk ro hu el tr az kk uz ky tg tk ar"
    " ar_SY ar_DZ ar_MA ar_TN ar_MR fa ps ur ku ckb he hi bn ta te mr gu pa ml kn si ne my th lo km vi id ms fil jv sw ha yo ig"
    " zu xh af am ti om so rw ln wo ff bm mg sq hy ka et lv lt fi sv da nb nn is ga cy eu ca gl zh zh_Hant ja ko mn"
)
# what CLDR leaves out and writers use
MORE = {
    "en": {"sept": 9},
    "ar": {"جوان": 6, "جويلية": 7, "أوت": 8, "شتنبر": 9, "دجنبر": 12, "غشت": 8},  # the Maghreb
    "so": {"Janaayo": 1, "Febraayo": 2, "Maarso": 3, "Abriil": 4, "Maajo": 5, "Juun": 6, "Luuliyo": 7, "Agoosto": 8}
    | {"Sebteembar": 9, "Oktoobar": 10, "Nofeembar": 11, "Diseembar": 12},
}


def _names(locale: Locale) -> Iterator[tuple[str, str]]:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in locale.months[context][width].items():
                yield name, str(month)
            for part, name in locale.day_periods.get(context, {}).get(width, {}).items():
                if part in ("am", "pm"):
                    yield name, part


def _main() -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for code in LOCALES.split():
        try:
            locale = Locale.parse(code)
        except UnknownLocaleError:
            continue
        for name, value in (*_names(locale), *((n, str(m)) for n, m in MORE.get(code, {}).items())):
            key = " ".join(words(name))
            if key and not any(map(str.isdigit, key)):
                found[key, value].add(locale.language)
                if locale.language == "he":
                    found[f"ב{key}", value].add("he")  # "in", as dates have it
    lines = [f"{name}\t{value}\t{' '.join(sorted(languages))}\n" for (name, value), languages in sorted(found.items())]
    Path(MONTHS).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    _main()
