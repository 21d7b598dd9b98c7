// What was read of lists, so that Back shows it again at once: of those that were looked at last, and for whom read it alone.
const keptMax = 12;
const kept = new Map<string, { reader: string; list: unknown }>();

export function keep(path: string, reader: string, list: unknown): void {
  kept.delete(path);
  kept.set(path, { reader, list });
  const oldest = kept.keys().next().value;
  if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
}

/** As it was kept for that reader, or null. */
export function keptOf<T>(path: string, reader: string): T | null {
  const found = kept.get(path);
  return found?.reader === reader ? (found.list as T) : null;
}

/** Once something was done that changes what belongs in them: the next look reads them again. */
export function forgetLists(): void {
  kept.clear();
}
