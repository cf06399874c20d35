"""A busy process for the tests that kill it: merges two incidents, takes it back, says what was acknowledged."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
django.setup()

from django.db import connection

connection.settings_dict["NAME"] = sys.argv[1]
kept, other = int(sys.argv[3]), int(sys.argv[4])

from tutela.records.accounts.models import User
from tutela.records.accounts.principals import member_of
from tutela.records.incidents.actions.merges import merge, undo_merge
from tutela.records.incidents.models import Incident
from tutela.records.ledger.acts import acting

by = member_of(User.objects.get(email="adviser@invented.example"))


def versions() -> tuple[int, int]:
    with acting(by, "look"):
        return tuple(Incident.visible_to(by).get(pk=number).version for number in (kept, other))


for _ in range(100_000):
    done = merge(by=by, kept=kept, other=other, reason="The same one", expected_versions=versions())
    os.write(1, f"merged {done.pk}\n".encode())
    undo_merge(by=by, merge=done.pk, reason="They are two", expected_version=done.version)
    os.write(1, f"undone {done.pk}\n".encode())
