"""« Intégrité »: what was sealed, whether it is still so, and a check of it whenever the board wants one (R211-542)."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField

from gateway.clients import Payload, services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import second_agent
from gateway.pages.agents.forms import reason_validators
from gateway.pages.form_fields import unix_lines, without_blanks
from services.identity.contract.events import BoardAct
from services.identity.contract.staff.rights import Right
from services.runtime.contracts.integrity import Admission, Difference, Integrity
from services.runtime.integrity import software
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_integrity")

PARTS = {
    "software": _("le logiciel"),
    "configuration": _("la configuration"),
    "election": _("les paramètres du scrutin"),
    "lists": _("les listes de candidats"),
    "credentials": _("les codes de vote publics"),
    "chain": _("l’urne"),
    "event": _("l’échéance"),
    "roll": _("la liste électorale"),
    "attendance": _("la liste d’émargement"),
    "gateway": _("le logiciel de ce portail"),
}
EMPTY = {
    "ballots": _("Bulletins dans l’urne"),
    "attendance": _("Bulletins déjà émargés (compteur)"),
    "closings": _("Clôtures"),
    "signatures": _("Signatures sur la liste d’émargement"),
}
LONGEST = 60


class CheckForm(FlaskForm):
    """Nothing to fill in: the button alone."""


class AdmitForm(FlaskForm):
    """Why the software or the configuration was changed."""

    reason = TextAreaField(_("Motif"), filters=[unix_lines, without_blanks], validators=reason_validators())


@blueprint.get("/agents/bureau/<election:uuid>/integrite")
@agent_required(Right.WATCH)
def show(uuid: str) -> Response:
    """What was sealed of an election and of its roll, and what the last checks found."""
    form, status, headers = kept_form.again(AdmitForm)
    return kept_form.shown(_page(uuid, form), status, headers)


def _page(uuid: str, form: AdmitForm) -> str:
    name = _name(uuid)
    urn = services().ballot.integrity(uuid)
    roll = services().identity.roll_integrity(_event())
    portal = _of_portal(urn)
    differences = [*urn.differences, *roll.differences, *portal]
    beside = len(_not_admitted([str(one.now) for one in portal], urn, roll))
    return agents_page(
        "bureau/integrity.html",
        uuid=uuid,
        name=name,
        urn=urn.dump(),
        roll=roll.dump(),
        parts=[PARTS[part] for part in PARTS if part in {*urn.parts, *roll.parts}],
        empty=[(EMPTY[name], count) for one in (urn, roll) for name, count in one.emptiness.items()],
        differences=[_in_words(one) for one in differences],
        alarm=urn.alarm + roll.alarm + beside,
        admitted=[one.dump() for one in _once([*urn.admitted, *roll.admitted])],
        admissible=_changes(urn, roll, portal),
        admit=form,
        may_admit=agent_session.may(Right.STEER),
        more=max(0, urn.total - len(urn.differences)) + max(0, roll.total - len(roll.differences)),
        checking=urn.checking or roll.checking,
        form=CheckForm(),
    )


@blueprint.post("/agents/bureau/<election:uuid>/integrite")
@agent_required(Right.WATCH)
def check(uuid: str) -> Response:
    """Have all of it computed anew."""
    _name(uuid)
    services().ballot.start_check_integrity(uuid)
    services().identity.start_check_roll_integrity(_event())
    flash(gettext("La vérification est lancée. Actualisez la page dans quelques instants."))
    return redirect(url_for("agents_integrity.show", uuid=uuid), 303)


@blueprint.post("/agents/bureau/<election:uuid>/integrite/admettre")
@agent_required(Right.STEER)
def admit(uuid: str) -> Response:
    """Ask that what differs in software and configuration be admitted; a second member agrees on the decisions' page."""
    form = AdmitForm()
    place = url_for("agents_integrity.show", uuid=uuid)
    if not form.validate():
        return kept_form.send_back(form, lambda: _page(uuid, form), place=place)
    urn = services().ballot.integrity(uuid)
    roll = services().identity.roll_integrity(_event())
    changes = _changes(urn, roll, _of_portal(urn))
    if not changes:
        form.reason.errors = [gettext("Rien de ce qui diffère n’est à admettre : faites d’abord vérifier.")]
        return kept_form.send_back(form, lambda: _page(uuid, form), 409, place=place)
    try:
        services().identity.ask_board_act(
            agent_session.required_token(), uuid, BoardAct.ADMIT.value, str(form.reason.data), changes
        )
    except Refusal as refusal:
        if refusal.code == "approval_waiting":
            form.reason.errors = [gettext("Cette décision est déjà demandée et attend un second membre.")]
            return kept_form.send_back(form, lambda: _page(uuid, form), 409, place=place)
        return second_agent.refused(form, lambda: _page(uuid, form), refusal, place, {})
    flash(gettext("C’est demandé. Rien ne change avant qu’un second membre du bureau n’y consente."))
    return redirect(url_for("agents_decisions.show", uuid=uuid), 303)


def _changes(urn: Integrity, roll: Integrity, portal: list[Difference]) -> list[str]:
    """Digests of what may be admitted and is not: of the urn's machine, of identity's, and this portal's software.

    The urn and identity each know what was admitted of their own: that another election's board has admitted the same
    change is no decision of this one's.
    """
    own = [one for each in (urn, roll) if each.change is not None for one in _not_admitted([each.change], each)]
    return list(dict.fromkeys([*own, *_not_admitted([str(one.now) for one in portal], urn, roll)]))


def _not_admitted(changes: list[str], *where: Integrity) -> list[str]:
    admitted = {one.change for each in where for one in each.admitted}
    return [change for change in changes if change not in admitted]


def _once(admissions: list[Admission]) -> list[Admission]:
    """Urn and identity keep the same decision, each for itself, and once for each machine that it is about."""
    return list({(one.reason, tuple(one.members)): one for one in admissions}.values())


def _name(uuid: str) -> str:
    """Of an election that this agent is named for. Raises Refusal election_unknown."""
    named = agent_session.state()["agent"]["elections"]
    event = services().identity.presented_event() or {"elections": []}
    for one in event["elections"]:
        if one["uuid"] == uuid and one["mode"] == "online" and (not named or uuid in named):
            return str(one["name"])
    raise Refusal("election_unknown")


def _event() -> str:
    return str(services().identity.voting_event().voting_event)


def _of_portal(urn: Integrity) -> list[Difference]:
    """Whether this portal runs the software that sealed: the urn's check looks at the urn's own machine."""
    if urn.software is None:
        return []
    now = software.digest_of(software.manifest())
    if now == urn.software:
        return []
    return [Difference(part="gateway", what=gettext("empreinte du logiciel"), sealed=urn.software, now=now)]


def _in_words(one: Difference) -> Payload:
    found: dict[str, Any] = {"part": PARTS.get(one.part, one.part), "what": one.what}
    return found | {"sealed": _short(one.sealed), "now": _short(one.now)}


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST else f"{value[:LONGEST]}…"
