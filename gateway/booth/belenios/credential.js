/** From a Belenios credential to the signing key of one election, protocol section 2. */

import { formatPoint, generatorPower, reduce } from "./group.js";
import { hexDigest } from "./hashing.js";

/**
 * The signing key of an election. It is bound to the election's uuid, so that one credential gives
 * unrelated keys in different elections.
 * @param {string} credential as it is shown, with dashes (5-6-5-6 Base58 characters)
 * @param {string} electionUuid
 * @returns {bigint} a scalar: secret
 */
export function secretKey(credential, electionUuid) {
  const prefix = `derive_credential|${electionUuid}|`;
  return reduce(BigInt("0x" + hexDigest(`${prefix}0|${credential}`) + hexDigest(`${prefix}1|${credential}`)));
}

/**
 * @param {bigint} secret a signing key
 * @returns {string} the public credential, as it stands in the election's published list
 */
export function publicCredential(secret) {
  return formatPoint(generatorPower(secret));
}
