"""The one command line, `isoloir`: every module of deploy/commands that has a `command` is a subcommand."""

import importlib
import pkgutil

import click

from deploy import commands


class CommandRoom(click.Group):
    """A group that finds its subcommands in the modules of deploy/commands, and loads only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the subcommands: module names with underscores as hyphens, sorted."""
        return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, or None where there is no such module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command


@click.command(cls=CommandRoom, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="isoloir")
def main() -> None:
    """Isoloir : élections professionnelles par internet, vérifiables par tous."""
