// An instance's Monitoring tab: what CloudWatch and Performance Insights have of its last hour, read again by itself.
import Alert from "@cloudscape-design/components/alert";
import AreaChart from "@cloudscape-design/components/area-chart";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import type { DBInstance } from "@aws-sdk/client-rds";
import { useRef, useState, type ReactNode } from "react";
import { linkTo } from "../ground/address";
import { usePolled } from "../ground/poll";
import { Unread } from "../ground/unread";
import { readLoad, readMetrics, shownMinutes, type Measured } from "./monitoring_calls";

const everyMs = 10_000;
const gib = 1024 ** 3;
const charts = [
  { name: "CPUUtilization", title: "CPU utilization (percent)", scale: 1 },
  { name: "DatabaseConnections", title: "Database connections (count)", scale: 1 },
  { name: "FreeStorageSpace", title: "Free storage space (GiB)", scale: gib },
  { name: "ReplicaLag", title: "Replica lag (seconds)", scale: 1 },
] as const;
const names = charts.map((each) => each.name);

const short = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(2));
const clock = (at: Date) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const spoken = {
  xTickFormatter: clock,
  yTickFormatter: short,
  filterLabel: "Filter displayed data",
  filterPlaceholder: "Filter data",
  filterSelectedAriaLabel: "selected",
  detailPopoverDismissAriaLabel: "Dismiss",
  legendAriaLabel: "Legend",
  chartAriaRoleDescription: "chart",
  xAxisAriaRoleDescription: "x axis",
  yAxisAriaRoleDescription: "y axis",
};

// A chart shows those series that it was given first, and what is read again is none of them: they are named each time.
const allOf = <Series,>(series: Series[]) => ({ series, visibleSeries: series, onFilterChange: () => undefined });

// A chart forgets which point it tells of once it is given others: what it was given stays while somebody reads it.
function Reading<Props>({ now, children }: { now: Props; children: (props: Props) => ReactNode }) {
  const [focused, setFocused] = useState(false);
  const [pointedAt, setPointedAt] = useState(false);
  const given = useRef(now);
  if (!focused && !pointedAt) given.current = now;
  return (
    <div
      onFocus={() => setFocused(true)}
      onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
      onMouseEnter={() => setPointedAt(true)}
      onMouseLeave={() => setPointedAt(false)}
    >
      {children(given.current)}
    </div>
  );
}

const nothing = <Box textAlign="center" color="text-body-secondary">There is no data yet.</Box>;

function Metric({ of, name, title, scale }: { of: Measured; name: string; title: string; scale: number }) {
  const data = (of.series[name] ?? []).map(({ x, y }) => ({ x, y: y / scale }));
  const most = Math.max(0, ...data.map((each) => each.y));
  const now = {
    ...allOf(data.length === 0 ? [] : [{ title: name, type: "line" as const, data, valueFormatter: short }]),
    xDomain: [of.begin, of.end],
    yDomain: [Math.min(0, ...data.map((each) => each.y)), most === 0 ? 1 : most * 1.1],
  };
  return (
    <Container header={<Header variant="h3">{title}</Header>}>
      <Reading now={now}>
        {(shown) => (
          <LineChart
            {...shown}
            xScaleType="time"
            height={160}
            hideFilter
            hideLegend
            ariaLabel={title}
            i18nStrings={{ ...spoken, xTickFormatter: (at) => clock(at as Date) }}
            empty={nothing}
          />
        )}
      </Reading>
    </Container>
  );
}

function Metrics({ id }: { id: string }) {
  const { value, failure } = usePolled(`metrics-${id}`, () => readMetrics(id, names), everyMs);
  if (value === undefined) return failure ? <Unread failure={failure} /> : <Spinner />;
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <ColumnLayout columns={2}>
        {charts.filter((each) => each.name !== "ReplicaLag" || value.series[each.name]?.length).map((each) => <Metric key={each.name} of={value} {...each} />)}
      </ColumnLayout>
    </SpaceBetween>
  );
}

function DatabaseLoad({ resource }: { resource: string }) {
  const { value, failure } = usePolled(`load-${resource}`, () => readLoad(resource), everyMs);
  if (value === undefined) return failure ? <Unread failure={failure} /> : <Spinner />;
  const waits = Object.entries(value.series).filter(([title]) => title !== "");
  const most = Math.max(0, ...(value.series[""] ?? []).map((each) => each.y));
  const now = {
    ...allOf(waits.map(([title, data]) => ({ title, type: "area" as const, data, valueFormatter: short }))),
    xDomain: [value.begin, value.end],
    yDomain: [0, most === 0 ? 1 : most * 1.1],
  };
  return (
    <Container header={<Header variant="h3" description="Average active sessions, by what they waited for">Database load</Header>}>
      <SpaceBetween size="l">
        <Unread failure={failure} />
        <Reading now={now}>
          {(shown) => (
            <AreaChart
              {...shown}
              xScaleType="time"
              height={220}
              hideFilter
              ariaLabel="Database load by wait event"
              i18nStrings={{ ...spoken, xTickFormatter: (at) => clock(at as Date), detailTotalLabel: "Total", detailTotalFormatter: short }}
              empty={nothing}
            />
          )}
        </Reading>
        <Table
          variant="embedded"
          header={<Header variant="h3">Top SQL</Header>}
          items={value.statements}
          trackBy="id"
          wrapLines
          columnDefinitions={[
            { id: "load", header: "Load (AAS)", cell: (each) => each.load.toFixed(3), width: 120 },
            { id: "text", header: "Statement", cell: (each) => <Box variant="code">{each.text}</Box>, isRowHeader: true },
          ]}
          empty={nothing}
        />
      </SpaceBetween>
    </Container>
  );
}

export function Monitoring({ of }: { of: DBInstance }) {
  return (
    <SpaceBetween size="l">
      <Header
        variant="h2"
        description={`The last ${shownMinutes} minutes. An instance is measured once a minute.`}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button href={linkTo("logs", "alarms")}>View alarms</Button>
            <Button href={linkTo("logs", "alarm-create", of.DBInstanceIdentifier ?? "")}>Create alarm</Button>
          </SpaceBetween>
        }
      >
        CloudWatch
      </Header>
      <Metrics id={of.DBInstanceIdentifier ?? ""} />
      <Header variant="h2">Performance Insights</Header>
      {of.PerformanceInsightsEnabled ? (
        <DatabaseLoad resource={of.DbiResourceId ?? ""} />
      ) : (
        <Alert type="info">Performance Insights is not turned on for this DB instance. Modify it to see what its sessions wait for.</Alert>
      )}
    </SpaceBetween>
  );
}
