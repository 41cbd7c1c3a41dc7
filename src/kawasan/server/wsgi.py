"""The WSGI entry of the web process."""

import os

from django.core.wsgi import get_wsgi_application

from kawasan.platform.telemetry import configure_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kawasan.server.settings")
configure_logging()
application = get_wsgi_application()
