import { times } from '../i18n/language.ts';

/** A moment: short to read, exact when pointed at. */
export function Time({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={times.value.full(at)}>
      {times.value.short(at, Date.now())}
    </time>
  );
}
