/** Where the operator goes on; nothing where it is not there. */
export function focusOn(element: Element | null | undefined): void {
  if (element instanceof HTMLElement) element.focus();
}
