const hues = 8;

// The same handle has the same colour everywhere, in the server's documents too (src/app/pages/lines.cpp).
function hueOf(handle: string): number {
  let sum = 0;
  for (const letter of handle.toLowerCase()) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return sum % hues;
}

// The first letter of the first and the last word; of scripts without capitals the first letter alone.
function initialsOf(name: string): string {
  const words = name.split(/[\s,]+/u).filter((word) => /^\p{L}/u.test(word));
  const first = [...(words[0] ?? name.trim())][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return /\p{Lu}/u.test(first) && /\p{L}/u.test(last) ? first + last.toUpperCase() : first.toUpperCase();
}

export function Avatar({ name, handle }: { name: string; handle: string }) {
  return (
    <span class="avatar" data-hue={hueOf(handle)} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
