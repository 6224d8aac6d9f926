"""Stands in for `python -m faust … worker` where a test is about supervision: healthy after a moment, or as told."""

import http.server
import os
import sys


class Health(http.server.BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        """Not ready when first asked, ready from then on."""
        Health.asked += 1
        self.send_response(200 if Health.asked > 1 else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


if os.environ.get("STUB") == "dies":
    sys.exit("the stub was told to die")
address = "127.0.0.1", int(os.environ["LIANCHENG_WEB_PORT"])
http.server.HTTPServer(address, Health).serve_forever()
