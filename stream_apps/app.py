"""The worker: `faust -A stream_apps.app worker -l info` runs the stages that LIANCHENG_STAGES names."""

from liancheng.settings import Settings
from stream_apps.worker import make_app

app = make_app(Settings())
