/** What a pointer (RFC 6901) names in a JSON value; `undefined` if there is nothing. */
export function compilePointer(pointer: string): (value: unknown) => unknown {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return (value) => {
    let here = value;
    for (const step of steps) {
      if (Array.isArray(here)) here = /^(0|[1-9]\d{0,9})$/.test(step) ? here[Number(step)] : undefined;
      else if (typeof here === 'object' && here !== null && Object.hasOwn(here, step))
        here = (here as Record<string, unknown>)[step];
      else return undefined;
    }
    return here;
  };
}
