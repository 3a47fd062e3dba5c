"""HTTP client of the gateway's operator API: a typed method for each command, refusals as exceptions."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import requests

Payload = dict[str, Any]
Watch = Callable[[Payload], None]

# The gateway gives its own RPC two tries of at most 30 s each; what takes longer is a job.
SECONDS = 70.0
UNREACHABLE = "Le portail ne répond pas à cette adresse. Vérifiez ISOLOIR_PUBLIC_URL et que la passerelle est démarrée."
JOB_FAILED = (
    "Ce travail s’est arrêté plusieurs fois sur une erreur. Relancez la commande : il reprend où il en était. "
    "Si cela recommence, cherchez « job_ended » dans le journal du service."
)
INTERRUPTED = "Le téléchargement s’est interrompu : le fichier est incomplet. Recommencez."
COME_AGAIN = frozenset({"archive_in_preparation", "busy", "rate_limited", "service_unavailable", "unreachable"})
WATCHING_SECONDS = 300.0
"""How long the portal may be away while a job is watched that goes on without it."""
PARTIAL = 206
MOST_TRIES = 5
"""Tries in a row of a download that bring nothing more."""
NOT_OURS = "La réponse ne vient pas d’Isoloir. Vérifiez l’adresse du portail (ISOLOIR_PUBLIC_URL)."


class OperatorRefusal(Exception):
    """The gateway said no. `message` is French and says what to do; `details` depend on the code."""

    def __init__(self, code: str, message: str, details: Payload | None = None, correlation_id: str = "") -> None:
        self.code = code
        self.message = message
        self.details = details or {}
        self.correlation_id = correlation_id
        super().__init__(f"{code}: {message}")


def ignore(_job: Payload) -> None:
    """Watch nothing."""


def unchecked(_name: str, _payload: Payload) -> None:
    """Leave it to the portal."""


class OperatorClient:
    """Commands of an operator.

    Every method raises OperatorRefusal.

    Args:
        base_url: the gateway's, http://host:port.
        token: the operator's.
        check: what is asked before a command is sent, with its name and payload; it raises OperatorRefusal. Key holders'
            machines have no services' contracts and check nothing.
    """

    def __init__(self, base_url: str, token: str, check: Callable[[str, Payload], None] = unchecked) -> None:
        self._check = check
        self.base_url = base_url.rstrip("/")
        self._session = requests.Session()
        # A proxy or ~/.netrc from the operator's environment must not see, nor replace, the token.
        self._session.trust_env = False
        self._token = token

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def command(self, name: str, payload: Payload) -> Payload:
        """Run the command `name` (with hyphens). A busy or silent service is asked twice more: commands are idempotent."""
        self._check(name, payload)
        for pause in (1.0, 3.0, None):
            try:
                return self._post(name, payload)
            except OperatorRefusal as refusal:
                if refusal.code != "service_unavailable" or pause is None:
                    raise
                time.sleep(pause)
        raise AssertionError("unreachable")

    def jobs(self) -> Payload:
        """{jobs: those under way in all services and the newest of the others, away: services that do not answer}."""
        return self.command("jobs", {})

    def _work(self, service: str, start: str, payload: Payload, watch: Watch) -> Payload:
        """Have a job done and wait for it; whoever asks for the same meanwhile, here or elsewhere, waits for the same.

        A job lasts hours and is done whoever watches: a portal that is away for some minutes meanwhile ends nothing.

        Args:
            service: Whose job it is.
            start: The command that starts it.
            payload: What the command takes.
            watch: Called with the job each time it is looked at.

        Returns:
            Its result.

        Raises:
            OperatorRefusal: the job's own refusal, or job_failed {kind, reason}.
        """
        known = {"service": service, "job": self.command(start, payload)["job"]}
        pause, seen = 0.1, time.monotonic()
        while True:
            try:
                job = self.command("job", known)
            except OperatorRefusal as refusal:
                if refusal.code not in COME_AGAIN or time.monotonic() - seen > WATCHING_SECONDS:
                    raise
            else:
                seen = time.monotonic()
                watch(job)
                if job["state"] == "done":
                    result: Payload = job["result"]
                    return result
                if job["state"] == "failed":
                    details = {"kind": job["kind"], "reason": job["reason"]}
                    raise OperatorRefusal("job_failed", JOB_FAILED, details)
            time.sleep(pause)
            pause = min(pause * 1.5, 2.0)

    # identity

    def open_voting_event(self, event: Payload) -> Payload:
        """Identity's OpenVotingEvent and VotingEventOpened, as JSON writes them."""
        return self.command("open-voting-event", event)

    def stage_roll(self, voting_event: str, import_id: str, first_line: int, rows: list[dict[str, str]]) -> int:
        """Send rows of a roll; `first_line` is the file line of the first. Out: how many rows are staged in all."""
        payload = {"voting_event": voting_event, "import_id": import_id, "first_line": first_line, "rows": rows}
        staged: int = self.command("stage-roll", payload)["staged"]
        return staged

    def compare_roll(
        self, voting_event: str, import_id: str, lines: int, watch: Watch = ignore, *, complement: bool = False
    ) -> Payload:
        """What the staged rows would change: identity's RollDifferences, as JSON writes them. Refusal: roll_invalid."""
        payload = {"voting_event": voting_event, "import_id": import_id, "lines": lines, "complement": complement}
        return self._work("identity", "start-compare-roll", payload, watch)

    def differences(self, voting_event: str, import_id: str, *, complement: bool = False) -> Iterator[Payload]:
        """{kind, identifier, line, columns} of each voter whom the staged rows add, change or remove."""
        known = {"voting_event": voting_event, "import_id": import_id, "complement": complement}
        for kind in ("added", "changed", "removed"):
            after: str | None = ""
            while after is not None:
                page = self.command("list-differences", {**known, "kind": kind, "after": after})
                yield from page["entries"]
                after = page["next"]

    def drop_roll(self, voting_event: str, import_id: str) -> None:
        """Forget staged rows that were only looked at."""
        self.command("drop-roll", {"voting_event": voting_event, "import_id": import_id})

    def commit_roll(
        self,
        voting_event: str,
        import_id: str,
        lines: int,
        watch: Watch = ignore,
        *,
        complement: bool = False,
        removing: int = 0,
    ) -> Payload:
        """Take all staged rows over, or none; a complement leaves those of the roll whom they do not name.

        `removing`: how many voters leave, as somebody has typed it. Out: {voters, entitlements} of the whole roll.
        Refusals: roll_invalid {total, errors}, roll_would_lose {count}.
        """
        payload = {
            "voting_event": voting_event,
            "import_id": import_id,
            "lines": lines,
            "complement": complement,
            "removing": removing,
        }
        return self._work("identity", "start-commit-roll", payload, watch)

    def seal_roll(self, voting_event: str, watch: Watch = ignore) -> Payload:
        """Seal the roll. Out: {voters, entitlements}."""
        return self._work("identity", "start-seal-roll", {"voting_event": voting_event}, watch)

    def attendance(self, voting_event: str) -> list[Payload]:
        """[{uuid, entitled, signed}] of each election."""
        found: list[Payload] = self.command("attendance", {"voting_event": voting_event})["elections"]
        return found

    def record_earlier_turnout(self, given: Payload) -> Payload:
        """Identity's EarlierTurnout and EarlierRecorded, as JSON writes them."""
        return self.command("record-earlier-turnout", given)

    def remove_voter(self, wanted: Payload) -> Payload:
        """Identity's RemoveVoter and Removal, as JSON writes them."""
        return self.command("remove-voter", wanted)

    def removal(self, removal: str) -> Payload:
        """How far a removal is."""
        return self.command("removal", {"removal": removal})

    # reassort

    def generate_codes(self, voting_event: str, watch: Watch = ignore) -> Payload:
        """Make the codes of all voters who have none. Out: {voters, missing}, how many of the roll have or have none."""
        return self._work("reassort", "start-generate-codes", {"voting_event": voting_event}, watch)

    def code_counts(self, voting_event: str) -> Payload:
        """{voters, spares, credentials, notices}."""
        return self.command("code-counts", {"voting_event": voting_event})

    # ballot

    def create_election(self, election: Payload) -> Payload:
        """The ballot box's CreateElection and ElectionCreated, as JSON writes them."""
        return self.command("create-election", election)

    def set_trustees(self, election: str, trustees: str) -> Payload:
        """Set the raw trustees file. Out: {public_key}."""
        return self.command("set-trustees", {"election": election, "trustees": trustees})

    def sealing_checks(self, election: str) -> Payload:
        """{sealed, keys, holders, expected, received}."""
        return self.command("sealing-checks", {"election": election})

    def seal_election(self, election: str, present: list[str], watch: Watch = ignore) -> Payload:
        """Seal, with the names of those who are present. Out: {election_hash, head, credentials}."""
        return self._work("ballot", "start-seal-election", {"election": election, "present": present}, watch)

    def hold_mock(self, voting_event: str, ballots: int, watch: Watch = ignore) -> Payload:
        """Have a mock election held of every draft. Out: {elections: the ballot box's MockElection, as JSON writes it}."""
        return self._work("ballot", "start-mock", {"voting_event": voting_event, "ballots": ballots}, watch)

    def check_integrity(self, election: str, watch: Watch = ignore) -> Payload:
        """Have computed anew what was sealed of an election. Out: runtime's Integrity, as JSON writes it."""
        self._work("ballot", "start-check-integrity", {"election": election}, watch)
        return self.command("integrity", {"election": election})

    def check_roll_integrity(self, voting_event: str, watch: Watch = ignore) -> Payload:
        """The same of the roll and its voting event."""
        self._work("identity", "start-check-roll-integrity", {"voting_event": voting_event}, watch)
        return self.command("roll-integrity", {"voting_event": voting_event})

    def describe_election(self, election: str) -> Payload:
        """State, dates, fingerprints, counts, result."""
        return self.command("describe-election", {"election": election})

    def close_election(self, election: str, reason: str) -> Payload:
        """Close before the time, for a stated reason. Out: {head, ballots}."""
        return self.command("close-election", {"election": election, "reason": reason})

    def encrypted_tally(self, election: str, watch: Watch = ignore) -> Payload:
        """Wait until the ballots are added up. Out: {encrypted_tally, sized, election_hash, owners}."""
        try:
            return self.command("encrypted-tally", {"election": election})
        except OperatorRefusal as refusal:
            if refusal.code != "tally_missing":
                raise
        self._work("ballot", "start-tally", {"election": election}, watch)
        return self.command("encrypted-tally", {"election": election})

    def submit_partial_decryption(self, election: str, owner: int, partial_decryption: str) -> list[int]:
        """Hand in one holder's partial decryption. Out: the owners received so far."""
        payload = {"election": election, "owner": owner, "partial_decryption": partial_decryption}
        received: list[int] = self.command("submit-partial-decryption", payload)["received"]
        return received

    def publish_result(self, election: str) -> Payload:
        """Combine and publish. Out: {result, ballots}."""
        return self.command("publish-result", {"election": election})

    # identity: campaigns, claims, assistance

    def open_campaign(self, voting_event: str, name: str) -> str:
        """Open a campaign, or find it again by its name. Out: its id."""
        found: str = self.command("open-campaign", {"voting_event": voting_event, "name": name})["campaign"]
        return found

    def list_campaigns(self, voting_event: str) -> list[Payload]:
        """[{campaign, name, opened_at, voters, queued, activated}]."""
        found: list[Payload] = self.command("list-campaigns", {"voting_event": voting_event})["campaigns"]
        return found

    def send_campaign_page(self, campaign: str, limit: int) -> Payload:
        """Ask for the messages of the next voters. Out: {queued, finished}."""
        return self.command("send-campaign-page", {"campaign": campaign, "limit": limit})

    def campaign_progress(self, campaign: str) -> Payload:
        """{voting_event, name, opened_at, voters, queued, activated}."""
        return self.command("campaign-progress", {"campaign": campaign})

    def list_claims(self, state: str | None, after: int | None, limit: int) -> Payload:
        """{claims, next}; state None for all."""
        return self.command("list-claims-queue", {"state": state, "after": after, "limit": limit})

    def answer_claim(self, claim: int, state: str, answer: str) -> Payload:
        """Put a claim into a state; the voter is written to when it is accepted or rejected. Out: {claim, state}."""
        return self.command("answer-claim", {"claim": claim, "state": state, "answer": answer})

    def list_assistance(self, state: str | None, after: int | None, limit: int) -> Payload:
        """{requests, next}; state None for all."""
        return self.command("list-assistance", {"state": state, "after": after, "limit": limit})

    def answer_assistance(self, request: int, answer: str) -> Payload:
        """Answer a request by e-mail. Out: {request}."""
        return self.command("answer-assistance", {"request": request, "answer": answer})

    def list_shared_phones(self) -> list[Payload]:
        """[{masked, refused, last_at}]: numbers that too many voters wanted their codes sent to."""
        found: list[Payload] = self.command("list-shared-phones", {})["phones"]
        return found

    def record_notice(self, identifier: str, reason: str) -> Payload:
        """Note that a paper notice was not handed over. Out: {new}."""
        return self.command("record-notice", {"identifier": identifier, "reason": reason})

    def list_notices(self, after: int | None, limit: int) -> Payload:
        """{notices: [{number, voter, reason, recorded_at, reissues, voted}], next}."""
        return self.command("list-notices", {"after": after, "limit": limit})

    # notification, all

    def message_counts(self, campaign: str | None = None) -> list[Payload]:
        """[{channel, state, count}], of one campaign or of all messages."""
        found: list[Payload] = self.command("message-counts", _of(campaign))["counts"]
        return found

    def list_failures(self, limit: int = 100, campaign: str | None = None) -> list[Payload]:
        """[{message_id, channel, template, state, attempts, reason, diagnostic, at}]."""
        found: list[Payload] = self.command("list-failures", {"limit": limit, **_of(campaign)})["failures"]
        return found

    def deliveries(self, since: str, until: str) -> list[Payload]:
        """[{hour, channel, operator, territory, asked, arrived, failed, unknown, waiting, in_time, mean_seconds}]."""
        found: list[Payload] = self.command("list-deliveries", {"since": since, "until": until})["deliveries"]
        return found

    def health(self) -> Payload:
        """Each service by name."""
        return self.command("health", {})

    def condition(self) -> Payload:
        """{services: the condition of each that answers, away: {service: why it does not}}."""
        return self.command("condition", {})

    def texts(self) -> Payload:
        """{missing, elections: [{code, lists, undocumented, differing}], presentation}: which texts are written."""
        return self.command("texts", {})

    def retry_parked(self, service: str, event: str | None = None) -> int:
        """Have one event that a service has put aside tried again, or all of them; how many."""
        retried: int = self.command("retry-parked", {"service": service, "event": event})["retried"]
        return retried

    def waiting_room(self) -> Payload:
        """Who waits to come in, and what the door does (gateway/api/operators/waiting_room.py)."""
        return self.command("waiting-room", {})

    def steer_waiting_room(self, mode: str, pace: int = 0) -> Payload:
        """Have the door do as operators say; how it stands then."""
        return self.command("steer-waiting-room", {"mode": mode, "pace": pace})

    # public

    def voting_event(self) -> Payload:
        """The current voting event with its elections."""
        return self._answer("GET", "/api/v1/voting-event")

    def archive(self, election: str) -> Iterator[bytes]:
        """The archive of an election, piece by piece; what breaks off goes on where it stopped, since an archive only grows.

        Errors: OperatorRefusal too on the way, when several tries in a row bring nothing more.
        """
        position, tries = 0, 0
        while True:
            try:
                headers = {"Range": f"bytes={position}-"} if position else {}
                with self._request("GET", f"/api/v1/elections/{election}/archive", headers, stream=True) as response:
                    if position and response.status_code != PARTIAL:
                        raise OperatorRefusal("interrupted", INTERRUPTED)
                    for piece in response.iter_content(64 * 1024):
                        yield piece
                        position, tries = position + len(piece), 0
                    return
            except OperatorRefusal as refusal:
                if position and refusal.code == "out_of_range":
                    # The transfer broke off after the last byte.
                    return
                if refusal.code not in COME_AGAIN:
                    raise
                if refusal.code != "archive_in_preparation":
                    tries += 1
                if tries > MOST_TRIES:
                    raise
                time.sleep(float(refusal.details.get("seconds") or 1))
            except requests.RequestException:
                tries += 1
                if tries > MOST_TRIES:
                    raise OperatorRefusal("interrupted", INTERRUPTED) from None

    def register(self, election: str) -> Iterator[bytes]:
        """The register of re-issues of an election, piece by piece. Errors: OperatorRefusal too when it breaks off."""
        try:
            with self._request("GET", f"/api/v1/elections/{election}/register", stream=True) as response:
                yield from response.iter_content(64 * 1024)
        except requests.RequestException:
            raise OperatorRefusal("interrupted", INTERRUPTED) from None

    def _post(self, name: str, payload: Payload) -> Payload:
        return self._answer("POST", f"/api/v1/operator/{name}", json=payload)

    def _answer(self, method: str, path: str, **more: Any) -> Payload:
        with self._request(method, path, **more) as response:
            try:
                found = response.json()
            except ValueError:
                raise OperatorRefusal("not_isoloir", NOT_OURS) from None
        if not isinstance(found, dict):
            raise OperatorRefusal("not_isoloir", NOT_OURS)
        return found

    def _request(self, method: str, path: str, wanted: dict[str, str] | None = None, **more: Any) -> requests.Response:
        headers = {"X-Correlation-Id": str(uuid4()), **(wanted or {})}
        if path.startswith("/api/v1/operator/"):
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            response = self._session.request(
                method, self.base_url + path, headers=headers, timeout=(5.0, SECONDS), allow_redirects=False, **more
            )
        except requests.RequestException:
            raise OperatorRefusal("unreachable", UNREACHABLE) from None
        if response.status_code >= 300:
            with response:
                raise _refusal(response)
        return response


def _of(campaign: str | None) -> Payload:
    return {} if campaign is None else {"campaign": campaign}


def _refusal(response: requests.Response) -> OperatorRefusal:
    try:
        body = response.json()
        return OperatorRefusal(body["code"], body["message"], body["details"], body["correlation_id"])
    except (ValueError, KeyError, TypeError):
        return OperatorRefusal("not_isoloir", NOT_OURS)
