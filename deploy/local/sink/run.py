"""The sink as a process, or inside another one."""

import logging
import threading

from werkzeug.serving import BaseWSGIServer, make_server

from deploy.local.sink.mail import mail_server
from deploy.local.sink.settings import SinkSettings, host_and_port
from deploy.local.sink.sms import sms_application
from deploy.local.sink.storage import prepare


class Sink:
    """Both servers. ``start`` returns when they listen; OSError where an address is taken."""

    def __init__(self, settings: SinkSettings) -> None:
        self.settings = settings
        self._http: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._smtp = mail_server(settings.directory, *host_and_port(settings.smtp_bind))

    def start(self) -> None:
        """Create the rooms and listen."""
        settings = self.settings
        prepare(settings.directory)
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a request line has nothing to say to a supervisor
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        application = sms_application(settings.directory, settings.account_sid, settings.auth_token)
        self._smtp.start()
        host, port = host_and_port(settings.http_bind)
        self._http = make_server(host, port, application, threaded=True)
        self._thread = threading.Thread(target=self._http.serve_forever, name="sink-http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._smtp.stop(no_assert=True)
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()
