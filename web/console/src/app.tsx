import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import ErrorBoundary from "@cloudscape-design/components/error-boundary";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import { lazy, Suspense, useEffect, useState, type ComponentType } from "react";
import { linkTo, usePlace } from "./ground/address";
import { NoticesBar, NoticesProvider } from "./ground/notices";
import { account, currentKeys, forgetKeys, region, signsInByHand } from "./ground/session";
import { Home } from "./home";
import { SignIn } from "./sign_in";

interface Service {
  title: string;
  pages: { text: string; place: string }[];
  View: ComponentType<{ place: string[] }>;
}

export const services: Record<string, Service> = {
  rds: {
    title: "Amazon RDS",
    pages: [{ text: "Databases", place: "databases" }, { text: "Snapshots", place: "snapshots" }, { text: "Parameter groups", place: "parameter-groups" }, { text: "Events", place: "events" }],
    View: lazy(() => import("./rds/view")),
  },
  ec2: {
    title: "EC2",
    pages: [{ text: "Security Groups", place: "groups" }],
    View: lazy(() => import("./ec2/view")),
  },
  lambda: {
    title: "Lambda",
    pages: [{ text: "Functions", place: "functions" }],
    View: lazy(() => import("./lambda/view")),
  },
  logs: {
    title: "CloudWatch",
    pages: [{ text: "Log groups", place: "groups" }, { text: "Alarms", place: "alarms" }],
    View: lazy(() => import("./logs/view")),
  },
  cloudtrail: {
    title: "CloudTrail",
    pages: [{ text: "Event history", place: "events" }],
    View: lazy(() => import("./cloudtrail/view")),
  },
  secretsmanager: {
    title: "AWS Secrets Manager",
    pages: [{ text: "Secrets", place: "secrets" }],
    View: lazy(() => import("./secrets/view")),
  },
  kms: {
    title: "Key Management Service (KMS)",
    pages: [{ text: "Customer managed keys", place: "keys" }],
    View: lazy(() => import("./kms/view")),
  },
  cognito: {
    title: "Amazon Cognito",
    pages: [{ text: "User pools", place: "pools" }],
    View: lazy(() => import("./cognito/view")),
  },
};

function pageOf(place: string[]) {
  const service = services[place[0] ?? ""];
  const page = service?.pages.find((each) => place[1]?.startsWith(each.place.slice(0, -1))) ?? service?.pages[0];
  return { service, page };
}

function useRegions() {
  const [regions, setRegions] = useState([region]);
  useEffect(() => {
    void import("./ec2/calls").then(({ describeRegions }) => describeRegions()).then(setRegions, () => undefined);
  }, []);
  return regions;
}

function TopBar({ signOut }: { signOut: (() => void) | undefined }) {
  const regions = useRegions();
  return (
    <div id="top">
      <TopNavigation
        identity={{ href: linkTo(), title: "Local AWS" }}
        utilities={[
          {
            type: "menu-dropdown",
            text: region,
            ariaLabel: `Region ${region}`,
            items: regions.map((each) => ({ id: each, text: each })),
            onItemClick: ({ detail }) => location.assign(`?region=${encodeURIComponent(detail.id)}${location.hash}`),
          },
          {
            type: "menu-dropdown",
            text: "root",
            description: `Account ID: ${account}`,
            items: signOut ? [{ id: "out", text: "Sign out" }] : [{ id: "who", text: `Account ID: ${account}`, disabled: true }],
            onItemClick: ({ detail }) => detail.id === "out" && signOut?.(),
          },
        ]}
      />
    </div>
  );
}

function Layout() {
  const place = usePlace();
  const { service, page } = pageOf(place);
  const name = place[0] ?? "";
  useEffect(() => {
    document.title = [page?.text, service?.title ?? "Console", "Local AWS"].filter(Boolean).join(" | ");
  }, [page, service]);
  if (service === undefined)
    return <AppLayout navigationHide toolsHide headerSelector="#top" notifications={<NoticesBar />} content={<Home known={place.length === 0} />} />;
  const { View } = service;
  return (
    <AppLayout
      toolsHide
      headerSelector="#top"
      ariaLabels={{ navigation: "Service", navigationClose: "Close navigation", navigationToggle: "Open navigation", notifications: "Notifications" }}
      notifications={<NoticesBar />}
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: service.title, href: linkTo(name) },
            { text: page?.text ?? "", href: linkTo(name, page?.place ?? "") },
            ...place.slice(2, 3).map((text) => ({ text, href: linkTo(...place.slice(0, 3)) })),
          ]}
        />
      }
      navigation={
        <SideNavigation
          header={{ text: service.title, href: linkTo(name) }}
          activeHref={linkTo(name, page?.place ?? "")}
          items={service.pages.map((each) => ({ type: "link", text: each.text, href: linkTo(name, each.place) }))}
        />
      }
      content={
        <ErrorBoundary
          key={place.slice(0, 3).join("/")}
          onError={() => undefined}
          i18nStrings={{ headerText: "This view could not be shown", descriptionText: "Local AWS may be another version by now. Load the page again.", refreshActionText: "Load again" }}
        >
          <Suspense fallback={<Spinner size="large" />}>
            <View place={place.slice(1)} />
          </Suspense>
        </ErrorBoundary>
      }
    />
  );
}

export function App() {
  const [isSignedIn, setSignedIn] = useState(currentKeys() !== undefined);
  if (!isSignedIn) return <SignIn done={() => setSignedIn(true)} />;
  const signOut = () => {
    forgetKeys();
    setSignedIn(false);
  };
  return (
    <NoticesProvider>
      <TopBar signOut={signsInByHand ? signOut : undefined} />
      <Layout />
    </NoticesProvider>
  );
}
