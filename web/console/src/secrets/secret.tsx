import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import type { DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { describeSecret, rotateSecret } from "./calls";
import { SecretValue } from "./value";

function scheduleOf(of: DescribeSecretCommandOutput) {
  if (!of.RotationEnabled) return "Disabled";
  const { AutomaticallyAfterDays: days, ScheduleExpression: schedule } = of.RotationRules ?? {};
  return schedule ?? (days === undefined ? "Enabled" : `Every ${days} days`);
}

export function SecretPage({ id }: { id: string }) {
  const { value, failure, reload } = usePolled(`secret-${id}`, () => describeSecret(id));
  const [isRotating, setRotating] = useState(false);
  // A rotation makes another value: what was retrieved before is not it any more.
  const [rotations, setRotations] = useState(0);
  const notices = useNotices();
  const sending = useSubmit();
  if (value === undefined) return failure ? <Unread failure={failure} /> : <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{value.Name}</Header>
      <Unread failure={failure} />
      <Container header={<Header>Secret details</Header>}>
        <KeyValuePairs
          columns={2}
          items={[
            { label: "Encryption key", value: value.KmsKeyId ?? "aws/secretsmanager" },
            { label: "Secret name", value: value.Name },
            { label: "Secret ARN", value: value.ARN },
            { label: "Secret description", value: value.Description || "-" },
            { label: "Managed by", value: value.OwningService ?? "-" },
            { label: "Created", value: value.CreatedDate?.toLocaleString() ?? "-" },
          ]}
        />
      </Container>
      <SecretValue key={rotations} id={id} />
      <Container
        header={
          <Header
            actions={
              <Button disabled={value.OwningService === undefined} disabledReason="Local AWS rotates the secrets that a service manages, such as RDS." onClick={() => setRotating(true)}>
                Rotate secret immediately
              </Button>
            }
          >
            Rotation configuration
          </Header>
        }
      >
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Rotation schedule", value: scheduleOf(value) },
            { label: "Last rotated", value: value.LastRotatedDate?.toLocaleString() ?? "-" },
            { label: "Next rotation", value: value.NextRotationDate?.toLocaleString() ?? "-" },
          ]}
        />
      </Container>
      {isRotating && (
        <ActionDialog
          title="Rotate secret immediately"
          action="Rotate"
          sending={sending}
          steps={[step(rotateSecret, { SecretId: id })]}
          close={(done) => {
            setRotating(false);
            if (done) {
              setRotations((before) => before + 1);
              notices.done(`Secret ${id} is being rotated.`);
            }
            void reload();
          }}
        >
          <Box>{id} gets a new value, which holds once the instance has taken it.</Box>
        </ActionDialog>
      )}
    </SpaceBetween>
  );
}
