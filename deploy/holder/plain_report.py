"""The verdict of `isoloir verify` on one page, for a delegate: what was checked, what it means, and what it does not say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.holder.verify_words import clean, fault_in_french
from services.ballot.belenios.checking.report import QuestionResult, Report
from services.record import typesetting

_URN = ("EndBallots", "EncryptedTally", "PartialDecryption", "Result")
_SUMMED = ("EncryptedTally", "PartialDecryption", "Result")
YES, NO, NOT_YET = "oui", "non établi", "pas encore"
LIMITS = (
    "Ce contrôle ne dit pas que la liste électorale est juste, ni que les codes sont parvenus aux bonnes personnes : "
    "ce sont la commission, les listes affichées et le registre des réassorts qui le disent.",
    "Comparez l'empreinte du scrutin à celle de votre notice de vote, et l'empreinte de l'urne à celle que le bureau a "
    "notée : si elles diffèrent, ce n'est pas l'archive de votre vote.",
)


@dataclass(frozen=True)
class Beside:
    """Something compared with the archive: whether it agrees, what that means, and what is wrong otherwise."""

    ok: bool
    sentence: str
    fault: str


@dataclass(frozen=True)
class Page:
    """What the page says, whatever it is printed on; each check is (answer, sentence)."""

    name: str
    verdict: str
    good: bool
    checks: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    results: tuple[QuestionResult, ...]
    made: str


def page(
    report: Report,
    sha256: str,
    missing: Sequence[str],
    made_at: datetime,
    beside: Sequence[Beside] = (),
    heads: Collection[str] = (),
) -> Page:
    """Say in words what a report says.

    Args:
        report: Of `verify_archive`.
        sha256: Of the archive.
        missing: Trackers and heads that were looked for and are not there.
        made_at: When it was verified.
        beside: What was compared with the archive.
        heads: Those that were asked for by themselves.
    """
    wrong = [one for one in beside if not one.ok]
    if report.fault is not None:
        verdict = f"Un défaut a été trouvé, et la vérification s'est arrêtée là : {fault_in_french(report.fault)}."
    elif wrong:
        verdict = " ".join(one.fault for one in wrong)
    elif missing:
        verdict = "L'archive est juste, mais ce qui a été cherché n'y est pas : " + ", ".join(missing) + "."
    elif report.finished:
        whose = "du dernier bulletin de chacun" if report.revoting else "des bulletins de l'urne"
        verdict = f"Tout est juste. Le résultat est celui {whose}."
    else:
        verdict = "Tout est juste jusqu'ici. L'élection n'a pas encore de résultat."
    return Page(
        name=clean(f"{report.name or 'scrutin inconnu'} ({report.uuid or '?'})"),
        verdict=clean(verdict),
        good=report.ok and not missing and not wrong,
        checks=(*_checks(report), *((YES if one.ok else NO, one.sentence) for one in beside)),
        facts=tuple((name, clean(value)) for name, value in _facts(report, sha256, heads)),
        results=tuple(report.result) if report.finished else (),
        made=typesetting.paris(made_at),
    )


def _checks(report: Report) -> Iterator[tuple[str, str]]:
    def answer(stages: Sequence[str] | None = None) -> str:
        # After a fault nothing is certain: what comes before it may depend on what is wrong.
        if report.fault is not None or report.stage is None:
            return NO
        return YES if stages is None or report.stage in stages else NOT_YET

    yield answer(), "Rien n'a été ajouté, ôté ou changé après coup : chaque étape porte l'empreinte de la précédente."
    used = "seul le dernier bulletin d'un code compte" if report.revoting else "aucun code n'a servi deux fois"
    yield answer(), f"Chaque bulletin vient d'un code qui figurait dans la liste scellée, et {used}."
    yield (
        answer(),
        "Chaque bulletin ne contient que des choix permis : c'est prouvé sans que personne sache lesquels.",
    )
    yield answer(_URN), "L'urne a été fermée : aucun bulletin n'y est entré après."
    summed = "du dernier bulletin de chaque code" if report.revoting else "de tous les bulletins de l'urne"
    yield answer(_SUMMED), f"La somme dépouillée est celle {summed}, sans un de plus ni de moins."
    yield answer(("Result",)), "Assez de détenteurs de clefs ont déchiffré, et la preuve de chacun est juste."
    yield answer(("Result",)), "Le résultat publié est celui du déchiffrement."


def _facts(report: Report, sha256: str, heads: Collection[str]) -> Iterator[tuple[str, object]]:
    yield "Codes de la liste scellée", report.credentials
    yield "Bulletins vérifiés", report.ballots
    if report.revoting:
        yield "Bulletins remplacés par un autre du même code", report.replaced
    if report.trustees:
        yield "Clefs nécessaires", " et ".join(f"{group.threshold} sur {group.size}" for group in report.trustees)
    for found in report.found_trackers:
        replaced = found in report.replaced_trackers
        yield "Bulletin trouvé, remplacé par un autre du même code" if replaced else "Bulletin trouvé", found
    for found in set(report.found_heads) & set(heads):
        yield "Empreinte prolongée", found
    yield "Empreinte du scrutin", report.election_hash or "inconnue"
    yield "Empreinte de l'urne", report.head or "inconnue"
    yield "SHA-256 de l'archive", sha256


def as_text(said: Page) -> str:
    """The page as plain text."""
    lines = [f"VÉRIFICATION : {said.name}", f"Faite le {said.made}", "", said.verdict, "", "Ce qui a été contrôlé"]
    lines += [f"  [{answer}] {sentence}" for answer, sentence in said.checks]
    lines += ["", "Nombres et empreintes", *(f"  {name} : {value}" for name, value in said.facts)]
    for result in said.results:
        lines += ["", clean(result.question)]
        lines += [f"  {votes:>9}  {clean(name)}" for name, votes in zip(result.answers, result.counts, strict=True)]
        lines += [] if result.blank is None else [f"  {result.blank:>9}  Vote blanc"]
    return "\n".join([*lines, "", "Ce que ce contrôle ne dit pas", *(f"  {sentence}" for sentence in LIMITS), ""])


def as_pdf(said: Page, made_at: datetime) -> bytes:
    """The page as PDF/UA-1."""
    data = {
        "name": said.name,
        "made": said.made,
        "verdict": said.verdict,
        "good": said.good,
        "checks": [list(check) for check in said.checks],
        "facts": [list(fact) for fact in said.facts],
        "results": [
            {
                "question": clean(one.question),
                "rows": [
                    *([clean(name), str(votes)] for name, votes in zip(one.answers, one.counts, strict=True)),
                    *([] if one.blank is None else [["Votes blancs", str(one.blank)]]),
                ],
            }
            for one in said.results
        ],
        "limits": list(LIMITS),
    }
    return typesetting.set_page("verification.typ", data, made_at)


def write(path: Path, said: Page, made_at: datetime) -> None:
    """Write the page: as PDF where the name ends so, else as text. Raises OSError."""
    path.write_bytes(as_pdf(said, made_at) if path.suffix.lower() == ".pdf" else as_text(said).encode())
