import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { go, linkTo } from "../ground/address";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { Status } from "../ground/status";
import { Unread } from "../ground/unread";
import { LogTail } from "../logs/tail";
import { getFunction } from "./calls";
import { CodeSource } from "./editor";
import { DeleteFunction } from "./functions";
import { Layers } from "./layers";
import { Settings, Triggers } from "./settings";
import { TestEvent } from "./test_event";

export function FunctionPage({ name, tab = "code" }: { name: string; tab?: string }) {
  const { value, failure, reload } = usePolled(`function-${name}`, () => getFunction(name));
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const of = value?.Configuration;
  if (of === undefined) return failure ? <Unread failure={failure} /> : <Spinner size="large" />;
  const group = of.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" actions={<Button onClick={() => setDeleting(true)}>Delete</Button>}>{name}</Header>
      <Unread failure={failure} />
      <Container header={<Header>Function overview</Header>}>
        <KeyValuePairs
          columns={3}
          items={[
            { label: "Runtime", value: of.Runtime },
            { label: "Handler", value: of.Handler },
            { label: "State", value: <Status of={of.State} /> },
            { label: "Function ARN", value: of.FunctionArn },
            { label: "Memory", value: `${of.MemorySize} MB` },
            { label: "Timeout", value: `${of.Timeout} s` },
            { label: "Code size", value: `${of.CodeSize} bytes` },
            { label: "VPC", value: of.VpcConfig?.VpcId || "None" },
            { label: "Layers", value: of.Layers?.map((each) => each.Arn).join(", ") || "None" },
          ]}
        />
      </Container>
      <Tabs
        ariaLabel="Function"
        activeTabId={tab}
        onChange={({ detail }) => go("lambda", "function", name, detail.activeTabId)}
        tabs={[
          { id: "code", label: "Code", content: <SpaceBetween size="l"><CodeSource name={name} deployed={() => void reload()} /><Layers of={of} changed={() => void reload()} /></SpaceBetween> },
          { id: "test", label: "Test", content: <TestEvent name={name} /> },
          { id: "monitor", label: "Monitor", content: <SpaceBetween size="m"><Button href={linkTo("logs", "group", group)}>View CloudWatch logs</Button><LogTail group={group} /></SpaceBetween> },
          { id: "configuration", label: "Configuration", content: <SpaceBetween size="l"><Settings key={of.RevisionId} of={of} changed={() => void reload()} /><Triggers name={name} /></SpaceBetween> },
        ]}
      />
      {isDeleting && (
        <DeleteFunction
          name={name}
          close={(done) => {
            setDeleting(false);
            if (!done) return;
            notices.done(`Function ${name} was deleted.`);
            go("lambda", "functions");
          }}
        />
      )}
    </SpaceBetween>
  );
}
