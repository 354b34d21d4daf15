"""The page's words for those who answer a message: the pages behind its links speak the language that it was written in."""

from collections.abc import Callable, Mapping

from pipeline.web.french import PAGES
from pipeline.web.french_values import LANGUAGES as NAMES
from pipeline.web.french_values import TOLD, VALUES

Say = Callable[..., str]

FRENCH: Mapping[str, str] = {
    "Answer": "Réponse",
    "Unsubscribe": "Ne plus recevoir",
    "What you make of this alert": "Ce que vous faites de cette alerte",
    "You answer as": "Vous répondez en tant que",
    "Your name": "Votre nom",
    "Note": "Note",
    "what the others should know": "ce que les autres devraient savoir",
    "Acknowledge": "Prendre en charge",
    "Useful": "Utile",
    "False alarm": "Fausse alerte",
    "Mute": "Mettre en sourdine",
    "for": "pendant",
    "this story": "ce sujet",
    "this rule": "cette règle",
    "1 hour": "1 heure",
    "8 hours": "8 heures",
    "a day": "un jour",
    "a week": "une semaine",
    "Nothing happens until you press a button. This link is yours alone; it holds until": (
        "Rien ne se passe avant que vous n'appuyiez sur un bouton. Ce lien n'est que pour vous ; il est valable jusqu'au"
    ),
    "All that can be done": "Tout ce qui est possible",
    "acknowledged": "prise en charge",
    "by": "par",
    "useful": "utile",
    "false alarm": "fausse alerte",
    "says": "selon",
    "Noted: {by} calls this alert useful.": "C'est noté : {by} juge cette alerte utile.",
    "Noted: {by} calls this a false alarm. Whoever keeps the rule sees it, with the words that matched.": (
        "C'est noté : {by} y voit une fausse alerte. Le responsable de la règle le verra, avec les mots trouvés."
    ),
    "{by} acknowledged this alert already, on {at} UTC.": "{by} a déjà pris cette alerte en charge, le {at} UTC.",
    "Acknowledged by {by}: it is not escalated to anybody else.": (
        "Prise en charge par {by} : personne d'autre n'est alerté à la suite."
    ),
    "This mute was set before by the same link; setting it again changes nothing, whether or not it has ended.": (
        "Ce même lien a déjà servi à cette mise en sourdine ; la répéter ne change rien, qu'elle soit finie ou non."
    ),
    "{what} is muted for {whom} until {until} UTC; `harmattan alerts unmute {id}` ends it.": (
        "En sourdine jusqu'au {until} UTC pour {whom} : {what} ; `harmattan alerts unmute {id}` y met fin."
    ),
    "The rule {name}": "la règle {name}",
    "This story": "ce sujet",
    "everybody": "tous",
    "Digest": "Résumé",
    "You receive this digest no more.": "Vous ne recevrez plus ce résumé.",
    "You had taken leave of this digest before; nothing has changed.": (
        "Vous aviez déjà renoncé à ce résumé ; rien n'a changé."
    ),
    "This link was used before, and the digest was taken up again since: use the link in a newer digest.": (
        "Ce lien a déjà servi, et le résumé a été repris depuis : utilisez le lien d'un résumé plus récent."
    ),
    "Who runs this Harmattan sees it, and can undo it. Critical alerts still come.": (
        "Qui administre ce Harmattan le voit, et peut l'annuler. Les alertes critiques arrivent toujours."
    ),
    "This digest goes to every reader of one channel; taking leave of it ends it for all of them.": (
        "Ce résumé va à tous les lecteurs d'un canal ; y renoncer y met fin pour tous."
    ),
    "Shall {reader} receive this digest no more?": "{reader} ne doit plus recevoir ce résumé ?",
    "Receive it no more": "Ne plus le recevoir",
}


def english(text: str, **values: object) -> str:
    """Give a sentence as it is, with its values filled in."""
    return text.format(**values) if values else text


LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français"}
"""The languages of the page, each by its own name."""

_ALL_FRENCH: Mapping[str, str] = {**NAMES, **VALUES, **TOLD, **PAGES, **FRENCH}


def in_language(language: str) -> Say:
    """Give what puts a sentence into a language; what has no translation stays English."""
    if language != "fr":
        return english
    return lambda text, **values: english(_ALL_FRENCH.get(text, text), **values)


def chosen_language(accepted: str) -> str:
    """Give that of the page's languages which a browser's Accept-Language (RFC 9110, 12.5.4) likes best, else English."""
    best, weight = "en", 0.0
    for part in accepted.split(",")[:20]:
        name, _, more = part.strip().partition(";")
        code = name.strip().lower().partition("-")[0]
        try:
            q = float(more.strip().removeprefix("q=")) if more else 1.0
        except ValueError:
            q = 0.0
        if code in LANGUAGES and weight < q <= 1:
            best, weight = code, q
    return best
