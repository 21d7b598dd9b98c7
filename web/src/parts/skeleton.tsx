// The shape of posts, while they are on their way.
import { useEffect, useState } from "preact/hooks";
import "./activity_card.css";
import "./skeleton.css";

const slowMs = 4_000;

// Whether it takes so long that one wonders.
function useSlow(): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setSlow(true), slowMs);
    return () => window.clearTimeout(timer);
  }, []);
  return slow;
}

export function Skeleton({ rows = 5, of = "posts" }: { rows?: number; of?: string }) {
  const slow = useSlow();
  return (
    <div class="panel">
      <p class={slow ? "slow" : "unseen"} role="status">
        {slow ? `Still loading ${of}. The network, or Cruddur, is slow just now.` : `Loading ${of}…`}
      </p>
      {Array.from({ length: rows }, (_, row) => (
        <div class="activity skeleton" key={row} aria-hidden="true">
          <span class="avatar" />
          <span class="bone bone-name" />
          <span class="bone bone-line" />
          <span class="bone bone-short" />
        </div>
      ))}
    </div>
  );
}
