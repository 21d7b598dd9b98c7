import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState } from "react";
import { linkTo } from "../ground/address";
import { usePolled } from "../ground/poll";
import { Status } from "../ground/status";
import { Unread } from "../ground/unread";
import { DatabaseActions } from "./actions";
import { describeInstances } from "./calls";

export function Databases() {
  const { value, failure, reload } = usePolled("databases", describeInstances, 2000);
  const [selected, setSelected] = useState<string>();
  const [filter, setFilter] = useState("");
  const items = (value ?? []).filter((each) => each.DBInstanceIdentifier?.includes(filter.toLowerCase()));
  const chosen = items.find((each) => each.DBInstanceIdentifier === selected);
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant="full-page"
        loading={value === undefined && failure === undefined}
        loadingText="Loading databases"
        items={items}
        trackBy="DBInstanceIdentifier"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setSelected(detail.selectedItems[0]?.DBInstanceIdentifier)}
        ariaLabels={{ tableLabel: "Databases", selectionGroupLabel: "Databases", itemSelectionLabel: (_, item) => item.DBInstanceIdentifier ?? "" }}
        columnDefinitions={[
          { id: "id", header: "DB identifier", cell: (item) => <Link href={linkTo("rds", "database", item.DBInstanceIdentifier ?? "")}>{item.DBInstanceIdentifier}</Link>, isRowHeader: true },
          { id: "status", header: "Status", cell: (item) => <Status of={item.DBInstanceStatus} /> },
          { id: "role", header: "Role", cell: () => "Instance" },
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
        filter={<TextFilter filteringText={filter} filteringAriaLabel="Filter by databases" filteringPlaceholder="Filter by databases" onChange={({ detail }) => setFilter(detail.filteringText)} />}
        header={
          <Header
            variant="h1"
            counter={value && `(${value.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <DatabaseActions of={chosen} changed={() => void reload()} />
                <Button href={linkTo("rds", "snapshots")}>Restore from snapshot</Button>
                <Button variant="primary" href={linkTo("rds", "database-create")}>Create database</Button>
              </SpaceBetween>
            }
          >
            Databases
          </Header>
        }
      />
    </SpaceBetween>
  );
}
