import type { CrossJudgement, Reason, SensorJudgement } from '@kiten/measurement';
import { toldFrom } from '@kiten/measurement';
import { alarmWords, momentOf } from './alarm-words.ts';

interface CrossWords {
  readonly head: (since: string, severity: string) => string;
  readonly lies: (sensor: string, device: string, percent: number) => string;
  readonly perhaps: (sensor: string, device: string, percent: number) => string;
  readonly undecided: (sensors: string) => string;
  readonly nobody: string;
  readonly broken: (checks: string) => string;
  readonly since: (moment: string) => string;
  readonly course: (said: string, expected: string) => string;
  readonly because: string;
  readonly against: string;
  readonly disproof: (said: string, expected: string) => string;
  readonly proof: string;
  readonly reasons: Readonly<Record<Reason['what'], (name: string, against: boolean) => string>>;
}

const words: Readonly<Record<'en' | 'ja', CrossWords>> = {
  en: {
    head: (since, severity) =>
      `Since ${since} sensors contradict each other, ${severity} times what an alarm needs.`,
    lies: (sensor, device, percent) => `${sensor} of device ${device} is not to be believed: ${percent} %.`,
    perhaps: (sensor, device, percent) => `Perhaps also ${sensor} of device ${device}: ${percent} %.`,
    undecided: (sensors) => `It cannot be told which of them lies: ${sensors}.`,
    nobody: 'No sensor stands out: look at all of them that the check names.',
    broken: (checks) => `Does not hold: ${checks}.`,
    since: (moment) => `since ${moment}`,
    course: (said, expected) => `said ${said} on the mean; by the others it should have been ${expected}`,
    because: 'because: ',
    against: 'against it: ',
    disproof: (said, expected) =>
      `It would be disproved by a measurement at the place of ${said}, and not of ${expected}.`,
    proof: 'Freshness or a signature proves it: this is no matter of statistics.',
    reasons: {
      check: (name) => `“${name}” does not hold`,
      kept: (name) => `“${name}” holds`,
      relation: (_, against) =>
        against ? 'without it the others go together' : 'without it the others go together no better',
      detectors: (name, against) =>
        against ? `its own detectors see it (${name})` : 'its own detectors are calm',
      freshness: (name, against) =>
        against ? `its packs are ${name}` : 'its packs come in order and in time',
      attestation: (name) => `attestation of its device is ${name}`,
    },
  },
  ja: {
    head: (since, severity) =>
      `${since} からセンサー同士が矛盾しています（警報のしきい値の ${severity} 倍）。`,
    lies: (sensor, device, percent) => `デバイス ${device} の ${sensor} は信頼できません：${percent} %。`,
    perhaps: (sensor, device, percent) =>
      `デバイス ${device} の ${sensor} も疑わしい可能性があります：${percent} %。`,
    undecided: (sensors) => `どのセンサーが偽っているかは判別できません：${sensors}。`,
    nobody: '目立つセンサーはありません。照合の対象となったセンサーをすべて確認してください。',
    broken: (checks) => `成り立たない照合：${checks}。`,
    since: (moment) => `${moment} から`,
    course: (said, expected) => `報告値の平均は ${said}。ほかのセンサーから見ると ${expected} のはずです`,
    because: '根拠：',
    against: '反証：',
    disproof: (said, expected) =>
      `現場での実測が ${expected} ではなく ${said} であれば、この判断は誤りです。`,
    proof: '鮮度または署名が証明しています。統計上の判断ではありません。',
    reasons: {
      check: (name) => `「${name}」が成り立たない`,
      kept: (name) => `「${name}」は成り立つ`,
      relation: (_, against) => (against ? 'これを除けばほかは整合する' : 'これを除いてもほかは整合しない'),
      detectors: (name, against) => (against ? `自身の検出器が検知（${name}）` : '自身の検出器は平常'),
      freshness: (name, against) =>
        against ? `データの鮮度：${name}` : 'データは順序どおり遅れなく届いている',
      attestation: (name) => `デバイスの構成証明：${name}`,
    },
  },
};

const percent = (share: number): number => Math.round(100 * share);
const digits = (value: number): string => value.toPrecision(5);
/** How many times, in as many digits as help. */
const times = (value: number): string => (value < 10 ? value.toPrecision(2) : value.toFixed(0));

/** What a judgement says to somebody who has to act on it, line by line. */
export function crossLines(judgement: CrossJudgement, language: 'en' | 'ja'): string[] {
  const say = words[language];
  const { sensors, isTold, broken, tier } = judgement;
  const lines = [
    say.head(momentOf(judgement.since), times(judgement.severity)),
    say.broken(broken.map(({ check, severity }) => `${check} (${times(severity)})`).join('; ')),
  ];
  if (tier === 'contraindicated') lines.push(say.proof);
  if (sensors.length === 0) lines.push(say.nobody);
  else if (!isTold)
    lines.push(
      say.undecided(sensors.map((each) => `${each.sensor} (${percent(each.probability)} %)`).join(', ')),
    );
  for (const each of sensors) lines.push(...sensorLines(each, isTold, language));
  return lines;
}

function sensorLines(each: SensorJudgement, isTold: boolean, language: 'en' | 'ja'): string[] {
  const say = words[language];
  const { kinds, kind } = alarmWords[language];
  const { sensor, device, probability, reasons } = each;
  const certainty = percent(probability);
  if (isTold && probability < toldFrom) return [say.perhaps(sensor, device, certainty)];
  const told = (against: boolean) =>
    reasons
      .filter(({ weight }) => weight > 0 === against)
      .map(({ what, name }) => say.reasons[what](name, against))
      .join('; ');
  const [because, against] = [told(true), told(false)];
  const compared = Number.isFinite(each.said) && Number.isFinite(each.expected);
  const [said, expected] = [digits(each.said), digits(each.expected)];
  return [
    isTold ? say.lies(sensor, device, certainty) : `${sensor} (${device}):`,
    `  ${say.since(momentOf(each.since))}; ${kind(kinds[each.kind], percent(each.confidence))}`,
    ...(compared ? [`  ${say.course(said, expected)}`] : []),
    ...(because === '' ? [] : [`  ${say.because}${because}`]),
    ...(against === '' ? [] : [`  ${say.against}${against}`]),
    ...(compared ? [`  ${say.disproof(said, expected)}`] : []),
  ];
}
