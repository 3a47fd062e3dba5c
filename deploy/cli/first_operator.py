"""`isoloir first-operator`: the first account of an agent, made beside the database, where nobody can log in yet."""

import click
from marshmallow import ValidationError
from sqlalchemy.exc import OperationalError

from services.identity.agents import accounts
from services.identity.contract.limits import writable
from services.identity.settings import Settings
from services.runtime import settings
from services.runtime.clock import utc_now
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database

THERE = "Un opérateur a déjà ouvert son compte, ou cette adresse est celle d'un autre agent : il invite les suivants."


@click.command("first-operator")
@click.argument("email")
@click.argument("name")
def command(email: str, name: str) -> None:
    """Inviter le premier opérateur, EMAIL et NAME, et afficher le lien qui ouvre son compte.

    À lancer où tourne le service identity, avec ses réglages. Le lien vaut trois jours et ne sert qu'une fois.
    """
    try:
        writable(email)
    except ValidationError:
        raise click.ClickException(f"« {email} » n'est pas une adresse électronique.") from None
    if not 0 < len(name.strip()) <= 200:
        raise click.ClickException("Donnez le nom de l'opérateur, entre guillemets.")
    loaded = settings.load(Settings)
    database = Database(loaded.database_url, "identity")
    try:
        with database.transaction() as session:
            token = accounts.invite_first(session, loaded.holder_key, email=email, name=name.strip(), now=utc_now())
    except Refusal:
        raise click.ClickException(THERE) from None
    except OperationalError as error:  # the driver's own words name host and cause, and no password
        raise click.ClickException(f"Base inaccessible : {str(error.orig).strip()}") from None
    finally:
        database.dispose()
    click.echo(accounts.address(loaded.public_url, token))
    click.echo("Ce lien vaut trois jours et ne sert qu'une fois. Ne l'envoyez à personne d'autre.", err=True)
