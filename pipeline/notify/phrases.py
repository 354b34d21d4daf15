"""The words of messages, in the languages that messages are written in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.text.languages import language_name

_EN: Mapping[str, str] = {
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
    "agency": "agency",
    "public": "public broadcaster",
    "state": "state media",
    "private": "private",
    "ngo": "NGO",
    "government": "government",
    "untitled": "(no title)",
    "no_article": "no article",
    "update": "update {n}",
    "correction": "correction",
    "withdrawal": "withdrawal",
    "toll": "another toll",
    "entity": "another rule matches",
    "denial": "a denial",
    "changed_correction": "Corrected by its outlet",
    "changed_material": "Changed by its outlet",
    "changed_withdrawal": "Withdrawn by its outlet",
    "undeclared": "without saying so",
    "matches_no_more": "It matches the rule no more.",
    "maybe_repeat": "An earlier attempt may have brought you this already.",
    "maybe_repeat_short": "may be a repeat",
    "matched": "Matched",
    "and_more": "and {n} more",
    "rule": "Rule",
    "version": "version",
    "severity": "severity",
    "places": "Places",
    "carried": "Carried by",
    "outlet": "{n} outlet",
    "outlets": "{n} outlets",
    "origin": "{n} independent origin",
    "origins": "{n} independent origins",
    "also": "Also in this story",
    "article": "Article",
    "alert": "Alert",
    "story": "Whole story",
    "kibana": "In Kibana",
    "answer": "Acknowledge, mute or rate it",
    "acknowledge": "Acknowledge",
    "mute": "Mute",
    "useful": "Useful",
    "false": "False alarm",
    "raised": "Raised",
    "waited_one": "1 alert that waited",
    "waited": "{n} alerts that waited",
    "hourly": "Hourly digest",
    "daily": "Daily digest",
    "weekly": "Weekly digest",
    "alerts_one": "1 alert",
    "alerts_many": "{n} alerts",
    "alerts_none": "no alert",
    "alerts_of": "Alerts of {day}",
    "nothing": "No alert was raised on this day.",
    "all_alerts": "All alerts",
    "unsubscribe": "Receive this digest no more",
    "und": "unknown language",
}

_FR: Mapping[str, str] = {
    "low": "faible",
    "medium": "moyenne",
    "high": "élevée",
    "critical": "critique",
    "agency": "agence",
    "public": "audiovisuel public",
    "state": "média d'État",
    "private": "privé",
    "ngo": "ONG",
    "government": "gouvernement",
    "untitled": "(sans titre)",
    "no_article": "aucun article",
    "update": "mise à jour {n}",
    "correction": "rectification",
    "withdrawal": "retrait",
    "toll": "autre bilan",
    "entity": "une autre règle correspond",
    "denial": "un démenti",
    "changed_correction": "Rectifié par le média",
    "changed_material": "Modifié par le média",
    "changed_withdrawal": "Retiré par le média",
    "undeclared": "sans le signaler",
    "matches_no_more": "L'article ne correspond plus à la règle.",
    "maybe_repeat": "Une tentative précédente vous a peut-être déjà apporté ce message.",
    "maybe_repeat_short": "répétition possible",
    "matched": "Mots trouvés",
    "and_more": "et {n} de plus",
    "rule": "Règle",
    "version": "version",
    "severity": "gravité",
    "places": "Lieux",
    "carried": "Repris par",
    "outlet": "{n} média",
    "outlets": "{n} médias",
    "origin": "{n} source indépendante",
    "origins": "{n} sources indépendantes",
    "also": "Autres articles du même sujet",
    "article": "Article",
    "alert": "Alerte",
    "story": "Tout le sujet",
    "kibana": "Dans Kibana",
    "answer": "Prendre en charge, mettre en sourdine ou évaluer",
    "acknowledge": "Prendre en charge",
    "mute": "Mettre en sourdine",
    "useful": "Utile",
    "false": "Fausse alerte",
    "raised": "Émise",
    "waited_one": "1 alerte en attente",
    "waited": "{n} alertes en attente",
    "hourly": "Résumé de l'heure",
    "daily": "Résumé du jour",
    "weekly": "Résumé de la semaine",
    "alerts_one": "1 alerte",
    "alerts_many": "{n} alertes",
    "alerts_none": "aucune alerte",
    "alerts_of": "Alertes du {day}",
    "nothing": "Aucune alerte n'a été émise ce jour-là.",
    "all_alerts": "Toutes les alertes",
    "unsubscribe": "Ne plus recevoir ce résumé",
    "und": "langue inconnue",
}

_FRENCH_NAMES: Mapping[str, str] = {
    "am": "amharique",
    "ar": "arabe",
    "bg": "bulgare",
    "bn": "bengali",
    "cs": "tchèque",
    "da": "danois",
    "de": "allemand",
    "el": "grec",
    "en": "anglais",
    "es": "espagnol",
    "fa": "persan",
    "fi": "finnois",
    "fr": "français",
    "ha": "haoussa",
    "he": "hébreu",
    "hi": "hindi",
    "hu": "hongrois",
    "id": "indonésien",
    "it": "italien",
    "ja": "japonais",
    "ko": "coréen",
    "nl": "néerlandais",
    "no": "norvégien",
    "pl": "polonais",
    "ps": "pachto",
    "pt": "portugais",
    "ro": "roumain",
    "ru": "russe",
    "sr": "serbe",
    "sv": "suédois",
    "sw": "swahili",
    "tr": "turc",
    "uk": "ukrainien",
    "ur": "ourdou",
    "vi": "vietnamien",
    "zh": "chinois",
}

_WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "fr": _FR}
LANGUAGES = tuple(_WORDS)
"""The languages that messages are written in (ISO 639-1)."""

_COLON = {"en": ":", "fr": "\u00a0:"}


def phrases(language: str) -> Callable[..., str]:
    """Give what turns the name of a phrase into words of a language; a name that is none of these is given back as it is."""
    words = _WORDS.get(language, _EN)

    def say(name: str, **values: object) -> str:
        return words.get(name, name).format(**values) if values else words.get(name, name)

    return say


def colon(language: str) -> str:
    """Give a colon with what the language puts before it."""
    return _COLON.get(language, ":")


def name_of_language(code: str, language: str) -> str:
    """Give a language's name in another one; its code where the name is not known."""
    if language == "fr":
        return _FR["und"] if code == "und" else _FRENCH_NAMES.get(code, code)
    return language_name(code)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Give a moment by the wall clock of a zone, with the zone's short name or its offset from UTC."""
    local = moment.astimezone(zone)
    name = local.tzname() or "UTC"
    return f"{local:%Y-%m-%d %H:%M} {name if name.isalpha() else f'UTC{local:%z}'}"
