import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { linkTo } from "../ground/address";
import { List, useList } from "../ground/list";
import { usePolled } from "../ground/poll";
import { listPools } from "./calls";

export function Pools() {
  return (
    <List
      list={useList(usePolled("pools", listPools), "Id")}
      label="User pools"
      columns={[
        { id: "name", header: "User pool name", cell: (item) => <Link href={linkTo("cognito", "pool", item.Id ?? "")}>{item.Name}</Link>, isRowHeader: true },
        { id: "id", header: "User pool ID", cell: (item) => item.Id },
        { id: "created", header: "Created time", cell: (item) => item.CreationDate?.toLocaleString() ?? "-" },
        { id: "modified", header: "Last updated time", cell: (item) => item.LastModifiedDate?.toLocaleString() ?? "-" },
      ]}
      empty={<Box textAlign="center">No user pools.</Box>}
      actions={<Button variant="primary" href={linkTo("cognito", "pool-create")}>Create user pool</Button>}
    />
  );
}
