import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { linkTo } from "../ground/address";
import { List, useList } from "../ground/list";
import { usePolled } from "../ground/poll";
import { Status } from "../ground/status";
import { DatabaseActions } from "./actions";
import { describeInstances } from "./calls";

export function Databases() {
  const list = useList(usePolled("databases", describeInstances, 2000), "DBInstanceIdentifier", (each) => each.DBInstanceIdentifier ?? "");
  return (
    <List
      list={list}
      label="Databases"
      nameOf={(item) => item.DBInstanceIdentifier}
      find="Filter by databases"
      columns={[
        { id: "id", header: "DB identifier", cell: (item) => <Link href={linkTo("rds", "database", item.DBInstanceIdentifier ?? "")}>{item.DBInstanceIdentifier}</Link>, isRowHeader: true },
        { id: "status", header: "Status", cell: (item) => <Status of={item.DBInstanceStatus} /> },
        { id: "role", header: "Role", cell: (item) => (item.ReadReplicaSourceDBInstanceIdentifier ? "Replica" : item.ReadReplicaDBInstanceIdentifiers?.length ? "Primary" : "Instance") },
        { id: "engine", header: "Engine", cell: () => "PostgreSQL" },
        { id: "zone", header: "Region & AZ", cell: (item) => item.AvailabilityZone ?? "-" },
        { id: "size", header: "Size", cell: (item) => item.DBInstanceClass },
        { id: "multi-az", header: "Multi-AZ", cell: (item) => (item.MultiAZ ? "Yes" : "No") },
      ]}
      empty={
        <Box textAlign="center">
          <SpaceBetween size="m">
            <Box>No databases</Box>
            <Button href={linkTo("rds", "database-create")}>Create database</Button>
          </SpaceBetween>
        </Box>
      }
      actions={
        <>
          <DatabaseActions of={list.chosen} changed={() => void list.reload()} />
          <Button href={linkTo("rds", "snapshots")}>Restore from snapshot</Button>
          <Button variant="primary" href={linkTo("rds", "database-create")}>Create database</Button>
        </>
      }
    />
  );
}
