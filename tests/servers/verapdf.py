"""veraPDF, the validator of PDF/UA, from Maven Central."""

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

VERSION = "1.28.2"
JAR = Path(__file__).resolve().parents[2] / "build" / "verapdf" / f"greenfield-apps-{VERSION}.jar"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
SECONDS = 300


class VeraPdfMissing(Exception):
    """There is no Java or no Maven, or Maven Central does not answer."""


def install() -> Path:
    """The validator's jar, fetched at the first call."""
    if JAR.exists():
        return JAR
    if shutil.which("java") is None or shutil.which("mvn") is None:
        raise VeraPdfMissing("java and mvn are needed for veraPDF")
    command = [
        "mvn", "-q", "-B", f"{PLUGIN}:copy", f"-Dartifact=org.verapdf.apps:greenfield-apps:{VERSION}",
        f"-DoutputDirectory={JAR.parent}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd="/")
    if done.returncode or not JAR.exists():
        raise VeraPdfMissing(done.stdout[-500:])
    return JAR


def failures(*files: Path) -> dict[str, list[str]]:
    """File name → clauses of PDF/UA-1 that it breaks."""
    # A process that looks at three files is over before a compiler or a collector in threads of its own pays.
    quick = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    command = ["java", *quick, "-cp", str(install()), "org.verapdf.apps.GreenfieldCliWrapper", "--flavour", "ua1"]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, timeout=SECONDS, check=False)
    found: dict[str, list[str]] = {}
    for job in ET.fromstring(done.stdout).iter("job"):
        name = Path(job.findtext("item/name") or "").name
        report = job.find("validationReport")
        assert report is not None, done.stdout
        rules = [f"{rule.get('clause')}: {rule.findtext('description')}" for rule in report.iter("rule")]
        found[name] = rules if report.get("isCompliant") == "true" else [*rules, "not compliant"]
    return found
