"""How long a voter waits for the ballot: from the choice to the encrypted ballot, in Chromium, beside plain BigInt.

The worker is the one that pages load (gateway/static/build/worker.js). Each time is of a new worker that has accepted a code
a second ago, so that nothing is warm that would not be for a voter. Beside it, in a new worker of the same browser, what a
naive implementation has to do at least: the scalar multiplications of such a ballot in extended coordinates, by
double-and-add with BigInt and without tables, and the points written out that are hashed; no proof, no hash, no text.
"""

from __future__ import annotations

import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.reassort.codes.voting_code import credential_from_code, generate
from tests.servers import browser
from tests.vectors.samples import TEN, sample

BUILT = Path(__file__).resolve().parents[2] / "gateway" / "static" / "build"
WORKERS = 9
ITERATIONS = 10
"""Of PBKDF2: the code is checked before the choice, and its time is not measured here."""
ANSWERS = len(TEN.answers)
MULTIPLICATIONS = ANSWERS * (2 + 2 + 4) + 2 + 2
"""For each answer a ciphertext (2), the true branch of its proof (2) and the simulated one (4); then the proof that one is
chosen (2), the credential and its signature (2): protocol, sections 3 and 4."""
WRITTEN = ANSWERS * (2 + 4) + 2 + 2
"""Points that are hashed as text, each after an inversion: ciphertexts, commitments of proofs, credential, signature."""

MAKE = """
async (derive) => {
  const worker = new Worker("/worker.js");
  const reply = (type, request) => new Promise((done, failed) => {
    worker.onmessage = ({ data }) => {
      if (data.type === type) done(data);
      if (data.type === "failed") failed(new Error("the worker failed"));
    };
    worker.postMessage(request);
  });
  const derived = await reply("derived", derive);
  if (!derived.matches) throw new Error("the code was not accepted");
  await new Promise((done) => setTimeout(done, 1000));
  const began = performance.now();
  await reply("made", { type: "make", attempt: 1, choices: [{ blank: false, answers: [3] }] });
  const took = performance.now() - began;
  worker.terminate();
  return took;
}
"""
NAIVE_WORKER = """
onmessage = ({ data: { multiplications, written } }) => {
  const P = 2n ** 255n - 19n;
  const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
  const mod = (n) => ((n % P) + P) % P;
  const add = ([X1, Y1, Z1, T1], [X2, Y2, Z2, T2]) => {
    const A = mod((Y1 - X1) * (Y2 - X2)), B = mod((Y1 + X1) * (Y2 + X2));
    const C = mod(2n * D * T1 * T2), E = mod(2n * Z1 * Z2);
    const e = B - A, f = E - C, g = E + C, h = B + A;
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  };
  const inverse = (n) => {
    let result = 1n;
    for (let power = P - 2n, square = n; power > 0n; power >>= 1n) {
      if (power & 1n) result = mod(result * square);
      square = mod(square * square);
    }
    return result;
  };
  const x = 15112221349535400772501151409588531511454012693041857206046113283949847762202n;
  const y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n;
  const scalar = (seed) => {
    let n = 1n;
    for (let i = 0; i < 8; i++) n = (n << 32n) | BigInt((seed * 2654435761 + i * 40503) >>> 0);
    return n >> 4n;
  };
  let last = [0n, 1n, 1n, 0n], texts = "";
  for (let k = 1; k <= multiplications; k++) {
    let power = [0n, 1n, 1n, 0n], step = [x, y, 1n, mod(x * y)];
    for (let n = scalar(k); n > 0n; n >>= 1n) {
      if (n & 1n) power = add(power, step);
      step = add(step, step);
    }
    last = power;
    if (k <= written) {
      const z = inverse(last[2]);
      texts += mod(last[1] * z).toString(16) + (mod(last[0] * z) & 1n);
    }
  }
  postMessage(texts.length + String(last[0]));
};
"""
NAIVE = """
async ([source, request]) => {
  const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const said = () => new Promise((done) => { worker.onmessage = done; });
  const began = performance.now();
  worker.postMessage(request);
  await said();
  const took = performance.now() - began;
  worker.terminate();
  return took;
}
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """A file of the build, or an empty page."""
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>.</title>")


@contextmanager
def _served() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(BUILT))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _derive() -> dict[str, Any]:
    election, code, event = sample(TEN).election, generate(), "00000000-0000-4000-8000-000000000000"
    secret = private_from_credential(election.uuid, credential_from_code(code, event, ITERATIONS))
    return {
        "type": "derive",
        "code": code,
        "salt": event,
        "iterations": ITERATIONS,
        "election": election.raw,
        "credential": public_credential(secret),
        "retired": [],
    }


def run() -> dict[str, Any]:
    """Milliseconds from the choice to the ballot, median of new workers, and over those of plain BigInt arithmetic."""
    derive, work = _derive(), {"multiplications": MULTIPLICATIONS, "written": WRITTEN}
    with _served() as address, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.find(), headless=True, args=browser.FLAGS)
        page = chromium.new_page()
        page.goto(address)
        naive, made = [], []
        for _ in range(WORKERS):  # one beside the other, so that both meet the same machine
            made.append(float(page.evaluate(MAKE, derive)))
            naive.append(float(page.evaluate(NAIVE, [NAIVE_WORKER, work])))
        chromium.close()
    ballot, plain = statistics.median(made), statistics.median(naive)
    return {
        "answers": ANSWERS,
        "ballot_ms": round(ballot, 1),
        "longest_ms": round(max(made), 1),
        "naive_multiplications": MULTIPLICATIONS,
        "naive_ms": round(plain, 1),
        "ratio_to_naive": round(ballot / plain, 3),
    }
