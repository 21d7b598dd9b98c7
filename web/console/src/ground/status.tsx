import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

const kinds: Record<string, StatusIndicatorProps.Type> = {
  available: "success",
  stopped: "stopped",
  failed: "error",
  "storage-full": "error",
  Active: "success",
  Failed: "error",
  CONFIRMED: "success",
  UNCONFIRMED: "pending",
  FORCE_CHANGE_PASSWORD: "pending",
  RESET_REQUIRED: "pending",
};

/** "backing-up" is "Backing-up", as AWS's console writes it. */
export function Status({ of }: { of: string | undefined }) {
  if (of === undefined || of === "") return <>-</>;
  const text = /^[A-Z_]+$/.test(of) ? of.toLowerCase().replaceAll("_", " ") : of;
  return <StatusIndicator type={kinds[of] ?? "in-progress"}>{text.charAt(0).toUpperCase() + text.slice(1)}</StatusIndicator>;
}
