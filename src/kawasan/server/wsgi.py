"""The WSGI entry of the web process."""

import multiprocessing
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from kawasan.platform.telemetry import configure_logging
from kawasan.server.processes import die_with_parent
from kawasan.server.runtime import everything_stays

if multiprocessing.parent_process():  # a worker of granian: where that is killed, it would go on and keep the port
    die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kawasan.server.settings")
configure_logging()
with everything_stays():
    application = get_wsgi_application()
    import_module(settings.ROOT_URLCONF)  # all pages and doors, which the first request would load otherwise
