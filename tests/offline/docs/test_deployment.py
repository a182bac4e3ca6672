"""The deployment files: what can be checked of them without a container engine, a cluster or an init system."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatewayctl.cli import main
from tests.offline.docs.pages import ROOT

DEPLOYMENT = ROOT / "examples" / "deployment"


def _documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOYMENT / name).read_text()))


def _seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_what_the_image_is_made_of_is_there_and_not_ignored() -> None:
    text = (DEPLOYMENT / "Dockerfile").read_text()
    ignored = (DEPLOYMENT / "Dockerfile.dockerignore").read_text().split()
    copied = [
        name for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for name in shlex.split(line)[:-1]
    ]

    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert [name for name in copied if f"!{name}" not in ignored] == []
    assert ignored[0] == "*"


def test_the_image_starts_the_gateway_as_the_process_itself() -> None:
    text = (DEPLOYMENT / "Dockerfile").read_text()
    entry, command = (
        json.loads(re.findall(rf"^{word} (\[.*\])$", text, re.MULTILINE)[-1]) for word in ("ENTRYPOINT", "CMD")
    )

    assert entry == ["gatewayctl"]
    assert command == ["serve", "-c", "/etc/gatewayctl/gateway.toml"]
    assert re.search(r"^USER \d+$", text, re.MULTILINE)


def test_compose_mounts_a_directory_and_waits_for_the_end() -> None:
    (compose,) = _documents("compose.yaml")
    gateway = compose["services"]["gateway"]

    assert (DEPLOYMENT / gateway["build"]["context"] / gateway["build"]["dockerfile"]).resolve().is_file()
    (mount,) = gateway["volumes"]
    assert mount == ".:/etc/gatewayctl:ro"
    assert _seconds(gateway["stop_grace_period"]) >= 5 + 20, "shutdown_delay and shutdown_grace of gateway.toml"
    wanted = set(re.findall(r"\$\{(?:secret:)?(\w+)", (DEPLOYMENT / "gateway.toml").read_text()))
    assert wanted == set(gateway["environment"])


def test_the_manifests_fit_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_kind = {document["kind"]: document for document in _documents("kubernetes/gateway.yaml")}
    pod = by_kind["Deployment"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    text = by_kind["ConfigMap"]["data"]["gateway.toml"]
    path = tmp_path / "gateway.toml"
    path.write_text(text)

    assert main(["validate", "--strict", "--env-file", str(DEPLOYMENT / "check.env"), str(path)]) == 0
    assert ": valid, " in capsys.readouterr().out
    assert all("subPath" not in mount for mount in container["volumeMounts"]), "would never be updated"
    (volume,) = pod["spec"]["volumes"]
    assert volume["configMap"]["name"] == by_kind["ConfigMap"]["metadata"]["name"]
    delay, grace = (int(re.findall(rf'shutdown_{word} += "(\d+)s"', text)[0]) for word in ("delay", "grace"))
    assert pod["spec"]["terminationGracePeriodSeconds"] > delay + grace
    readiness = container["readinessProbe"]
    assert delay >= readiness["periodSeconds"] * readiness["failureThreshold"], "else it ends before it is noticed"
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert f':{ports["http"]}"' in text
    assert f':{ports["admin"]}"' in text
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert {probe["port"] for probe in probes.values()} == {"admin"}
    assert [probe["path"] for probe in probes.values()] == ["/readyz", "/readyz", "/livez"]
    selected = by_kind["Service"]["spec"]["selector"]
    assert selected.items() <= pod["metadata"]["labels"].items()
    assert by_kind["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == selected


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "gatewayctl.service"
    text = (DEPLOYMENT / "systemd" / "gatewayctl.service").read_text()
    unit.write_text(text.replace("/opt/gatewayctl/bin/gatewayctl", "/bin/true"))  # it has to be there
    done = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60)

    said = [line for line in done.stderr.splitlines() if "gatewayctl.service" in line]
    assert said == []
