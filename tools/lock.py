"""Resolve the dependencies of pyproject.toml and write them, pinned with hashes, to requirements/.

Run with the Python of an environment that has pip-tools (``make lock`` makes one). No address of a registry is written:
whoever installs uses the one that their pip is set up for.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = [
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
    "--no-header",
    "--quiet",
]


def main() -> None:
    """Write run.txt (what the site needs) and dev.txt (that and what tests and linters need)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "run.in"
        source.write_text("\n".join(run), encoding="utf-8")
        _compile(source, ROOT / "requirements" / "run.txt")
        development = Path(folder) / "dev.in"
        lines = [*run, f"-c {ROOT / 'requirements' / 'run.txt'}", *project["dependency-groups"]["dev"]]
        development.write_text("\n".join(lines), encoding="utf-8")
        _compile(development, ROOT / "requirements" / "dev.txt")


def _compile(source: Path, target: Path) -> None:
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, "--no-annotate", "-o", str(target), str(source)]
    subprocess.run(command, check=True, cwd=ROOT)
    target.write_text(
        "# Written by `make lock` from pyproject.toml; do not edit.\n" + target.read_text(encoding="utf-8"),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
