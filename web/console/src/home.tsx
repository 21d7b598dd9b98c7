import Alert from "@cloudscape-design/components/alert";
import Cards from "@cloudscape-design/components/cards";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { linkTo } from "./ground/address";

const offered = [
  { place: "rds", name: "RDS", about: "Managed relational databases: real PostgreSQL servers on this machine" },
  { place: "ec2", name: "EC2", about: "Security groups, which decide who reaches a database" },
  { place: "lambda", name: "Lambda", about: "Functions, run as processes of this machine" },
  { place: "logs", name: "CloudWatch", about: "The logs that functions write, and alarms on what databases do" },
  { place: "cloudtrail", name: "CloudTrail", about: "Who called what, and what came of it" },
  { place: "secretsmanager", name: "Secrets Manager", about: "Passwords that are kept and rotated" },
  { place: "kms", name: "KMS", about: "Keys that encrypt storage, snapshots and secrets" },
  { place: "cognito", name: "Cognito", about: "User pools: who signs up and in" },
];

/** The first page, and what stands at an address that is none. */
export function Home({ known }: { known: boolean }) {
  return (
    <ContentLayout header={<Header variant="h1">Console Home</Header>}>
      <SpaceBetween size="l">
        {!known && <Alert type="warning">There is nothing at this address.</Alert>}
        <Cards
          items={offered}
          ariaLabels={{ itemSelectionLabel: () => "", selectionGroupLabel: "Services" }}
          cardDefinition={{
            header: (item) => <Link href={linkTo(item.place)} fontSize="heading-m">{item.name}</Link>,
            sections: [{ id: "about", content: (item) => item.about }],
          }}
          header={<Header>Services</Header>}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}
