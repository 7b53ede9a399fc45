"""The encoder: order, length, threads, processes, fingerprint."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.embedding import Encoder, ModelError, ModelMissing, check_encoder, install_from_folder, locate
from broadsheet.search.embedding.manifest import MANIFEST, FileStamp, Manifest, read_manifest
from broadsheet.search.embedding.remake_reference import reference_json
from broadsheet.search.embedding.selftest import INT8_AT_LEAST, read_reference, worst_cosine

REAL = Path(sys.prefix) / "share" / "broadsheet" / "models"
SOURCE = Path(__file__).resolve().parents[3] / "src"
WORDS = st.text("abc 12.", max_size=60)


def ignore(_: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def model_dir(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny model installed as 8 bits."""
    folder = tmp_path_factory.mktemp("models")
    install_from_folder(tiny, folder, progress=ignore)
    return folder


@pytest.fixture(scope="module")
def exact(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """An encoder of the tiny model whose "8-bit" graph is the float32 one: its vectors do not depend on the batch."""
    folder = tmp_path_factory.mktemp("exact")
    install_from_folder(tiny, folder, progress=ignore, quantise=_copy)
    return Encoder.load(folder)


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


@given(st.lists(WORDS, max_size=12), st.integers(1, 5))
def test_the_order_is_kept_whatever_the_lengths(exact: Encoder, texts: list[str], batch_size: int) -> None:
    found = exact.encode(texts, batch_size=batch_size)
    assert found.shape == (len(texts), 32)
    assert found.dtype == np.float32
    for text, vector in zip(texts, found, strict=True):
        assert np.allclose(vector, exact.encode([text])[0], atol=1e-5)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_company(model_dir: Path) -> None:
    encoder = Encoder.load(model_dir)
    texts = ["a b c", "a much longer text about papers", "x"]
    assert np.array_equal(encoder.encode(texts), np.concatenate([encoder.encode([text]) for text in texts]))


def test_no_texts_give_no_vectors(model_dir: Path) -> None:
    assert Encoder.load(model_dir).encode([]).shape == (0, 32)


def test_progress_is_told_after_each_batch(model_dir: Path) -> None:
    told: list[tuple[int, int]] = []
    Encoder.load(model_dir).encode(["a"] * 5, batch_size=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_a_query_is_one_vector(model_dir: Path) -> None:
    encoder = Encoder.load(model_dir)
    assert encoder.encode_query("sparse votes").shape == (encoder.dims,)


def test_several_threads_get_the_same_answers(model_dir: Path) -> None:
    queries = [f"query {number}" for number in range(40)]
    expected = [Encoder.load(model_dir).encode_query(query) for query in queries]
    encoder = Encoder.load(model_dir)
    with ThreadPoolExecutor(4) as pool:
        assert np.array_equal(list(pool.map(encoder.encode_query, queries)), expected)


def _run(script: str, home: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-W", "error", "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, env=environment)
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


def test_it_works_on_both_sides_of_a_fork_and_reports_to_nobody(model_dir: Path, tmp_path: Path) -> None:
    """The runtime's reporting would keep an id in the home folder, and a thread that hangs forked children."""
    script = """
import os, sys
from pathlib import Path
from broadsheet.search.embedding import Encoder
encoder = Encoder.load(Path(sys.argv[1]))
before = encoder.encode(["a", "b"])
child = os.fork()
if child == 0:
    sys.exit(0 if (encoder.encode(["a", "b"]) == before).all() else 1)
assert os.waitpid(child, 0)[1] == 0
assert (encoder.encode(["a", "b"]) == before).all()
"""
    _run(script, tmp_path, str(model_dir))
    assert list(tmp_path.iterdir()) == []


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    script = "import sys, broadsheet.search.embedding; print(*sys.modules)"
    loaded = set(_run(script, tmp_path).split())
    assert not loaded & {"onnx", "onnxruntime", "tokenizers", "huggingface_hub", "django"}


def test_nothing_installed_is_told_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"no embedding model is installed in .* run: broadsheet model install"):
        Encoder.load(tmp_path)


def test_senseless_numbers_are_refused(model_dir: Path) -> None:
    with pytest.raises(ValueError, match="threads must be 1 or more"):
        Encoder.load(model_dir, threads=0)
    with pytest.raises(ValueError, match="batch_size must be 1 or more"):
        Encoder.load(model_dir).encode(["a"], batch_size=0)


@pytest.fixture
def manifest(model_dir: Path) -> Manifest:
    """The manifest of the tiny model."""
    return Encoder.load(model_dir).manifest


@pytest.mark.parametrize(
    "change",
    [
        {"model_id": "other"},
        {"weights_sha256": "0"},
        {"tokenizer_sha256": "0"},
        {"quantisation": "float32"},
        {"quantisation": "bfloat16"},
        {"pooling": "cls"},
        {"query_prefix": "q"},
        {"document_prefix": "q"},
        {"dims": 33},
        {"max_tokens": 41},
        {"pad_id": 1},
    ],
)
def test_the_fingerprint_changes_with_whatever_changes_a_vector(manifest: Manifest, change: dict[str, object]) -> None:
    assert replace(manifest, **change).fingerprint != manifest.fingerprint  # type: ignore[arg-type]


def test_the_fingerprint_does_not_change_with_the_rest(manifest: Manifest) -> None:
    other = replace(
        manifest, source="s", warnings=("w",), graph="g", files={"g": FileStamp(1, "0")}, measured={"float32": 1.0}
    )
    assert other.fingerprint == manifest.fingerprint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "format 2 is not known"),
        ({"dims": 5}, "fingerprint does not fit"),
        ({"pooling": "max"}, "pooling 'max' is not known"),
        ({"graph": "other.onnx"}, "graph is not among the files"),
        ({"files": {"../x": {"size": 1, "sha256": "0"}}}, "leads out of the folder"),
        ({"files": 3}, "damaged"),
    ],
)
def test_a_damaged_manifest_is_refused(
    model_dir: Path, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    shutil.copytree(locate("", model_dir), tmp_path / "copy")
    path = tmp_path / "copy" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match=message):
        read_manifest(tmp_path / "copy")


def test_the_comparison_of_vectors_is_strict() -> None:
    rows = np.eye(2, dtype=np.float32)
    assert worst_cosine(rows, rows) == 1
    assert worst_cosine(rows, rows[::-1]) == 0
    assert worst_cosine(rows, rows[:1]) == -1
    assert worst_cosine(np.full_like(rows, np.nan), rows) == -1


def test_the_reference_is_whole() -> None:
    reference = read_reference()
    assert reference.vectors.shape == (len(reference.texts), 384)
    assert np.allclose(np.linalg.norm(reference.vectors, axis=1), 1, atol=1e-5)


def test_the_reference_can_be_made_again(tiny: Path, exact: Encoder) -> None:
    texts = ["one", "two words"]
    made = json.loads(reference_json(tiny, texts))
    vectors = np.frombuffer(base64.b64decode(made["vectors_float32"]), "<f4").reshape(2, 32)
    assert made["texts"] == texts
    assert np.allclose(vectors, exact.encode(texts), atol=1e-6)


def test_only_the_default_model_has_reference_vectors(model_dir: Path) -> None:
    assert check_encoder(Encoder.load(model_dir)) is None


def test_the_installed_default_model_gives_the_reference_vectors() -> None:
    try:
        encoder = Encoder.load(REAL)
    except ModelMissing as reason:
        pytest.skip(f"{reason}")
    worst = check_encoder(encoder)
    if worst is None:
        pytest.skip(f"another model than the default one is installed in {REAL}")
    assert worst > INT8_AT_LEAST
