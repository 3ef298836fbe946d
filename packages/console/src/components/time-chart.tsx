import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';

/** One line of a chart. `colour` is a custom property of the page. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  /** Null: there is none. */
  readonly values: readonly (number | null)[];
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
  /** What its values are measured in; it stands beside them. Empty: they have none, and leave the room for it. */
  readonly unit?: string;
  /** Whether the chart beneath it tells the times of both. */
  readonly isAboveOther?: boolean;
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
  const drawn = [...props.lines.map(({ label, colour }) => `${label} ${colour}`), props.unit].join('\n');

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
  const { lines, height, together, timeLabel, scale = 'counts', unit, isAboveOther } = latest.current;
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
  const times: uPlot.Axis = isAboveOther
    ? { ...axis, space: 110, size: gapWidth, values: (_chart, ticks) => ticks.map(() => '') }
    : { ...axis, space: 110, values: (_chart, ticks) => ticks.map((at) => timeLabel(at * 1000)) };
  const values: uPlot.Axis = {
    ...{ ...axis, size: unit === '' ? axisWidth + labelWidth : axisWidth, space: 20 },
    ...(unit ? { label: unit, labelSize: labelWidth, labelFont: '12px system-ui, sans-serif' } : {}),
    ...(scale === 'measured' ? {} : { incrs: wholeSteps }),
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { sync: { key: together }, drag: { x: false, y: false } },
    scales: scale === 'measured' ? {} : { y: { range: (_chart, _least, most) => [0, Math.max(most, 1)] } },
    axes: [times, values],
    series: [
      {},
      ...lines.map(({ label, colour: name }) => ({
        label,
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

/** Pixels. */
const [axisWidth, labelWidth, gapWidth] = [64, 20, 8];

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
