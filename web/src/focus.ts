/** For what is pressed and then gone: the focus would fall to the page's beginning. */
export function focusContent(): void {
  document.getElementById("content")?.focus({ preventScroll: true });
}
