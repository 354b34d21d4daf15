"""A real Elasticsearch node: the server's core with its own HTTP transport, from the published jars."""

import ctypes
import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers.jars import SOURCES, build_once, fetch_jars, java
from tests.servers.process import ServerProcess, ServerUnavailableError, free_port

VERSION = "9.5.3"
ZSTD = "libzstd.so.1"
TRANSPORT_DESCRIPTOR = "META-INF/es-plugins/transport-netty4/plugin-descriptor.properties"
ANALYSIS_DESCRIPTOR = f"""\
name=lucene-analysis
description=Lucene's analysers, tokenizers and filters
version={VERSION}
elasticsearch.version={VERSION}
java.version=21
classname=harmattan.LuceneAnalysis
"""


class ElasticsearchServer(ServerProcess):
    """A node whose address is its URL."""

    name = "Elasticsearch"

    def __init__(self, directory: Path, settings: Mapping[str, str] | None = None) -> None:
        """Take a folder of its own, and settings as they stand in `elasticsearch.yml`, flat."""
        super().__init__(directory, settings)
        self._port = free_port()
        self._defaults = {
            "cluster.name": "harmattan-tests",
            "node.name": "one",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.type": "netty4",
            "http.port": str(self._port),
            "transport.type": "netty4",
            "transport.port": str(free_port()),
            # The default keeps a node from taking documents on a disk that is nine tenths full, however large.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }

    @classmethod
    def fetch(cls) -> Path:
        return build_once(f"elasticsearch-{VERSION}-{_sources_digest()}", _build_home)

    @property
    def version(self) -> str:
        return VERSION

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def answers(self) -> bool:
        return elasticsearch_answers(self.address)

    def _command(self) -> list[str]:
        home = self.fetch()
        options = ["-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        # One native library that can't be found turns all of them off, and that for vectors is in no jar.
        options += ["-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false"]
        options += ["--enable-native-access=ALL-UNNAMED", f"-Des.nativelibs.path={home / 'native'}"]
        settings = [f"{name}={value}" for name, value in (self._defaults | self.settings).items()]
        classes = f"{home / 'classes'}:{home / 'lib'}/*"
        return [java(), *options, "-cp", classes, "SearchNode", str(home), str(self.directory / "data"), *settings]


def elasticsearch_answers(address: str) -> bool:
    """Whether a node at the address has recovered its indices and takes requests."""
    try:
        with urlopen(f"{address}/_cluster/health?timeout=1s", timeout=5) as response:
            return json.load(response)["status"] in ("green", "yellow")
    except (URLError, OSError, ValueError):
        return False


def _sources_digest() -> str:
    """What is compiled into a home: another table of filters is another home."""
    sources = [SOURCES / name for name in ("LuceneAnalysis.java", "SearchNode.java", "elasticsearch.xml")]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def _build_home(home: Path) -> None:
    for folder in ("config", "plugins", "native", "classes", "modules/transport-netty4", "modules/lucene-analysis"):
        (home / folder).mkdir(parents=True)
    fetch_jars("elasticsearch.xml", home / "lib")
    compiler = next((home / "lib").glob("ecj-*.jar")).rename(home / "ecj.jar")
    _build_transport_module(home)
    _build_analysis_module(home, compiler)
    _compile(home, compiler, "SearchNode.java", home / "classes")
    _link_zstd(home)


def _build_transport_module(home: Path) -> None:
    module = home / "modules" / "transport-netty4"
    for pattern in ("netty-*.jar", "transport-netty4-*.jar"):
        for jar in (home / "lib").glob(pattern):
            jar.rename(module / jar.name)
    with zipfile.ZipFile(next(module.glob("transport-netty4-*.jar"))) as jar_file:
        descriptor = jar_file.read(TRANSPORT_DESCRIPTOR).decode()
    # Everything is on the class path here, where Java's modules have no names.
    lines = [line for line in descriptor.splitlines() if not line.startswith("modulename")]
    (module / "plugin-descriptor.properties").write_text("\n".join(lines) + "\n")


def _build_analysis_module(home: Path, compiler: Path) -> None:
    module = home / "modules" / "lucene-analysis"
    classes = home / "analysis-classes"
    _compile(home, compiler, "LuceneAnalysis.java", classes)
    with zipfile.ZipFile(module / "lucene-analysis.jar", "w") as jar_file:
        for compiled in classes.rglob("*.class"):
            jar_file.write(compiled, compiled.relative_to(classes))
    shutil.rmtree(classes)
    (module / "plugin-descriptor.properties").write_text(ANALYSIS_DESCRIPTOR)


def _compile(home: Path, compiler: Path, source: str, target: Path) -> None:
    jars = ":".join(str(jar) for jar in sorted((home / "lib").glob("*.jar")))
    command = [java(), "-jar", str(compiler), "-21", "-nowarn", "-proc:none", "-cp", jars]
    done = subprocess.run(
        [*command, "-d", str(target), str(SOURCES / source)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ServerUnavailableError(f"{source} does not compile: {done.stderr or done.stdout}")


def _link_zstd(home: Path) -> None:
    """Give the node the machine's zstd under the name that it looks for; `best_compression` can't write without it."""
    try:
        ctypes.CDLL(ZSTD)
    except OSError:
        raise ServerUnavailableError(f"{ZSTD} is not installed, and Elasticsearch compresses with it") from None
    loaded = [line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "/libzstd.so" in line]
    (home / "native" / "libzstd.so").symlink_to(loaded[0])
