"""Compiles the gazetteer into the package whenever the package is built or installed as editable."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GazetteerHook(BuildHookInterface[Any]):
    """Makes pipeline/gazetteer/places.bin, which git ignores, and has it packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are gathered; a source distribution carries what it is compiled from instead."""
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        from pipeline.gazetteer.build import COMPILED, compile_gazetteer

        compile_gazetteer(COMPILED, Path(self.root) / "seeds" / "places.yaml")
        build_data["artifacts"].append("/pipeline/gazetteer/places.bin")
