import { say } from "./toast";

/** By the platform's sheet, where there is one; otherwise the address is put where one can paste it from. */
export async function share(title: string, path: string): Promise<void> {
  const url = new URL(path, window.location.origin).href;
  if (typeof navigator.share === "function") {
    try {
      await navigator.share({ title, url });
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return; // closed without choosing
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    say("The link is copied.");
  } catch {
    say(`Copy the link: ${url}`);
  }
}
