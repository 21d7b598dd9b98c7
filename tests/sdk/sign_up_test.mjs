// Signs people up at `cruddur up` by the JavaScript SDKs alone, and posts as them: the function writes their rows.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";

import {
  CognitoIdentityProviderClient, ConfirmSignUpCommand, InitiateAuthCommand, SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } from "amazon-cognito-identity-js";

import { cruddurUp } from "./support.mjs";

const password = "Sturdy-Passw0rd";
let up, pool;

before(async () => {
  up = await cruddurUp();
  pool = (await (await fetch(`${up.api}/api/configuration`)).json()).user_pool;
});
after(() => up?.stop());

async function codeFor(address) {
  return (await (await fetch(`${up.aws}/_local/mailbox.json?to=${encodeURIComponent(address)}`)).json()).messages[0].code;
}

const nameOf = (handle) =>
  execFileSync("psql", ["-XAtq", up.url, "-v", `handle=${handle}`], {
    encoding: "utf8", timeout: 60_000, input: "select display_name from users where handle = :'handle'",
  }).trim();

async function post(token, message) {
  return fetch(`${up.api}/api/activities`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ message, ttl: "1-hour" }),
  });
}

test("amazon-cognito-identity-js signs up, confirms, signs in by SRP and posts", async () => {
  const called = (run) => new Promise((resolve, reject) => run((failed, result) => (failed ? reject(failed) : resolve(result))));
  const users = new CognitoUserPool({ UserPoolId: pool.id, ClientId: pool.client_id, endpoint: pool.endpoint });
  const attributes = { email: "identity@example.com", name: "O'Brien 🦜", preferred_username: "Identity" };
  await called((done) => users.signUp("Identity", password,
    Object.entries(attributes).map(([Name, Value]) => new CognitoUserAttribute({ Name, Value })), [], done));
  const member = new CognitoUser({ Username: "Identity", Pool: users });
  const code = await codeFor(attributes.email);
  await called((done) => member.confirmRegistration(code, false, done));
  assert.equal(nameOf("Identity"), attributes.name);
  const session = await new Promise((onSuccess, onFailure) =>
    member.authenticateUser(new AuthenticationDetails({ Username: "identity@example.com", Password: password }), { onSuccess, onFailure }));
  const answer = await post(session.getAccessToken().getJwtToken(), "By SRP");
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).handle, "Identity");
  assert.equal((await post(session.getIdToken().getJwtToken(), "By the id token")).status, 401);
});

test("the SDK signs up and confirms, and the pool's client admits no password that is sent in clear", async () => {
  const sdk = new CognitoIdentityProviderClient({ endpoint: pool.endpoint, region: pool.region, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  const attributes = { email: "sdk@example.com", name: "Robert'); DROP TABLE users;--", preferred_username: "sdk" };
  const ClientId = pool.client_id;
  await sdk.send(new SignUpCommand({
    ClientId, Username: "sdk", Password: password, UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  }));
  await sdk.send(new ConfirmSignUpCommand({ ClientId, Username: "sdk", ConfirmationCode: await codeFor(attributes.email) }));
  assert.equal(nameOf("sdk"), attributes.name);
  await assert.rejects(
    sdk.send(new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME: "sdk", PASSWORD: password } })),
    { name: "InvalidParameterException" });
});
