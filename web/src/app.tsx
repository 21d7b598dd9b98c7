import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { isByLink, restoreScroll, restoreScrollOfReload, useAddress } from "./address";
import { focusContent } from "./focus";
import { Frame } from "./parts/frame";
import { routeOf, titleOf } from "./router";

export function App() {
  const address = useAddress();
  const route = useMemo(() => routeOf(address), [address]);
  const before = useRef(route.path);

  // A new page begins at its top, and a screen reader is taken there.
  useLayoutEffect(() => {
    const title = titleOf(route);
    if (title !== null) document.title = title;
    if (before.current === route.path) return;
    before.current = route.path;
    restoreScroll();
    if (isByLink() || document.activeElement === document.body) focusContent();
  }, [route]);
  useLayoutEffect(restoreScrollOfReload, []);

  return (
    <Frame path={route.path}>
      <route.page.Page key={route.path} parameters={route.parameters} />
    </Frame>
  );
}
