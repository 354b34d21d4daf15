"""The passage that shows why a rule matched, in messages."""

from pipeline.notify.console import ConsoleNotifier
from pipeline.notify.render import body
from pipeline.records.alert_json import alert_json
from pipeline.records.article import RuleMatch, Severity, Span
from pipeline.records.passage import Passage, passage_of
from tests.notify.messages import alert, article, message

PASSAGE = Passage("The Wagner Group left\nBamako.\x1b[2J", ((4, 16), (22, 28)))
ALERT = alert(article(passage=PASSAGE))


def test_a_message_shows_the_passage_with_its_words_marked() -> None:
    assert "The **Wagner Group** left **Bamako**. [2J" in body(message(ALERT))
    assert "**" not in body(message(alert()))


def test_a_terminal_shows_the_words_in_bold() -> None:
    shown: list[str] = []
    ConsoleNotifier(shown.append, colour=True).send(message(ALERT), "k")
    ConsoleNotifier(shown.append).send(message(ALERT), "k")
    assert "┃ The \x1b[1mWagner Group\x1b[0m left \x1b[1mBamako\x1b[0m. [2J" in shown[0]
    assert "┃ The **Wagner Group** left **Bamako**. [2J" in shown[1]


def test_a_passage_gives_way_where_a_channel_is_short() -> None:
    long = alert(article(passage=Passage("word " * 60, ((0, 4),))))
    text = body(message(long), 450)
    assert len(text) <= 450
    assert "word word" not in text


def test_json_has_the_passage_and_the_places_of_its_words() -> None:
    (told,) = alert_json(ALERT)["articles"]
    assert told["passage"] == {"text": PASSAGE.text, "marks": [[4, 16], [22, 28]]}
    assert alert_json(alert())["articles"][0]["passage"] is None


def test_the_places_of_words_count_within_the_passage() -> None:
    spans = (Span(2, 5, "Gao"), Span(20, 26, "Kidal,"), Span(40, 43, "Gao"))
    found = RuleMatch(
        rule="r",
        name="",
        version="1",
        severity=Severity.LOW,
        channels=(),
        spans=spans,
        passage=Span(18, 42, "a Kidal, then some of Ga"),
    )
    passage = passage_of(found)
    assert passage
    assert [text for text, is_match in passage.pieces() if is_match] == ["Kidal,", "Ga"]
    assert "".join(text for text, _ in passage.pieces()) == passage.text
