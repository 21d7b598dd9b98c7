import Alert from "@cloudscape-design/components/alert";
import type { Failure } from "./call";

/** Says that what a view shows could not be read, or not lately. */
export function Unread({ failure }: { failure: Failure | undefined }) {
  return failure === undefined ? null : <Alert type="error" header={failure.code}>{failure.message}</Alert>;
}
