import * as lambda from "@aws-sdk/client-lambda";
import { operation } from "../ground/call";
import { clientSettings } from "../ground/session";

const client = new lambda.LambdaClient(clientSettings());

export async function listFunctions() {
  const functions: lambda.FunctionConfiguration[] = [];
  for await (const page of lambda.paginateListFunctions({ client }, {})) functions.push(...(page.Functions ?? []));
  return functions;
}

export async function getFunction(name: string) {
  return client.send(new lambda.GetFunctionCommand({ FunctionName: name }));
}

export async function listLayers() {
  const layers: lambda.LayersListItem[] = [];
  for await (const page of lambda.paginateListLayers({ client }, {})) layers.push(...(page.Layers ?? []));
  return layers;
}

export async function listLayerVersions(name: string) {
  const versions: lambda.LayerVersionsListItem[] = [];
  for await (const page of lambda.paginateListLayerVersions({ client }, { LayerName: name })) versions.push(...(page.LayerVersions ?? []));
  return versions;
}

export interface Statement {
  Sid: string;
  Principal: string | { Service?: string; AWS?: string };
  Action: string;
  Condition?: Record<string, Record<string, string>>;
}

/** Who may run the function, by its own policy; nobody where it has none. */
export async function statementsOf(name: string): Promise<Statement[]> {
  try {
    const { Policy = "{}" } = await client.send(new lambda.GetPolicyCommand({ FunctionName: name }));
    return (JSON.parse(Policy) as { Statement?: Statement[] }).Statement ?? [];
  } catch (thrown) {
    if (thrown instanceof lambda.ResourceNotFoundException) return [];
    throw thrown;
  }
}

export const createFunction = operation("lambda", "CreateFunction", (input: lambda.CreateFunctionCommandInput) => client.send(new lambda.CreateFunctionCommand(input)));
export const updateCode = operation("lambda", "UpdateFunctionCode", (input: lambda.UpdateFunctionCodeCommandInput) => client.send(new lambda.UpdateFunctionCodeCommand(input)));
export const updateConfiguration = operation("lambda", "UpdateFunctionConfiguration", (input: lambda.UpdateFunctionConfigurationCommandInput) =>
  client.send(new lambda.UpdateFunctionConfigurationCommand(input)),
);
export const deleteFunction = operation("lambda", "DeleteFunction", (input: lambda.DeleteFunctionCommandInput) => client.send(new lambda.DeleteFunctionCommand(input)));
export const invoke = operation("lambda", "Invoke", (input: lambda.InvokeCommandInput) => client.send(new lambda.InvokeCommand(input)));
export const addPermission = operation("lambda", "AddPermission", (input: lambda.AddPermissionCommandInput) => client.send(new lambda.AddPermissionCommand(input)));
