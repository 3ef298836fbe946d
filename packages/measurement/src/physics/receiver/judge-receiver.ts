import { KitenError } from '@kiten/codec';
import { median } from '@kiten/numerics';
import type { Evidence } from '../flight/evidence.ts';
import type { FlightTable } from '../flight/flight.ts';
import { flightEvidence } from '../flight/flight-evidence.ts';
import { type FlightJudgement, judgeEvidence } from '../flight/judge-evidence.ts';
import { learnLimits } from '../flight/normal-flight.ts';
import { type ReceiverLevels, receiverLevelsOf, strengthEvidence } from '../flight/radio-checks.ts';
import { fixedChecks, standingPlace } from './fixed-checks.ts';
import { piecesOf, settledRows } from './pieces.ts';
import type { Place } from './place.ts';
import type { ReceiverLog } from './receiver-log.ts';
import { timeChecks } from './time-checks.ts';
import { wayChecks } from './way-checks.ts';

export interface ReceiverRules {
  /** It stands: on a mast, in a rack. */
  readonly isFixed?: boolean;
}

/** What was learned from logs of a receiver without an attack. */
export interface NormalReceiver {
  readonly limits: ReadonlyMap<string, number>;
  readonly levels: ReceiverLevels;
  /** Where it stands, if it does. */
  readonly place: Place | undefined;
}

/** Few satellites alone are no reason: roads have houses beside them. */
const fewSatellites = 6;
/** Metres that a fix may leap by, and the dilution up to which: beyond it errors grow in proportion. */
const [landJump, usualDilution] = [12, 2];
/** One chance in a million, as a decimal logarithm. */
const unlikely = 6;

/**
 * Judges what a satellite receiver says by itself, without an autopilot beside it: whether satellites vanish or come in alike, whether its
 * way is possible, whether time goes on. What looks like jamming may be a tunnel. Where the log has a hole of ten minutes, it begins anew.
 *
 * @throws KitenError `measurement/log-unjudgeable` if it never tells of a fix
 */
export function judgeReceiver(
  log: ReceiverLog,
  rules: ReceiverRules = {},
  normal?: NormalReceiver,
): FlightJudgement {
  const judged = evidenceOf(log, rules, normal).map((evidence) => judgeEvidence(evidence, normal?.limits));
  const evidence = new Map(judged.flatMap((each) => each.evidence).map((each) => [each.check, each]));
  return {
    evidence: [...evidence.values()],
    moments: judged.flatMap(({ moments }) => moments),
    alarms: judged.flatMap(({ alarms }) => alarms),
  };
}

/** @throws KitenError `measurement/log-unjudgeable` */
export function learnNormalReceiver(logs: readonly ReceiverLog[], rules: ReceiverRules = {}): NormalReceiver {
  const levels = receiverLevelsOf(logs.map(flightOf));
  const places = logs.map(({ table }) => standingPlace(table)).filter((each) => each !== undefined);
  const middle = (of: (place: Place) => number) => median(places.map(of));
  const place =
    places.length === 0
      ? undefined
      : {
          latitude: middle(({ latitude }) => latitude),
          longitude: middle(({ longitude }) => longitude),
          altitude: middle(({ altitude }) => altitude),
        };
  const known = { limits: new Map<string, number>(), levels, place };
  return { ...known, limits: learnLimits(logs.flatMap((log) => evidenceOf(log, rules, known).flat())) };
}

/** @throws KitenError `measurement/log-unjudgeable` */
function evidenceOf(
  { table }: ReceiverLog,
  { isFixed = false }: ReceiverRules,
  normal?: NormalReceiver,
): Evidence[][] {
  if (!table.columns.get('fix_type')?.some((fix) => fix > 0))
    throw new KitenError(
      'measurement/log-unjudgeable',
      'The receiver never had a fix: what becomes of it cannot be judged.',
    );
  const standing = isFixed ? (normal?.place ?? standingPlace(table)) : undefined;
  return piecesOf(table).map((piece) => [
    ...flightEvidence(new Map([['vehicle_gps_position', piece]]), normal?.levels)
      .filter(({ check }) => check !== 'clock')
      .map((each) => onLand(each, piece)),
    ...strengthChecks(piece, normal),
    ...wayChecks(piece),
    ...timeChecks(piece),
    ...simulatedCheck(piece),
    ...(standing === undefined ? [] : fixedChecks(piece, standing)),
  ]);
}

/** What is a vehicle's in the air, for receivers that hold a place while they stand, and have houses around. */
function onLand(evidence: Evidence, table: FlightTable): Evidence {
  if (evidence.check === 'few satellites') return { ...evidence, limit: fewSatellites };
  if (evidence.check !== 'jump') return evidence;
  const dilution = table.columns.get('hdop');
  const settled = settledRows(table);
  return {
    ...evidence,
    limit: landJump,
    values: evidence.values.map((value, row) =>
      settled[row] === 1 ? value / Math.max(1, (dilution?.[row] ?? 1) / usualDilution) : Number.NaN,
    ),
  };
}

const flightOf = ({ table }: ReceiverLog) => new Map([['vehicle_gps_position', table]]);

function strengthChecks({ topic, times, columns }: FlightTable, normal?: NormalReceiver): Evidence[] {
  const [strength, even] = [columns.get('strength'), columns.get('even_strength')];
  const read = `${topic}.strength`;
  const found: Evidence[] = [];
  if (strength !== undefined)
    found.push(strengthEvidence(times, strength, read, normal?.levels.get('strength')));
  if (even !== undefined)
    found.push({
      ...{ check: 'even strength', family: 'radio', limit: unlikely },
      ...{ times, values: even, reads: [read] },
    });
  return found;
}

/** A receiver that is set to simulate says so. */
function simulatedCheck({ topic, times, columns }: FlightTable): Evidence[] {
  const values = columns.get('simulated');
  if (values?.some((value) => value > 0) !== true) return [];
  const reads = [`${topic}.fix_type`];
  return [{ check: 'receiver says simulated', family: 'accuracy', limit: 1, times, values, reads }];
}
