"""HiGHS as it is used here: one thread, a fixed seed, silent."""

from __future__ import annotations

from typing import Any


def quiet_solver(seconds: float = 1e9, gap: float = 0.0) -> Any:
    """A new solver; the inner class, because the outer one prints a banner before it can be told not to."""
    from highspy import _core

    solver = _core._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("mip_rel_gap", float(gap))
    solver.setOptionValue("time_limit", min(1e9, max(0.05, seconds)))
    return solver
