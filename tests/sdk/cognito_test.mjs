// Signs people up and in by the JavaScript SDKs alone.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import test from "node:test";

import {
  AdminGetUserCommand, CognitoIdentityProviderClient, ConfirmSignUpCommand, CreateUserPoolClientCommand,
  CreateUserPoolCommand, GetUserCommand, InitiateAuthCommand, SetUserPoolMfaConfigCommand, SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } from "amazon-cognito-identity-js";

import { localAws } from "./support.mjs";

const password = "Sturdy-Passw0rd";
const called = (run) => new Promise((resolve, reject) =>
  run((failed, result) => (failed ? reject(failed) : resolve(result))));

async function newPool(test) {
  const { endpoint } = await localAws(test);
  const sdk = new CognitoIdentityProviderClient({
    endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const codeFor = async (to) =>
    (await (await fetch(`${endpoint}/_local/mailbox.json?to=${encodeURIComponent(to)}`)).json()).messages[0].code;
  const { UserPool } = await sdk.send(new CreateUserPoolCommand({ PoolName: "js", AutoVerifiedAttributes: ["email"] }));
  const { UserPoolClient } = await sdk.send(new CreateUserPoolClientCommand({
    UserPoolId: UserPool.Id, ClientName: "js",
    ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  }));
  return { endpoint, sdk, codeFor, UserPoolId: UserPool.Id, ClientId: UserPoolClient.ClientId };
}

test("the SDK signs up, confirms and signs in", async (test) => {
  const { sdk, codeFor, ClientId } = await newPool(test);
  const attributes = [{ Name: "email", Value: "sdk@example.com" }, { Name: "name", Value: "O'Brien 🦜" }];
  await sdk.send(new SignUpCommand({ ClientId, Username: "sdk", Password: password, UserAttributes: attributes }));
  await assert.rejects(
    sdk.send(new ConfirmSignUpCommand({ ClientId, Username: "sdk", ConfirmationCode: "no" })), { name: "CodeMismatchException" });
  await sdk.send(new ConfirmSignUpCommand({ ClientId, Username: "sdk", ConfirmationCode: await codeFor("sdk@example.com") }));
  const { AuthenticationResult } = await sdk.send(new InitiateAuthCommand({
    ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: { USERNAME: "sdk", PASSWORD: password },
  }));
  const user = await sdk.send(new GetUserCommand({ AccessToken: AuthenticationResult.AccessToken }));
  assert.equal(user.UserAttributes.find((each) => each.Name === "name").Value, "O'Brien 🦜");
});

test("amazon-cognito-identity-js signs in by SRP, refreshes and signs out", async (test) => {
  const { endpoint, sdk, codeFor, UserPoolId, ClientId } = await newPool(test);
  const pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint });
  await called((done) => pool.signUp("identity", password,
    [new CognitoUserAttribute({ Name: "email", Value: "identity@example.com" })], [], done));
  const member = new CognitoUser({ Username: "identity", Pool: pool });
  const code = await codeFor("identity@example.com");
  await called((done) => member.confirmRegistration(code, false, done));
  const signIn = (Password) => new Promise((onSuccess, onFailure) =>
    member.authenticateUser(new AuthenticationDetails({ Username: "identity", Password }), { onSuccess, onFailure }));
  await assert.rejects(signIn("Wr0ng-Password"), { code: "NotAuthorizedException" });
  const session = await signIn(password);
  assert.ok(session.isValid());
  assert.equal(session.getIdToken().payload.email, "identity@example.com");
  const fresh = await called((done) => member.refreshSession(session.getRefreshToken(), done));
  assert.notEqual(fresh.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  const found = await sdk.send(new AdminGetUserCommand({ UserPoolId, Username: "identity" }));
  assert.equal(found.UserStatus, "CONFIRMED");
  await new Promise((onSuccess, onFailure) => member.globalSignOut({ onSuccess, onFailure }));
  await assert.rejects(
    sdk.send(new GetUserCommand({ AccessToken: fresh.getAccessToken().getJwtToken() })), { name: "NotAuthorizedException" });
});

// The code of an authenticator now, or that many steps of 30 seconds from now (RFC 6238).
function oneTimeCode(secret, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  return String((digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("amazon-cognito-identity-js sets an authenticator up and signs in by it", async (test) => {
  const { endpoint, sdk, codeFor, UserPoolId, ClientId } = await newPool(test);
  await sdk.send(new SetUserPoolMfaConfigCommand({
    UserPoolId, MfaConfiguration: "OPTIONAL", SoftwareTokenMfaConfiguration: { Enabled: true } }));
  const pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint });
  await called((done) => pool.signUp("careful", password,
    [new CognitoUserAttribute({ Name: "email", Value: "careful@example.com" })], [], done));
  const member = new CognitoUser({ Username: "careful", Pool: pool });
  const code = await codeFor("careful@example.com");
  await called((done) => member.confirmRegistration(code, false, done));
  const signIn = () => new Promise((onSuccess, onFailure) => member.authenticateUser(
    new AuthenticationDetails({ Username: "careful", Password: password }),
    { onSuccess, onFailure, totpRequired: (name) => onSuccess({ asked: name }) }));
  assert.ok((await signIn()).isValid());
  const secret = await new Promise((associateSecretCode, onFailure) =>
    member.associateSoftwareToken({ associateSecretCode, onFailure }));
  await new Promise((onSuccess, onFailure) =>
    member.verifySoftwareToken(oneTimeCode(secret), "phone", { onSuccess, onFailure }));
  await called((done) => member.setUserMfaPreference(null, { PreferredMfa: true, Enabled: true }, done));
  assert.equal((await signIn()).asked, "SOFTWARE_TOKEN_MFA");
  const give = (given) => new Promise((onSuccess, onFailure) =>
    member.sendMFACode(given, { onSuccess, onFailure }, "SOFTWARE_TOKEN_MFA"));
  await assert.rejects(give(oneTimeCode(secret, 9)), { code: "CodeMismatchException" });
  assert.ok((await give(oneTimeCode(secret, 1))).isValid());
});
