// Whether eTaPR and affiliation come out as their authors publish them, on the labels and predictions that they publish them of.
// MEASUREMENT_DATA names the folder with these, which are not part of this project.
//
//   MEASUREMENT_DATA=DIR npm run bench measurement-metrics
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { affiliationOf, etaprOf } from '@kiten/measurement';
import { print } from './figure.ts';

const folder = join(process.env.MEASUREMENT_DATA ?? '', 'metric-conformance');
if (!existsSync(folder)) {
  console.error('MEASUREMENT_DATA does not name a folder with metric-conformance.');
  process.exit(1);
}

/** Precision and recall with thresholds of 0.5 and 0.1, as the examples of the package eTaPR print them (saurf4ng/eTaPR, examples.ipynb). */
const byEtapr: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  'hai/HAI_Attack_Stream': {
    rnn_v1: [0.7713966760670083, 0.7993275761182115],
    rnn_v2: [0.5053671587611459, 0.7215663791743984],
    ocsvm: [0.0028622857833701526, 0.014755095832065713],
    iforest: [0.0036919114813830436, 0.01452692424703377],
  },
  'swat/SWaT_Attack_Stream': {
    rnn_v1: [0.5886922523791938, 0.5512120424420957],
    rnn_v2: [0.16757796200288375, 0.20152892001923892],
    ocsvm: [0.22691565212592021, 0.2822987485084696],
    iforest: [0.06881988502837356, 0.11988153066020987],
  },
};
/** Precision, recall and F1 of the table in the authors’ paper (Huet, Navarro, Rossi, KDD 2022), with its two decimals. */
const byAffiliation: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  machinetemp: {
    ...{ trivial: '1.00/0.50/0.66', adversary: '0.49/1.00/0.66', greenhouse: '0.71/0.99/0.83' },
    ...{ lstmad: '0.50/1.00/0.67', luminol: '0.54/0.99/0.70' },
  },
  nyctaxi: {
    ...{ trivial: '1.00/0.30/0.46', adversary: '0.54/1.00/0.70', greenhouse: '0.51/0.99/0.67' },
    ...{ lstmad: '0.51/1.00/0.67', luminol: '0.38/0.79/0.51' },
  },
  twitteraapl: {
    ...{ trivial: '1.00/0.49/0.66', adversary: '0.50/1.00/0.67', greenhouse: '0.78/0.98/0.87' },
    ...{ lstmad: '0.66/0.99/0.79', luminol: '0.73/0.98/0.83' },
  },
  swat: {
    ...{ trivial: '1.00/0.03/0.06', adversary: '0.53/1.00/0.69', iforest: '0.52/0.84/0.64' },
    ...{ ocsvm: '0.65/0.70/0.68', seq2seq: '0.86/0.79/0.83' },
  },
};
/** Of the first six attacks of SWaT, in the same paper: precision and recall; – where no alarm is near. */
const byAttack: Readonly<Record<string, string>> = {
  iforest: '0.37/0.53 1.00/0.91 0.76/0.99 –/0.00 0.38/0.60 0.09/0.21',
  seq2seq: '0.96/1.00 0.86/1.00 0.73/0.78 0.39/0.71 0.71/0.97 0.88/1.00',
};

const same = { etapr: 0, affiliation: 0, attacks: 0 };
const all = { ...same };
for (const [labels, methods] of Object.entries(byEtapr))
  for (const [method, published] of Object.entries(methods)) {
    const name = join(labels, '..', method);
    const { precision, recall } = etaprOf(signed(labels), signed(name), {
      ...{ precisionThreshold: 0.5, recallThreshold: 0.1 },
    });
    for (const [at, value] of [precision, recall].entries())
      count('etapr', name, value.toFixed(12), (published[at] as number).toFixed(12));
  }
for (const [set, methods] of Object.entries(byAffiliation)) {
  const labels = zipped(`${set}_groundtruth`);
  for (const [method, published] of Object.entries(methods)) {
    const { precision, recall, f1, attacks } = affiliationOf(labels, zipped(`${set}_${method}`));
    count('affiliation', `${set} ${method}`, [precision, recall, f1].map(digits).join('/'), published);
    const known = set === 'swat' ? byAttack[method]?.split(' ') : undefined;
    for (const [at, one] of known?.entries() ?? [])
      count(
        'attacks',
        `${set} ${method}, attack ${at + 1}`,
        [attacks[at]?.precision, attacks[at]?.recall].map(digits).join('/'),
        one,
      );
  }
}
for (const [key, what] of [
  ['etapr', 'eTaPR: published figures that come out the same, in twelve decimals'],
  ['affiliation', 'affiliation: published precision, recall and F1 that come out the same'],
  ['attacks', 'affiliation: the same of single attacks'],
] as const) {
  print({ figure: `${what}, of ${all[key]}`, value: same[key], unit: '', floor: all[key], goal: all[key] });
  if (same[key] < all[key]) process.exitCode = 1;
}

function count(key: keyof typeof same, name: string, ours: string, published: string): void {
  all[key]++;
  if (ours === published) same[key]++;
  else console.error(`${key}, ${name}: ${ours}, and ${published} is published`);
}

function digits(value: number | undefined): string {
  return value?.toFixed(2) ?? '–';
}

/** Of the package eTaPR: −1 is an attack, or an alarm. */
function signed(name: string): Uint8Array {
  const lines = readFileSync(join(folder, 'etapr', `${name}.csv`), 'utf8')
    .trim()
    .split(/\r?\n/);
  return Uint8Array.from(lines, (line) => (Number(line) === -1 ? 1 : 0));
}

function zipped(name: string): Uint8Array {
  const text = gunzipSync(readFileSync(join(folder, 'affiliation', `${name}.gz`))).toString('utf8');
  return Uint8Array.from(text.trim().split(/\r?\n/), Number);
}
