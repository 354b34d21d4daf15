"""An article's origin, where it credits one, so that twenty outlets that carry one dispatch count as one."""

import pytest

from pipeline.enrich.credit import Credits
from pipeline.enrich.outlets import Outlet, load_outlets
from pipeline.seeds import seed
from pipeline.text.document import Document

OUTLETS = load_outlets(seed("sources.yaml"))
CREDITS = Credits(OUTLETS)

BODY = (
    " The convoy had left the town at dawn and was heading north when the first vehicle hit a mine, residents said by"
    " telephone. Two lorries burned out on the track, and the wounded were carried to the hospital of the next town, where"
    " nurses asked for blood."
)


def credit(text: str, *authors: str, countries: tuple[str, ...] = (), own: Outlet | None = None) -> str | None:
    return CREDITS.find(Document("A convoy is attacked", text), authors, own, countries)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("BAMAKO (Reuters) - Gunmen attacked a convoy in the north on Sunday." + BODY, "reuters"),
        ("BAMAKO, Nov 15 (AP) — Gunmen attacked a convoy on Sunday." + BODY, "ap"),
        ("(AFP) Des hommes armés ont attaqué un convoi dimanche." + BODY, "afp"),
        ("МОСКВА, 15 ноября. /ТАСС/. Конвой подвергся нападению на севере Мали." + BODY, "tass"),
        ("БАМАКО, 15 ноя — РИА Новости. Конвой подвергся нападению." + BODY, "ria-novosti"),
        ("باماكو (رويترز) - هاجم مسلحون قافلة في شمال مالي يوم الأحد." + BODY, "reuters"),
        ("باماكو 15 نوفمبر (أ ف ب) - هاجم مسلحون قافلة." + BODY, "afp"),
        ("新华社巴马科11月15日电 马里北部一支车队15日遭武装分子袭击。" + BODY, "xinhua"),
        ("Bamako (dpa) - Bewaffnete haben einen Konvoi angegriffen." + BODY, "dpa"),
        ("Bamako, 15 nov (EFE).- Hombres armados atacaron un convoy." + BODY, "efe"),
        ("Bamaco, 15 nov 2026 (Lusa) - Homens armados atacaram uma coluna." + BODY, "lusa"),
        ("Bamako, 15. listopadu (ČTK) - Ozbrojenci zaútočili na konvoj." + BODY, "ctk"),
    ],
)
def test_a_dateline_credits_the_agency(text: str, origin: str):
    assert credit(text) == origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("A convoy was attacked in the north." + BODY + "\n\nReuters", "reuters"),
        ("Un convoi a été attaqué." + BODY + "\n\nAvec AFP", "afp"),
        ("Ein Konvoi wurde angegriffen." + BODY + "\n\nQuelle: dpa", "dpa"),
        ("Un convoglio è stato attaccato." + BODY + " (ANSA)", "ansa"),
        ("Конвой попал в засаду." + BODY + "\n\nИсточник: Интерфакс", "interfax"),
        ("هاجم مسلحون قافلة." + BODY + "\n\nالمصدر: الجزيرة", "al-jazeera"),
    ],
)
def test_a_signature_at_the_end_credits_the_agency(text: str, origin: str):
    assert credit(text) == origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("A convoy was attacked in the north on Sunday, Radio France Internationale reported." + BODY, "rfi"),
        ("Selon Jeune Afrique, un convoi a été attaqué dimanche." + BODY, "jeune-afrique"),
        ("Как сообщает РИА Новости, конвой попал в засаду." + BODY, "ria-novosti"),
        ("据法新社报道，马里北部一支车队遭到袭击。" + BODY, "afp"),
        ("نقلت وكالة فرانس برس عن شهود أن قافلة هوجمت." + BODY, "afp"),
        ("Anadolu Ajansı'nın haberine göre konvoya saldırıldı." + BODY, "anadolu"),
        ("AFP通信によると、マリ北部で車列が襲撃された。" + BODY, "afp"),
        ("Jak podaje PAP, konwój został zaatakowany." + BODY, "pap"),
    ],
)
def test_a_word_of_reporting_in_the_lead_credits_the_outlet(text: str, origin: str):
    assert credit(text) == origin


@pytest.mark.parametrize(
    ("text", "countries", "origin"),
    [
        ("The defence ministry said in a statement that a convoy had been attacked.", ("ML",), "ministry-defence-ml"),
        ("Минобороны заявило, что колонна попала в засаду.", ("RU", "ML"), "ministry-defence-ru"),
        ("أعلنت وزارة الداخلية أن قافلة هوجمت.", ("NE",), "ministry-interior-ne"),
        ("外交部发言人15日表示，中方谴责袭击。", ("CN",), "ministry-foreign-cn"),
    ],
)
def test_a_ministry_that_states_is_the_origin(text: str, countries: tuple[str, ...], origin: str):
    assert credit(text + BODY, countries=countries) == origin


def test_the_byline_credits_before_the_text_does():
    assert credit("BAMAKO (Reuters) - A convoy was attacked." + BODY, "La rédaction avec AFP") == "afp"


@pytest.mark.parametrize(
    "text",
    [
        "Reuters shares fell after the company cut its forecast." + BODY,
        "A convoy was attacked."
        + BODY
        + " A photographer of AFP was among the wounded, and his camera was stolen."
        + BODY,
        "The map of the area is old, and the tap at the well is dry." + BODY,
        "Les journalistes de RFI ont été expulsés du pays hier soir." + BODY,
        "",
    ],
)
def test_a_name_that_is_only_spoken_of_is_no_credit(text: str):
    assert credit(text) is None


def test_an_outlets_own_name_is_no_credit():
    own = next(outlet for outlet in OUTLETS.known if outlet.id == "reuters")

    assert credit("BAMAKO (Reuters) - A convoy was attacked." + BODY, own=own) is None
