// Which page an address leads to: the first of the table whose pattern is its path.
import type { ComponentType } from "preact";
import { pages } from "./pages";

/** Of the path and of the query. A name that both have is the path's. */
export type Parameters = Readonly<Record<string, string>>;

/** What a file of pages/ exports. */
export interface PageModule {
  pattern: string; // as "/@:handle/status/:uuid": a name behind a colon stands for what is not empty and has no slash, and "*" for anything
  title: string | ((parameters: Parameters) => string) | null; // null: the page sets it, once it has read what it shows
  Page: ComponentType<{ parameters: Parameters }>;
}

interface Route {
  page: PageModule;
  parameters: Parameters;
  path: string;
}

function expressionOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace("*", ".*").replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
}

const table = pages.map((page) => ({ page, expression: expressionOf(page.pattern) }));

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function routeOf(address: string): Route {
  const [path = "", query = ""] = address.split("?", 2);
  const asked = Object.fromEntries(new URLSearchParams(query));
  for (const { page, expression } of table) {
    const found = expression.exec(path);
    if (found === null) continue;
    const named = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decoded(value)]);
    return { page, parameters: { ...asked, ...Object.fromEntries(named) }, path };
  }
  throw new Error(`the table of pages has none for ${path}`); // its last one has every address
}

/** As the server titles its documents. */
export function inFullTitle(title: string): string {
  return title === "" ? "Cruddur" : `${title} · Cruddur`;
}

export function titleOf({ page, parameters }: Route): string | null {
  const title = typeof page.title === "function" ? page.title(parameters) : page.title;
  return title === null ? null : inFullTitle(title);
}
