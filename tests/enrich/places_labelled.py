"""Short texts in many languages with the places and countries that they name, written for these tests.

Each line is: language, what it is about, title, text, places as `name/country`, countries. A country's own place is
written with its code alone, such as `=ML`.
"""

from typing import NamedTuple


class Labelled(NamedTuple):
    language: str
    text: str
    places: frozenset[str]
    countries: frozenset[str]


def _labelled(language: str, text: str, places: str = "", countries: str = "") -> Labelled:
    return Labelled(language, text, frozenset(filter(None, places.split(", "))), frozenset(countries.split()))


TEXTS = [
    # towns and countries
    _labelled("en", "Fighting has resumed near Kidal, in northern Mali, residents said.", "Kidal/ML, =ML", "ML"),
    _labelled("en", "Convoys left Gao for Ansongo on Tuesday, the Malian army said.", "Gao/ML, Ansongo/ML", "ML"),
    _labelled("en", "Gunmen attacked a camp at Sévaré, close to Mopti.", "Sévaré/ML, Mopti/ML", "ML"),
    _labelled("en", "Rebels ambushed a column at Tin Zaouatine on the Algerian border.", "Tin Zaouatine/DZ", "DZ"),
    _labelled("en", "The siege of Djibo, in Burkina Faso, entered its third year.", "Djibo/BF, =BF", "BF"),
    _labelled("en", "Leaders of Niger and Nigeria met in Abuja.", "=NE, =NG, Abuja/NG", "NE NG"),
    _labelled("en", "Flights between London and Casablanca were cancelled.", "London/GB, Casablanca/MA", "GB MA"),
    _labelled("en", "The U.S. envoy flew from Paris to N'Djamena.", "=US, Paris/FR, N'Djamena/TD", "US FR TD"),
    _labelled("en", "Drought spreads across the Sahel and West Africa.", "Sahel, West Africa", ""),
    _labelled("en", "Militants raided Tessalit and Aguelhok before dawn.", "Tessalit/ML, Aguelhok/ML", "ML"),
    _labelled("fr", "À Tombouctou, les habitants attendent l'eau depuis une semaine.", "Timbuktu/ML", "ML"),
    _labelled("fr", "Le Tchad et le Niger ferment leur frontière commune.", "=TD, =NE", "TD NE"),
    _labelled("fr", "Des soldats maliens ont été tués à Ménaka, selon l'armée.", "Ménaka/ML", "ML"),
    _labelled("fr", "Le président ivoirien est arrivé à Ouagadougou.", "Ouagadougou/BF", "CI BF"),
    _labelled("fr", "L'Algérie rappelle son ambassadeur à Bamako.", "=DZ, Bamako/ML", "DZ ML"),
    _labelled(
        "fr", "La Côte d'Ivoire et la Guinée-Bissau signent un accord à Dakar.", "=CI, =GW, Dakar/SN", "CI GW SN"
    ),
    _labelled("es", "El ejército de Malí combate cerca de Kidal.", "=ML, Kidal/ML", "ML"),
    _labelled("es", "Guinea Ecuatorial y Gabón discuten ante La Haya.", "=GQ, =GA, The Hague/NL", "GQ GA NL"),
    _labelled("es", "El presidente senegalés viajó a Madrid.", "Madrid/ES", "SN ES"),
    _labelled("pt", "O governo da Guiné-Bissau reuniu-se em Lisboa.", "=GW, Lisbon/PT", "GW PT"),
    _labelled("pt", "Chuvas atingem o Níger e o Mali.", "=NE, =ML", "NE ML"),
    _labelled("ru", "В Мали возобновились бои под Кидалем.", "=ML, Kidal/ML", "ML"),
    _labelled("ru", "Президент Нигера прибыл в Москву.", "=NE, Moscow/RU", "NE RU"),
    _labelled("ru", "Президент Нигерии прибыл в Москву.", "=NG, Moscow/RU", "NG RU"),
    _labelled("ru", "Малийская армия заняла Гао и Тессалит.", "Gao/ML, Tessalit/ML", "ML"),
    _labelled("ru", "Жители Буркина-Фасо бегут в Гану.", "=BF, =GH", "BF GH"),
    _labelled("ru", "Засуха в Сахеле угрожает Мавритании и Сенегалу.", "Sahel, =MR, =SN", "MR SN"),
    _labelled("ar", "تجددت المعارك في كيدال شمال مالي.", "Kidal/ML, =ML", "ML"),
    _labelled("ar", "وصل الرئيس النيجري إلى نيامي قادما من باريس.", "Niamey/NE, Paris/FR", "NE FR"),
    _labelled("ar", "تواجه منطقة الساحل موجة جفاف تمتد إلى موريتانيا.", "Sahel, =MR", "MR"),
    _labelled("ar", "أعلنت الجزائر وليبيا فتح الحدود.", "=DZ, =LY", "DZ LY"),
    _labelled("zh", "马里北部城市基达尔再次爆发战斗。", "=ML, Kidal/ML", "ML"),
    _labelled("zh", "尼日尔总统访问莫斯科。", "=NE, Moscow/RU", "NE RU"),
    _labelled("zh", "尼日利亚与乍得加强边境合作。", "=NG, =TD", "NG TD"),
    _labelled("zh", "馬里軍隊在廷巴克图遭到襲擊，巴馬科方面尚未回應。", "=ML, Timbuktu/ML, Bamako/ML", "ML"),
    _labelled("de", "In Bamako haben Tausende gegen Frankreich demonstriert.", "Bamako/ML, =FR", "ML FR"),
    _labelled("de", "Die malische Regierung und der Tschad verhandeln.", "=TD", "ML TD"),
    _labelled("it", "Migranti salvati al largo della Libia arrivano a Palermo.", "=LY, Palermo/IT", "LY IT"),
    _labelled("pl", "Wojna w Mali: rosyjscy najemnicy opuszczają Kidal.", "=ML, Kidal/ML", "ML RU"),
    _labelled("pl", "Rząd Nigerii zamyka granicę z Nigrem.", "=NG, =NE", "NG NE"),
    _labelled("tr", "Mali'de ordu Kidal'a girdi.", "=ML, Kidal/ML", "ML"),
    _labelled("uk", "У Малі тривають бої біля Кідаля.", "=ML, Kidal/ML", "ML"),
    _labelled("ja", "マリ北部のキダルで戦闘が再燃した。", "=ML, Kidal/ML", "ML"),
    _labelled("el", "Νέες μάχες στο Μάλι.", "=ML", "ML"),
    # one name, several places
    _labelled("en", "Kinshasa accuses Rwanda of arming rebels in eastern Congo.", "Kinshasa/CD, =RW, =CD", "CD RW"),
    _labelled("en", "In Congo, the election was peaceful, Brazzaville says.", "=CG, Brazzaville/CG", "CG"),
    _labelled("fr", "La RDC et la République du Congo ouvrent un pont.", "=CD, =CG", "CD CG"),
    _labelled("ru", "ДРК обвинила Руанду.", "=CD, =RW", "CD RW"),
    _labelled("en", "Guinea, Guinea-Bissau and Equatorial Guinea sent observers.", "=GN, =GW, =GQ", "GN GW GQ"),
    _labelled("en", "Pirates seized a tanker in the Gulf of Guinea.", "Gulf of Guinea", ""),
    _labelled("en", "Papua New Guinea asked for help after the landslide.", "=PG", "PG"),
    _labelled("en", "Voters in Georgia, Alabama and Texas queued for hours.", "Georgia/US, Alabama/US, Texas/US", "US"),
    _labelled("en", "Protesters in Georgia filled the streets of Tbilisi.", "=GE, Tbilisi/GE", "GE"),
    _labelled("en", "Clashes in Tripoli between Libyan militias.", "Tripoli/LY", "LY"),
    _labelled("en", "Clashes in Tripoli, in the north of Lebanon.", "Tripoli/LB, =LB", "LB"),
    _labelled("en", "Sudan and South Sudan agreed on oil.", "=SD, =SS", "SD SS"),
    _labelled("en", "Jordan and Israel reopened the crossing.", "=JO, =IL", "JO IL"),
    _labelled("en", "Chad closed its border with Sudan.", "=TD, =SD", "TD SD"),
    # no places
    _labelled("en", "Richard Wagner's Parsifal was booed on its first night."),
    _labelled("en", "Wagner shares fell after the results."),
    _labelled("ru", "Вагнер написал оперу за два года."),
    _labelled("ar", "أوبرا فاغنر على المسرح من جديد."),
    _labelled("en", "Paris Hilton launches a perfume."),
    _labelled("en", "Michael Jordan bought a racing team. Jordan declined to comment."),
    _labelled("en", "Jordan Henderson scored twice."),
    _labelled("en", "Little Mali Johnson lost her first tooth, and Mali laughs about it."),
    _labelled("en", "Chad Smith plays the drums, and Chad says it is his best record."),
    _labelled("en", "Israel Katz spoke first; Katz then left."),
    _labelled("fr", "L'Étoile du Sahel s'incline à domicile."),
    _labelled("ar", "فاز النجم الساحلي بهدفين."),
    _labelled("ar", "حصلت الشركة على دعم مالي كبير."),
    _labelled("ar", "تراجع الأداء المالي للشركة لأول مرة."),
    _labelled("es", "Para el equipo, ganar era lo más importante."),
    _labelled("en", "Reading is good for you, and so is a warm bath."),
    _labelled("zh", "玛丽和马里奥一起玩游戏。"),
    _labelled("ja", "マリアは歌手だ。"),
    _labelled("en", "The guinea pig escaped again."),
    _labelled("de", "Das Essen war gut, die Halle voll."),
    _labelled("en", "Manchester United beat Real Madrid on penalties."),
    _labelled("en", "Police Say Most Victims Were Young."),
]
