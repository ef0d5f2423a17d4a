"""A path's bits depend on nothing computed beside it, and on no library that chooses its code by processor.

Sums that a path's numbers pass through run in a fixed order over whole arrays. BLAS and LAPACK are forbidden
wherever they could come in, for their kernels differ in the last bit from one processor to the next and from
one number of paths to another.
"""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import risk
from risk.analysis.agreement import disagreements
from risk.assumptions import Assumptions, load
from risk.engine.couplings import Links
from risk.engine.layout import layout
from risk.engine.quarters import Opening, Quarter, opening, quarters
from risk.mechanisms.cascade.parameters import through
from risk.runs import execute, open_run
from risk.runs.manifest import bits_apart, environment
from risk.shocks.stream import BLOCK
from tests.engine.base import SEED
from tests.test_contract import same, transformed

Rows = NDArray[np.intp]

ROOT = Path(risk.__file__).parent
PASSED_THROUGH = ("engine", "mechanisms", "processes", "shocks")

PRODUCTS = {
    *("dot", "vdot", "inner", "matmul", "matvec", "vecmat", "vecdot", "tensordot", "einsum_path", "linalg"),
    *("convolve", "correlate", "cov", "corrcoef", "polyfit", "roots", "multivariate_normal", "matrix_power"),
}
"""What NumPy hands to BLAS or LAPACK, by name."""

LIBRARIES = {"scipy.special"}
"""Parts of SciPy that stand on neither."""


LET_THROUGH = {
    "convergence": "the fit of a line to a dozen points",
    "controls": "a regression on some hundred controls, whose results are rounded to their errors",
    "coordinates": "false discoveries: sums of a hundred numbers, of which a yes or no is kept",
    "explain_curves": "orthonormal curves of an explanation, whose shares are rounded",
    "explain_model": "a regression on some hundred curves, whose shares are rounded",
    "shares": "a spline, whose shares are rounded",
    "voi": "curves that choose among actions, and do not value them",
    "ways": "which paths are a group",
    "sets": "a search over three numbers, which are rounded",
    "possible": "whether views can hold together: a yes or no, and the words of a refusal",
}
"""Modules of the analysis that ask such a library, and for what."""


def products(source: str) -> list[str]:
    """Say where a source text multiplies matrices or solves systems by library, with its lines."""
    return [f"line {line}: {what}" for line, what in sorted(_products(ast.parse(source)))]


def _products(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
                yield node.lineno, "@"
            case ast.Attribute(value=ast.Name("np" | "numpy" | "scipy"), attr=name) if name in PRODUCTS:
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(attr=name)) if name in PRODUCTS and not _own(node.func, tree):
                yield node.lineno, f".{name}"
            case ast.Call(func=ast.Attribute(attr="einsum")) if len(node.args) > 3 or node.keywords:
                yield node.lineno, "einsum of more than two arrays, or with options"
            case ast.ImportFrom(module=str(module), names=names):
                yield from ((node.lineno, n) for n in _imported(module, [a.name for a in names]))
            case ast.Import(names=names):
                yield from ((node.lineno, n) for a in names for n in _imported(a.name, []))


def _own(function: ast.expr, tree: ast.Module) -> bool:
    """Whether a method is called on a module of this project, such as `dependence.correlate`."""
    ours = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("risk")
        for alias in node.names
    }
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in ours
    )


def _imported(module: str, names: list[str]) -> Iterator[str]:
    package = module.split(".", maxsplit=1)[0]
    if package == "numpy":
        yield from (name for name in (*module.split(".")[1:], *names) if name in PRODUCTS)
    if package == "scipy":
        whole = {module} if module.count(".") else {f"{module}.{name}" for name in names} or {module}
        yield from sorted(whole - LIBRARIES)


def sources() -> list[Path]:
    return [path for part in PASSED_THROUGH for path in sorted((ROOT / part).rglob("*.py"))]


def test_no_blas_where_a_path_passes_through() -> None:
    assert len(sources()) > 50
    found = {p.relative_to(ROOT).as_posix(): products(p.read_text(encoding="utf-8")) for p in sources()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_blas_where_paths_are_summed_up() -> None:
    """The same pack on one thread and on many; what is let through says why."""
    sources = sorted(p for p in (ROOT / "analysis").rglob("*.py") if p.stem not in LET_THROUGH)
    found = {p.name: products(p.read_text(encoding="utf-8")) for p in sources}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("a @ b", "@"),
        ("a @= b", "@"),
        ("np.dot(a, b)", "dot"),
        ("a.dot(b)", ".dot"),
        ("a.T.dot(b)", ".dot"),
        ("self.shares.dot(b)", ".dot"),
        ("np.linalg.inv(a)", "linalg"),
        ("solve = np.linalg.lstsq", "linalg"),
        ("from numpy.linalg import inv", "linalg"),
        ("from numpy import linalg as la", "linalg"),
        ("import numpy.linalg", "linalg"),
        ("from numpy import matmul", "matmul"),
        ("fold = np.inner", "inner"),
        ("np.correlate(a, b)", "correlate"),
        ("np.einsum('ij,jk->ik', a, b, optimize=True)", "einsum"),
        ("np.einsum('ij,jk,kl->il', a, b, c)", "einsum"),
        ("from scipy.linalg import solve", "scipy.linalg"),
        ("from scipy import sparse", "scipy.sparse"),
        ("import scipy", "scipy"),
        ("stream.multivariate_normal(m, c)", ".multivariate_normal"),
    ],
)
def test_it_notices(line: str, what: str) -> None:
    (found, *_) = products(f"import math\n{line}\n")
    assert found.startswith("line 2: ")
    assert what in found


@pytest.mark.parametrize(
    "line",
    [
        "@property\ndef f(self): ...",
        "from scipy.special import ndtr",
        "np.einsum('ij,ij->i', a, b)",
        "from risk.shocks import dependence\ndependence.correlate(a, b)",
        "dot = 3",
    ],
)
def test_it_lets_the_rest_pass(line: str) -> None:
    assert products(line) == []


# ─── a path is the same whatever is computed beside it ───


@pytest.mark.parametrize("paths", [0, 1, 2, 3, 7, 1024])
@pytest.mark.parametrize("width", [1, 2, 8])
def test_amounts_pass_along_shares_in_their_order(paths: int, width: int) -> None:
    stream = np.random.default_rng(paths + width)
    amounts, shares = stream.random((paths, 11)) * 1e9, stream.random((11, width))
    expected = [[_in_order(row * column) for column in shares.T] for row in amounts]
    for laid in (np.asfortranarray, np.ascontiguousarray):
        np.testing.assert_array_equal(
            through(laid(amounts), laid(shares)), np.reshape(expected, (paths, width))
        )


def _in_order(terms: NDArray[np.float64]) -> float:
    return reduce(add, terms.tolist(), 0.0)


@pytest.mark.parametrize("paths", [0, 1, 2, 3, 7, 1024])
def test_columns_are_added_by_firm_in_their_order(register: Assumptions, paths: int) -> None:
    book = layout(register).book
    amounts = np.random.default_rng(paths).random((paths, book.facilities)) * 1e9
    expected = [[_in_order(row[book.firm == firm]) for firm in range(len(book.firms))] for row in amounts]
    for laid in (np.asfortranarray, np.ascontiguousarray):
        found = book.by_firm(laid(amounts))
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, np.reshape(expected, (paths, len(book.firms))))


@pytest.fixture(scope="module")
def register() -> Assumptions:
    return load()


@pytest.fixture(scope="module")
def start(register: Assumptions) -> Opening:
    return opening(register, SEED, 0)


@pytest.fixture(scope="module")
def whole(start: Opening) -> list[Quarter]:
    return list(quarters(start, Links({})))


@pytest.fixture(scope="module")
def failing(whole: list[Quarter]) -> int:
    """A path on which vehicles fail: its claims are cleared beside few others."""
    return int(np.argmax(np.sum([q.flows.cascade.creditor_loss.sum(axis=1) > 0.0 for q in whole], axis=0)))


def beside(start: Opening, rows: Rows) -> Opening:
    """The opening of a block with some of its paths only, in an order of one's own."""
    shocks = transformed(start.shocks, lambda x: x[:, rows])
    forced = {name: [x[rows] for x in values] for name, values in start.forced.items()}
    some: Opening = _chosen(start, rows)
    return replace(some, shocks=shocks, forced=forced, layout=start.layout)


def _chosen(value: Any, rows: Rows) -> Any:
    return transformed(value, lambda x: x[rows] if len(x) == BLOCK else x)


@pytest.mark.parametrize("others", [0, 1, 2, 6, 340])
def test_a_path_is_the_same_whatever_is_computed_beside_it(
    start: Opening, whole: list[Quarter], failing: int, others: int
) -> None:
    """Through all quarters and mechanisms, among any others and in any order."""
    drawn = np.random.default_rng(others).permutation(np.delete(np.arange(BLOCK), failing))
    rows = np.insert(drawn[:others], others // 2, failing)
    for found, expected in zip(quarters(beside(start, rows), Links({})), whole, strict=True):
        assert same(found.after, _chosen(expected.after, rows)), found.context.t
        assert same(found.flows, _chosen(expected.flows, rows)), found.context.t


# ─── and whatever the processor is ───

QUARTERS = 6

BITS = f"""
import numpy as np
from risk.assumptions import load
from risk.engine.couplings import Links
from risk.engine.quarters import opening, quarters
from risk.runs.hashing import digest

stream = np.random.default_rng(0)
print("product", digest(stream.random((213, 10)) @ stream.random((10, 8))))
steps = quarters(opening(load(), {SEED}, 0), Links({{}}))
print("path", digest([(q.after, q.flows) for q, _ in zip(steps, range({QUARTERS}))]))
"""

RUN = f"""
import sys
from pathlib import Path
from risk.assumptions import load
from risk.runs import execute

print("run", execute(load(), {BLOCK}, {SEED}, 1, Path(sys.argv[1])).id)
"""

KERNELS = {"X86_V2": "Nehalem", "X86_V3": "Haswell", "X86_V4": "SkylakeX"}
"""Processor extensions → the kernels of OpenBLAS that need no more than them; Zen takes Haswell's."""


def started(program: str, *arguments: object, **variables: str) -> subprocess.Popen[str]:
    """A program in a process of its own, whose libraries look at the environment as they are loaded."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    free = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    return subprocess.Popen(
        command,
        env={**free, **variables},
        cwd=ROOT.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> dict[str, str]:
    """What a program printed, by the first word of the line."""
    text = process.communicate()[0]
    assert process.returncode == 0, text
    return {word: rest for word, _, rest in (line.partition(" ") for line in text.splitlines())}


def test_every_kernel_of_blas_gives_the_same_bits() -> None:
    names = [KERNELS[extension] for extension in environment()["simd"] if extension in KERNELS]
    if not names:
        pytest.skip(f"no kernels of OpenBLAS to choose from are known on {environment()['machine']}")
    processes = [started(BITS)]
    processes += [started(BITS, OPENBLAS_CORETYPE=name, OPENBLAS_VERBOSE="2") for name in names]
    usual, *chosen = map(said, processes)
    assert [found["Core:"] for found in chosen] == names
    assert {found["path"] for found in chosen} == {usual["path"]}
    if len(names) > 1:
        assert len({found["product"] for found in chosen}) > 1, "the kernels are not told apart"


@pytest.mark.slow
def test_every_level_of_processor_extensions_gives_the_same_decisions(tmp_path: Path) -> None:
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    if not found:
        pytest.skip("NumPy finds no processor extensions beyond those it was built for")
    masks = {extension: " ".join(found[i:]) for i, extension in enumerate(found) if extension in KERNELS}
    processes = {
        name: started(RUN, tmp_path / name, NPY_DISABLE_CPU_FEATURES=mask) for name, mask in masks.items()
    }
    usual = execute(load(), BLOCK, SEED, 1, tmp_path / "usual")
    for name, process in processes.items():
        masked = open_run(said(process)["run"], tmp_path / name)
        assert masked.id == usual.id
        (cause,) = bits_apart(masked.manifest.environment, usual.manifest.environment)
        assert cause.startswith("processor extensions")
        assert disagreements(masked, usual) == ()
