import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import { linkTo } from "../ground/address";
import { List, useList } from "../ground/list";
import { usePolled } from "../ground/poll";
import { listSecrets } from "./calls";

export function Secrets() {
  const list = useList(usePolled("secrets", listSecrets), "ARN", (each) => `${each.Name} ${each.Description ?? ""}`);
  return (
    <List
      list={list}
      label="Secrets"
      find="Filter secrets by name or description"
      columns={[
        { id: "name", header: "Secret name", cell: (item) => <Link href={linkTo("secretsmanager", "secret", item.Name ?? "")}>{item.Name}</Link>, isRowHeader: true },
        { id: "description", header: "Description", cell: (item) => item.Description || "-" },
        { id: "owner", header: "Managed by", cell: (item) => item.OwningService ?? "-" },
        { id: "rotated", header: "Last rotated", cell: (item) => item.LastRotatedDate?.toLocaleString() ?? "-" },
        { id: "read", header: "Last retrieved (UTC)", cell: (item) => item.LastAccessedDate?.toISOString().slice(0, 10) ?? "-" },
      ]}
      empty={<Box textAlign="center">No secrets. RDS makes one for an instance whose master password it manages.</Box>}
      actions={null}
    />
  );
}
