// The shape of posts, while they are on their way.
import "./activity_card.css";
import "./skeleton.css";

export function Skeleton() {
  return (
    <div class="panel">
      <p class="unseen" role="status">
        Loading posts…
      </p>
      {[0, 1, 2, 3, 4].map((row) => (
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
