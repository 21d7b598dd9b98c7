import * as kms from "@aws-sdk/client-kms";
import { operation, type Step } from "../ground/call";
import { commandOf } from "../ground/command";
import { clientSettings } from "../ground/session";

const client = new kms.KMSClient(clientSettings());

export interface Key extends kms.KeyMetadata {
  aliases: string[];
}

/** Those that are somebody's own: services make others for themselves. */
export async function listKeys(): Promise<Key[]> {
  const aliases: kms.AliasListEntry[] = [];
  for await (const page of kms.paginateListAliases({ client }, {})) aliases.push(...(page.Aliases ?? []));
  const ids: string[] = [];
  for await (const page of kms.paginateListKeys({ client }, {})) ids.push(...(page.Keys ?? []).map((each) => each.KeyId ?? ""));
  const found = await Promise.all(ids.map((id) => client.send(new kms.DescribeKeyCommand({ KeyId: id }))));
  return found.flatMap(({ KeyMetadata: of }) =>
    of === undefined || of.KeyManager !== "CUSTOMER" ? [] : [{ ...of, aliases: aliases.filter((each) => each.TargetKeyId === of.KeyId).map((each) => each.AliasName?.replace(/^alias\//, "") ?? "") }],
  );
}

export const enableKey = operation("kms", "EnableKey", (input: kms.EnableKeyCommandInput) => client.send(new kms.EnableKeyCommand(input)));
export const disableKey = operation("kms", "DisableKey", (input: kms.DisableKeyCommandInput) => client.send(new kms.DisableKeyCommand(input)));
export const scheduleDeletion = operation("kms", "ScheduleKeyDeletion", (input: kms.ScheduleKeyDeletionCommandInput) => client.send(new kms.ScheduleKeyDeletionCommand(input)));
export const cancelDeletion = operation("kms", "CancelKeyDeletion", (input: kms.CancelKeyDeletionCommandInput) => client.send(new kms.CancelKeyDeletionCommand(input)));

/** A key and its alias: the alias's command names the key that the one before has made. */
export function createSteps(alias: string, description: string): Step[] {
  const input = { Description: description || undefined };
  const name = `alias/${alias}`;
  let made: string | undefined;
  return [
    {
      command: `key=$(${commandOf("kms", "CreateKey", input, ["--query KeyMetadata.KeyId", "--output text"])})`,
      run: async () => {
        made = (await client.send(new kms.CreateKeyCommand(input))).KeyMetadata?.KeyId;
      },
    },
    {
      command: commandOf("kms", "CreateAlias", { AliasName: name }, ['--target-key-id "$key"']),
      run: () => client.send(new kms.CreateAliasCommand({ AliasName: name, TargetKeyId: made })),
    },
  ];
}
