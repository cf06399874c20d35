"""What leaves the register as a file: permitted, marked, watermarked, and gone after its day."""

from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """A rung of the ladder below missions."""

    name = "tutela.records.exports"
    label = "exports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let workers make exports."""
        from tutela.records.exports.actions import KIND
        from tutela.records.exports.making import run
        from tutela.records.jobs.kinds import register_kind

        register_kind(KIND, run)
