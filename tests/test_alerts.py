"""The alert rules: each asks for what the bot tells, and sends its reader to a section that is there."""

import re
from pathlib import Path

import pytest
import yaml

from bot.auditor import Audit
from bot.cases.auditing import Found
from bot.courier import Outcome
from bot.domain.terms import PostSays, PostState
from bot.scheduler import EVERY
from bot.serving.metrics import Metrics
from storage.connect import Store
from tests.test_metrics import NOW, claim

HERE = Path(__file__).parents[1]
RULES = yaml.safe_load((HERE / "manifest" / "alerts.yaml").read_text())["groups"][0]["rules"]
RUNNING = (HERE / "docs" / "running.md").read_text()
LABELS = {
    "says": set(PostSays),
    "outcome": set(Outcome),
    "state": set(PostState),
    "of": set(EVERY),
    "found": set(Found),
    "verdict": {"Fault"},
}
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])


@pytest.fixture
def told(database_url: str) -> str:
    """What a bot tells once it has done a little of everything."""
    store = Store(database_url)
    metrics = Metrics(store, lambda: NOW)
    metrics.attempted(claim(), None, NOW)
    metrics.attempted(claim(says=PostSays.CANARY), Outcome.EDITED, NOW)
    metrics.came_to("audit", Audit(NOW))
    with metrics.timing("sweep"):
        metrics.counting(lambda said, now: None)  # type: ignore[arg-type, return-value]
    text = metrics.text().decode()
    store.close()
    return text


@pytest.mark.databases("sqlite")
@every_rule
def test_every_measure_in_a_rule_is_told(told: str, rule: dict) -> None:
    names = re.findall(r"referralbot_\w+", rule["expr"])
    known = set(re.findall(r"^(referralbot_\w+)", told, re.MULTILINE)) | set(re.findall(r"# TYPE (\w+)", told))
    assert names and set(names) <= known


@every_rule
def test_every_label_in_a_rule_has_such_a_value(rule: dict) -> None:
    for label, value in re.findall(r'(\w+)="(\w+)"', rule["expr"]):
        assert value in LABELS[label]


@every_rule
def test_every_rule_sends_its_reader_to_a_section_that_is_there(rule: dict) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", RUNNING, re.MULTILINE)
    assert page == "docs/running.md"
    assert anchor in {re.sub(r"[^\w -]", "", heading).casefold().replace(" ", "-") for heading in headings}


@every_rule
def test_every_rule_can_be_read(rule: dict) -> None:
    expr = rule["expr"]
    assert expr.count("(") == expr.count(")") and expr.count("{") == expr.count("}")
    assert rule["annotations"]["summary"].endswith(".") and rule["labels"]["severity"] in ("page", "warn")


def test_the_rules_are_packed_with_the_bot() -> None:
    import manifest

    assert (Path(next(iter(manifest.__path__))) / "alerts.yaml").is_file()
