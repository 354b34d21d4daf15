import pytest


@pytest.fixture
def partitions() -> int:
    """Two workers can share the topics only where they are divided."""
    return 2
