"""The one command line, `isoloir`: which module holds each subcommand. Only the one that is called is imported."""

import importlib
import warnings

import click

from services.runtime.importing import all_stays

COMMANDS = {
    "backup": "deploy.production.backup.command",
    "bounces": "deploy.cli.bounces",
    "broker-definitions": "deploy.cli.broker_definitions",
    "challenge": "deploy.holder.own_ballot.challenge",
    "dead-letters": "deploy.cli.dead_letters",
    "deliver": "deploy.cli.deliver",
    "demo": "deploy.local.demonstration.command",
    "doctor": "deploy.operator.watch.doctor",
    "election": "deploy.rehearsal.command",
    "erase": "deploy.production.erasure.command",
    "first-operator": "deploy.cli.first_operator",
    "gateway": "deploy.cli.gateway",
    "health": "deploy.cli.health",
    "load": "deploy.load.command",
    "logs": "deploy.cli.logs",
    "migrate": "deploy.cli.migrate",
    "observe": "deploy.holder.observe.command",
    "operator": "deploy.operator.command",
    "printer": "deploy.printer.command",
    "receipt": "deploy.holder.own_ballot.receipt",
    "record": "deploy.holder.record",
    "relay": "deploy.cli.relay",
    "restore": "deploy.production.backup.restoring",
    "seats": "deploy.holder.seats",
    "serve": "deploy.cli.serve",
    "sink": "deploy.local.sink.command",
    "trustee": "deploy.holder.trustee",
    "verify": "deploy.holder.verify",
    "worker": "deploy.cli.worker",
}
"""Name of each subcommand → the module whose `command` it is."""

OWN = {"deploy", "gateway", "services"}
NOT_INSTALLED = "Cette commande demande l’installation complète : pip install 'isoloir[server]'."


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when it is called: a key holder's small install has not the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the subcommands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, or None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        try:
            with all_stays():
                command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        except ModuleNotFoundError as error:
            if not _is_anothers(error):
                raise
            return _not_installed(cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; one that imports its libraries only now says the same as one that could not be loaded."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if not _is_anothers(error):
                raise
            raise click.ClickException(NOT_INSTALLED) from None


def _is_anothers(error: ModuleNotFoundError) -> bool:
    # A module of our own that is missing is a fault, not a small install.
    return (error.name or "").partition(".")[0] not in OWN


def _not_installed(name: str) -> click.Command:
    # Listed all the same: whoever looks for it learns why it is not there.
    def explain() -> None:
        raise click.ClickException(NOT_INSTALLED)

    return click.Command(
        name,
        callback=explain,
        help=NOT_INSTALLED,
        short_help="(installation complète : isoloir[server])",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="isoloir")
def main() -> None:
    """Isoloir : élections professionnelles par internet, vérifiables par tous."""
    # Known, decided (docs/adr/0002), and neither a JSON line nor a word that a person asked for.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
