import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.desk import Desk
from tests.newsroom.sample import SampleServer, open_sample_server

ROOT = Path(__file__).parent.parent.parent
DAGS = ROOT / "dags"


@pytest.fixture(scope="session")
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Airflow's folder with a database of its own, in which the pools are made. Airflow reads its settings on import."""
    home = tmp_path_factory.mktemp("airflow")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AIRFLOW__")]:
            patch.delenv(name)
        patch.setenv("AIRFLOW_HOME", str(home))
        patch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(DAGS))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.setenv("AIRFLOW__USAGE_DATA_COLLECTION__ENABLED", "False")
        for command in (["db", "migrate"], ["pools", "import", str(DAGS / "pools.json")]):
            subprocess.run([sys.executable, "-m", "airflow", *command], check=True, capture_output=True, timeout=240)
        yield home


@pytest.fixture(scope="session")
def bag(airflow_home: Path) -> Any:
    """The DAGs, loaded as Airflow's DAG processor loads them."""
    from airflow.dag_processing.dagbag import BundleDagBag

    return BundleDagBag(dag_folder=DAGS, bundle_path=DAGS, bundle_name="dags-folder")


@pytest.fixture(scope="session")
def dags(bag: Any) -> Mapping[str, Any]:
    assert bag.import_errors == {}
    return dict(bag.dags)


@pytest.fixture
def outlets() -> Iterator[SampleServer]:
    with open_sample_server() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, outlets: SampleServer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An installation on the embedded stores, which this process's environment points to as an operator's would."""
    desk = Desk(tmp_path, outlets)
    for name, value in desk.environment.items():
        if name.startswith("HARMATTAN_"):
            monkeypatch.setenv(name, value)
    return desk
