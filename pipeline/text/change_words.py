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
deux trois quatre cinq sept huit neuf dix onze douze vingt trente quarante cinquante cent mille dizaine dizaines
dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cuarenta cincuenta cien mil decenas
dois duas três quatro oito nove dez onze doze vinte trinta quarenta cinquenta cem dezenas
zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig vierzig fünfzig hundert tausend dutzende
due tre quattro cinque sette otto nove dieci undici dodici venti trenta quaranta cinquanta cento decine
twee drie vijf zes zeven negen tien twaalf twintig dertig honderd duizend tientallen
dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć dwadzieścia sto tysiąc
dva tři čtyři pět šest sedm osm devět deset dvacet sto tisíc
två tre fyra fem sex sju åtta nio tio tolv tjugo hundra tusen
два две три четыре пять шесть семь восемь девять десять двадцать тридцать сорок сто тысяча десятки двое трое
дві чотири п'ять шість сім вісім дев'ять двадцять сорок тисяча
iki üç dört beş altı yedi sekiz dokuz yirmi otuz yüz bin onlarca
اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشرين ثلاثين مئة ألف عشرات
"""

NUMBER_CHARACTERS = "一二三四五六七八九十百千万萬两兩"

DECLARATIONS = (
    "correction", "corrections", "corrected", "clarification", "this article has been amended", "this article was amended",
    "this story has been corrected", "this article has been updated", "an earlier version", "a previous version",
    "editor s note", "retraction", "rectificatif", "erratum", "précision", "mise à jour", "une première version",
    "une version précédente", "cet article a été modifié", "cet article a été corrigé", "corrección", "fe de errores",
    "fe de errata", "fe de erratas", "rectificación", "una versión anterior", "correção", "errata", "uma versão anterior",
    "retificação", "korrektur", "richtigstellung", "in einer früheren version", "anmerkung der redaktion", "berichtigung",
    "errata corrige", "rettifica", "una versione precedente", "correctie", "rectificatie", "een eerdere versie",
    "sprostowanie", "korekta", "we wcześniejszej wersji", "oprava", "opraveno", "v předchozí verzi", "rättelse",
    "i en tidigare version", "исправлено", "исправление", "уточнение", "уточняется", "поправка", "в предыдущей версии",
    "в первоначальной версии", "виправлено", "уточнення", "у попередній версії", "düzeltme", "önceki versiyonunda",
    "تصحيح", "توضيح", "استدراك", "في نسخة سابقة", "اصلاحیه", "تصحیح", "更正", "勘误", "勘誤", "更正声明", "訂正",
    "修正しました",
    "정정", "바로잡습니다", "תיקון", "διόρθωση", "rectificare", "helyesbítés",
)  # fmt: skip
"""How outlets declare that they changed what they had written; matched as whole words, one after the other."""

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
