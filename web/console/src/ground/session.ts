// Who asks. The document holds a key pair of this run; where local AWS requires signatures it holds none, and the page asks
// for one that is admitted, which lasts as long as its tab.
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

interface Given extends Partial<Keys> {
  region: string;
  account: string;
  address: string;
}

const kept = "local-aws-console-keys";
const element = document.getElementById("session");
const given: Given = JSON.parse(element?.textContent || '{"region":"us-east-1","account":"","address":"127.0.0.1"}');
element?.remove();

function keysKept(): Keys | undefined {
  const text = sessionStorage.getItem(kept);
  return text === null ? undefined : (JSON.parse(text) as Keys);
}

/** The region that calls without one go to: commands name any other. */
export const defaultRegion = given.region;
export const account = given.account;
/** Where the gate of an instance sees this browser's machine come from. */
export const ownAddress = given.address;
export const signsInByHand = given.accessKeyId === undefined;

export const region = new URLSearchParams(location.search).get("region") ?? defaultRegion;

export function currentKeys(): Keys | undefined {
  if (given.accessKeyId !== undefined && given.secretAccessKey !== undefined)
    return { accessKeyId: given.accessKeyId, secretAccessKey: given.secretAccessKey };
  return keysKept();
}

export function keepKeys(keys: Keys) {
  sessionStorage.setItem(kept, JSON.stringify(keys));
}

export function forgetKeys() {
  sessionStorage.removeItem(kept);
}

/** What every client of AWS's is made with. */
export function clientSettings() {
  return {
    region,
    endpoint: location.origin,
    credentials: async () => {
      const keys = currentKeys();
      if (keys === undefined) throw new Error("Nobody is signed in.");
      return keys;
    },
    maxAttempts: 2,
  };
}
