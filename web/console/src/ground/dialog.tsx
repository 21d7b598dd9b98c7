// An action that asks first, in AWS's manner: what it will do, what it needs to know, and its command.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { Step } from "./call";
import { CommandBox } from "./command_box";
import type { Submitting } from "./submit";

export interface DialogProps {
  title: string;
  action: string;
  steps: Step[];
  sending: Submitting;
  disabled?: boolean;
  close(done: boolean): void;
  children?: ReactNode;
}

export function ActionDialog({ title, action, steps, sending, disabled = false, close, children }: DialogProps) {
  const send = async () => {
    if (await sending.submit(steps)) close(true);
  };
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel="Close"
      onDismiss={() => close(false)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => close(false)}>Cancel</Button>
            <Button variant="primary" disabled={disabled} loading={sending.busy} onClick={() => void send()}>{action}</Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        <Refusal sending={sending} />
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Modal>
  );
}

/** Rendered behind the fields, which have taken what is theirs by then. */
export function Refusal({ sending }: { sending: Submitting }) {
  const text = sending.rest();
  return text === undefined ? null : <Alert type="error">{text}</Alert>;
}
