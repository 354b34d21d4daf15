"""What stands in an article's place on its page: a paywall, a consent page, an empty shell, a page that is gone.

Runs inside the process that extracts. A page is judged by what it declares (schema.org's isAccessibleForFree, the
Facebook tag article:content_tier), by where it led, and by its words, which count only where little text was found: an
article about paywalls is an article.
"""

import re
from typing import Any
from urllib.parse import urlsplit

ARTICLE = "article"
STUB = "stub"
PAYWALL = "paywall"
CONSENT = "consent"
GONE = "gone"

SHORT = 1_500
"""Code points below which a text may be what a barrier shows, and is searched for its words."""
STUB_LENGTH = 200
"""Code points below which a page's text is a caption or a menu, not an article."""

_CLOSED = re.compile(rb"[\"']isAccessibleForFree[\"']\s*:\s*[\"']?\s*false", re.IGNORECASE)
_TIERS = {"locked", "metered", "premium"}
_CONSENT_HOST = re.compile(r"^(consent|guce|cmp|privacy|myprivacy|zustimmung)\.|^[^.]+\.consent\.")
_CONSENT_PATH = re.compile(
    r"/(collectconsent|consent|cookie-?wall|cookie-?consent|privacy-?gate|zustimmung)\b", re.IGNORECASE
)
_PAYWALL_WORDS = re.compile(
    r"subscribe (?:now )?to (?:continue|keep|read)|subscribers? only|for subscribers|already a subscriber|to continue reading"
    r"|(?:réservée?s?|accès) (?:à nos |aux )abonnés|il vous reste [\d.,]+ ?% de cet article|abonnez-vous pour"
    r"|(?:solo|exclusivo) para (?:suscriptores|assinantes)|suscríbete para|conteúdo exclusivo para assinantes"
    r"|nur für abonnenten|mit .{0,12}\+ weiterlesen|jetzt weiterlesen mit|weiterlesen mit .{0,20}abo|bereits abonnent"
    r"|riservat[oi] agli abbonati|abbonati per (?:leggere|continuare)|alleen voor abonnees|word abonnee"
    r"|dostęp dla subskrybentów|tylko dla prenumeratorów|pouze pro předplatitele|för prenumeranter|abonelere özel"
    r"|только (?:для|по) подписк|доступ\w* (?:только )?подписчикам|для передплатників|للمشتركين فقط"
    r"|订阅(?:后|以)继续阅读|付费阅读"
    r"|有料会員|会員限定|この記事は有料|유료 회원|구독자 전용",
    re.IGNORECASE,
)
_CONSENT_WORDS = re.compile(
    r"(?:we|our partners|nous|wir|nosotros|nós|noi|wij)\b.{0,80}\bcookies|accept (?:all )?cookies"
    r"|cookie (?:policy|settings|consent)"
    r"|before you continue|(?:tout accepter|accepter et continuer|accepter les cookies)|alle akzeptieren|cookies akzeptieren"
    r"|aceptar (?:todas )?(?:las )?cookies|aceitar (?:todos )?(?:os )?cookies|accetta (?:tutti )?i cookie"
    r"|alle cookies accepteren|akceptuj(?:ę)? (?:wszystkie )?(?:pliki )?cookie|souhlas\w* s\w* cookies"
    r"|godkänn (?:alla )?cookies|файл\w* cookie|ملفات تعريف الارتباط"
    r"|çerez|クッキー|쿠키",
    re.IGNORECASE,
)
_GONE_TITLE = re.compile(
    r"\b404\b|page not found|not found|page (?:introuvable|non trouvée)|no longer available|página no encontrada"
    r"|página não encontrada|seite nicht gefunden|pagina non trovata|pagina niet gevonden|nie znaleziono strony"
    r"|stránka nenalezena|sidan (?:kunde inte|hittades inte)|страница не найдена|сторінку не знайдено|sayfa bulunamadı"
    r"|الصفحة غير موجودة|صفحه یافت نشد|页面不存在|找不到(?:页面|頁面)|ページが見つかりません|페이지를 찾을 수 없",
    re.IGNORECASE,
)


def judge(page: bytes, tree: Any, text: str, asked: str, url: str) -> str:
    """Tell what a page is: `article`, or the barrier that stands in its place.

    `tree` is the page as lxml read it, `text` what was extracted, `asked` the address asked for, `url` where it led.
    """
    short = len(text) < SHORT
    if _leads_to_consent(asked, url) or (short and _many(_CONSENT_WORDS, text)):
        return CONSENT
    if _is_gone(tree, short, asked, url):
        return GONE
    if _declares_closed(page, tree) or (short and _PAYWALL_WORDS.search(text)):
        return PAYWALL
    if len(text) < STUB_LENGTH:
        return PAYWALL if _PAYWALL_WORDS.search(_words_of(tree)) else STUB
    return ARTICLE


def _leads_to_consent(asked: str, url: str) -> bool:
    if asked == url:
        return False
    parts = urlsplit(url)
    return bool(_CONSENT_HOST.match(parts.hostname or "") or _CONSENT_PATH.search(parts.path))


def _many(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether cookies are what a short text is about: they are spoken of twice, or in very few words."""
    found = len(pattern.findall(text))
    return found >= 2 or (found == 1 and len(text) < 2 * STUB_LENGTH)


def _is_gone(tree: Any, short: bool, asked: str, url: str) -> bool:
    if not short:
        return False
    title = " ".join(tree.xpath("string(//title)").split())[:300]
    before, after = urlsplit(asked), urlsplit(url)
    home = len(before.path.strip("/")) > 1 and not after.path.strip("/") and not after.query
    return home or bool(_GONE_TITLE.search(title))


def _declares_closed(page: bytes, tree: Any) -> bool:
    if b"isaccessibleforfree" in page.lower() and _CLOSED.search(page):
        return True
    tiers = tree.xpath("//meta[@property='article:content_tier']/@content")
    return any(str(tier).strip().lower() in _TIERS for tier in tiers)


def _words_of(tree: Any) -> str:
    body = tree.find("body")
    return " ".join((tree if body is None else body).xpath("string()").split())[: 10 * SHORT]
