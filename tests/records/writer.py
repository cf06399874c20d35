"""A busy process for the tests that kill it: writes in actions, says what was acknowledged, seals beside it."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
django.setup()

from django.conf import settings
from django.db import connection

connection.settings_dict["NAME"] = sys.argv[1]
settings.KEYS_FOLDER = sys.argv[2]

from tutela.records.accounts.actions import create_user
from tutela.records.accounts.models import User
from tutela.records.accounts.principals import member_of
from tutela.records.vault.actions import Person, shelter
from tutela.service.sealer import Sealer


def say(line: str) -> None:
    """What was committed, at once."""
    os.write(1, f"{line}\n".encode())


def write_until_killed(thread: int) -> None:
    """Accounts by the administrator, identities by the officer: one row, and several at once."""
    chief = member_of(User.objects.get(is_administrator=True))
    officer = member_of(User.objects.get(email="officer@invented.example"))
    compartment = next(iter(officer.levels))
    for number in range(100_000):
        address = f"{os.getpid()}-{thread}-{number}@invented.example"
        create_user(by=chief, email=address, name="Somebody")
        say(f"user {address}")
        name = shelter(by=officer, compartment=compartment, case=address, person=Person("Somebody"))
        say(f"identity {name}")


Sealer(Path(sys.argv[2])).start()
threads = [threading.Thread(target=write_until_killed, args=(number,)) for number in range(2)]
for thread in threads:
    thread.start()
