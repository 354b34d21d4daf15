"""The words by which news credit a report to somebody, in many languages."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CUES = _words(
    """
    reported reports report reporting according cited citing told via quoting quoted
    selon rapporte rapporté rapportent indique indiqué annonce annoncé apprend appris avec cité citant déclaré confié
    según informó informa informaron reportó reporta citando citado
    segundo noticiou informou avançou avança conforme
    laut berichtet berichtete berichteten meldet meldete meldeten zufolge berufung
    riferisce riferito riporta secondo rende
    meldt meldde volgens bericht aldus
    podaje podała podał poinformowała poinformował według przekazała
    uvedla uvádí podle informuje informovala sdělila
    rapporterar enligt uppger skriver rapporterer ifølge melder skriver
    сообщает сообщил сообщила сообщили сообщило передает передаёт передал передала ссылкой данным информирует пишет
    повідомляє повідомив повідомила повідомили передає посиланням даними інформує пише
    haberine göre bildirdi aktardı bildirdiğine geçtiği
    ذكرت ذكر أفادت أفاد قالت نقلت نقلا بحسب وفق وفقا حسب لوكالة وكالة صحيفة أوردت أعلنت
    گزارش نقل خبرگزاری نوشت
    σύμφωνα μετέδωσε μεταδίδει αναφέρει
    potrivit relatează transmite
    szerint jelentette közölte
    따르면 보도했다 전했다 보도
    """
)
"""Words that, next to a name, make it the one whose report this is."""

CUE_CHARACTERS = frozenset("据據援引报報电電讯訊よ")
"""The same for Chinese and Japanese, where a token is one character."""

SIGNATURES = _words(
    """
    source sources quelle quellen fuente fuentes fonte fontes bron źródło zdroj källa kilde kaynak источник джерело
    المصدر مصدر منبع avec with mit con com met z s från agences agencies agencias agenzie agenturen وكالات агентства
    来源 出典 제공 copyright
    """
)
"""Words that introduce a signature at an article's end."""

STATEMENTS = _words(
    """
    statement said says announced confirmed communiqué annoncé annonce déclaré indiqué affirmé comunicado anunció informó
    afirmó anunciou afirmou erklärte teilte mitgeteilt mitteilung bestätigte comunicato annunciato dichiarato
    verklaring meldde zei oświadczyło poinformowało podało oznámilo uvedlo sdělilo uttalande meddelade заявило
    сообщило заявили сообщили заявил сообщает заявлении повідомило заявило повідомили açıkladı duyurdu bildirdi açıklamasında
    أعلنت قالت أفادت بيان ذكرت أكدت اعلام بیانیه گفت اعلام 表示 宣布 通报 声明 発表 밝혔다 발표했다
    """
)
"""Words that make the mention of a ministry the source of the report."""

STATEMENT_CHARACTERS = frozenset("称稱宣表通声聲発")

MINISTRIES: dict[str, tuple[str, ...]] = {
    "defence": (
        "defence ministry", "defense ministry", "ministry of defence", "ministry of defense", "ministère de la défense",
        "ministère des armées", "ministerio de defensa", "ministério da defesa", "Verteidigungsministerium",
        "Verteidigungsministeriums", "ministero della difesa", "ministerie van defensie", "ministerstwo obrony",
        "ministerstwa obrony", "ministerstvo obrany", "försvarsdepartementet", "министерство обороны",
        "министерства обороны", "министерстве обороны", "минобороны", "міністерство оборони", "міністерства оборони",
        "міноборони", "savunma bakanlığı", "وزارة الدفاع", "وزارت دفاع", "国防部", "國防部", "国防省", "국방부",
    ),
    "interior": (
        "interior ministry", "ministry of the interior", "ministry of interior", "home ministry", "ministère de l'intérieur",
        "ministère de la sécurité", "ministerio del interior", "ministerio de interior", "ministério do interior",
        "ministério da administração interna", "Innenministerium", "Innenministeriums", "ministero dell'interno",
        "ministerie van binnenlandse zaken", "ministerstwo spraw wewnętrznych", "ministerstvo vnitra",
        "министерство внутренних дел", "министерства внутренних дел", "МВД", "міністерство внутрішніх справ", "МВС",
        "içişleri bakanlığı", "وزارة الداخلية", "وزارت کشور", "内政部", "內政部", "内務省", "내무부",
    ),
    "foreign": (
        "foreign ministry", "ministry of foreign affairs", "foreign office", "ministère des affaires étrangères",
        "ministerio de asuntos exteriores", "ministerio de relaciones exteriores", "cancillería",
        "ministério dos negócios estrangeiros", "ministério das relações exteriores", "Itamaraty", "Außenministerium",
        "Außenministeriums", "Auswärtige Amt", "ministero degli esteri", "Farnesina", "ministerie van buitenlandse zaken",
        "ministerstwo spraw zagranicznych", "ministerstvo zahraničí", "utrikesdepartementet", "министерство иностранных дел",
        "министерства иностранных дел", "МИД", "міністерство закордонних справ", "МЗС", "dışişleri bakanlığı",
        "وزارة الخارجية", "وزارت امور خارجه", "外交部", "外務省", "외교부",
    ),
    "health": (
        "health ministry", "ministry of health", "ministère de la santé", "ministerio de salud", "ministerio de sanidad",
        "ministério da saúde", "Gesundheitsministerium", "ministero della salute", "ministerie van volksgezondheid",
        "ministerstwo zdrowia", "ministerstvo zdravotnictví", "министерство здравоохранения", "минздрав",
        "міністерство охорони здоров'я", "sağlık bakanlığı", "وزارة الصحة", "وزارت بهداشت", "卫生部", "衛生部", "保健省",
    ),
    "army": (
        "general staff", "army said", "état-major général", "état-major des armées", "état-major de l'armée",
        "estado mayor", "estado-maior", "Generalstab", "stato maggiore", "sztab generalny", "generální štáb",
        "генштаб", "генеральный штаб", "генеральний штаб", "genelkurmay", "هيئة الأركان", "الأركان العامة", "ستاد کل",
        "总参谋部",
    ),
}  # fmt: skip
"""Ministries and the army, by what they are for."""
