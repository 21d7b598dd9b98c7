// A button that opens a menu, as ARIA has it: arrows go through it, Escape closes it.
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MoreIcon } from "./icons";
import "./menu.css";

export interface MenuItem {
  name: string;
  run: () => void;
  grave?: boolean;
}

const edgePx = 8;
const placesPx = 72; // what stands at a phone's lower edge

// Its button may stand at the window's edge: then it opens to the other side.
function keepInSight(shown: HTMLElement): void {
  const { left, right, top, bottom, height } = shown.getBoundingClientRect();
  const outside = Math.min(0, left - edgePx) + Math.max(0, right + edgePx - document.documentElement.clientWidth);
  if (outside !== 0) shown.style.translate = `${-outside}px`;
  if (bottom > window.innerHeight - placesPx && top > height + placesPx) shown.classList.add("menu-above");
}

export function Menu({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (menu.current === null) return;
    keepInSight(menu.current);
    menu.current.querySelector("button")?.focus();
  }, [open]);

  function close(): void {
    setOpen(false);
    button.current?.focus();
  }

  function move(event: KeyboardEvent): void {
    const all = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = all.findIndex((one) => one === document.activeElement);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    const to = steps[event.key];
    if (event.key === "Escape") close();
    else if (to === undefined) return;
    else all.at(to % all.length)?.focus();
    event.preventDefault();
    event.stopPropagation();
  }

  function leave(event: FocusEvent): void {
    if (!(event.relatedTarget instanceof Node) || !(event.currentTarget as Node).contains(event.relatedTarget)) setOpen(false);
  }

  return (
    <div class="menu-place" onFocusOut={leave}>
      <button
        type="button"
        class="act"
        ref={button}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <MoreIcon />
        <span class="unseen">{label}</span>
      </button>
      {open && (
        <div class="menu" role="menu" aria-label={label} id={id} ref={menu} onKeyDown={move}>
          {items.map(({ name, run, grave = false }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={grave ? "menu-item menu-grave" : "menu-item"}
              onClick={() => {
                close();
                run();
              }}
            >
              {name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
