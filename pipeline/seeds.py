"""Where the shipped files are: feed lists, rules, channels and the sample newsroom."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def seed(name: str) -> Path:
    """Give the path of a shipped file or folder, in a checkout's seeds/ or inside the installed package."""
    checkout = _PACKAGE.parent / "seeds"
    if (_PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout / name
    return _PACKAGE / "seeds" / name
