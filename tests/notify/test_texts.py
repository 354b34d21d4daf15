"""What a message says, in each language and medium, and what an operator's own templates may do."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from pipeline.errors import BadInput
from pipeline.notify.interface import Digest, Links, Message, Reader
from pipeline.notify.media import CHAT, MAIL, MARKDOWN, TEXT, Medium
from pipeline.notify.texts import PLAIN, Texts
from pipeline.records.passage import Passage
from pipeline.state.interface import Spread
from tests.notify.messages import LINK, URL, alert, article

ARABIC = "توقيف قافلة قرب غاو"
ANSWER = "https://harmattan.example.org/answer/x.y"
LINKS = Links(
    story="https://harmattan.example.org/stories/s1",
    kibana="https://kibana.example.org/s/harmattan/app/discover#/?_g=()&_a=(query:'a')",
    answer=ANSWER,
    acknowledge=f"{ANSWER}?do=acknowledge",
    mute=f"{ANSWER}?do=mute",
    useful=f"{ANSWER}?do=useful",
    false=f"{ANSWER}?do=false",
)
SPREAD = Spread(outlets=5, origins=2, places=("Timbuktu", "Gao"), kinds={"Sahel Post": ("state", "agency")})
BAMAKO = Reader(name="Awa", zone=ZoneInfo("Asia/Kathmandu"), language="en")


def told(reader: Reader = BAMAKO, **given: object) -> Message:
    passage = Passage("The Wagner Group moved in", ((4, 16),))
    fields = {"alert": alert(article(passage=passage)), "update": 0, "link": LINK, "maybe_repeat": False}
    return Message(**{**fields, "spread": SPREAD, "links": LINKS, "reader": reader, **given})  # type: ignore[arg-type]


def test_a_message_says_what_an_analyst_needs_to_judge_it() -> None:
    text = PLAIN.body(told())

    for expected in (
        "Russian troops move into base at Timbuktu",
        "Sahel Post (state media, agency) · English · 2026-01-06 16:15 UTC+0545",
        "The **Wagner Group** moved in",
        "Places: Timbuktu, Gao",
        "5 outlets, 2 independent origins",
        "Wagner Group (wagner-group, version v1), severity high",
        URL,
        LINK,
        LINKS.story,
        LINKS.kibana,
        ANSWER,
    ):
        assert str(expected) in text


def test_a_french_reader_is_written_to_in_french() -> None:
    text = PLAIN.body(told(Reader(language="fr", zone=ZoneInfo("Europe/Paris"))))
    subject = PLAIN.subject(told(Reader(language="fr")))

    for expected in (
        "média d'État, agence",
        "anglais · 2026-01-06 11:30 CET",
        "Mots trouvés\u00a0: Wagner Group, Prigozhin",
        "5 médias, 2 sources indépendantes",
        "gravité élevée",
    ):
        assert expected in text
    assert subject.startswith("[ÉLEVÉE] Wagner Group\u00a0: Russian")


def test_a_channels_own_language_and_zone_stand_before_its_readers() -> None:
    text = Texts(language="fr", zone=ZoneInfo("Africa/Bamako")).body(told())

    assert "anglais · 2026-01-06 10:30 GMT" in text


def test_right_to_left_text_keeps_to_itself_in_lines_of_ours() -> None:
    mixed = told(alert=alert(article(title=f"{ARABIC} (2)", source=ARABIC, language="ar"), matches=(ARABIC, "Gao")))

    text, subject = PLAIN.body(mixed), PLAIN.subject(mixed)

    assert f"\u2068{ARABIC}\u2069 · Arabic ·" in text
    assert f"Matched: \u2068{ARABIC}\u2069, Gao" in text
    assert subject == f"[HIGH] Wagner Group: \u2068{ARABIC} (2)\u2069"
    for limit in (30, 32, 35):
        cut = PLAIN.subject(mixed, limit)
        assert len(cut) <= limit
        assert cut.count("\u2068") == cut.count("\u2069")
    page = html.fromstring(PLAIN.body(mixed, medium=MAIL))
    [heading] = page.cssselect("h1")
    assert (heading.get("dir"), heading.get("lang")) == ("rtl", "ar")
    assert "\u2068" not in heading.text_content()


HOSTILE = "<b>x</b> [y](http://evil.example) *z* `q` @everyone <!channel> &amp; _u_"


@pytest.mark.parametrize("medium", [MAIL, CHAT], ids=lambda medium: medium.name)
def test_foreign_markup_is_text_in_html(medium: Medium) -> None:
    hostile = told(alert=alert(article(title=HOSTILE, source=HOSTILE, passage=Passage(HOSTILE, ((0, 3),)))))

    page = html.fromstring(f"<div>{PLAIN.body(hostile, medium=medium)}</div>")

    assert not [link for link in page.cssselect("a") if "evil" in str(link.get("href"))]
    assert "x</b> [y](http://evil.example)" in page.text_content()


def test_foreign_markup_is_text_in_markdown_and_calls_nobody() -> None:
    text = PLAIN.body(told(alert=alert(article(title=HOSTILE))), medium=MARKDOWN)

    assert "\\[y\\](http" in text
    assert "\\*z\\*" in text
    assert "@everyone" not in text
    assert "\\<!channel\\>" in text


def test_a_mail_offers_every_answer_by_a_link_of_its_own() -> None:
    page = html.fromstring(PLAIN.body(told(), medium=MAIL))

    addresses = [link.get("href") for link in page.cssselect("a")]
    for name in ("acknowledge", "mute", "useful", "false", "story", "kibana"):
        assert getattr(LINKS, name) in addresses
    assert [mark.text_content() for mark in page.cssselect("blockquote mark")] == ["Wagner Group"]


def test_a_digest_puts_the_alerts_of_a_story_together_and_the_gravest_and_widest_first() -> None:
    from pipeline.records.article import Severity

    lone = alert(article(id="x1", title="Lone report"), id="a1", story="s1", severity=Severity.MEDIUM)
    wide = alert(article(id="x2", title="Wide report"), id="a2", story="s2", severity=Severity.MEDIUM)
    grave = alert(article(id="x3", title="Grave report"), id="a3", story="s3", severity=Severity.HIGH)
    again = alert(article(id="x1", title="Lone report"), id="a4", story="s1", severity=Severity.LOW, rule_name="Sahel")
    digest = Digest(
        day=date(2026, 1, 6),
        alerts=(lone, wide, grave, again),
        link=None,
        waited=True,
        kind="daily",
        spreads={"a2": Spread(outlets=9, origins=7)},
    )

    text = PLAIN.body(digest)

    assert text.index("Grave report") < text.index("Wide report") < text.index("Lone report")
    assert text.count("Lone report") == 1
    assert text.index("Sahel ·") < text.index("Lone report"), "both rules stand over the one article"
    assert "9 outlets, 7 independent origins" in text
    assert PLAIN.subject(digest) == "Daily digest 2026-01-06: 4 alerts: Lone report"


# ------------------------------------------------------------------------------------------- own templates


def own(folder: Path, **templates: str) -> Texts:
    for name, text in templates.items():
        (folder / f"{name.replace('_', '.')}.j2").write_text(text, "utf-8")
    return Texts(folder)


def test_an_operators_template_writes_its_medium_and_language_and_the_shipped_ones_the_rest(tmp_path: Path) -> None:
    texts = own(tmp_path, alert_text="{{ alert.rule }}: {{ article.title }}", alert_text_fr="Règle {{ alert.rule }}")
    texts.check()

    assert texts.body(told()) == "wagner-group: Russian troops move into base at Timbuktu"
    assert texts.body(told(Reader(language="fr"))) == "Règle wagner-group"
    assert "<html" in texts.body(told(), medium=MAIL)


def test_what_an_operators_template_writes_is_escaped_for_its_medium(tmp_path: Path) -> None:
    texts = own(tmp_path, alert_html="<p>{{ article.title }} {% set x %}{{ alert.rule }}&{% endset %}{{ x }}</p>")

    written = texts.body(told(alert=alert(article(title="<b>&"))), medium=MAIL)

    assert written == "<p>&lt;b&gt;&amp; wagner-group&</p>"


WRONG = {
    "a variable that is not there": ("a\n{{ alert.titel }}", ":2: ", "titel"),
    "a name that is not there": ("{{ artikel }}", ":1: ", "artikel"),
    "no end": ("a\nb\n{% if roomy %}", ":3: ", "end"),
    "code": ("{{ alert.__class__.__mro__ }}", ":1: ", "__class__"),
    "a way out": ("{{ ().__class__.__base__.__subclasses__() }}", ":1: ", "__class__"),
    "raw markup": ("{{ article.title | safe }}", ":1: ", "safe"),
    "a file": ("{% include '/etc/passwd' %}", ":1: ", "passwd"),
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_what_is_wrong_with_a_template_is_told_at_the_start_with_file_and_line(tmp_path: Path, wrong: str) -> None:
    text, line, word = WRONG[wrong]
    texts = own(tmp_path, alert_text=text)

    with pytest.raises(BadInput) as caught:
        texts.check()

    assert f"{tmp_path / 'alert.text.j2'}{line}" in str(caught.value)
    assert word in str(caught.value)
    assert "docs/messages.md" in str(caught.value)


def test_a_template_of_a_name_that_writes_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"alert\.txt\.j2: no message is written by a template of this name"):
        own(tmp_path, alert_txt="x").check()
    with pytest.raises(BadInput, match="is no folder"):
        Texts(tmp_path / "nowhere").check()


def test_a_template_that_fails_on_one_message_gives_way_to_the_shipped_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = own(tmp_path, alert_text="{{ 1 // (alert.words | length - 2) }}")

    assert "Matched: Wagner Group, Prigozhin" in texts.body(told(), medium=TEXT)
    assert "alert.text.j2:1" in caplog.text


def test_what_harmattan_itself_found_is_carried_by_no_outlet_and_is_no_story() -> None:
    burst = alert(article(title="Five times as many articles on Kidal as usual", source="Harmattan", url=None))

    text = PLAIN.body(told(alert=burst, spread=Spread()))

    assert "Five times as many articles on Kidal" in text
    assert "outlet" not in text
