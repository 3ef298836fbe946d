import type { FlightJudgement } from '@kiten/measurement';
import { csvPieces } from './csv-pieces.ts';
import { csvField } from './measurement-files.ts';
import { writeOut } from './out-file.ts';
import { rowNumber } from './row-number.ts';

/** Writes a score for each moment. @throws KitenError `kiten/file-unwritable` */
export function writeMomentScores(out: string, judgement: FlightJudgement): Promise<void> {
  return writeOut(out, csvPieces(scoreColumns, scores(judgement)));
}

const scoreColumns = ['row', 'time', 'score', 'alarm', 'channels', 'kind'];

function* scores({ moments, alarms, evidence }: FlightJudgement): Generator<readonly (string | number)[]> {
  const reads = new Map(evidence.map((each) => [each.check, each.reads]));
  for (const [row, { time, severity, checks }] of moments.entries()) {
    const alarm = severity < 1 ? undefined : alarms.find(({ from, to }) => from <= time && time <= to);
    const telling = alarm === undefined ? [] : checks.filter((each) => each.severity >= 0.5);
    const channels = new Set(telling.flatMap(({ check }) => reads.get(check) ?? []));
    const isAlarm = alarm === undefined ? 0 : 1;
    const told = csvField([...channels].join(' '));
    yield [rowNumber(row), time, severity.toPrecision(6), isAlarm, told, alarm?.kind ?? ''];
  }
}
