/**
 * The ceremony that gives m holders a key of which t shares are needed (protocol section 6): the steps of one holder, as
 * services/ballot/belenios/keys/pedersen.py has them. What is returned may be seen by whoever carries it; the seed and the
 * share stay on the device.
 *
 * Polynomials are evaluated in BigInt arithmetic, whose time depends on the numbers: docs/security.md says what that gives away.
 */

import { at, fields, items, parse, string } from "../canonical.js";
import { GROUP_NAME, formatPoint, generatorPower, parseScalar, reduce } from "../group.js";
import { randomScalar } from "../random.js";
import { InvalidTrustees, checkSignature, encryptionKey, seal, sign, signed, signingKey, unseal } from "./pki.js";
import {
  MOST_HOLDERS, certificatesMessage, checkCertificates, checkCoefficients, checkTrustees, checkVerificationKey, combined, evaluate,
  publicKeyWithProof,
} from "./trustees.js";

/** @typedef {import("./trustees.js").Certificate} Certificate */

/**
 * Step 1: the keys to sign and to be written to, in a context that says whose they are.
 * @param {string} seed
 * @param {number} index from 1
 * @param {number} threshold
 * @param {number} size
 * @returns {string}
 */
export function makeCertificate(seed, index, threshold, size) {
  const fits = 1 <= threshold && threshold <= size && size <= MOST_HOLDERS && 1 <= index && index <= size;
  if (!fits) throw new RangeError("1 <= index, threshold <= size");
  const key = signingKey(seed);
  return JSON.stringify(
    signed(key, {
      context: { group: GROUP_NAME, size, threshold, index },
      verification: formatPoint(generatorPower(key)),
      encryption: formatPoint(generatorPower(encryptionKey(seed))),
    }),
  );
}

/**
 * @param {readonly string[]} texts the certificates of a group, in the order of their indices
 * @returns {{values: unknown[], certificates: Certificate[]}}
 */
function read(texts) {
  const values = texts.map(parse);
  return { values, certificates: checkCertificates(values) };
}

/**
 * @param {readonly Certificate[]} certificates
 * @param {string} seed
 * @returns {Certificate} the one of this seed
 * @throws {InvalidTrustees} where the portal has put another in its place
 */
function ownCertificate(certificates, seed) {
  const verification = generatorPower(signingKey(seed));
  const encryption = generatorPower(encryptionKey(seed));
  const own = certificates.find((one) => one.verification.equals(verification) && one.encryption.equals(encryption));
  if (!own) throw new InvalidTrustees("bad-context");
  return own;
}

/**
 * Step 2: choose a polynomial f of degree t−1, publish it in the exponent, send f(j) to each holder j.
 * @param {string} seed
 * @param {readonly string[]} certificates
 * @returns {string}
 */
export function makePolynomial(seed, certificates) {
  const group = read(certificates);
  const own = ownCertificate(group.certificates, seed);
  const key = signingKey(seed);
  const coefficients = Array.from({ length: own.threshold }, () => randomScalar());
  const published = coefficients.map(generatorPower);
  const value = (/** @type {number} */ index) =>
    coefficients.reduceRight((result, coefficient) => reduce(result * BigInt(index) + coefficient), 0n);
  return JSON.stringify({
    polynomial: seal(key, own.encryption, { polynomial: coefficients.map(String) }),
    secrets: group.certificates.map((one) => seal(key, one.encryption, { secret: String(value(one.index)) })),
    coefexps: signed(key, { coefexps: published.map(formatPoint) }),
    signature: sign(key, certificatesMessage(group.values, published)),
  });
}

/**
 * Step 4: check what the others wrote, add up the shares received, make the verification key.
 * @param {string} seed
 * @param {readonly string[]} certificates
 * @param {string} input what the carrier has gathered for this holder
 * @returns {{share: bigint, output: string}} the holder's share of the key: secret; and what is published
 * @throws {InvalidTrustees} "bad-secret" where a share is not what its sender published
 */
export function deriveKey(seed, certificates, input) {
  const group = read(certificates);
  const own = ownCertificate(group.certificates, seed);
  const key = signingKey(seed);
  const reading = encryptionKey(seed);
  const message = fields(parse(input), ["polynomial", "secrets", "coefexps", "signatures"]);
  const secrets = items(message.secrets, own.size);
  const signatures = items(message.signatures, own.size);
  let share = 0n;
  const coefficients = items(message.coefexps, own.size).map((value, place) => {
    const sender = at(group.certificates, place);
    const points = checkCoefficients(sender, value);
    checkSignature(sender.verification, certificatesMessage(group.values, points), signatures[place]);
    const { secret } = fields(unseal(reading, sender.verification, secrets[place]), ["secret"]);
    const part = parseScalar(string(secret));
    if (!generatorPower(part).equals(evaluate(points, own.index))) throw new InvalidTrustees("bad-secret");
    share = reduce(share + part);
    return points;
  });
  checkOwnPolynomial(own, reading, at(coefficients, own.index - 1), message.polynomial);
  const withProof = publicKeyWithProof(share);
  const publicKey = { ...withProof, signature: sign(key, withProof.public_key) };
  checkVerificationKey(own, combined(coefficients), publicKey);
  const privateKey = seal(key, own.encryption, { decryption_key: String(share) });
  return { share, output: JSON.stringify({ private_key: privateKey, public_key: publicKey }) };
}

/**
 * The carrier must give back the holder's own polynomial, not one that somebody else made in his name.
 * @param {Certificate} own
 * @param {bigint} reading
 * @param {readonly import("../group.js").Point[]} published
 * @param {unknown} sealed
 */
function checkOwnPolynomial(own, reading, published, sealed) {
  const { polynomial } = fields(unseal(reading, own.verification, sealed), ["polynomial"]);
  items(polynomial, own.threshold).forEach((coefficient, degree) => {
    const point = generatorPower(parseScalar(string(coefficient)));
    if (!point.equals(at(published, degree))) throw new InvalidTrustees("bad-polynomial");
  });
}

/**
 * Check a whole trustees file as the holder numbered `owner` in it: his certificate is there, and so is his key. His own
 * signature over all certificates of the group is then one that he has made: nobody was put in another's place.
 * @param {string} seed
 * @param {string} raw
 * @param {number} owner
 * @param {bigint} share
 * @returns {import("./trustees.js").Trustees}
 */
export function checkMembership(seed, raw, owner, share) {
  const trustees = checkTrustees(raw);
  const found = trustees.owners[owner - 1];
  if (!found) throw new InvalidTrustees("bad-context");
  const item = at(trustees.items, found.item);
  if (item.kind !== "Pedersen") throw new InvalidTrustees("bad-context");
  ownCertificate([at(item.certificates, found.index - 1)], seed);
  if (!generatorPower(share).equals(found.point)) throw new InvalidTrustees("bad-verification-key");
  return trustees;
}
