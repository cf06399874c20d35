"""The doctrine's words are those of its page, and force is asked for only where it is needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tutela.catalogue.doctrine import find_activities, find_steps, load_doctrine
from tutela.kernel.tables import HARMS, PERPETRATORS

WITHOUT_FORCE = (
    "SPM_FIELD_MULTIDIM",
    "SPM_SMALL_FIELD",
    "SPM_REGIONAL_OFFICE",
    "SPM_ENVOY_GOOD_OFFICES",
    "UNCT_RCO",
)


def test_the_enumerations_are_those_of_the_appendix(shared: Path) -> None:
    page = (shared.parent / "design" / "doctrine.md").read_text(encoding="utf-8")
    block = page.split("## Appendix A.")[1].split("```yaml")[1].split("```")[0]
    plain = re.sub(r"#.*", "", block)
    wanted = {
        name: tuple(value.strip() for value in values.split(","))
        for name, values in re.findall(r"^(\w+): \[([^\]]+)\]", plain, flags=re.MULTILINE)
    }
    assert len(wanted) > 15
    assert dict(load_doctrine().enumerations) == wanted


def test_the_activities_are_a01_to_a24c() -> None:
    codes = [activity.code for activity in load_doctrine().activities]
    assert codes == [f"A{number:02}" for number in range(1, 24)] + ["A24a", "A24b", "A24c"]


def test_only_one_activity_needs_authority_to_use_force() -> None:
    assert [item.code for item in load_doctrine().activities if "force_authority" in item.bases] == ["A24c"]


def test_the_ladder_has_eleven_steps_and_only_r8_needs_force() -> None:
    ladder = load_doctrine().ladder
    assert len(ladder) == 11
    assert [rung.code for rung in ladder if rung.needs_force] == ["R8"]
    assert [rung.code for rung in ladder if rung.planned_without_force] == [
        "R0",
        "R1",
        "R2",
        "R3",
        "R4",
        "R5",
        "R6",
        "R9",
    ]


def test_both_clocks_have_eight_stamps() -> None:
    clocks = load_doctrine().clocks
    assert {name: len(stamps) for name, stamps in clocks.items()} == {"force": 8, "without_force": 8}
    assert clocks["without_force"][4:6] == ("contact_made", "commitment_obtained")
    assert load_doctrine().required_stamps == ("detected", "closed", "outcome")


def test_rings_are_those_of_the_one_scheme() -> None:
    rings = [(ring.code, ring.km, ring.minutes) for ring in load_doctrine().rings]
    assert rings == [("V0", 0, 0), ("V1", 5, 30), ("V2", 30, 120), ("V3", 50, 360), ("V4", 100, 1440)]


def test_harms_and_perpetrators_are_those_of_the_tables() -> None:
    assert load_doctrine().harms == HARMS
    assert set(load_doctrine().perpetrators) == set(PERPETRATORS)


@pytest.mark.parametrize("kind", WITHOUT_FORCE)
def test_a_presence_without_force_never_gets_the_step_of_force(kind: str) -> None:
    for authority in ("yes", "no", ""):
        assert "R8" not in [rung.code for rung in find_steps(load_doctrine(), kind, authority)]
        assert "A24c" not in [item.code for item in find_activities(load_doctrine(), kind, authority)]


def test_force_is_a_step_only_where_its_authority_is_known() -> None:
    kind = "PKO_MULTIDIMENSIONAL_POC"
    assert len(find_steps(load_doctrine(), kind, "yes")) == 11
    assert len(find_steps(load_doctrine(), kind, "")) == 10
    assert "A24c" in [item.code for item in find_activities(load_doctrine(), kind, "yes")]
    assert "A24c" not in [item.code for item in find_activities(load_doctrine(), kind, "no")]


def test_an_envoy_can_call_and_warn_but_sends_nobody() -> None:
    steps = [rung.code for rung in find_steps(load_doctrine(), "SPM_ENVOY_GOOD_OFFICES", "")]
    assert steps == ["R0", "R1", "R2", "R3", "R4", "R9"]
    codes = {item.code for item in find_activities(load_doctrine(), "SPM_ENVOY_GOOD_OFFICES", "")}
    assert "A01" in codes
    assert not codes & {"A24a", "A24b", "A24c"}
