import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { step } from "../ground/call";
import { ActionDialog } from "../ground/dialog";
import { List, useList } from "../ground/list";
import { useNotices } from "../ground/notices";
import { usePolled } from "../ground/poll";
import { useSubmit } from "../ground/submit";
import { deleteSecurityGroup, describeGroups } from "./calls";

export function Groups() {
  const list = useList(usePolled("security-groups", () => describeGroups()), "GroupId", (each) => `${each.GroupName} ${each.GroupId} ${each.Description}`);
  const [isDeleting, setDeleting] = useState(false);
  const notices = useNotices();
  const sending = useSubmit();
  const { chosen } = list;
  return (
    <List
      list={list}
      label="Security groups"
      title="Security Groups"
      nameOf={(item) => item.GroupName}
      find="Find security groups"
      columns={[
        { id: "id", header: "Security group ID", cell: (item) => <Link href={linkTo("ec2", "group", item.GroupId ?? "")}>{item.GroupId}</Link>, isRowHeader: true },
        { id: "name", header: "Security group name", cell: (item) => item.GroupName },
        { id: "vpc", header: "VPC ID", cell: (item) => item.VpcId },
        { id: "description", header: "Description", cell: (item) => item.Description },
      ]}
      empty={<Box textAlign="center">No security groups match.</Box>}
      actions={
        <>
          <Button disabled={!chosen} href={chosen && linkTo("ec2", "group-rules", chosen.GroupId ?? "")}>Edit inbound rules</Button>
          <Button disabled={!chosen} onClick={() => setDeleting(true)}>Delete security group</Button>
          <Button variant="primary" href={linkTo("ec2", "group-create")}>Create security group</Button>
        </>
      }
    >
      {isDeleting && chosen && (
        <ActionDialog
          title="Delete security group"
          action="Delete"
          sending={sending}
          steps={[step(deleteSecurityGroup, { GroupId: chosen.GroupId })]}
          close={(done) => {
            setDeleting(false);
            if (done) notices.done(`Security group ${chosen.GroupName} was deleted.`);
            void list.reload();
          }}
        >
          <Box>{chosen.GroupName} ({chosen.GroupId}) is deleted. A group that something is in, or that a rule names, cannot be.</Box>
        </ActionDialog>
      )}
    </List>
  );
}
