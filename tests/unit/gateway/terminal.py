"""An operator's terminal: `isoloir operator …` run against a gateway."""

from click.testing import CliRunner, Result

from deploy.operator.command import command
from tests.unit.gateway.conftest import OPERATOR_TOKEN


def run(address: str, *arguments: str, token: str = OPERATOR_TOKEN, answer: str = "", columns: int = 200) -> Result:
    """Run a command as a terminal would.

    Args:
        address: of the gateway.
        arguments: of `isoloir operator`, after the address.
        token: the operator's.
        answer: what is typed where the command asks.
        columns: how wide the terminal is.
    """
    environment = {"COLUMNS": str(columns), "ISOLOIR_TOKEN": token}
    return CliRunner(env=environment).invoke(command, ["--url", address, *arguments], input=answer or None)
