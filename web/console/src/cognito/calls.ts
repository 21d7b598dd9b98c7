import * as cognito from "@aws-sdk/client-cognito-identity-provider";
import { operation, step, type Step } from "../ground/call";
import { clientSettings } from "../ground/session";
import { addPermission } from "../lambda/calls";

const client = new cognito.CognitoIdentityProviderClient(clientSettings());
const service = "cognito-idp";

export async function listPools() {
  const pools: cognito.UserPoolDescriptionType[] = [];
  for await (const page of cognito.paginateListUserPools({ client }, { MaxResults: 60 })) pools.push(...(page.UserPools ?? []));
  return pools;
}

export async function describePool(id: string) {
  return (await client.send(new cognito.DescribeUserPoolCommand({ UserPoolId: id }))).UserPool;
}

export async function listUsers(pool: string) {
  const users: cognito.UserType[] = [];
  for await (const page of cognito.paginateListUsers({ client }, { UserPoolId: pool })) users.push(...(page.Users ?? []));
  return users;
}

export async function listClients(pool: string) {
  const clients: cognito.UserPoolClientDescription[] = [];
  for await (const page of cognito.paginateListUserPoolClients({ client }, { UserPoolId: pool, MaxResults: 60 })) clients.push(...(page.UserPoolClients ?? []));
  return Promise.all(clients.map(async (each) => (await client.send(new cognito.DescribeUserPoolClientCommand({ UserPoolId: pool, ClientId: each.ClientId }))).UserPoolClient ?? {}));
}

export const createPool = operation(service, "CreateUserPool", (input: cognito.CreateUserPoolCommandInput) => client.send(new cognito.CreateUserPoolCommand(input)));
export const updatePool = operation(service, "UpdateUserPool", (input: cognito.UpdateUserPoolCommandInput) => client.send(new cognito.UpdateUserPoolCommand(input)));
export const deletePool = operation(service, "DeleteUserPool", (input: cognito.DeleteUserPoolCommandInput) => client.send(new cognito.DeleteUserPoolCommand(input)));
export const createClient = operation(service, "CreateUserPoolClient", (input: cognito.CreateUserPoolClientCommandInput) => client.send(new cognito.CreateUserPoolClientCommand(input)));
export const deleteClient = operation(service, "DeleteUserPoolClient", (input: cognito.DeleteUserPoolClientCommandInput) => client.send(new cognito.DeleteUserPoolClientCommand(input)));
export const createUser = operation(service, "AdminCreateUser", (input: cognito.AdminCreateUserCommandInput) => client.send(new cognito.AdminCreateUserCommand(input)));
export const confirmUser = operation(service, "AdminConfirmSignUp", (input: cognito.AdminConfirmSignUpCommandInput) => client.send(new cognito.AdminConfirmSignUpCommand(input)));
export const setPassword = operation(service, "AdminSetUserPassword", (input: cognito.AdminSetUserPasswordCommandInput) => client.send(new cognito.AdminSetUserPasswordCommand(input)));
export const enableUser = operation(service, "AdminEnableUser", (input: cognito.AdminEnableUserCommandInput) => client.send(new cognito.AdminEnableUserCommand(input)));
export const disableUser = operation(service, "AdminDisableUser", (input: cognito.AdminDisableUserCommandInput) => client.send(new cognito.AdminDisableUserCommand(input)));
export const deleteUser = operation(service, "AdminDeleteUser", (input: cognito.AdminDeleteUserCommandInput) => client.send(new cognito.AdminDeleteUserCommand(input)));

/** UpdateUserPool sets back what it is not told: the settings of the pool as they are. */
export function settingsOf(pool: cognito.UserPoolType): cognito.UpdateUserPoolCommandInput {
  const { UnusedAccountValidityDays: _, ...admin } = pool.AdminCreateUserConfig ?? {};
  const { SignInPolicy, ...policies } = pool.Policies ?? {};
  const isUsual = SignInPolicy?.AllowedFirstAuthFactors?.join() === "PASSWORD"; // as it is where nothing is said, which older clients cannot
  return {
    UserPoolId: pool.Id,
    Policies: isUsual ? policies : pool.Policies,
    DeletionProtection: pool.DeletionProtection,
    LambdaConfig: pool.LambdaConfig,
    AutoVerifiedAttributes: pool.AutoVerifiedAttributes,
    MfaConfiguration: pool.MfaConfiguration,
    UserPoolTags: pool.UserPoolTags,
    AdminCreateUserConfig: pool.AdminCreateUserConfig && admin,
    AccountRecoverySetting: pool.AccountRecoverySetting,
    VerificationMessageTemplate: pool.VerificationMessageTemplate,
    EmailConfiguration: pool.EmailConfiguration,
  };
}

/** Lets the pool run the function first, as AWS's console does; a pool that may already is no failure. */
export function triggerSteps(pool: cognito.UserPoolType, trigger: string, functionName: string, functionArn: string): Step[] {
  const permission = {
    FunctionName: functionName,
    StatementId: `${trigger}-${pool.Id}`,
    Action: "lambda:InvokeFunction",
    Principal: "cognito-idp.amazonaws.com",
    SourceArn: pool.Arn,
  };
  const permitting = step(addPermission, permission);
  const allowed = async () => {
    try {
      await permitting.run();
    } catch (thrown) {
      if ((thrown as { name?: string }).name !== "ResourceConflictException") throw thrown;
    }
  };
  const settings = settingsOf(pool);
  return [{ command: permitting.command, run: allowed }, step(updatePool, { ...settings, LambdaConfig: { ...settings.LambdaConfig, [trigger]: functionArn } })];
}

export function untriggerSteps(pool: cognito.UserPoolType, trigger: string): Step[] {
  const settings = settingsOf(pool);
  const rest = Object.fromEntries(Object.entries(settings.LambdaConfig ?? {}).filter(([name]) => name !== trigger));
  return [step(updatePool, { ...settings, LambdaConfig: rest })];
}
