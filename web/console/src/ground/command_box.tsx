import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Step } from "./call";

/** The commands that do what the form or the button does, ready to be copied. */
export function CommandBox({ steps, expanded = false }: { steps: Step[]; expanded?: boolean }) {
  const text = steps.map((each) => each.command).join("\n");
  return (
    <ExpandableSection headerText="AWS CLI command" defaultExpanded={expanded}>
      {text === "" ? (
        <Box color="text-body-secondary">Nothing has changed yet.</Box>
      ) : (
        <SpaceBetween size="xs">
          <pre className="command" tabIndex={0} role="region" aria-label="Command">{text}</pre>
          <CopyToClipboard copyButtonText="Copy" copyErrorText="The command could not be copied" copySuccessText="Command copied" textToCopy={text} />
        </SpaceBetween>
      )}
    </ExpandableSection>
  );
}
