import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { linkTo } from "../ground/address";
import { usePolled } from "../ground/poll";
import { Unread } from "../ground/unread";
import { listPools } from "./calls";

export function Pools() {
  const { value, failure } = usePolled("pools", listPools);
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="full-page"
        loading={value === undefined && failure === undefined}
        loadingText="Loading user pools"
        items={value ?? []}
        trackBy="Id"
        ariaLabels={{ tableLabel: "User pools" }}
        empty={<Box textAlign="center">No user pools.</Box>}
        header={
          <Header variant="h1" counter={value && `(${value.length})`} actions={<Button variant="primary" href={linkTo("cognito", "pool-create")}>Create user pool</Button>}>
            User pools
          </Header>
        }
        columnDefinitions={[
          { id: "name", header: "User pool name", cell: (item) => <Link href={linkTo("cognito", "pool", item.Id ?? "")}>{item.Name}</Link>, isRowHeader: true },
          { id: "id", header: "User pool ID", cell: (item) => item.Id },
          { id: "created", header: "Created time", cell: (item) => item.CreationDate?.toLocaleString() ?? "-" },
          { id: "modified", header: "Last updated time", cell: (item) => item.LastModifiedDate?.toLocaleString() ?? "-" },
        ]}
      />
    </SpaceBetween>
  );
}
