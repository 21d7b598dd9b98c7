import * as secrets from "@aws-sdk/client-secrets-manager";
import { operation } from "../ground/call";
import { clientSettings } from "../ground/session";

const client = new secrets.SecretsManagerClient(clientSettings());

export async function listSecrets() {
  const all: secrets.SecretListEntry[] = [];
  for await (const page of secrets.paginateListSecrets({ client }, {})) all.push(...(page.SecretList ?? []));
  return all.sort((one, other) => (one.Name ?? "").localeCompare(other.Name ?? ""));
}

export function describeSecret(id: string) {
  return client.send(new secrets.DescribeSecretCommand({ SecretId: id }));
}

export const getValue = operation("secretsmanager", "GetSecretValue", (input: secrets.GetSecretValueCommandInput) => client.send(new secrets.GetSecretValueCommand(input)));
export const rotateSecret = operation("secretsmanager", "RotateSecret", (input: secrets.RotateSecretCommandInput) => client.send(new secrets.RotateSecretCommand(input)));
