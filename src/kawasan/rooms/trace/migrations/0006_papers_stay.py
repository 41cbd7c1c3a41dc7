"""What was said of a paper stays: the application may only say when it was taken out of the passports."""

from django.db import migrations

from kawasan.platform.database.base import APPLICATION_ROLE


class Migration(migrations.Migration):
    dependencies = [("trace", "0005_lists_of_values")]

    operations = [
        migrations.RunSQL(
            f"revoke update, delete on trace_certificate from {APPLICATION_ROLE};"
            f"grant update (withdrawn_at) on trace_certificate to {APPLICATION_ROLE}",
            f"grant update, delete on trace_certificate to {APPLICATION_ROLE}",
        )
    ]
