"""What other apps may know of the vault: pseudonyms and counts."""

from __future__ import annotations

from tutela.kernel.markings import Principal
from tutela.records.vault.models import CaseKey, Identity


def pseudonyms_of(by: Principal, compartment: int, case: str) -> tuple[str, ...]:
    """The pseudonyms of a case, for those who may read there."""
    keys = list(CaseKey.visible_to(by).filter(compartment_id=compartment, case=case).values_list("pk", flat=True))
    rows = Identity.visible_to(by).filter(compartment_id=compartment, key_id__in=keys)
    return tuple(rows.order_by("pseudonym").values_list("pseudonym", flat=True))
