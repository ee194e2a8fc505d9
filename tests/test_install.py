"""What is installed, from what, and what a machine that lacks something is told."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).parent.parent
PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text())
LOCK = (HERE / "requirements.lock").read_text()
LOCKED = {
    canonicalize_name(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE)
}


def named(requirements: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(each.name): each for each in map(Requirement, requirements)}


RUNNING = named(PROJECT["project"]["dependencies"])
WORKING = named(PROJECT["dependency-groups"]["dev"])


def test_the_lock_holds_no_address() -> None:
    assert not re.findall(r"\S*(?:://|@ |--index-url|--find-links)\S*", LOCK), "renew it with: make lock"


def test_everything_in_the_lock_has_a_hash() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(blocks) == len(LOCKED)
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", sorted(RUNNING | WORKING))
def test_the_lock_answers_what_the_project_asks_for(name: str) -> None:
    asked = (RUNNING | WORKING)[name]
    assert name in LOCKED, f"{name} is not in requirements.lock; renew it with: make lock"
    assert asked.specifier.contains(LOCKED[name]), f"{asked} asked, {LOCKED[name]} locked; renew it with: make lock"


def test_what_builds_the_project_is_the_locked_one() -> None:
    """The project is installed without build isolation, so the build backend must be in the lock."""
    assert PROJECT["build-system"]["requires"] == [f"setuptools=={LOCKED['setuptools']}"]


@pytest.mark.parametrize("path", sorted((HERE / "bot" / "domain").glob("*.py")), ids=lambda path: path.name)
def test_the_domain_knows_the_standard_library_alone(path: Path) -> None:
    """The import contract forbids our libraries by name; this forbids everything else as well."""
    imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = [each.module or "" for each in imports if isinstance(each, ast.ImportFrom)]
    modules += [alias.name for each in imports if isinstance(each, ast.Import) for alias in each.names]
    strangers = {each for each in modules if each.split(".")[0] not in sys.stdlib_module_names}
    assert {each for each in strangers if not each.startswith("bot.domain")} == set()


def test_every_module_of_bot_has_its_place_in_the_line() -> None:
    """The import contract passes over a module that it does not name."""
    (line,) = [each for each in PROJECT["tool"]["importlinter"]["contracts"] if each["id"] == "line"]
    placed = set(re.findall(r"bot\.(\w+)", " ".join(line["layers"])))
    modules = {each.stem for each in (HERE / "bot").iterdir() if each.suffix == ".py" or list(each.glob("*.py"))}
    assert modules - placed - {"__init__"} == set(), "give it its layer in pyproject.toml, contract 'line'"


def test_the_installed_command_asks_for_what_the_project_says() -> None:
    assert named(requires("referralbot") or []) == RUNNING, "run: make install"


# --- what a machine that lacks something is told


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A folder with the Makefile and a PATH with only what every Debian has: no Python at all."""
    folder, programs = tmp_path / "project", tmp_path / "programs"
    folder.mkdir()
    programs.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(HERE / name, folder)
    for name in ("sh", "make", "test", "echo", "grep", "touch"):
        found = shutil.which(name)
        assert found, f"this machine has no {name}"
        (programs / name).symlink_to(found)
    return folder


def add_program(machine: Path, name: str, script: str) -> None:
    program = machine.parent / "programs" / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def make(machine: Path, target: str) -> tuple[int, list[str]]:
    """The exit code of `make TARGET`, and the lines it printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "PYTHON"))}
    done = subprocess.run(
        ["make", target],
        cwd=machine,
        env=inherited | {"PATH": str(machine.parent / "programs"), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


TOO_OLD = 'case "$2" in *version_info*) exit 1;; esac'
NO_VENV = 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.12-venv;; esac'


@pytest.mark.parametrize("target", ["install", "demo", "test"])
def test_no_python_is_one_sentence(bare_machine: Path, target: str) -> None:
    code, lines = make(bare_machine, target)
    assert (code, len(lines)) == (2, 1)
    assert "needs Python 3.11 or newer and finds none" in lines[0]


def test_an_old_python_is_one_sentence(bare_machine: Path) -> None:
    add_program(bare_machine, "python3", TOO_OLD)
    code, lines = make(bare_machine, "demo")
    assert (code, len(lines)) == (2, 1)
    assert "needs Python 3.11 or newer" in lines[0]


def test_a_debian_without_its_venv_module_is_told_the_package(bare_machine: Path) -> None:
    add_program(bare_machine, "python3", NO_VENV)
    code, lines = make(bare_machine, "demo")
    assert (code, len(lines)) == (2, 1)
    assert "apt install python3.12-venv" in lines[0]


def test_a_python_that_can_is_taken_before_one_that_cannot(bare_machine: Path) -> None:
    """The newest is tried first, but one without its venv module is no use."""
    add_program(bare_machine, "python3.13", NO_VENV)
    add_program(bare_machine, "python3.12", TOO_OLD)
    add_program(bare_machine, "python3.11", 'test "$1" = -m && echo "made by python3.11: $*"; test "$1" = -c')
    _, lines = make(bare_machine, "install")
    assert "made by python3.11: -m venv --clear .venv" in lines


def test_make_alone_says_what_there_is(bare_machine: Path) -> None:
    code, lines = make(bare_machine, "help")
    assert code == 0
    assert any(line.startswith("make demo ") for line in lines)
