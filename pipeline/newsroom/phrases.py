"""The words around an article on its page, in each language that outlets write in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a page says besides its article; `sections` are the entries of its menu."""

    sections: tuple[str, ...]
    published: str
    updated: str
    related: str
    newsletter: str
    privacy: str
    rights: str


PHRASES: Mapping[str, Phrases] = {
    "en": Phrases(
        ("Front page", "World", "Economy", "Culture", "Sport", "Opinion"),
        "Published",
        "Updated",
        "Read also",
        "The most important reports of the day, every morning in your inbox. Sign up for our newsletter.",
        "This site uses cookies to count its readers.",
        "All rights reserved. No part may be reproduced without permission.",
    ),
    "fr": Phrases(
        ("À la une", "Monde", "Économie", "Culture", "Sport", "Opinions"),
        "Publié le",
        "Mis à jour le",
        "À lire aussi",
        "Chaque matin, l'essentiel de l'actualité dans votre boîte aux lettres. Abonnez-vous à notre infolettre.",
        "Ce site utilise des cookies pour mesurer son audience.",
        "Tous droits réservés. Reproduction interdite sans autorisation.",
    ),
    "de": Phrases(
        ("Startseite", "Welt", "Wirtschaft", "Kultur", "Sport", "Meinung"),
        "Veröffentlicht am",
        "Aktualisiert am",
        "Lesen Sie auch",
        "Das Wichtigste des Tages, jeden Morgen in Ihrem Postfach. Abonnieren Sie unseren Rundbrief.",
        "Diese Seite verwendet Cookies, um ihre Besuche zu zählen.",
        "Alle Rechte vorbehalten. Nachdruck nur mit Genehmigung.",
    ),
    "es": Phrases(
        ("Portada", "Mundo", "Economía", "Cultura", "Deportes", "Opinión"),
        "Publicado el",
        "Actualizado el",
        "Lea también",
        "Cada mañana, lo más importante del día en su buzón. Suscríbase a nuestro boletín.",
        "Este sitio utiliza cookies para medir su audiencia.",
        "Todos los derechos reservados. Prohibida la reproducción sin autorización.",
    ),
    "pt": Phrases(
        ("Primeira página", "Mundo", "Economia", "Cultura", "Desporto", "Opinião"),
        "Publicado em",
        "Atualizado em",
        "Leia também",
        "Todas as manhãs, o essencial da atualidade no seu correio. Subscreva o nosso boletim.",
        "Este sítio utiliza cookies para contar as visitas.",
        "Todos os direitos reservados. Reprodução proibida sem autorização.",
    ),
    "ru": Phrases(
        ("Главная", "В мире", "Экономика", "Культура", "Спорт", "Мнения"),
        "Опубликовано",
        "Обновлено",
        "Читайте также",
        "Главные новости дня каждое утро в вашей почте. Подпишитесь на нашу рассылку.",
        "Сайт использует файлы cookie для подсчета посетителей.",
        "Все права защищены. Перепечатка только с разрешения редакции.",
    ),
    "ar": Phrases(
        ("الرئيسية", "العالم", "اقتصاد", "ثقافة", "رياضة", "آراء"),
        "نشر في",
        "حدث في",
        "اقرأ أيضا",
        "أهم أخبار اليوم كل صباح في بريدكم. اشتركوا في نشرتنا الإخبارية.",
        "يستخدم هذا الموقع ملفات تعريف الارتباط لإحصاء زواره.",
        "جميع الحقوق محفوظة. لا يسمح بإعادة النشر من دون إذن.",
    ),
    "zh": Phrases(
        ("首页", "国际", "经济", "文化", "体育", "评论"),
        "发布时间",
        "更新时间",
        "相关阅读",
        "每天早晨，把当日要闻送到您的邮箱。欢迎订阅本报通讯。",
        "本网站使用 Cookie 统计访问量。",
        "版权所有，未经许可不得转载。",
    ),
}

RIGHT_TO_LEFT = frozenset({"ar"})
