"""Pages of the operations centre: shifts, contacts, the working group, reports."""

from __future__ import annotations

from django.apps import AppConfig


class OperationPagesConfig(AppConfig):
    """Under another label than the apps of the register."""

    name = "tutela.web.operations"
    label = "operation_pages"
