"""The WSGI entry of the web process."""

import multiprocessing
import os

from django.core.wsgi import get_wsgi_application

from kawasan.platform.telemetry import configure_logging
from kawasan.server.processes import die_with_parent

if multiprocessing.parent_process():  # a worker of granian: where that is killed, it would go on and keep the port
    die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kawasan.server.settings")
configure_logging()
application = get_wsgi_application()
