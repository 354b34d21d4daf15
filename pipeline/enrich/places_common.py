"""Common words of the languages of news that are names of towns, too; folded."""

from pipeline.text.tokens import forms

COMMON = frozenset(
    forms(
        """
aber abis acton advance alba aleman alexander along alpha alter alto amet anda anew angle anno anon ansi ao arch
area arena ares armada asan assumption atlantic auch august aventura avion ayni baan bach baiano bail bajo baker
ball bare bart bartlett basen basic basse bath battle beach bear begun bells bene berg bergen best bias bingo
bishop boos boot boundary branch brand brasileno brasiliano bresilien bridge bright bruno  burg bush
cache cafe caller campana campo care carpenter cascade cast center central chair champion change charge chars
chaves chili chinesas chop christmas chunking church ciadiano circle cisterna city clones college colon combine
come commerce como comps cone conversion cook cooper cork coro council creek cruz crystal cube daniel darwin
date david dawn deal defiance deja dello delta diamond dopo dort dragas drain driver dual dura durdu eagle early
echo eden effort eine emboscada ende energy english enter enterprise espanol esperanza esse essen este estrada
ever experiment falcon fara fare fascia fell fisher flushing fora force forest forks forth francais franceses
francisco franco francuskim freedom friendly friendship from front fronteira fully galera gamma ganado gardiner
gateway gelen george give goes going gold google goto grabs grain grand grant grants grass green grove guarda
guerra halle halls hang hanno harbor hard hatch haus helper henry hill hire holder home hook hooks hope hugo
human hunter hurt idna independence industry ingen isaacs island jack jade jako  jesus jinja joseph juan
jupiter juri justice kill king lack lage landing lang lauf lazy lead leader legacy lemburg lent level liberal
libertad liberty  limit line lint lion list lista locking lone long loop loss luis made  magenta magna
mako maliano malien malienne maliense malijskiego man manage mange mano manuel many march marco maria mark marke
market marks mars mary mason media mercury meta mille miller millet mina mine minor mission
mitte mixin mobile mocambicana mollis mont monte montre more morti most moulins much name never nice nigeriens
nigerinos nine nisi noisy nome none normal north nuevo obama okay opera opportunity oracle orange oset ouro
outer ovejas over pacific pack paga page pandas paper para paradise pareto parker parla partido paste pastores
paul pearl pedro peer perl pero perto petit philip pierre plain plains plan planes plano plaque plaza police
poll polling ponte pool pools port porta porter porto portugues post postal prec prees presidente price
primavera principal progress proven quarante quer questa race rakam rand reading real receiving reisen relvado
research reserve rest retreat ricardo rich ridge rios robert roche rock rode roles roman root rosa rose
rosyjskiej rouge rusky ruso russa russe russos ryssarna saints sake salt  same sandy sane santa
santos sara save scissors scott sec seen sees segredo sells selon semaphore semi send sera servi sete share
shell shepherd shortens shot shut side sigma simon sin since sine singleton slashes smile smith sole soll sort
split spring springs stamps star stein still stock stone store strong subok success summit sunrise sunset
superior surprise swallow tabor tabory tall tangent taylor tedesco tell temple than them thomas till time tool
torn tour tous tower trail train trainer trap treinta tres triangle trim trip tune tunesischen tunezyjskim
tunisino turkey turn turner ultimo union unity universidad university uruguayo  used utan vale valley vander
vars vary vecinos venezolano venta venus vert vice victor  viejo vila villas vinto violet vista vite
vize waits wake wald walker wall ways weil welcome well west wink wise worth yeni yola  young zebra zlota
zone года границе детей иранского київський матери мира московский перемоги победу поле романа российской сорока
тендеру
"""
    )
)
"""Words that mostly are no place's name: those that English technical prose and news write in lower case."""
