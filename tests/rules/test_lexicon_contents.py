"""What the shipped lexicon holds, and that its names mean what they should in the languages of the news."""

from functools import cache

import pytest
import yaml

from pipeline.records.article import Severity
from pipeline.rules.lexicon import load_lexicon
from pipeline.rules.lexicon_file import EntityKind
from pipeline.rules.query import parse_query
from pipeline.rules.rule import Rule
from pipeline.rules.ruleset import RuleSet
from pipeline.seeds import seed

EIGHT = {"en", "fr", "ar", "ru", "es", "pt", "de", "zh"}
EIGHTEEN = EIGHT | {"it", "nl", "pl", "cs", "sv", "uk", "tr", "fa", "ja", "ko"}
NAMED_ALIKE = {"fr", "es", "pt", "de"}
"""Languages that write most people's and places' names as English does, so that they need no name of their own."""


@cache
def all_entities() -> RuleSet:
    """Give a rule for each entity, which asks for nothing else."""
    lexicon = load_lexicon()
    return RuleSet(
        Rule(
            id=name,
            name=name,
            severity=Severity.LOW,
            channels=(),
            query=f"@{name}",
            meaning=parse_query(f"@{name}", lexicon.reader),
        )
        for name in lexicon.entities
    )


def entities_in(text: str, language: str) -> set[str]:
    return {match.rule for match in all_entities().match("", text, language)}


def test_it_has_at_least_forty_entities_of_the_region_beside_those_of_the_stock_rules() -> None:
    entities = load_lexicon().entities.values()
    kinds = [entity.kind for entity in entities if entity.kind is not EntityKind.TOPIC]
    assert len(kinds) >= 60
    for kind in (
        EntityKind.ARMED_GROUP,
        EntityKind.ORGANISATION,
        EntityKind.PERSON,
        EntityKind.COUNTRY,
        EntityKind.REGION,
    ):
        assert kinds.count(kind) >= 5, kind


def test_the_entities_of_the_stock_rules_have_names_in_eighteen_languages() -> None:
    entities = load_lexicon().entities
    for name in ("wagner-group", "sahel", "ecowas", "aes"):
        assert not EIGHTEEN - {"zh"} - entities[name].names.keys() - NAMED_ALIKE, name


def test_groups_and_organisations_have_names_in_other_scripts() -> None:
    for entity in load_lexicon().entities.values():
        if entity.kind in (EntityKind.ARMED_GROUP, EntityKind.ORGANISATION, EntityKind.OPERATION):
            assert {"ar", "ru"} <= entity.names.keys(), entity.id


@pytest.mark.parametrize(
    ("entity", "language", "text"),
    [
        ("wagner-group", "ru", "Колонну «Вагнера» разбили под Тинзауатеном, сообщили туареги в Мали."),
        ("wagner-group", "it", "I mercenari della Wagner hanno lasciato la miniera."),
        ("wagner-group", "ja", "ワグネル部隊がマリから撤退した。"),
        ("wagner-group", "ko", "바그너그룹이 말리에서 철수했다."),
        ("wagner-group", "tr", "Wagner Grubu'nun savaşçıları Mali'den ayrıldı."),
        ("wagner-group", "fa", "مزدوران واگنر از مالی رفتند."),
        ("wagner-group", "he", "קבוצת וגנר עזבה את מאלי."),
        ("wagner-group", "el", "Οι μισθοφόροι της Βάγκνερ έφυγαν από το Μάλι."),
        ("prigozhin", "nl", "Prigozjin kwam om bij Tver."),
        ("prigozhin", "zh", "普里戈任的专机坠毁。"),
        ("africa-corps", "fr", "À Bamako, l'Africa Corps a pris la place de Wagner."),
        ("sahel", "pl", "Junty z Sahelu zrywają z Paryżem."),
        ("sahel", "hu", "Aszály a Száhel-övezetben."),
        ("sahel", "fa", "خشکسالی در منطقه ساحل آفریقا"),
        ("sahel", "de", "Viehhirten in den Sahelländern ziehen nach Süden."),
        ("sahel", "ar", "يقول تاجر في باماكو إن الحرب في الساحل لم تنته، والطريق إلى تمبكتو مقطوع."),
        ("jnim", "fr", "Le Jnim a revendiqué l'attaque."),
        ("jnim", "ar", "أعلنت جماعة نصرة الإسلام والمسلمين مسؤوليتها"),
        ("islamic-state-sahel", "es", "El Estado Islámico en el Gran Sáhara mató a diez soldados."),
        ("fla", "en", "The FLA said its fighters had taken Tessalit in northern Mali."),
        ("cma", "fr", "À Kidal, la CMA dénonce l'accord d'Alger avec le Mali."),
        ("boko-haram", "ja", "ボコ・ハラムが村を襲った。"),
        ("aqim", "pt", "A Al-Qaeda no Magrebe Islâmico perdeu o seu chefe."),
        ("ecowas", "ru", "Главы стран ЭКОВАС встретились в Абудже."),
        ("aes", "fr", "L'AES, formée par le Mali, le Niger et le Burkina Faso, bat sa monnaie."),
        ("minusma", "zh", "马里稳定团撤离基达尔。"),
        ("goita", "ar", "التقى عاصيمي غويتا الوفد"),
        ("traore", "nl", "Kapitein Traoré prees in Ouagadougou zijn drones."),
        ("tiani", "fr", "Le général Tiani a reçu l'ambassadeur."),
        ("koufa", "ru", "Амаду Куфа выступил с обращением."),
        ("niger", "ru", "В Нигере и Нигерии прошли дожди."),
        ("niger", "pl", "Wojsko Nigru odzyskało wieś."),
        ("mali", "de", "Die Regierung Malis schweigt."),
        ("chad", "en", "Refugees reached eastern Chad after the attack."),
        ("lake-chad-basin", "de", "Am Tschadsee fehlt der Regen."),
        ("liptako-gourma", "fr", "La zone des trois frontières reste dangereuse."),
    ],
)
def test_names_are_found_in_the_forms_that_the_news_have(entity: str, language: str, text: str) -> None:
    assert entity in entities_in(text, language)


@pytest.mark.parametrize(
    ("entity", "language", "text"),
    [
        (
            "wagner-group",
            "en",
            "Wagner's heroes wear camouflage in this Siegfried; the tenor was booed by mercenary critics.",
        ),
        ("wagner-group", "fr", "Le groupe Wagner, fabricant de pistolets à peinture, ouvre une usine à Metz."),
        ("wagner-group", "pt", "Wagner Moura vive um professor perseguido pelos militares."),
        ("wagner-group", "es", "El brasileño Wagner, delantero del Spartak de Moscú, marcó dos goles."),
        ("wagner-group", "ru", "Фильм о докторе Вагнере снимут в Минске."),
        ("wagner-group", "ar", "قال المدرب ساندرو فاغنر إن فريقه سيقاتل حتى النهاية"),
        ("wagner-group", "zh", "瓦格纳集团在太仓设厂，计划聘用八十名员工。"),
        ("prigozhin", "ru", "Певица Валерия и Иосиф Пригожин приехали в Сочи."),
        ("prigozhin", "ja", "ノーベル化学賞のイリヤ・プリゴジンの生誕100年。"),
        ("utkin", "ru", "Лыжник Дмитрий Уткин выиграл гонку."),
        ("africa-corps", "en", "Rommel's Afrika Korps besieged Tobruk in 1941."),
        ("sahel", "fr", "L'Étoile du Sahel reçoit l'Espérance à Sousse."),
        ("sahel", "cs", "V tuniském regionu Sahel pršelo, v Súse a Monastiru stojí voda."),
        ("sahel", "en", "Sahel Amini's second novel has won a prize in Toronto."),
        ("sahel", "ar", "غرق قارب قبالة الساحل الموريتاني وعلى متنه شبان من مالي والنيجر"),
        ("sahel", "fa", "زباله‌های ساحل دریای خزر جمع شد."),
        ("fla", "en", "The FLA, a lawyers' association of Florida, met in Tampa."),
        ("aes", "es", "El archivo se cifra con AES de 256 bits."),
        ("fact", "en", "FACT: most of the rain falls in August."),
        ("traore", "fr", "Traoré a ouvert le score pour l'OM."),
        ("niger", "en", "Oil theft fell in the Niger Delta, Nigeria said."),
        ("niger", "fr", "Le président nigérian est à Abuja."),
        ("mali", "zh", "马里兰州州长访问索马里。"),
        ("mali", "tr", "Mali Müşavirler Odası toplandı."),
        ("mali", "ar", "قال خبير مالي إن البنوك بخير"),
        ("chad", "en", "Chad Kelly threw for three touchdowns."),
        ("hunger", "en", "The prisoner ended his hunger strike."),
    ],
)
def test_names_that_others_bear_are_left_to_them(entity: str, language: str, text: str) -> None:
    assert entity not in entities_in(text, language)


def test_the_stock_rules_keep_their_examples() -> None:
    lexicon = load_lexicon()
    for rule in yaml.safe_load(seed("rules.yaml").read_text(encoding="utf-8"))["rules"]:
        assert len(rule["matches"]) >= 2, rule["id"]
        assert rule["ignores"], rule["id"]
        parse_query(rule["query"], lexicon.reader)
