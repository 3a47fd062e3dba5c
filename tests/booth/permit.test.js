import assert from "node:assert/strict";
import { test } from "node:test";

import { shortForm } from "../../gateway/booth/permit.js";

test("a fingerprint as people compare it: the same as the portal's (tests/unit/gateway/test_fingerprints.py)", () => {
  assert.equal(shortForm("n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg"), "9F86 D081 884C 7D65 9A2F");
});
