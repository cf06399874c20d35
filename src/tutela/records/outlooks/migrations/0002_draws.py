"""The draws of a forecast stay with its units, so that it can be scored as it was made."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column; what was taken in before has none."""

    dependencies: ClassVar = [("outlook", "0001_initial")]
    operations: ClassVar = [
        migrations.AddField(model_name="forecastunit", name="draws", field=models.JSONField(default=list)),
    ]
