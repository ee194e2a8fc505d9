"""A scenario in a real browser: a node script that prints one JSON object for each step, and keeps pictures."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from tests.e2e.conftest import HERE, package
from tests.e2e.council import PROJECT, environ
from tests.e2e.programs import running

PICTURES = PROJECT / "var" / "e2e"
"""Where what was seen is kept to be looked at; `var` is not in version control."""


class Failed(AssertionError):
    """The scenario did not come to its end; the text says how far it came."""


def play(script: str, *, node: str, chromium: str, within: float, **given: Any) -> Mapping[str, Any]:
    """Run `browser/SCRIPT.mjs` with `given`; what each step saw, by the name of the step."""
    package("playwright-core")
    pictures = PICTURES / script
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    settings = {"chromium": chromium, "pictures": str(pictures), **given}
    words = [node, HERE / "browser" / f"{script}.mjs", json.dumps(settings)]
    with running("scenario", words, folder=pictures, environ=environ()) as program:
        try:
            ended = program.process.wait(within)
        except subprocess.TimeoutExpired:
            raise Failed(f"{script} took more than {within} s. It had seen:\n{program.said}") from None
    if ended:
        raise Failed(f"{script} failed; its last pictures are in {pictures}. It had seen:\n{program.said}")
    steps = [json.loads(line) for line in program.said.splitlines() if line.startswith("{")]
    return {step["step"]: step["seen"] for step in steps}
