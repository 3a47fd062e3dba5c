"""The one command line, `isoloir`: which module holds each subcommand. Only the one that is called is imported."""

import importlib
import warnings

import click

COMMANDS = {
    "bounces": "deploy.cli.bounces",
    "demo": "deploy.local.demonstration.command",
    "election": "deploy.rehearsal.command",
    "gateway": "deploy.cli.gateway",
    "health": "deploy.cli.health",
    "migrate": "deploy.cli.migrate",
    "operator": "deploy.operator.command",
    "printer": "deploy.printer.command",
    "relay": "deploy.cli.relay",
    "serve": "deploy.cli.serve",
    "sink": "deploy.local.sink.command",
    "trustee": "deploy.holder.trustee",
    "verify": "deploy.holder.verify",
    "worker": "deploy.cli.worker",
}
"""Name of each subcommand → the module whose `command` it is."""


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when it is called: a key holder's small install has not the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the subcommands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, or None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="isoloir")
def main() -> None:
    """Isoloir : élections professionnelles par internet, vérifiables par tous."""
    # Known, decided (docs/adr/0002), and neither a JSON line nor a word that a person asked for.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
