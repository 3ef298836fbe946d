import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';

/** One line of a chart. `colour` is a custom property of the page. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  /** Null: there is none. */
  readonly values: readonly (number | null)[];
  /** What it is measured in. Lines of one unit share a scale; the first two units have an axis. */
  readonly unit?: string;
}

export interface Stretch {
  readonly from: number;
  readonly until: number;
}

export interface TimeChartProps {
  /** Milliseconds since the Unix epoch, rising. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly height: number;
  /** `counts` begin at zero and are whole; `measured` values lie anywhere. */
  readonly scale?: 'counts' | 'measured';
  /** Stretches of time that stand out, in milliseconds. */
  readonly shaded?: readonly Stretch[];
  /** Of the chart above, if it is to stand exactly beneath it. */
  readonly unitsAbove?: readonly string[];
  /** Charts of the same name show the same moment under the pointer. */
  readonly together: string;
  readonly timeLabel: (at: number) => string;
  readonly pointed: (index: number | undefined) => void;
}

/** Values over time, drawn. It is for the eye alone: whoever uses it tells the same as a table. */
export function TimeChart(props: TimeChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const drawn = [
    ...props.lines.map(({ label, colour, unit = '' }) => `${label} ${colour} ${unit}`),
    ...(props.unitsAbove ?? []),
  ].join('\n');

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let gone = false;
    let leave: (() => void) | undefined;
    // Drawn by what only this needs, so that the first view is not kept waiting for it.
    import('uplot').then(({ default: Chart }) => {
      if (!gone) leave = draw(Chart, element, latest);
    });
    return () => {
      gone = true;
      leave?.();
    };
  }, [drawn]);
  useEffect(() => {
    place.current?.dispatchEvent(new Event('data'));
  }, [props.times, props.lines]);

  return <div ref={place} class="time-chart" style={{ height: `${props.height}px` }} aria-hidden="true" />;
}

/** @returns what takes it away again */
function draw(Chart: typeof uPlot, element: HTMLElement, latest: { current: TimeChartProps }): () => void {
  const data = (): uPlot.AlignedData => [
    latest.current.times.map((at) => at / 1000),
    ...latest.current.lines.map(({ values }) => [...values]),
  ];
  let chart = new Chart(options(element, latest), data(), element);
  const renew = () => {
    chart.destroy();
    chart = new Chart(options(element, latest), data(), element);
  };
  const grown = new ResizeObserver(() =>
    chart.setSize({ width: element.clientWidth, height: latest.current.height }),
  );
  const changed = () => chart.setData(data());
  // A canvas does not follow the colours of the page by itself.
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  grown.observe(element);
  element.addEventListener('data', changed);
  scheme.addEventListener('change', renew);
  return () => {
    grown.disconnect();
    element.removeEventListener('data', changed);
    scheme.removeEventListener('change', renew);
    chart.destroy();
  };
}

function options(element: HTMLElement, latest: { current: TimeChartProps }): uPlot.Options {
  const { lines, height, together, timeLabel, scale = 'counts', unitsAbove } = latest.current;
  const colour = (name: string): string => {
    const probe = document.createElement('i');
    probe.style.color = `var(${name})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const [ink, grid] = [colour('--soft'), { stroke: colour('--line'), width: 1 }];
  const axis = { stroke: ink, grid, ticks: grid };
  const units = unitsOf(lines);
  const { left, right } = roomFor(unitsAbove ?? units);
  const wide = unitsAbove === undefined ? axisWidth : axisWidth + left;
  const valueAxis = (unit: string, at: number): uPlot.Axis => ({
    ...{ ...axis, scale: scaleOf(at), side: at === 0 ? 3 : 1, size: wide, space: 20 },
    ...(at === 0 ? {} : { grid: { show: false } }),
    ...(unit === '' ? {} : { label: unit, labelSize: labelWidth, labelFont: '12px system-ui, sans-serif' }),
    ...(scale === 'measured' ? {} : { incrs: wholeSteps }),
  });
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { sync: { key: together }, drag: { x: false, y: false } },
    scales: scale === 'measured' ? {} : { y: { range: (_chart, _least, most) => [0, Math.max(most, 1)] } },
    ...(unitsAbove === undefined || right === 0 ? {} : { padding: [null, right, null, null] }),
    axes: [
      { ...axis, space: 110, values: (_chart, ticks) => ticks.map((at) => timeLabel(at * 1000)) },
      ...units.slice(0, axes).map(valueAxis),
    ],
    series: [
      {},
      ...lines.map(({ label, colour: name, unit = '' }) => ({
        label,
        scale: scaleOf(units.indexOf(unit)),
        stroke: colour(name),
        width: 2,
        points: { show: false },
      })),
    ],
    hooks: {
      drawClear: [(chart) => shade(chart, latest.current.shaded ?? [], colour('--contraindicated'))],
      setCursor: [({ cursor }) => latest.current.pointed(cursor.idx ?? undefined)],
    },
  };
}

/** In the order in which lines have them. */
export function unitsOf(lines: readonly Pick<Line, 'unit'>[]): readonly string[] {
  return [...new Set(lines.map(({ unit = '' }) => unit))];
}

const scaleOf = (unit: number): string => (unit === 0 ? 'y' : `y${unit}`);

/** Units that have an axis: one on each side. Pixels. */
const axes = 2;
const [axisWidth, labelWidth] = [64, 20];

/** Pixels that units take beside a chart, more than one without them. */
function roomFor([first = '', second]: readonly string[]): { readonly left: number; readonly right: number } {
  const label = (unit: string) => (unit === '' ? 0 : labelWidth);
  return { left: label(first), right: second === undefined ? 0 : axisWidth + label(second) };
}

/** Behind the lines: from edge to edge, one pixel wide at least. */
function shade(chart: uPlot, stretches: readonly Stretch[], colour: string): void {
  const { ctx: paint, bbox } = chart;
  paint.save();
  paint.globalAlpha = 0.18;
  paint.fillStyle = colour;
  for (const { from, until } of stretches) {
    const left = Math.max(bbox.left, chart.valToPos(from / 1000, 'x', true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(until / 1000, 'x', true));
    if (right >= left) paint.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height);
  }
  paint.restore();
}

/** What is counted is whole. */
const wholeSteps = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 13 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b);
