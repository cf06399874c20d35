from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_shift")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["compartment", "actor", "id"], name="ledger_entry_actor"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["compartment", "action", "id"], name="ledger_entry_action"),
        ),
    ]
