import { site } from '../../state/site.ts';

/** What one compares with the terminal to know that this is the right site. */
export function PageFooter() {
  const about = site.value;
  if (about === undefined) return null;
  return (
    <footer class="page-footer">
      <span>Kiten {about.version}</span>
      <span>MQTT {about.mqtts}</span>
      <span>
        CA <code>{about.caFingerprint}</code>
      </span>
    </footer>
  );
}
