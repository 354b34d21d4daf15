"""Weekdays, written numbers, and the words that say nothing of an event, in the languages that news are read in."""

from pipeline.text.tokens import fold


def _numbered(lists: tuple[str, ...], start: int) -> dict[str, int]:
    return {
        fold(word): place
        for listed in lists
        for place, words in enumerate(listed.split(), start)
        for word in words.split("/")
    }


WEEKDAYS: dict[str, int] = _numbered(
    (
        "monday tuesday wednesday thursday friday saturday sunday",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "lunes martes miércoles jueves viernes sábado domingo",
        "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
        "segunda terça quarta quinta sexta sábado domingo",
        "montag dienstag mittwoch donnerstag freitag samstag/sonnabend sonntag",
        "lunedi martedi mercoledi giovedi venerdi sabato domenica",
        "понедельник/понедельника вторник/вторника среда/среду/среды четверг/четверга пятница/пятницу/пятницы"
        " суббота/субботу/субботы воскресенье/воскресенья",
        "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
        "周一 周二 周三 周四 周五 周六 周日",
        "週一 週二 週三 週四 週五 週六 週日",
        "星期一 星期二 星期三 星期四 星期五 星期六 星期日/星期天",
    ),
    1,
)
"""Folded words to the number of the day, from Monday, 1."""

MONTHS: dict[str, int] = _numbered(
    (
        "january february march april may june july august september october november december",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "يناير فبراير مارس أبريل/ابريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "جانفي فيفري _ أفريل ماي جوان جويلية أوت _ _ _ _",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    ),
    1,
)
"""Folded names of months to their numbers, as they stand beside a day."""

_ONES = (
    "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize _ _ _",
    "tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve",
    "três quatro cinco seis sete oito nove dez onze doze treze quatorze/catorze quinze dezesseis dezessete dezoito dezenove",
    "drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "три/трое/трёх/трех четыре/четверо/четырёх пять/пяти/пятеро шесть/шести/шестеро семь/семи/семеро восемь/восьми"
    " девять/девяти десять/десяти одиннадцать/одиннадцати двенадцать/двенадцати тринадцать четырнадцать пятнадцать"
    " шестнадцать семнадцать восемнадцать девятнадцать",
    "ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني تسعة/تسع عشرة/عشر",
)
_TENS = (
    "twenty thirty forty fifty sixty seventy eighty ninety hundred/hundreds",
    "vingt/vingtaine trente/trentaine quarante/quarantaine cinquante/cinquantaine soixante/soixantaine _ _ _"
    " cent/centaine/cents",
    "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien/centenar",
    "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem/centena",
    "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
    "двадцать/двадцати тридцать/тридцати сорок/сорока пятьдесят шестьдесят семьдесят восемьдесят девяносто сто",
    "عشرون/عشرين ثلاثون/ثلاثين أربعون/أربعين خمسون/خمسين ستون/ستين سبعون/سبعين ثمانون/ثمانين تسعون/تسعين مئة/مائة",
)

NUMBER_WORDS: dict[str, str] = {
    word: str(value)
    for values in (_numbered(_ONES, 3), {word: 10 * tens for word, tens in _numbered(_TENS, 2).items()})
    for word, value in values.items()
    if word != "_"
}
"""Folded words to the number in digits, from three on."""

_COMMON = """
the and for from with that this was were has have had been will would said says its their his her who which when
after before than more over into near about also but not are all out one two new first last year years day days
people told other some they them she could there where while during between against under because since at
les des une dans pour par sur avec est ont été sont qui que dont après avant plus leur leurs ses son sa aux pas
cette ces deux selon entre contre dit ans jours lors être fait près vers ainsi mais tout tous sous depuis
los las del una con por para que fue fueron han sus más según entre desde hasta tras sobre este esta dos años
días como pero sin hay era ser cerca dijo contra había también donde cuando
uma com por para que foi foram são mais segundo entre desde até após sobre este esta dois duas anos dias como mas
sem era ser perto disse contra também onde quando pelo pela dos das nos nas num numa ao aos
der die das und den dem des ein eine einer eines einem einen ist sind war wurde wurden werden hat haben mit von
vom für auf aus bei nach vor zum zur über unter nicht auch sich mehr als seit zwei jahr jahre jahren tage tagen am
im ins wie noch nur sie er es wird
это как что для при после около был была были было его она они или также уже более под над между против из на
по от до за во со об не но года лет дня дней сообщил сообщили сообщает два две
من إلى على في عن مع هذا هذه ذلك التي الذي كان كانت قال قالت بعد قبل خلال بين أن إن لم لن قد كما حيث منذ عند كل
بحسب وفق غير أول يوم عام أو ثم نحو قرب أكثر ما لا
"""
COMMON = frozenset(map(fold, _COMMON.split()))
"""Folded words that stand in articles on anything."""
