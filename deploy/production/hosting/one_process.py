"""Everything in one process: the gateway's only worker hosts the four services and their relay on the in-process bus."""

from typing import Any

from gunicorn.app.base import BaseApplication

from deploy.production.hosting.loading import load_class, said_at_start
from gateway.settings import Settings as GatewaySettings
from services.runtime import settings
from services.runtime.hosting.resource_provider import settings_class_of
from services.runtime.hosting.worker import processes_of, settings_of_process
from services.runtime.telemetry import logs, stray_output


class _Application(BaseApplication):
    def __init__(self, service_paths: list[str], gateway_settings: GatewaySettings) -> None:
        self.service_paths = service_paths
        self.gateway_settings = gateway_settings
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": self.gateway_settings.listeners,
            "worker_class": "gateway.serving.worker.WholeRequests",
            "workers": 1,
            "threads": self.gateway_settings.threads,
            "timeout": 60,
            "graceful_timeout": 10,
            "control_socket_disable": True,
            "logger_class": "gateway.gunicorn_conf.StructuredLogger",
        }
        for name, value in options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        # Runs in the worker, after the fork: threads and connections belong to the process that uses them.
        from gateway.app import create_app
        from services.runtime.hosting.in_process_bus import LocalBus

        logs.configure("all", self.gateway_settings.log_level)
        stray_output.log_standard_error()
        classes: list[Any] = [load_class(path) for path in self.service_paths]
        bus = LocalBus(classes)
        bus.start()
        for service_class in classes:
            logs.get_logger().info("service_started", service=service_class.name, **said_at_start(service_class))
        app = create_app(self.gateway_settings, bus.caller)
        app.extensions["isoloir_status"].start()
        return app


def run_all(service_paths: list[str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    loaded = settings.load(GatewaySettings)
    for path in service_paths:  # here, once, rather than in a worker that dies at boot again and again
        service_class = load_class(path)
        settings.load(settings_class_of(service_class))
        for process in processes_of(service_class):
            settings.load(settings_of_process(service_class, process))
    logs.configure("all", loaded.log_level)
    _Application(service_paths, loaded).run()
