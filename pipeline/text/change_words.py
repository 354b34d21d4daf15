"""Words that tell what an edit does, in the languages of the stock rules and more, to be folded before they are compared."""

NEGATIONS = """
not no never none nobody without denies denied deny
ne pas aucun aucune jamais sans dément démenti nie
no nunca ningún ninguna sin niega negó desmiente desmintió
não nunca nenhum nenhuma sem nega negou desmente desmentiu
nicht kein keine keinen keiner keinem nie niemals ohne dementiert bestreitet
non mai nessuno nessuna senza smentisce smentito nega
niet geen nooit zonder ontkent ontkende
nie nigdy bez żaden zaprzecza zaprzeczył
ne není nebyl nikdy bez žádný popírá popřel
inte ej aldrig utan ingen inget inga förnekar
не нет ни никогда без никто опроверг опровергает опровергли отрицает
ні немає ніколи без спростував спростовує заперечує
değil yok asla olmadan yalanladı
لا لم لن ليس ليست بدون دون نفى تنفي ينفي نفت
نه نیست نبود بدون تکذیب
אין לא אינו אינה בלי ללא
δεν δεν όχι ποτέ χωρίς
"""

NEGATION_CHARACTERS = "不没未无無非否莫沒"

NUMBER_WORDS = """
one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand dozens dozen
thirteen fourteen fifteen sixteen seventeen eighteen nineteen sixty seventy eighty ninety million millions
deux trois quatre cinq sept huit neuf dix onze douze vingt trente quarante cinquante cent mille dizaine dizaines
treize quatorze quinze seize soixante cents million millions centaine centaines millier milliers
dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cuarenta cincuenta cien mil decenas
trece catorce quince dieciséis diecisiete dieciocho diecinueve sesenta setenta ochenta noventa millones
dois duas três quatro oito nove dez onze doze vinte trinta quarenta cinquenta cem dezenas
treze catorze quinze dezesseis dezessete dezoito dezenove sessenta setenta oitenta noventa milhões
zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig hundert tausend dutzende
dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn sechzig siebzig achtzig neunzig millionen
due tre quattro cinque sette otto nove dieci undici dodici venti trenta quaranta cinquanta cento decine
tredici quattordici quindici sedici diciassette diciotto diciannove sessanta settanta ottanta novanta mille
twee drie vijf zes zeven negen tien twaalf twintig dertig honderd duizend tientallen
dertien veertien vijftien zestien zeventien achttien negentien zestig zeventig tachtig negentig
dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć dwadzieścia sto tysiąc
dva tři čtyři pět šest sedm osm devět deset dvacet sto tisíc
två tre fyra fem sex sju åtta nio tio tolv tjugo hundra tusen
два две три четыре пять шесть семь восемь девять десять двадцать тридцать сорок сто тысяча десятки двое трое
одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать пятьдесят
шестьдесят семьдесят восемьдесят девяносто двести триста тысяч четверо пятеро шестеро семеро
дві чотири п'ять шість сім вісім дев'ять двадцять сорок тисяча
iki üç dört beş altı yedi sekiz dokuz yirmi otuz yüz bin onlarca
kırk elli altmış yetmiş seksen doksan
اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشرين ثلاثين مئة ألف عشرات
"""

NUMBER_CHARACTERS = "一二三四五六七八九十百千万萬两兩"

CORRECTIONS = (
    "correction", "corrections", "corrected", "clarification", "retraction", "rectificatif", "erratum", "corrección",
    "fe de errores", "fe de errata", "fe de erratas", "rectificación", "correção", "errata", "retificação", "korrektur",
    "richtigstellung", "berichtigung", "errata corrige", "rettifica", "correctie", "rectificatie", "sprostowanie", "korekta",
    "oprava", "opraveno", "rättelse", "исправлено", "исправление", "поправка", "виправлено", "виправлення", "düzeltme",
    "تصحيح", "استدراك", "اصلاحیه", "تصحیح", "更正", "勘误", "勘誤", "更正声明", "訂正", "修正しました", "정정",
    "바로잡습니다", "תיקון", "διόρθωση", "rectificare", "helyesbítés",
)  # fmt: skip
"""How outlets begin the notice of a correction."""

EARLIER_VERSIONS = (
    "this article has been amended", "this article was amended", "this story has been corrected", "an earlier version",
    "a previous version", "une première version", "une version précédente", "cet article a été corrigé",
    "una versión anterior", "uma versão anterior", "in einer früheren version", "una versione precedente",
    "een eerdere versie", "we wcześniejszej wersji", "v předchozí verzi", "i en tidigare version", "в предыдущей версии",
    "в первоначальной версии", "у попередній версії", "önceki versiyonunda", "في نسخة سابقة",
)  # fmt: skip
"""How outlets tell what an earlier version had wrong."""

DECLARATIONS = (
    *CORRECTIONS, *EARLIER_VERSIONS, "updated", "this article has been updated", "editor s note", "précision", "mise à jour",
    "mis à jour", "cet article a été modifié", "actualizado", "actualización", "atualizado", "atualização", "aktualisiert",
    "anmerkung der redaktion", "aggiornato", "aggiornamento", "bijgewerkt", "aktualizacja", "aktualizováno", "uppdaterad",
    "обновлено", "уточнение", "уточняется", "оновлено", "уточнення", "güncellendi", "güncelleme", "تحديث", "توضيح", "به روز شد",
    "更新", "업데이트", "עודכן",
)  # fmt: skip
"""How outlets declare that they changed what they had written; matched as whole words, one after the other."""

COUNTERS = (
    "ago", "min read", "minute read", "minutes read", "comments", "comment", "shares", "views", "likes", "reads", "updated",
    "last updated", "published", "il y a", "commentaires", "partages", "vues", "mis à jour", "mise à jour", "publié", "lecture",
    "hace", "comentarios", "actualizado", "publicado", "há", "comentários", "atualizado", "vor", "kommentare", "aktualisiert",
    "stand", "fa", "commenti", "aggiornato", "geleden", "reacties", "bijgewerkt", "temu", "komentarzy", "aktualizacja", "sedan",
    "kommentarer", "назад", "комментариев", "комментария", "просмотров", "обновлено", "опубликовано", "тому", "оновлено",
    "önce", "yorum", "güncellendi", "منذ", "قبل", "تعليقات", "تعليق", "مشاهدة", "مشاهدات", "آخر تحديث", "تحديث", "پیش",
    "前", "更新", "阅读", "浏览", "评论",
)  # fmt: skip
"""Words of short lines that stand in pages' texts and count by themselves: ages, readers, comments, dates of change."""

WITHDRAWALS = (
    "this article has been withdrawn", "this article has been removed", "this story has been withdrawn", "retracted",
    "has been retracted", "has withdrawn its story", "kill notice", "please disregard", "cet article a été retiré",
    "dépêche annulée", "annule et remplace", "a retiré cet article", "este artículo ha sido retirado",
    "esta noticia ha sido retirada", "esta notícia foi removida", "este artigo foi retirado", "notícia anulada",
    "dieser artikel wurde zurückgezogen", "meldung zurückgezogen", "diese meldung ist ungültig",
    "questo articolo è stato ritirato", "notizia annullata", "dit artikel is ingetrokken", "artykuł został wycofany",
    "depesza anulowana", "článek byl stažen", "artikeln har dragits tillbaka", "материал удален", "новость аннулирована",
    "сообщение аннулировано", "материал отозван", "матеріал видалено", "новину анульовано", "haber geri çekildi",
    "haber kaldırıldı", "تم سحب الخبر", "تم حذف هذا المقال", "يلغى الخبر", "این خبر حذف شد", "本文已撤回", "撤稿", "撤销此稿",
    "この記事は取り下げ", "記事を取り消し", "기사를 삭제",
)  # fmt: skip
"""How outlets say that what they wrote stands no longer."""
