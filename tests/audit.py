"""Known faults in what is pinned: each release in requirements.lock, looked up in OSV, the database of such faults.

`make audit`. Ends with 1 where a release has a known fault, and says so loudly where the database cannot be asked.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

LOCK = Path(__file__).parents[1] / "requirements.lock"
UV = Path(sys.executable).with_name("uv")
PIN = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
WELL, FAULTY, CANNOT = 0, 1, 2
"""What `uv audit` ends with."""


def pinned(lock: str) -> dict[str, str]:
    """The version of each package."""
    return dict(PIN.findall(lock))


def audit(pins: Mapping[str, str], *, service_url: str = "") -> tuple[int, str]:
    """What uv ends with and says of these releases. Only their names and versions are sent."""
    with TemporaryDirectory() as folder:
        script = Path(folder) / "pins.py"
        script.write_text(_script(pins))
        script.with_name("pins.py.lock").write_text(_as_uv_locks(pins))
        asked = [UV, "audit", "--preview-features", "audit-command", "--frozen", "--script", script]
        asked += ["--service-url", service_url] if service_url else []
        ended = subprocess.run(asked, capture_output=True, text=True, env={**os.environ, "UV_HTTP_RETRIES": "1"})
    return ended.returncode, (ended.stdout + ended.stderr).strip()


def _script(pins: Mapping[str, str]) -> str:
    listed = "".join(f'#   "{name}=={version}",\n' for name, version in pins.items())
    return f'# /// script\n# requires-python = ">=3.11"\n# dependencies = [\n{listed}# ]\n# ///\n'


def _as_uv_locks(pins: Mapping[str, str]) -> str:
    """Our pins as uv's own lock file, so that nothing is resolved anew and the package index is not asked.

    They come from a folder that is not there: of a package from an address uv asks that address how it stands.
    """
    wanted = ", ".join(f'{{ name = "{name}", specifier = "=={version}" }}' for name, version in pins.items())
    head = f'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[manifest]\nrequirements = [{wanted}]\n'
    packages = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "nowhere" }}\n'
        for name, version in pins.items()
    )
    return head + packages


def main() -> int:
    pins = pinned(LOCK.read_text())
    ended, said = audit(pins)
    if ended in (WELL, FAULTY):
        print(said)
        return ended
    print(f"SKIPPED: {len(pins)} pinned releases were NOT checked for known faults: the database cannot be asked.")
    print(said)
    return WELL


if __name__ == "__main__":
    sys.exit(main())
