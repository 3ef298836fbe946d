/** Whoever acted by keyboard goes on from the heading of the view, once what was acted with is no longer there. */
export function keepFocus(opener: Element | null): void {
  const leave = () => {
    watch.disconnect();
    document.removeEventListener('focusin', moved);
  };
  const moved = ({ target }: Event) => {
    if (target !== opener) leave();
  };
  const look = () => {
    if (opener?.isConnected === true) return;
    leave();
    if (document.activeElement === document.body) document.querySelector('h1')?.focus();
  };
  const watch = new MutationObserver(look);
  watch.observe(document.body, { childList: true, subtree: true });
  document.addEventListener('focusin', moved);
  look();
}
