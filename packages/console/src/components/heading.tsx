import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

let first = true;

/**
 * The heading of a view. Coming to the view puts the focus on it, so that keyboard and screen reader
 * start where the eye does; opening the page does not.
 */
export function ViewHeading({ children, focus = true }: { children: ComponentChildren; focus?: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (focus && !first) heading.current?.focus();
    first = false;
  }, [focus]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
