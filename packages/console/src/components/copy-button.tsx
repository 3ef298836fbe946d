import { useEffect, useState } from 'preact/hooks';
import { say } from '../i18n/language.ts';
import { announce } from '../state/announcements.ts';

const SHOWN = 2000;

/** Puts a text on the clipboard and says so, or says that the browser refused. */
export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [outcome, setOutcome] = useState<'copy.done' | 'copy.failed'>();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN);
    return () => clearTimeout(timer);
  }, [outcome]);

  async function copy(): Promise<void> {
    const key = await navigator.clipboard.writeText(text()).then(
      () => 'copy.done' as const,
      () => 'copy.failed' as const,
    );
    setOutcome(key);
    announce(say(key));
  }
  return (
    <button type="button" class="copy" onClick={copy}>
      {outcome === undefined ? label : say(outcome)}
    </button>
  );
}
