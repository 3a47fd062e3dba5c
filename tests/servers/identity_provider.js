// A certified OpenID Connect provider (oidc-provider) with invented people, for tests: on loopback, for one client.
// Arguments: port, address it leads back to. Standard input: lines of commands; standard output: « ready », then an answer each.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const [port, first] = process.argv.slice(2);
let redirect = first;
const issuer = `http://127.0.0.1:${port}`;
const { default: Provider } = await import("oidc-provider");

const key = () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg: "ES256", use: "sig" };
};

let person = {};
const client = (id) => ({
  client_id: id,
  client_secret: `secret-of-${id}-that-must-not-leak`,
  redirect_uris: [redirect],
  response_types: ["code"],
  grant_types: ["authorization_code"],
  id_token_signed_response_alg: "ES256",
  // « signed » is told what FranceConnect's version 2 tells: the claims as a signed token.
  ...(id === "signed" ? { userinfo_signed_response_alg: "ES256", token_endpoint_auth_method: "client_secret_basic" } : {}),
});

const made = () => {
  const provider = new Provider(issuer, {
    clients: [client("isoloir"), client("signed")],
    jwks: { keys: [key()] },
    cookies: { keys: [randomUUID()] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, jwtUserinfo: { enabled: true } },
    scopes: ["openid", "given_name", "family_name", "preferred_username", "birthdate"],
    claims: {
      openid: ["sub"],
      given_name: ["given_name"],
      family_name: ["family_name"],
      preferred_username: ["preferred_username"],
      birthdate: ["birthdate"],
    },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...person }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Grant: 600, Session: 600, Interaction: 600, AccessToken: 600, IdToken: 600 },
  });
  return provider;
};

let provider = made();

/** The people of these tests say yes at once, or no where `person.refuses` is set. */
const interact = async (request, response) => {
  const details = await provider.interactionDetails(request, response);
  if (person.refuses) {
    const no = { error: "access_denied", error_description: "refused by the person" };
    return provider.interactionFinished(request, response, no, { mergeWithLastSubmission: false });
  }
  const accountId = details.session?.accountId ?? "a-person";
  const grant = new provider.Grant({ accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
};

createServer(async (request, response) => {
  try {
    if (request.url.startsWith("/interaction/")) await interact(request, response);
    else await provider.callback()(request, response);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));

for await (const line of createInterface({ input: process.stdin })) {
  const { person: next, rotate, leads } = JSON.parse(line);
  if (next) person = next;
  if (leads) redirect = leads;
  if (rotate || leads) provider = made();
  console.log("done");
}
process.exit(0);
