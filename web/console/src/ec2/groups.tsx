import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { Unread } from "../ground/unread";
import { useSubmit } from "../ground/submit";
import { deleteSecurityGroup, describeGroups } from "./calls";

export function Groups() {
  const { value, failure, reload } = usePolled("security-groups", () => describeGroups());
  const [selected, setSelected] = useState<string>();
  const [filter, setFilter] = useState("");
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const sending = useSubmit();
  const items = (value ?? []).filter((each) => `${each.GroupName} ${each.GroupId} ${each.Description}`.toLowerCase().includes(filter.toLowerCase()));
  const chosen = items.find((each) => each.GroupId === selected);
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="full-page"
        loading={value === undefined && failure === undefined}
        loadingText="Loading security groups"
        items={items}
        trackBy="GroupId"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.GroupId)}
        ariaLabels={{ tableLabel: "Security groups", selectionGroupLabel: "Security groups", itemSelectionLabel: (_, item) => item.GroupName ?? "" }}
        columnDefinitions={[
          { id: "id", header: "Security group ID", cell: (item) => <Link href={linkTo("ec2", "group", item.GroupId ?? "")}>{item.GroupId}</Link>, isRowHeader: true },
          { id: "name", header: "Security group name", cell: (item) => item.GroupName },
          { id: "vpc", header: "VPC ID", cell: (item) => item.VpcId },
          { id: "description", header: "Description", cell: (item) => item.Description },
        ]}
        empty={<Box textAlign="center">No security groups match.</Box>}
        filter={<TextFilter filteringText={filter} filteringAriaLabel="Find security groups" filteringPlaceholder="Find security groups" onChange={({ detail }) => setFilter(detail.filteringText)} />}
        header={
          <Header
            variant="h1"
            counter={value && `(${value.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!chosen} href={chosen && linkTo("ec2", "group-rules", chosen.GroupId ?? "")}>Edit inbound rules</Button>
                <Button disabled={!chosen} onClick={() => setDeleting(true)}>Delete security group</Button>
                <Button variant="primary" href={linkTo("ec2", "group-create")}>Create security group</Button>
              </SpaceBetween>
            }
          >
            Security Groups
          </Header>
        }
      />
      {isDeleting && chosen && (
        <ActionDialog
          title="Delete security group"
          action="Delete"
          sending={sending}
          steps={[step(deleteSecurityGroup, { GroupId: chosen.GroupId })]}
          close={(done) => {
            setDeleting(false);
            if (done) notices.done(`Security group ${chosen.GroupName} was deleted.`);
            void reload();
          }}
        >
          <Box>{chosen.GroupName} ({chosen.GroupId}) is deleted. A group that something is in, or that a rule names, cannot be.</Box>
        </ActionDialog>
      )}
    </SpaceBetween>
  );
}
