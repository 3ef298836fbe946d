import type { Line } from '../../components/time-chart.tsx';

/** For the eye, as what it explains: the table beneath says the same. */
export function Legend({ lines }: { lines: readonly Line[] }) {
  return (
    <ul class="map-legend" aria-hidden="true">
      {lines.map(({ label, colour }) => (
        <li key={label}>
          <span class="line-colour" style={{ background: `var(${colour})` }} />
          {label}
        </li>
      ))}
    </ul>
  );
}
