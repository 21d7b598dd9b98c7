import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useState } from "react";
import { describeGroups, describeVpcs, describeZones } from "../ec2/calls";
import { go } from "../ground/address";
import { failureOf, type Failure } from "../ground/call";
import { CommandBox } from "../ground/command_box";
import { useNotices } from "../ground/notices";
import { useSubmit } from "../ground/submit";
import { Unread } from "../ground/unread";
import { describeClasses, describeVersions } from "./calls";
import { Additional, Authentication, Availability, Connectivity, Credentials, Engine, InstanceConfiguration, Monitoring, Settings, Storage, Templates, type Offers } from "./create_parts";
import { faultsOf, newDraft, stepsOf, type Draft } from "./draft";

async function readOffers(): Promise<Offers> {
  const [versions, groups, zones, vpcs] = await Promise.all([describeVersions(), describeGroups(), describeZones(), describeVpcs()]);
  const usual = versions.find((each) => each.isDefault) ?? versions[0];
  return { versions, groups, zones, vpcs, classes: await describeClasses(usual?.version ?? "") };
}

export function CreateDatabase() {
  const [offers, setOffers] = useState<Offers>();
  const [failure, setFailure] = useState<Failure>();
  const [draft, setDraft] = useState<Draft>(newDraft(""));
  const [tried, setTried] = useState(false);
  const sending = useSubmit();
  const notices = useNotices();
  useEffect(() => {
    readOffers().then(
      (found) => {
        setOffers(found);
        const usual = found.versions.find((each) => each.isDefault) ?? found.versions[0];
        const group = found.groups.find((each) => each.GroupName === "default");
        setDraft((before) => ({ ...before, version: usual?.version ?? "", groups: group?.GroupId ? [group.GroupId] : [], defaultGroup: group?.GroupId ?? "" }));
      },
      (thrown: unknown) => setFailure(failureOf(thrown)),
    );
  }, []);
  useEffect(() => {
    if (draft.version === "") return;
    describeClasses(draft.version).then((classes) => setOffers((before) => before && { ...before, classes }), () => undefined);
  }, [draft.version]);
  if (offers === undefined) return failure ? <Unread failure={failure} /> : <Spinner size="large" />;

  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const faults = faultsOf(draft);
  const isFaulty = Object.keys(faults).length > 0;
  const steps = stepsOf(draft);
  const create = async () => {
    setTried(true);
    if (isFaulty || !(await sending.submit(steps))) return;
    notices.done(`Creating database ${draft.identifier}.`);
    go("rds", "databases");
  };
  const parts = { draft, set, offers, sending, faults: tried ? faults : {} };
  const fields = [Engine, Templates, Availability, Settings, Credentials, InstanceConfiguration, Storage, Connectivity, Authentication, Monitoring, Additional];
  const rendered = fields.map((Part) => Part(parts));
  return (
    <Form
      header={<Header variant="h1">Create database</Header>}
      errorText={sending.rest() ?? (tried && isFaulty ? Object.values(faults).join(" ") : undefined)}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="link" onClick={() => go("rds", "databases")}>Cancel</Button>
          <Button variant="primary" loading={sending.busy} onClick={() => void create()}>Create database</Button>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        {rendered}
        <CommandBox steps={steps} />
      </SpaceBetween>
    </Form>
  );
}
