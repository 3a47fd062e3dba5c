/**
 * The trustees file (protocol section 6): who holds which share of the key that all ballots are encrypted for. Every proof,
 * signature and derived key is checked here, on the holder's device, as services/ballot/belenios/keys/trustees.py does.
 */

import { Malformed, at, fields, integer, items, parse, string } from "../canonical.js";
import { GROUP_NAME, GroupError, formatPoint, generatorPower, isIdentity, parsePoint, product, publicPower } from "../group.js";
import { checkKnowledge, parseProof, proveKnowledge } from "../proofs.js";
import { InvalidTrustees, checkSignature, openSigned } from "./pki.js";

/** @typedef {import("../group.js").Point} Point */
/** @typedef {{size: number, threshold: number, index: number, verification: Point, encryption: Point}} Certificate */
/** @typedef {{owner: number, item: number, index: number, publicKey: string, point: Point}} Owner `owner` and `index` from 1, `item` from 0 */
/** @typedef {{kind: string, threshold: number, point: Point, owners: Owner[], certificates: Certificate[]}} Item */
/** @typedef {{raw: string, publicKey: string, items: Item[], owners: Owner[]}} Trustees */

const MOST_ITEMS = 50;
export const MOST_HOLDERS = 100;

/**
 * @param {string} publicKey
 * @returns {string}
 */
function knowledgePrefix(publicKey) {
  return `pok|${GROUP_NAME}|${publicKey}|`;
}

/**
 * @param {bigint} secret
 * @returns {{pok: import("../proofs.js").Proof, public_key: string}}
 */
export function publicKeyWithProof(secret) {
  const publicKey = formatPoint(generatorPower(secret));
  return { pok: proveKnowledge(secret, knowledgePrefix(publicKey)), public_key: publicKey };
}

/**
 * @param {unknown} key
 * @param {unknown} proof
 * @returns {Point}
 */
function checkPublicKey(key, proof) {
  const point = parsePoint(string(key));
  const pair = parseProof(proof);
  if (isIdentity(point)) throw new InvalidTrustees("bad-public-key");
  if (!checkKnowledge(point, knowledgePrefix(string(key)), pair)) throw new InvalidTrustees("bad-proof");
  return point;
}

/**
 * @param {unknown} value
 * @returns {Certificate}
 */
export function parseCertificate(value) {
  const { message, signature } = openSigned(value);
  const content = fields(parse(message), ["context", "verification", "encryption"]);
  const context = fields(content.context, ["group", "size", "threshold", "index"]);
  if (string(context.group) !== GROUP_NAME) throw new InvalidTrustees("bad-context");
  const size = integer(context.size, 1, MOST_HOLDERS);
  const certificate = {
    size,
    threshold: integer(context.threshold, 1, size),
    index: integer(context.index, 1, size),
    verification: parsePoint(string(content.verification)),
    encryption: parsePoint(string(content.encryption)),
  };
  if (isIdentity(certificate.verification) || isIdentity(certificate.encryption)) throw new InvalidTrustees("bad-public-key");
  checkSignature(certificate.verification, message, signature);
  return certificate;
}

/**
 * @param {unknown} values the certificates of one group
 * @returns {Certificate[]} all of one context, indices from 1 in order, no key twice
 */
export function checkCertificates(values) {
  const certificates = items(values).map(parseCertificate);
  if (certificates.length === 0) throw new InvalidTrustees("bad-context");
  const { threshold } = at(certificates, 0);
  certificates.forEach((one, place) => {
    const fits = one.size === certificates.length && one.threshold === threshold && one.index === place + 1;
    if (!fits) throw new InvalidTrustees("bad-context");
  });
  if (new Set(certificates.map((one) => formatPoint(one.verification))).size !== certificates.length) {
    throw new InvalidTrustees("bad-context");
  }
  return certificates;
}

/**
 * @param {Certificate} certificate
 * @param {unknown} value
 * @returns {Point[]} the holder's coefficients in the exponent, signed by him
 */
export function checkCoefficients(certificate, value) {
  const { message, signature } = openSigned(value);
  checkSignature(certificate.verification, message, signature);
  const { coefexps } = fields(parse(message), ["coefexps"]);
  return items(coefexps, certificate.threshold).map((one) => parsePoint(string(one)));
}

/**
 * @param {unknown[]} certificates as they are published
 * @param {Point[]} coefficients
 * @returns {string} what a holder signs once he has seen all certificates
 */
export function certificatesMessage(certificates, coefficients) {
  return "certs_sig|" + JSON.stringify({ certs: certificates, coefexps: coefficients.map(formatPoint) });
}

/**
 * @param {readonly (readonly Point[])[]} coefficients of each holder
 * @returns {Point[]} those of the sum of all polynomials
 */
export function combined(coefficients) {
  return at(coefficients, 0).map((_point, degree) => product(coefficients.map((row) => at(row, degree))));
}

/**
 * @param {readonly Point[]} coefficients
 * @param {number} index
 * @returns {Point} the polynomial at the index, in the exponent, by Horner's rule
 */
export function evaluate(coefficients, index) {
  return coefficients.reduceRight((result, point) => publicPower(result, BigInt(index)).add(point), product([]));
}

/**
 * @param {Certificate} certificate
 * @param {readonly Point[]} coefficients combined
 * @param {unknown} value
 * @returns {Point} the holder's verification key: proved, signed, and the one that his shares give
 */
export function checkVerificationKey(certificate, coefficients, value) {
  const key = fields(value, ["pok", "public_key", "signature"]);
  const point = checkPublicKey(key.public_key, key.pok);
  checkSignature(certificate.verification, string(key.public_key), key.signature);
  if (!point.equals(evaluate(coefficients, certificate.index))) throw new InvalidTrustees("bad-verification-key");
  return point;
}

/**
 * @param {unknown} content
 * @param {number} item
 * @param {number} first number of its first owner
 * @returns {Item}
 */
function checkSingle(content, item, first) {
  const single = fields(content, ["pok", "public_key"]);
  const point = checkPublicKey(single.public_key, single.pok);
  const owner = { owner: first, item, index: 1, publicKey: string(single.public_key), point };
  return { kind: "Single", threshold: 1, point, owners: [owner], certificates: [] };
}

/**
 * @param {unknown} content
 * @param {number} item
 * @param {number} first number of its first owner
 * @returns {Item}
 */
function checkPedersen(content, item, first) {
  const group = fields(content, ["threshold", "certs", "coefexps", "signatures", "verification_keys"]);
  const certificates = checkCertificates(group.certs);
  const size = certificates.length;
  const threshold = integer(group.threshold, 1, size);
  if (threshold !== at(certificates, 0).threshold) throw new InvalidTrustees("bad-context");
  const signatures = items(group.signatures, size);
  const coefficients = items(group.coefexps, size).map((value, place) => {
    const points = checkCoefficients(at(certificates, place), value);
    const message = certificatesMessage(items(group.certs), points);
    checkSignature(at(certificates, place).verification, message, signatures[place]);
    return points;
  });
  const sums = combined(coefficients);
  const owners = items(group.verification_keys, size).map((value, place) => {
    const point = checkVerificationKey(at(certificates, place), sums, value);
    return { owner: first + place, item, index: place + 1, publicKey: formatPoint(point), point };
  });
  return { kind: "Pedersen", threshold, point: at(sums, 0), owners, certificates };
}

/**
 * @param {string} raw
 * @returns {Trustees}
 * @throws {InvalidTrustees} "malformed", or what does not hold
 */
export function checkTrustees(raw) {
  /** @type {Item[]} */
  const checked = [];
  let first = 1;
  try {
    const entries = items(parse(raw));
    if (entries.length < 1 || entries.length > MOST_ITEMS) throw new InvalidTrustees("malformed");
    entries.forEach((entry, place) => {
      const [kind, content] = items(entry, 2);
      if (kind !== "Single" && kind !== "Pedersen") throw new InvalidTrustees("malformed");
      const item = kind === "Single" ? checkSingle(content, place, first) : checkPedersen(content, place, first);
      checked.push(item);
      first += item.owners.length;
    });
  } catch (error) {
    if (error instanceof Malformed || error instanceof GroupError) throw new InvalidTrustees("malformed");
    throw error;
  }
  const key = product(checked.map((item) => item.point));
  // A group that nobody needs, or one who alone decrypts for two: the file would announce holders who hold nothing.
  const distinct = new Set(checked.map((item) => formatPoint(item.point))).size === checked.length;
  if (!distinct || isIdentity(key) || checked.some((item) => isIdentity(item.point))) throw new InvalidTrustees("bad-public-key");
  return { raw, publicKey: formatPoint(key), items: checked, owners: checked.flatMap((item) => item.owners) };
}
