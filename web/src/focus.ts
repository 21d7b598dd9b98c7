/** For what is pressed and then gone: the focus would fall to the page's beginning. */
export function focusContent(): void {
  document.getElementById("content")?.focus({ preventScroll: true });
}

/** For what may be gone once its work is done, with what had the focus. */
export function keepFocus(): void {
  requestAnimationFrame(() => document.activeElement === document.body && focusContent());
}
