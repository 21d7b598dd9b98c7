// A value that lives outside the components, and renders those that show it anew when it changes.
import { useLayoutEffect, useState } from "preact/hooks";

/**
 * What `read` gives, now and after each change. `subscribe` is called when the component comes and its result when it
 * goes. Both are the same functions at each render.
 */
export function useStore<T>(subscribe: (listener: () => void) => () => void, read: () => T): T {
  const [value, setValue] = useState(read);
  useLayoutEffect(() => {
    const refresh = () => setValue(read);
    const unsubscribe = subscribe(refresh);
    refresh(); // it may have changed since the render, or by subscribing
    return unsubscribe;
  }, [subscribe, read]);
  return value;
}
