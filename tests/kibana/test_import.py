"""Importing the objects, against a server that answers as Kibana does. No Kibana itself is at hand for the tests."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.bootstrap import import_kibana
from pipeline.errors import BadInput, HarmattanError, OutOfReach
from pipeline.kibana.content import ndjson
from pipeline.settings import Settings
from tests.kibana.pretended import COUNT, Kibana, open_kibana


@pytest.fixture
def kibana() -> Iterator[Kibana]:
    with open_kibana() as kibana:
        yield kibana


def settings(kibana: Kibana, **given: Any) -> Settings:
    return Settings(**{"data": Path("data"), "kibana": kibana.address, "kibana_api_key": kibana.key} | given)


def test_everything_arrives_in_a_space_of_its_own(kibana: Kibana) -> None:
    assert import_kibana(settings(kibana)) == (COUNT, None)
    assert kibana.spaces["harmattan"]["name"] == "Harmattan"
    assert kibana.imported == [ndjson()]


def test_links_lead_to_the_page_that_readers_reach(kibana: Kibana) -> None:
    import_kibana(settings(kibana, public_url="https://news.example"))
    assert kibana.imported == [ndjson("https://news.example")]
    assert "https://news.example/alerts/{{value}}" in kibana.imported[0]


def test_importing_again_keeps_the_space_and_overwrites_the_objects(kibana: Kibana) -> None:
    import_kibana(settings(kibana))
    kibana.spaces["harmattan"]["name"] = "renamed by the operator"
    assert import_kibana(settings(kibana)) == (COUNT, None)
    assert kibana.spaces["harmattan"]["name"] == "renamed by the operator"
    assert len(kibana.imported) == 2


def test_roles_read_their_indices_in_the_space_and_nothing_more(kibana: Kibana) -> None:
    import_kibana(settings(kibana))
    assert set(kibana.roles) == {"harmattan-reader", "harmattan-analyst", "harmattan-operator"}
    for name, role in kibana.roles.items():
        assert role["elasticsearch"]["cluster"] == []
        (indices,) = role["elasticsearch"]["indices"]
        assert set(indices["privileges"]) == {"read", "view_index_metadata"}, name
        (space,) = role["kibana"]
        assert (space["spaces"], space["base"]) == (["harmattan"], [])
    features = {name: role["kibana"][0]["feature"] for name, role in kibana.roles.items()}
    assert {right for rights in features["harmattan-reader"].values() for right in rights} == {"read"}
    assert [name for name, right in features["harmattan-analyst"].items() if right == ["all"]] == ["discover_v2"]
    seen = {name: role["elasticsearch"]["indices"][0]["names"] for name, role in kibana.roles.items()}
    assert not any("figures" in pattern or "feeds" in pattern for pattern in seen["harmattan-analyst"])
    assert "harmattan-figures*" in seen["harmattan-operator"]


@pytest.mark.parametrize(("status", "said"), [(403, "manage_security"), (404, "security is off")])
def test_where_roles_can_not_be_made_the_objects_are_there_and_it_is_said_why(
    kibana: Kibana, status: int, said: str
) -> None:
    kibana.role_answer = (status, {"statusCode": status, "message": "Forbidden"})
    count, why = import_kibana(settings(kibana))
    assert count == COUNT
    assert why is not None
    assert said in why


def test_a_role_that_kibana_does_not_understand_is_an_error_with_its_reason(kibana: Kibana) -> None:
    kibana.role_answer = (400, {"statusCode": 400, "message": "Unknown feature: discover_v9"})
    with pytest.raises(HarmattanError, match="Unknown feature"):
        import_kibana(settings(kibana))


def test_an_answer_of_200_that_is_no_success_is_an_error_with_kibanas_reasons(kibana: Kibana) -> None:
    missing = {"type": "missing_references", "references": [{"type": "index-pattern", "id": "harmattan-articles"}]}
    old = {"type": "unsupported_type"}
    unknown = {"type": "unknown", "message": "[attributes.colour]: definition for this key is missing"}
    kibana.said = (
        200,
        {
            "success": False,
            "successCount": COUNT - 3,
            "errors": [
                {"type": "search", "id": "harmattan-latest", "error": missing},
                {"type": "map", "id": "harmattan-places", "error": old},
                {"type": "search", "id": "harmattan-arabic", "error": unknown},
            ],
        },
    )
    with pytest.raises(HarmattanError) as error:
        import_kibana(settings(kibana))
    said = str(error.value)
    assert "search harmattan-latest: missing_references (it needs index-pattern harmattan-articles)" in said
    assert "map harmattan-places: unsupported_type" in said
    assert "definition for this key is missing" in said
    assert kibana.address in said


def test_a_key_that_is_not_taken_is_bad_input_and_is_not_shown(kibana: Kibana) -> None:
    with pytest.raises(BadInput, match="HARMATTAN_KIBANA_API_KEY") as error:
        import_kibana(settings(kibana, kibana_api_key="d3Jvbmc6a2V5"))
    assert "401" in str(error.value)
    assert "wrong key" in str(error.value)
    assert "d3Jvbmc6a2V5" not in str(error.value)


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_kibana_that_is_not_ready_is_out_of_reach(kibana: Kibana, status: int) -> None:
    kibana.said = (status, b"Kibana server is not ready yet")
    with pytest.raises(OutOfReach, match=str(status)):
        import_kibana(settings(kibana))


def test_a_refused_file_is_an_error_with_kibanas_reason(kibana: Kibana) -> None:
    kibana.said = (400, {"statusCode": 400, "error": "Bad Request", "message": "Invalid file extension .json"})
    with pytest.raises(HarmattanError, match="Invalid file extension"):
        import_kibana(settings(kibana))


def test_a_closed_port_is_out_of_reach_and_named() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(OutOfReach, match="HARMATTAN_KIBANA") as error:
            import_kibana(Settings(data=Path("data"), kibana=address))
    assert address in str(error.value)


@pytest.mark.parametrize("said", [b"<html>A proxy</html>", b"[]"])
def test_what_is_not_kibana_is_said_to_be_none(kibana: Kibana, said: bytes) -> None:
    kibana.spaces["harmattan"] = {"id": "harmattan"}
    kibana.said = (200, said)
    with pytest.raises(BadInput, match="not Kibana"):
        import_kibana(settings(kibana))


def test_a_ca_file_that_is_not_there_is_bad_input(kibana: Kibana, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"HARMATTAN_KIBANA_CA.*missing\.crt"):
        import_kibana(settings(kibana, kibana_ca=tmp_path / "missing.crt"))
