"""A worker for the tests that kill it: takes exports, and says when it has begun to write one."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutela.service.settings")
django.setup()

from django.conf import settings
from django.db import connection

connection.settings_dict["NAME"], settings.KEYS_FOLDER, settings.FILES_FOLDER = sys.argv[1:4]

from tutela.records.files import crates
from tutela.records.jobs import working

plain = crates.CrateWriter.write


def write_and_say_so(self, data):
    """As always, and slowly enough to be killed in the middle."""
    os.write(1, b"writing\n")
    return plain(self, data)


crates.CrateWriter.write = write_and_say_so
while working.work_once():
    os.write(1, b"done\n")
