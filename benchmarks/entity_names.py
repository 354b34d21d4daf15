"""Writes pipeline/text/entities.txt, by which stories know entities in any language, from seeds/lexicon.yaml.

`python benchmarks/entity_names.py` after a change of the lexicon.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from pipeline.seeds import seed  # noqa: E402
from pipeline.text.tokens import forms  # noqa: E402

KINDS = ("armed-group", "organisation", "person", "operation")
WRITTEN = ROOT / "pipeline" / "text" / "entities.txt"


def names_of(listed: Any) -> Iterator[str]:
    """Give the names of an entry that are words and no queries, without the signs for how they inflect."""
    for names in listed.values() if isinstance(listed, dict) else [listed]:
        for name in names:
            if not set('()@"') & set(name) and " AND " not in name and forms(name.rstrip("*")):
                yield name.lstrip("=").replace("* ", " ")


def lines() -> Iterator[str]:
    """Give an entity a line: its id and its names."""
    for entity in yaml.safe_load(seed("lexicon.yaml").read_text(encoding="utf-8"))["entities"]:
        if entity["kind"] in KINDS:
            found = dict.fromkeys(names_of(entity.get("names", [])))
            for entry in entity.get("in_context", []):
                found |= dict.fromkeys(names_of(entry["names"]))
            if found:
                yield f"{entity['id']}: {'|'.join(found)}"


if __name__ == "__main__":
    WRITTEN.write_text("\n".join(lines()) + "\n", encoding="utf-8")
