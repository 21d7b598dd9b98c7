// The tags of the posts that the home feed shows just now, the most frequent first.
import { type Activity, homePath, readPage } from "./api";
import { tagsOf } from "./parts/rich_text";

const tagsMax = 12;

export async function readRecentTags(signal: AbortSignal): Promise<string[]> {
  const { activities } = await readPage(`${homePath}?limit=100`, signal);
  return frequentTags(activities);
}

function frequentTags(activities: readonly Activity[]): string[] {
  const counts = new Map<string, number>();
  for (const activity of activities) for (const tag of new Set(tagsOf(activity.message))) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, tagsMax).map(([tag]) => tag);
}
