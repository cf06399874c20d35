"""The gates of coverage and of CI: branches count as well as lines, and nothing is passed over."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def gates(root: Path) -> Any:
    spec = importlib.util.spec_from_file_location("coverage_gates", root / "tests" / "house" / "coverage_gates.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def file(lines: tuple[int, int], branches: tuple[int, int]) -> dict[str, Any]:
    (covered, statements), (taken, number) = lines, branches
    return {
        "summary": {
            "covered_lines": covered,
            "num_statements": statements,
            "covered_branches": taken,
            "num_branches": number,
            "percent_covered": 0.0,
            "percent_covered_display": "0",
        },
        "missing_lines": list(range(statements - covered)),
        "missing_branches": [[7, -1]] * (number - taken),
    }


def test_one_untaken_branch_in_the_kernel_fails(gates: Any) -> None:
    files = {"src/tutela/kernel/a.py": file((10, 10), (3, 4)), "src/tutela/web/b.py": file((10, 10), (4, 4))}
    lines, passed = gates.judge(files)
    assert not passed
    assert "  not covered: src/tutela/kernel/a.py: 7->-1" in lines


def test_nine_tenths_of_the_rest_are_enough(gates: Any) -> None:
    files = {"src/tutela/engine/a.py": file((10, 10), (4, 4)), "src/tutela/web/b.py": file((9, 10), (9, 10))}
    assert gates.judge(files)[1]


@pytest.mark.parametrize(("lines", "branches"), [((89, 100), (100, 100)), ((100, 100), (89, 100))])
def test_less_than_nine_tenths_of_lines_or_of_branches_fails(gates: Any, lines: Any, branches: Any) -> None:
    assert not gates.judge({"src/tutela/web/b.py": file(lines, branches)})[1]


def test_the_packages_own_file_belongs_to_no_layer(gates: Any) -> None:
    assert gates.layer_of("src/tutela/__init__.py") == "(package)"
    assert gates.layer_of("src/tutela/engine/reach/rings.py") == "engine"


REPORT = """<testsuites><testsuite name="pytest" tests="4" failures="{failures}" errors="0" skipped="{skipped}">
<testcase classname="t" name="a"/><testcase classname="t" name="b"/><testcase classname="t" name="c"/>
<testcase classname="t" name="d">{last}</testcase></testsuite></testsuites>"""


def close(root: Path, folder: Path, *steps: str) -> tuple[int, list[str]]:
    script = root / "tests" / "house" / "closing_line.py"
    done = subprocess.run([sys.executable, script, folder, *steps], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_ci_ends_with_the_sum_of_all_kinds(root: Path, tmp_path: Path) -> None:
    for kind in ("unit", "e2e"):
        (tmp_path / f"{kind}.xml").write_text(REPORT.format(failures=0, skipped=0, last=""), "utf-8")
    assert close(root, tmp_path) == (0, ["8 passed, 0 failed"])


def test_ci_fails_for_a_test_that_was_passed_over(root: Path, tmp_path: Path) -> None:
    text = REPORT.format(failures=0, skipped=1, last='<skipped message="no data"/>')
    (tmp_path / "unit.xml").write_text(text, "utf-8")
    assert close(root, tmp_path) == (1, ["passed over: t.d: no data", "3 passed, 1 failed"])


def test_ci_fails_for_a_step_that_failed_outside_the_tests(root: Path, tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(REPORT.format(failures=0, skipped=0, last=""), "utf-8")
    assert close(root, tmp_path, "./dev bench") == (1, ["failed: ./dev bench", "4 passed, 1 failed"])


def test_ci_fails_where_nothing_was_tested(root: Path, tmp_path: Path) -> None:
    assert close(root, tmp_path) == (1, ["0 passed, 0 failed"])
