// What the browser keeps for the page. Where it may keep nothing, or has no room, the page keeps it itself, until it is
// loaded again.

class Keeper {
  private readonly own = new Map<string, string>();
  private readonly browsers: Storage | null;

  constructor(which: "localStorage" | "sessionStorage") {
    try {
      this.browsers = window[which]; // denied, it throws
    } catch {
      this.browsers = null;
    }
  }

  keys(): string[] {
    return [...this.own.keys(), ...(this.browsers === null ? [] : Object.keys(this.browsers))];
  }

  getItem(key: string): string | null {
    return this.own.get(key) ?? this.browsers?.getItem(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.own.delete(key);
    try {
      if (this.browsers !== null) return this.browsers.setItem(key, value);
    } catch {
      // It has no room.
    }
    this.own.set(key, value);
  }

  removeItem(key: string): void {
    this.own.delete(key);
    this.browsers?.removeItem(key);
  }
}

/** Until it is taken out, in every tab. */
export const lasting = new Keeper("localStorage");
/** Until this tab is closed. */
export const ofTab = new Keeper("sessionStorage");
