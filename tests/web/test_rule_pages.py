"""Rules on the page: the list, the form with what is wrong, examples, the back-test, and the saving."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.health import Health
from pipeline.index.tantivy import TantivyIndex
from pipeline.log.interface import NewRecord
from pipeline.log.sqlite import SqliteEventLog
from pipeline.records import topics
from pipeline.records.codec import encode
from pipeline.rules.editing import RuleEditor
from pipeline.rules.facts import NO_FACTS
from pipeline.rules.file import read_rules
from pipeline.rules.lexicon import load_lexicon
from pipeline.seeds import seed
from pipeline.state.database import DatabaseState
from pipeline.state.interface import Role, SavedSearch
from pipeline.text.document import Document
from pipeline.web.app import create_app
from pipeline.web.server import listening
from pipeline.web.tools import RuleTools
from pipeline.web.visitors import Access
from tests.builders import enriched
from tests.web.conftest import KEYS, POLICY
from tests.web.site import Site

FILE = """# Rules of the night desk.
rules:
  # columns on the road
  - id: convoys
    name: Convoys
    severity: high
    query: convoy AND "fuel trucks"   # both
    matches:
      - A convoy of fuel trucks left Gao.
    ignores:
      - A wedding convoy passed.

  # the rainy season
  - id: floods
    query: >-
      flood OR inondation
"""
LEXICON = "entities: [{id: sahel, name: Sahel, names: {en: [Sahel]}}]"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EDITED = "id: convoys\nname: Convoys\nseverity: high\nquery: convoy\n"


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(FILE, encoding="utf-8")
    (tmp_path / "lexicon.yaml").write_text(LEXICON, encoding="utf-8")
    return path


@pytest.fixture
def desk(stores: tuple[TantivyIndex, DatabaseState, SqliteEventLog], rule_file: Path) -> Iterator[Site]:
    yield from serve(stores, editor_of(rule_file), rule_file)


def editor_of(rule_file: Path) -> RuleEditor:
    return RuleEditor(rule_file, rule_file.parent / "lexicon.yaml", lambda: ("console", "mail"))


def serve(
    stores: tuple[TantivyIndex, DatabaseState, SqliteEventLog],
    editor: RuleEditor,
    rule_file: Path,
    access: Access | None = None,
) -> Iterator[Site]:
    from pipeline.bootstrap import open_rehearsal

    index, state, log = stores
    tools = RuleTools(
        editor=editor,
        describe=lambda: lambda example: (Document(example.title, example.text, example.lang or "en"), NO_FACTS),
        log=log,
        rehearsal=open_rehearsal,
        channels=lambda: ("console", "mail"),
    )
    app = create_app(
        index,
        state,
        lambda: Health(problems=()),
        keys=KEYS,
        access=access,
        policy=lambda: POLICY,
        read_rules=lambda: read_rules(rule_file, load_lexicon(rule_file.parent / "lexicon.yaml")),
        rule_tools=tools,
    )
    with listening(app, "127.0.0.1", 0) as address:
        yield Site(address, index, state)


def fields(site: Site, path: str, **given: str) -> dict[str, str]:
    """What the form of the page holds, with what a visitor writes into it."""
    answer = site.get(path)
    assert answer.status == 200, answer.seen()
    form = answer.page.cssselect("form.edit")[0]
    found = {str(one.get("name")): str(one.get("value")) for one in form.cssselect("input")}
    return {**found, "text": form.cssselect("textarea")[0].text.removeprefix("\n"), **given}


def test_all_rules_are_listed_with_what_they_brought_and_whether_their_examples_hold(desk: Site) -> None:
    desk.publish(enriched("a1"))

    seen = desk.get("/rules").seen()

    for expected in ("Convoys", "high", "all 2 right", "floods", "not judged", "New rule"):
        assert expected in seen
    assert "floods" not in desk.get("/rules?q=fuel+trucks").seen("table")
    assert desk.get("/rules?order=name").seen("tbody").startswith("Convoys")
    assert "./rules/convoys" in desk.get("/rules").links()


def test_the_form_shows_a_rule_as_it_is_written(desk: Site) -> None:
    text = fields(desk, "/rules/convoys/edit")["text"]

    assert text.startswith('id: convoys\nname: Convoys\nseverity: high\nquery: convoy AND "fuel trucks"   # both\n')
    assert "floods" not in text
    assert desk.get("/rules/none/edit").status == 404


@pytest.mark.parametrize(
    ("written", "place", "what"),
    [
        ("id: convoys\nquery: convoy AND (gao\n", "Line 2, column", ")"),
        ("id: convoys\nquery: '@sahell'\n", "Line 2, column 9", "did you mean @sahel?"),
        ("id: convoys\nseverty: high\nquery: x\n", "Line 2:", "did you mean `severity`?"),
        ("id: convoys\nquery: x\nchannels: [console, mial]\n", "Line 3:", "mial"),
        ('id: convoys\nquery: "x\n', "Line", "quoted"),
        ("id: floods\nquery: convoy\n", "rule file", "taken by an earlier rule"),
        ("", "", "write both"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_was_probably_meant(
    desk: Site, rule_file: Path, written: str, place: str, what: str
) -> None:
    form = fields(desk, "/rules/convoys/edit", text=written)
    for deed in ("check", "save", "backtest"):
        answer = desk.post("/rules/convoys/edit", {**form, "do": deed})

        assert answer.status == 400
        assert place in answer.seen(".problem")
        assert what in answer.seen(".problem")
        assert answer.page.cssselect("textarea")[0].text.strip() == written.strip()
    assert rule_file.read_text(encoding="utf-8") == FILE


def test_the_caret_stands_under_the_mistake(desk: Site) -> None:
    written = fields(desk, "/rules/convoys/edit", text="id: convoys\nquery: x OR @sahell\n", do="check")

    pointer = desk.post("/rules/convoys/edit", written).page.cssselect(".problem pre")[0].text

    line, carets = pointer.split("\n")
    assert line[carets.index("^") :].startswith("@sahell")


def test_examples_that_fail_are_shown_with_the_parts_that_hold(desk: Site) -> None:
    written = EDITED + "ignores:\n  - A wedding convoy passed.\n"

    answer = desk.post("/rules/convoys/edit", fields(desk, "/rules/convoys/edit", text=written, do="check"))

    assert "should leave this alone, and matches it: A wedding convoy passed." in answer.seen(".problem")


def test_saving_changes_the_lines_of_the_rule_alone_and_is_noted(desk: Site, rule_file: Path) -> None:
    answer = desk.post("/rules/convoys/edit", fields(desk, "/rules/convoys/edit", text=EDITED, do="save"))

    assert (answer.status, answer.headers["location"]) == (303, "../convoys?done=saved")
    head, tail = FILE.split("  - id: convoys")[0], "\n  # the rainy season" + FILE.split("  # the rainy season")[1]
    assert rule_file.read_text(encoding="utf-8") == head + (
        "  - id: convoys\n    name: Convoys\n    severity: high\n    query: convoy\n" + tail
    )
    assert "Saved" in desk.get("/rules/convoys?done=saved").seen()
    [noted] = [one for one in desk.state.ledger.audit(LONG_AGO) if one.what == "rule changed"]
    assert noted.detail.startswith("convoys in version ")


def test_a_file_that_somebody_else_changed_is_not_overwritten(desk: Site, rule_file: Path) -> None:
    written = fields(desk, "/rules/convoys/edit", text=EDITED, do="save")
    rule_file.write_text(FILE + "\n# and more\n", encoding="utf-8")

    answer = desk.post("/rules/convoys/edit", written)

    assert answer.status == 409
    assert "somebody changed the rule file meanwhile".casefold() in answer.seen(".problem").casefold()
    assert answer.page.cssselect("textarea")[0].text.strip() == EDITED.strip()
    assert rule_file.read_text(encoding="utf-8").endswith("# and more\n")


def test_a_new_rule_is_added_behind_the_others_and_a_kept_search_can_become_one(desk: Site, rule_file: Path) -> None:
    desk.state.searches.save(SavedSearch(name="Nord d'Or", text="Kidal", filters={"lang": "fr"}, by=None))
    assert "./rules/new?search=Nord%20d%27Or" in desk.get("/searches").links()

    proposed = fields(desk, "/rules/new?search=Nord%20d%27Or", do="save")

    assert desk.post("/rules/new", proposed).headers["location"] == "nord-d-or?done=saved"
    assert rule_file.read_text(encoding="utf-8").startswith(FILE)
    added = read_rules(rule_file)[-1]
    assert (added.id, added.name, added.query) == ("nord-d-or", "Nord d'Or", '(Kidal) AND lang:"fr"')


def test_a_back_test_tells_what_is_gained_and_lost_and_who_would_have_been_told(
    desk: Site, stores: tuple[TantivyIndex, DatabaseState, SqliteEventLog]
) -> None:
    now = datetime.now(UTC)
    both = enriched("a1", title="A convoy of fuel trucks <b>left</b>", published=now - timedelta(hours=3), seen=now)
    one = enriched(
        "a2", title="A convoy left", url="https://p.example/2", story="s2", published=now - timedelta(days=1), seen=now
    )
    desk.publish(both, one)
    log = stores[2]
    for each in (both, one):
        log.append(topics.ENRICHED, [NewRecord(each.story, encode(each))])

    answer = desk.post("/rules/convoys/edit", fields(desk, "/rules/convoys/edit", text=EDITED, do="backtest", days="7"))

    seen = answer.seen("#found")
    for expected in (
        "articles 2",
        "gained over the present version 1",
        "lost 0",
        "Sahel Post",
        "Who would have been told",
    ):
        assert expected in seen.replace("2 articles", "articles 2").replace("1 gained", "gained 1"), seen
    assert "A convoy of fuel trucks <b>left</b>" in seen
    assert {"../../articles/a1", "../../articles/a2"} <= set(answer.links("#found a"))


def test_the_stock_rules_can_be_tried_but_not_overwritten(
    stores: tuple[TantivyIndex, DatabaseState, SqliteEventLog], rule_file: Path
) -> None:
    stock = seed("rules.yaml").read_bytes()
    for site in serve(stores, RuleEditor(None), rule_file):
        name = "coup"
        page = site.get(f"/rules/{name}/edit")
        assert "HARMATTAN_RULES" in page.seen(".problem")
        assert not page.page.cssselect("button[value=save]")
        answer = site.post(f"/rules/{name}/edit", fields(site, f"/rules/{name}/edit", do="save"))
        assert answer.status == 400
    assert seed("rules.yaml").read_bytes() == stock


def test_readers_and_other_sites_change_no_rule(
    stores: tuple[TantivyIndex, DatabaseState, SqliteEventLog], rule_file: Path
) -> None:
    access = Access(open=False, user_header="X-User", user_role=Role.READER)
    for site in serve(stores, editor_of(rule_file), rule_file, access):
        stores[1].accounts.add("awa", Role.ANALYST, None, by="tests")
        assert "New rule" not in site.get("/rules", **{"X-User": "rita"}).seen()
        assert site.get("/rules/convoys/edit", **{"X-User": "rita"}).status == 403
        form = site.get("/rules/convoys/edit", **{"X-User": "awa"}).page.cssselect("form.edit")[0]
        given = {str(one.get("name")): str(one.get("value")) for one in form.cssselect("input")}
        given |= {"text": EDITED, "do": "save"}
        assert site.post("/rules/convoys/edit", given, **{"X-User": "rita"}).status == 403
        assert site.post("/rules/floods/edit", given, **{"X-User": "awa"}).status == 403, "a token of another form"
        crossed = {"X-User": "awa", "Sec-Fetch-Site": "cross-site"}
        assert site.post("/rules/convoys/edit", given, **crossed).status == 403
        assert rule_file.read_text(encoding="utf-8") == FILE
        assert site.post("/rules/convoys/edit", given, **{"X-User": "awa"}).status == 303
        assert [one.who for one in stores[1].ledger.audit(LONG_AGO) if one.what == "rule changed"] == ["awa"]


def test_stock_rules_can_be_cut_out_and_put_back_without_a_change(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    shutil.copy(seed("rules.yaml"), path)
    before = path.read_bytes()
    editor = RuleEditor(path)

    for rule in editor.entries()[:3]:
        assert editor.save(rule.id, editor.text(rule.id) or "", editor.version()).usable

    assert path.read_bytes() == before


def test_a_draft_can_not_reach_beyond_its_own_rule(rule_file: Path) -> None:
    path = rule_file
    for ending, mark in (("\n", b""), ("\r\n", b"\xef\xbb\xbf")):
        path.write_bytes(mark + FILE.replace("\n", ending).encode())
        before = path.read_bytes()
        editor = editor_of(path)
        for draft in (
            "id: convoys\nquery: x\n- id: another\n  query: y\n",
            "id: convoys\nquery: x\n---\nrules: []\n",
            "id: convoys\nquery: x\n#\n  - id: z\n    query: y",
            "- id: convoys\n  query: x",
            "id: " + "[" * 5_000,
            "# remark\nid: convoys\nquery: x",
        ):
            assert not editor.save("convoys", draft, editor.version()).usable, draft
        assert path.read_bytes() == before
        assert editor.save("convoys", "id: convoys\r\nquery: x", editor.version()).usable
        after = path.read_bytes()
        assert after.startswith(mark)
        assert after.count(b"\n") == (after.count(b"\r\n") if ending == "\r\n" else after.count(b"\n"))
