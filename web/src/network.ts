// Whether the browser has a network, as far as it knows.
import { useStore } from "./store";

function subscribe(listener: () => void): () => void {
  for (const name of ["online", "offline"]) window.addEventListener(name, listener);
  return () => {
    for (const name of ["online", "offline"]) window.removeEventListener(name, listener);
  };
}

const read = () => navigator.onLine;

export function useOnline(): boolean {
  return useStore(subscribe, read);
}
