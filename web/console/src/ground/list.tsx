// A service's list: a table that is read again by itself, one row of which can be chosen, and found by a text.
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useState, type ReactNode } from "react";
import type { Polled } from "./poll";
import { Unread } from "./unread";

/** `key` is the member that tells rows apart; a filter's text is looked for in `textOf` a row, in capitals or not. */
export function useList<Item>(polled: Polled<Item[]>, key: keyof Item & string, textOf?: (item: Item) => string) {
  const [selected, setSelected] = useState<unknown>();
  const [filter, setFilter] = useState("");
  const all = polled.value ?? [];
  const items = textOf ? all.filter((each) => textOf(each).toLowerCase().includes(filter.toLowerCase())) : all;
  const chosen = items.find((each) => each[key] === selected);
  return { ...polled, key, items, chosen, filter, setFilter, choose: (item?: Item) => setSelected(item?.[key]) };
}

interface ListProps<Item> {
  list: ReturnType<typeof useList<Item>>;
  label: string;
  /** The heading, where it is not the label. */
  title?: string;
  /** What a row that can be chosen is called; without it none can be. */
  nameOf?: (item: Item) => string | undefined;
  /** What the filter's field says; without it there is none. */
  find?: string;
  variant?: "full-page" | "container";
  columns: readonly TableProps.ColumnDefinition<Item>[];
  empty: ReactNode;
  actions: ReactNode;
  /** Dialogs. */
  children?: ReactNode;
}

export function List<Item>({ list, label, title = label, nameOf, find, variant = "full-page", columns, empty, actions, children }: ListProps<Item>) {
  const { value, failure, items, chosen } = list;
  const selection: Partial<TableProps<Item>> = nameOf
    ? { selectionType: "single", selectedItems: chosen ? [chosen] : [], onSelectionChange: ({ detail }) => list.choose(detail.selectedItems[0]) }
    : {};
  return (
    <SpaceBetween size="m">
      <Unread failure={failure} />
      <Table
        variant={variant}
        loading={value === undefined && failure === undefined}
        loadingText={`Loading ${label.toLowerCase()}`}
        items={items}
        trackBy={list.key}
        {...selection}
        ariaLabels={{ tableLabel: label, selectionGroupLabel: label, itemSelectionLabel: (_, item) => nameOf?.(item) ?? "" }}
        columnDefinitions={columns}
        empty={empty}
        filter={find && <TextFilter filteringText={list.filter} filteringAriaLabel={find} filteringPlaceholder={find} filteringClearAriaLabel="Clear" onChange={({ detail }) => list.setFilter(detail.filteringText)} />}
        header={
          <Header
            variant={variant === "full-page" ? "h1" : "h2"}
            counter={value && `(${value.length})`}
            actions={<SpaceBetween direction="horizontal" size="xs">{actions}</SpaceBetween>}
          >
            {title}
          </Header>
        }
      />
      {children}
    </SpaceBetween>
  );
}
