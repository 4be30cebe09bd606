"""The files around the package are current: `.env.example`, the compose file, the service unit and the workflow."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import Settings
from config.version import VERSION
from tests.house.scratch import HOUSE
from tools.environment_example import text

PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text())


def compose() -> Any:
    return yaml.safe_load((HOUSE / "compose.yaml").read_text())


def test_the_example_of_the_environment_is_made_of_the_settings() -> None:
    """If this fails: python -m tools.environment_example."""
    assert (HOUSE / ".env.example").read_text("utf-8") == text()


def test_the_example_names_every_setting_with_its_default(tmp_path: Path) -> None:
    """With every comment mark taken away the settings are the defaults, and all of them are read."""
    lines = (HOUSE / ".env.example").read_text("utf-8").splitlines()
    opened = [line.removeprefix("#") for line in lines if re.match(r"#[A-Z_]+=", line)]
    (tmp_path / "env").write_text("\n".join(line for line in opened if not line.endswith("=")))
    assert {line.partition("=")[0].lower() for line in opened} == set(Settings.model_fields)
    assert Settings(_env_file=tmp_path / "env") == Settings(_env_file=None)


def test_a_comment_of_a_setting_reaches_the_example() -> None:
    written = (HOUSE / ".env.example").read_text("utf-8")
    assert "# without the @; links that lead straight to a consultant are made of it\n#TELEGRAM_BOT_NAME=" in written


def test_the_compose_file_opens_the_pretend_market_on_postgresql() -> None:
    services = compose()["services"]
    product = services["parley"]
    given = {name.lower(): value for name, value in product["environment"].items()}
    assert set(given) <= set(Settings.model_fields)
    given["database_url"] = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", given["database_url"])
    settings = Settings(_env_file=None, **given)
    assert settings.all_in_lab
    assert settings.database_url == "postgresql://parley:parley@database/parley"
    assert services["database"]["image"].startswith("postgres:15")
    assert product["depends_on"]["database"]["condition"] == "service_healthy"
    assert all(port.startswith("127.0.0.1:") for port in product["ports"])


def test_the_compose_file_is_understood_by_docker() -> None:
    """Docker's own reader checks it, where Docker is installed; no container is started."""
    if shutil.which("docker") is None or subprocess.run(["docker", "compose", "version"], check=False).returncode:
        pytest.skip("docker compose is not installed here")
    subprocess.run(["docker", "compose", "--file", HOUSE / "compose.yaml", "config", "--quiet"], check=True)


def test_the_service_unit_is_understood_by_systemd(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed here")
    unit = (HOUSE / "deploy" / "parley.service").read_text().replace("/opt/parley/bin/parley run", "/bin/true run")
    copy = tmp_path / "parley.service"
    copy.write_text(unit)
    said = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_the_workflow_runs_the_check_of_contributors() -> None:
    workflow = yaml.safe_load((HOUSE / ".github" / "workflows" / "check.yml").read_text())
    steps = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    assert any("make check" in step for step in steps)


def test_the_change_log_and_the_tag_speak_of_this_version() -> None:
    assert PROJECT["project"]["version"] == VERSION
    log = (HOUSE / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$", log, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert VERSION in {name for name, _ in headings}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", name) and day for name, day in headings[1:])
