from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The newest step of a wallet is the last one in time, whatever its id."""

    dependencies = [("payments", "0011_sending_back"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.RemoveIndex(model_name="walletstep", name="payments_wallet_step_person"),
        migrations.AddIndex(
            model_name="walletstep",
            index=models.Index(fields=["person", "-at", "-id"], name="payments_wallet_step_newest"),
        ),
    ]
