import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { clientSettings } from "./ground/session";

export function getCallerIdentity() {
  return new STSClient(clientSettings()).send(new GetCallerIdentityCommand({}));
}
