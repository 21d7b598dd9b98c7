import type { ComponentChildren } from "preact";
import { signInAddress } from "../address";
import { useSession } from "../session";
import { Nothing } from "./notice";

/** In place of what only whom is signed in can see. */
export function SignInFirst({ children }: { children: ComponentChildren }) {
  const { endpoint } = useSession();
  return (
    <Nothing title="Sign in first">
      {children} {endpoint === null ? "Nobody can sign in here." : <a href={signInAddress()}>Sign in</a>}
    </Nothing>
  );
}
