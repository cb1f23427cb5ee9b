"""The settings of a worker whose queue is on another server: that of BROKER."""

import os

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from portal.settings import *  # noqa: F403
from portal.settings import CELERY_BROKER_TRANSPORT_OPTIONS

CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "conn_string": make_conninfo(**conninfo_to_dict(os.environ["BROKER"])),
}
