"""The obvious way to count what a budget of warnings came to, month by month; it judges the fast one."""

from __future__ import annotations

from tutela.engine.outlook.warnings import Past


def count_budget(past: Past, budget: int) -> dict[str, float]:
    """Warnings, false alarms, harm and misses over all months, and the median of each month's last chance."""
    warned_of, false, harmed, missed, last = 0, 0, 0, 0, []
    for month in sorted({int(value) for value in past.month}):
        rows = [row for row in range(len(past.month)) if past.month[row] == month]
        rows.sort(key=lambda row: (-past.chance[row], -past.expected[row], past.unit[row]))
        warned = [row for row in rows if past.chance[row] > 0][:budget]
        warned_of += len(warned)
        false += sum(not past.happened[row] for row in warned)
        harmed += sum(bool(past.happened[row]) for row in rows)
        missed += sum(bool(past.happened[row]) for row in rows if row not in warned)
        last += [float(past.chance[warned[-1]])] if warned else []
    last.sort()
    middle = len(last) // 2
    median = float("nan") if not last else (last[middle] + last[(len(last) - 1) // 2]) / 2
    return {"warned": warned_of, "false": false, "harmed": harmed, "missed": missed, "threshold": median}
