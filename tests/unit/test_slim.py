"""A built folder's libraries are smaller and do what they did."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.loose_files import load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these libraries are Linux's")
SITE = Path(np.__file__).parents[1]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def slim() -> ModuleType:
    return load(ROOT / "packaging" / "slim.py")


def library(pattern: str) -> Path:
    found = sorted(SITE.glob(pattern))
    if not found:
        pytest.skip(f"no wheel here brings {pattern}")
    return found[0]


def test_a_library_without_its_symbols_loads_and_works(slim: ModuleType, tmp_path: Path) -> None:
    whole = library("kiwisolver/_cext*.so")
    [(name, path, kind)] = slim.slim([("kiwisolver/_cext.so", str(whole), "EXTENSION")], tmp_path)
    assert (name, kind) == ("kiwisolver/_cext.so", "EXTENSION")
    assert Path(path).stat().st_size < whole.stat().st_size
    spec = importlib.util.spec_from_file_location("kiwisolver._cext", path)
    assert spec
    assert spec.loader
    solver = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(solver)
    variable = solver.Variable("x")
    solving = solver.Solver()
    solving.addConstraint(variable == 3)
    solving.updateVariables()
    assert variable.value() == 3


def test_qt_and_ffmpeg_stay_as_they_are(slim: ModuleType, tmp_path: Path) -> None:
    names = ["PySide6/Qt/lib/libQt6Core.so.6", "opencv_python_headless.libs/libavcodec-1.so.62"]
    entries = [(name, str(library("kiwisolver/_cext*.so")), "BINARY") for name in names]
    assert slim.slim(entries, tmp_path) == entries


def test_icu_keeps_what_sorts_words(slim: ModuleType, tmp_path: Path) -> None:
    whole = library("PySide6/Qt/lib/libicudata.so.*")
    version = whole.name.rpartition(".")[2]
    entry = (f"PySide6/Qt/lib/{whole.name}", str(whole), "BINARY")
    [(_, path, _)] = slim.slim([entry], tmp_path)
    assert Path(path).stat().st_size < whole.stat().st_size / 4
    symbol = f"icudt{version}_dat"
    before, after = (ctypes.addressof(ctypes.c_char.in_dll(ctypes.CDLL(str(lib)), symbol))
                     for lib in (whole, path))  # fmt: skip
    package = ctypes.string_at(after, Path(path).stat().st_size - 2 * slim.PAGE)
    assert ctypes.string_at(before, 32) == package[:32]
    for kept in (b"coll/zh.res", b"coll/root.res", b"coll/ucadata.icu", b"nfkc.nrm"):
        assert kept in package
    assert b"translit/" not in package


def test_numpys_openblas_answers_in_opencvs_names(slim: ModuleType, tmp_path: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler here")
    numpys = library("numpy.libs/libscipy_openblas64_*")
    theirs = library("opencv_python_headless.libs/libopenblas*")
    gone = "opencv_python_headless.libs/libgfortran-1.so"
    entries = [
        (f"numpy.libs/{numpys.name}", str(numpys), "BINARY"),
        (f"opencv_python_headless.libs/{theirs.name}", str(theirs), "BINARY"),
        (gone, str(theirs), "BINARY"),
    ]
    lib = {name: path for name, path, _ in slim.slim(entries, tmp_path)}
    assert gone not in lib
    ctypes.CDLL(str(numpys), ctypes.RTLD_GLOBAL)
    blas = ctypes.CDLL(lib[f"opencv_python_headless.libs/{theirs.name}"])
    random = np.random.default_rng(0)
    a, b = np.asfortranarray(random.standard_normal((40, 40))), random.standard_normal(40)

    def at(array: np.ndarray) -> ctypes.c_void_p:
        return ctypes.c_void_p(array.ctypes.data)

    def by(number: int) -> object:
        return ctypes.byref(ctypes.c_int(number))

    left, solved, told = a.copy("F"), b.copy(), ctypes.c_int(-1)
    pivots = np.full(41, -7, np.int32)
    blas.dgesv_(by(40), by(1), at(left), by(40), at(pivots), at(solved), by(40), ctypes.byref(told))
    assert told.value == 0
    assert np.allclose(a @ solved, b)
    assert pivots[40] == -7, "not a number more than there are"
    assert set(pivots[:40]) <= set(range(1, 41))

    s, u, vt, work = np.empty(40), a.copy("F"), a.copy("F"), np.empty(20_000)
    left, scratch = a.copy("F"), np.zeros(320, np.int32)
    blas.dgesdd_(b"A", by(40), by(40), at(left), by(40), at(s), at(u), by(40), at(vt), by(40),
                 at(work), by(20_000), at(scratch), ctypes.byref(told))  # fmt: skip
    assert told.value == 0
    assert np.allclose(u * s @ vt, a)

    row, product, scale = np.ascontiguousarray(a), np.empty((40, 40)), ctypes.c_double(2)
    by_rows, plain, nothing = 101, 111, ctypes.c_double(0)
    blas.cblas_dgemm(by_rows, plain, plain, 40, 40, 40, scale, at(row), 40, at(row), 40, nothing,
                     at(product), 40)  # fmt: skip
    assert np.allclose(product, 2 * a @ a)
