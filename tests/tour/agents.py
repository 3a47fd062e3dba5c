"""The pages of those who run the election, as the tour walks them: each role's own, with something on them."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from tests.tour.portal import Portal, identifiers
from tests.tour.staff import Staff
from tests.tour.walk import VOTER, Stop

ROLL = ("/echeance/definition", "/echeance/liste", "/echeance/retrait")
STEPS = ("/echeance", *ROLL, "/echeance/blanc", "/echeance/scellement", "/echeance/message", "/echeance/cloture")
OPERATORS = ("", "/comptes", "/jetons", "/cles-d-acces", "/salle", "/remise", *STEPS, "/echeance/publication")
CELLS = ("/electeurs?recherche=a", "/a-valider", "/reclamations", "/demandes")
BOARDS = ("/journal", "/bureau")


def ways(portal: Portal, sheet: str) -> dict[str, tuple[str, ...]]:
    """Role → the paths below /agents that this role reads. In: the path of a voter's sheet."""
    board = f"/bureau/{portal.election}"
    return {
        "operator": OPERATORS,
        "support": (*CELLS, sheet, f"{sheet}/adresse", f"{sheet}/code"),
        "president": (*BOARDS, "/cle", board, f"{board}/decisions", f"{board}/integrite"),
    }


def agent_pages(portal: Portal) -> Iterator[Stop]:
    """Each page of agents, signed in, and the two that come before."""
    staff = Staff(portal)
    sheet = f"/electeurs/{staff.voter(identifiers()[VOTER])}"
    for role, paths in ways(portal, sheet).items():
        session = staff.named(role, elections=() if role == "operator" else (portal.election,))
        for path in paths:
            yield Stop(f"agents-{role}-{_name(path, sheet)}", _opener(staff, session, path))
    link = staff.link(staff.invite("observer", "Hippolyte Tapioca", "hippolyte.tapioca@rivages.example"))
    yield Stop("agents-invitation", lambda page, portal: _go(page, f"{portal.base_url}/agents/invitation/{link}"))


def _name(path: str, sheet: str) -> str:
    plain = path.partition("?")[0].replace(sheet, "/fiche")
    return "-".join(part for part in plain.split("/") if part and len(part) < 36) or "accueil"


def _go(page: Page, address: str) -> None:
    page.goto(address)


def _opener(staff: Staff, session: str, path: str) -> Callable[[Page, Portal], None]:
    def reach(page: Page, portal: Portal) -> None:
        staff.sign_in(page.context, session)
        page.goto(f"{portal.base_url}/agents{path}")

    return reach
