import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessProblems } from './console-access.ts';
import { consoleTools, openBrowser, openPage, signIn, speak, type WatchedPage } from './console-browser.ts';
import { type DeviceFiles, enrol, mosquittoOptions, publish } from './device.ts';
import { kiten, run, TestSite } from './kiten.ts';

/** Every view, with something that shows that it is there in full. */
const views: readonly (readonly [path: string, whole: string])[] = [
  ['/', 'table.fleet-table tr[data-row]'],
  ['/devices/meter-9', '.finding[data-tier=warning]'],
  ['/devices/meter-9/why/executables', '.check-outcome'],
  ['/devices/meter-9/why/hardware', '.check-outcome'],
  ['/add-device', '.guide form'],
  ['/story', '.chapter'],
  ['/policies', '.invariants-outcome'],
  ['/traffic', '.traffic-map'],
  ['/readings', '.readings tbody tr'],
  ['/readings?stream=meter-9%2Flevel', '.readings .wandered .ruler'],
  ['/log?of=0', '.proven .check-outcome'],
  ['/decisions', '#exceptions-title'],
  ['/campaigns', '.wave-bars'],
  ['/attestation', '#reference-keys-title'],
  ['/settings', '.group-table tbody tr'],
];

/** A campaign over a release that is published for this: the view has something to show. */
async function createCampaign(site: TestSite): Promise<void> {
  const at = (name: string) => join(site.directory, name);
  const update = async (...args: string[]) => {
    const outcome = await kiten(['update', ...args], site.env);
    if (outcome.code !== 0) throw new Error(outcome.stderr);
  };
  await update('key', 'generate', at('release.key'));
  const roles = ['root', 'targets', 'snapshot', 'timestamp'].flatMap((role) => [
    '--holder',
    `${role}=${at('release.pub')}`,
  ]);
  await update('init', at('repository'), ...roles);
  await update('sign', at('repository/staged/root.json'), '--key', at('release.key'));
  await writeFile(at('meter.img'), 'meter 2');
  const custom = JSON.stringify({ hardwareIds: ['meter'], releaseCounter: 2, version: '2.0' });
  await update('add', at('repository'), at('meter.img'), '--as', 'meter.img', '--custom', custom);
  await update('sign', at('repository/staged/targets.json'), '--key', at('release.key'));
  const publishing = ['--key', at('release.key'), '--to-site', '--reason', 'release', '--data', site.data];
  await update('publish', at('repository'), ...publishing);
  const definition = {
    name: 'meters to 2.0',
    targets: ['meter.img'],
    cohort: 'permit (principal, action, resource);',
    waves: [{ devices: 1 }, { percent: 100 }],
  };
  await writeFile(at('campaign.json'), JSON.stringify(definition));
  await site.json('update', 'campaign', 'create', at('campaign.json'), '--reason', 'release');
}

/** A stream of readings whose normal is learned, and followed. */
async function readReadings(site: TestSite, device: DeviceFiles): Promise<void> {
  const what = ['--filter', 'd/+/level', '--field', '/level', '--unit', 'level=m', '--follow'];
  const of = [...what, '--reason', 'test'];
  await site.json('measurement', 'stream', 'add', 'level', ...of);
  await site.until(async () => {
    await publish(site, device, 'mqttv5', '-t', 'd/meter-9/level', '-m', '{"level":-1.5}', '-q', '1');
    const [stream] = await site.json<{ rows: number }[]>('measurement', 'stream', 'list');
    return (stream?.rows ?? 0) > 1;
  }, 'two readings');
  const lesson = ['--seconds', '3600', '--rows', '150', '--accept', '--reason', 'test'];
  await site.json('measurement', 'stream', 'learn', 'meter-9/level', ...lesson);
  const lines = Array.from({ length: 160 }, (_, row) => `{"level":${Math.sin(row * row).toFixed(3)}}\n`);
  const args = [...mosquittoOptions(site, device), '-V', 'mqttv5', '-i', device.id, '-q', '1', '-l'];
  await run('mosquitto_pub', [...args, '-t', 'd/meter-9/level'], { input: lines.join('') });
  await site.until(async () => {
    const [stream] = await site.json<{ drift?: unknown }[]>('measurement', 'stream', 'list');
    return stream?.drift;
  }, 'what is followed');
}

describe.skipIf(!consoleTools())('the views of the console', () => {
  let site: TestSite;
  let browser: Browser;
  let page: Page;
  let watched: WatchedPage;

  beforeAll(async () => {
    site = await TestSite.start(undefined, 'demo');
    const device = await enrol(site, 'meter-9');
    await createCampaign(site);
    await readReadings(site, device);
    for (const other of ['a', 'b', 'c', 'd', 'e', 'f'])
      await publish(site, device, 'mqttv5', '-t', `c/${other}/set`, '-m', '1', '-q', '1');
    browser = await openBrowser();
    watched = await openPage(browser);
    page = watched.page;
    await signIn(page, site);
  });
  afterAll(async () => {
    await browser.close();
    await site[Symbol.asyncDispose]();
  });

  async function open(path: string, whole: string): Promise<void> {
    await page.goto(`${site.ready.console}#${path}`);
    await page.locator(whole).first().waitFor();
  }

  async function premisesOf(id: string): Promise<readonly string[]> {
    const { findings } = await site.json<{ findings: { premises: string[] }[] }>('verdict', 'show', id);
    return findings.flatMap(({ premises }) => premises);
  }

  describe.each(['en', 'ja'] as const)('in %s', (language) => {
    beforeAll(() => speak(page, language));

    it.each(views)('%s keeps WCAG 2.2 AA, light and dark', { timeout: 120_000 }, async (path, whole) => {
      await open(path, whole);
      expect(await page.locator('html').getAttribute('lang')).toBe(language);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await accessProblems(page)).toEqual([]);
      }
    });

    it.each(views)('%s fits a phone', { timeout: 120_000 }, async (path, whole) => {
      await page.setViewportSize({ width: 390, height: 800 });
      await open(path, whole);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
      expect(await accessProblems(page)).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 800 });
    });
  });

  describe('a device', () => {
    beforeAll(async () => {
      await speak(page, 'en');
      await page.emulateMedia({ colorScheme: 'light' });
      await open('/devices/meter-9', '.timeline');
    });

    it('shows how its trust changed, as a picture and as a table', async () => {
      const tiers = await page
        .locator('.timeline-name[data-name=status] + svg rect')
        .evaluateAll((all) => all.map((one) => (one as SVGElement).dataset.tier));
      expect(tiers).toEqual(['affirming', 'warning']);
      await page.getByText('The changes as a table').click();
      expect(await page.locator('.timeline table').textContent()).toMatch(/executables 0 → −50/);
    });

    it('shows its certificate', async () => {
      await page.locator('.keys', { hasText: 'valid until' }).waitFor();
      const text = (await page.locator('.keys').textContent()) ?? '';
      expect(text).toMatch(/spiffe:\/\/[^/]+\/device\/meter-9/);
    });

    it('says what it may do, and because of which policy', async () => {
      const right = (what: string) => page.locator('.right-list > li', { hasText: what }).first();
      expect(await right('publish to d/meter-9/').textContent()).toMatch(
        /^\s*may publish .*in its own name only.*device-publishes-in-own-name/,
      );
      expect(await right('publish to c/…').textContent()).toMatch(/may not .*no policy permits it/);
    });
  });

  it('readings are shown in their units', async () => {
    await speak(page, 'en');
    await open('/readings?stream=meter-9%2Flevel', '.readings .time-chart canvas');
    expect(await page.locator('.over-time-figures').textContent()).toMatch(/level: -?[\d.]+ m/);
    await page.getByText('The same as a table').click();
    expect(await page.locator('.readings table thead').first().textContent()).toContain('level [m]');
  });

  describe('why', () => {
    beforeAll(async () => {
      await speak(page, 'en');
      await page.emulateMedia({ colorScheme: 'light' });
    });

    it('is reached from a claim of the device, by keyboard', async () => {
      await open('/devices/meter-9', '.vector');
      await page.getByRole('link', { name: 'Why executables' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('.check-outcome').waitFor();
      expect(page.url()).toContain('#/devices/meter-9/why/executables');
    });

    it('leads from the claim over rule, finding and evidence to the signatures', async () => {
      const kinds = await page
        .locator('.proof .kind')
        .evaluateAll((all) => all.map((one) => one.dataset.kind));
      for (const kind of ['claim', 'rule', 'finding', 'evidence', 'signature', 'mark'])
        expect(kinds).toContain(kind);
      const text = (await page.locator('.proof').textContent()) ?? '';
      expect(text).toContain('gateway/topic-probing');
      const { stdout } = await site.kiten('verdict', 'show', 'meter-9', '--json');
      const { findings } = JSON.parse(stdout) as { findings: { code: string; premises: string[] }[] };
      const [premise = 'none'] =
        findings.find(({ code }) => code === 'gateway/topic-probing')?.premises ?? [];
      expect(text).toContain(premise);
    });

    it('shows each step of the check', async () => {
      const outcomes = await page
        .locator('.stages li')
        .evaluateAll((all) => all.map((one) => one.dataset.outcome));
      expect(outcomes).toEqual(Array(8).fill('held'));
    });

    it('says what fails when the check goes by other keys', async () => {
      const file = join(site.directory, 'other.json');
      const trust = JSON.parse(await (await site.fetch('/trust')).text());
      trust.rules = [{ digest: '00'.repeat(32) }];
      await writeFile(file, JSON.stringify(trust));
      await page.locator('.anchors input[type=file]').setInputFiles(file);
      await page.locator('.check .problem').waitFor();
      expect(await page.locator('.check .problem').textContent()).toContain('rules-unknown');
      const outcomes = await page
        .locator('.stages li')
        .evaluateAll((all) => all.map((one) => one.dataset.outcome));
      expect(outcomes.slice(0, 3)).toEqual(['held', 'failed', 'not-reached']);
      await page.getByRole('button', { name: 'Use the site’s again' }).click();
      await page.locator('.check-outcome').waitFor();
    });

    it('looks as the README shows it', async () => {
      if (process.env.KITEN_SCREENSHOTS !== '1') return;
      for (const [language, file] of [
        ['ja', 'console-why-ja.png'],
        ['en', 'console-why.png'],
      ] as const) {
        await speak(page, language);
        await page.screenshot({ path: fileURLToPath(new URL(`../docs/${file}`, import.meta.url)) });
      }
    });

    it('says what would change it', async () => {
      const text = (await page.locator('.would-change').textContent()) ?? '';
      expect(text).toContain('gateway/topic-probing');
      expect(text).toMatch(/an operator clears it on record/);
    });
  });

  describe('policies', () => {
    const editor = () => page.locator('.editor textarea');
    const results = () => page.locator('.policy-side').textContent();
    let shipped = '';

    beforeAll(async () => {
      await speak(page, 'en');
      await open('/policies', '.invariants-outcome');
      shipped = await editor().inputValue();
    });

    it('shows what is wrong at its place, and takes one there', async () => {
      await editor().fill(`${shipped}\npermit (principal, action, resource) when { principal.foo = 3 };`);
      const place = page.locator('.problem-list button');
      await place.waitFor();
      const line = shipped.split('\n').length + 1;
      expect(await place.textContent()).toBe(`Line ${line}, column 45`);
      await place.click();
      const at = await editor().evaluate((area) => (area as HTMLTextAreaElement).selectionStart);
      expect((await editor().inputValue()).slice(at, at + 13)).toBe('principal.foo');
      expect(await page.getByRole('button', { name: 'Put in force' }).isDisabled()).toBe(true);
    });

    it('shows the request that breaks an invariant, and does not offer to put it in force', async () => {
      await editor().fill(shipped.replace(/@id\("actuators-obey[\s\S]*?;\n\n/, ''));
      await page.locator('.invariants-outcome[data-kept=false]').waitFor();
      expect(await page.locator('.counterexample code').first().textContent()).toContain('"Action"');
      expect(await results()).toMatch(/becomes allowed.*controller-commands/);
      expect(await page.getByRole('button', { name: 'Put in force' }).isDisabled()).toBe(true);
      expect(await accessProblems(page)).toEqual([]);
    });

    it('are compared, and put in force with a reason', async () => {
      const added =
        '@id("doors-hear-doors")\npermit (principal is Device in Group::"door", action in [Action::"subscribe", Action::"receive"], resource is Topic) when { resource.path like "d/door-*" };';
      await editor().fill(`${shipped}\n${added}\n`);
      await page.locator('.change[data-change=allowed]').first().waitFor();
      await page.getByRole('button', { name: 'Put in force' }).click();
      await page.locator('dialog[open] textarea').fill('doors know of each other');
      await page.locator('dialog[open]').getByRole('button', { name: 'Put in force' }).click();
      await page.locator('.totals', { hasText: 'doors know of each other' }).waitFor();
      expect((await site.json<{ text: string }>('policy', 'show')).text).toContain('doors-hear-doors');
      await page.getByText('This is what is in force.').waitFor();
    });
  });

  describe('traffic', () => {
    it('is a map whose nodes choose what is in the table, by keyboard', { timeout: 150_000 }, async () => {
      await speak(page, 'en');
      // Counts are told when their minute is over.
      const refused = async () => {
        const { rows } = (await (await site.fetch('/traffic')).json()) as { rows: { denied: number }[] };
        return rows.some(({ denied }) => denied > 0);
      };
      await expect.poll(refused, { timeout: 120_000, interval: 500 }).toBe(true);
      await open('/traffic?by=device&outcome=denied', '.map-node');
      const node = page.getByRole('link', { name: /^meter-9: / }).first();
      await node.focus();
      await page.keyboard.press('Enter');
      await page.locator('.map-node[aria-current=true]').waitFor();
      const devices = await page.locator('.traffic-table tbody th').allTextContents();
      expect(new Set(devices)).toEqual(new Set(['meter-9']));
      expect(page.url()).toContain('node=sender%3Ameter-9');
    });

    it('is drawn over time, and told step by step as a table', async () => {
      const history = async () => {
        const answer = await site.fetch('/traffic/history?minutes=60');
        const { steps } = (await answer.json()) as { steps: { denied: number }[] };
        return steps.reduce((sum, { denied }) => sum + denied, 0);
      };
      await expect.poll(history, { timeout: 120_000, interval: 500 }).toBeGreaterThanOrEqual(6);
      await open('/traffic', '.time-chart canvas');
      await page.locator('.over-time summary').click();
      const refused = await page.locator('.over-time tbody td:nth-child(3)').allTextContents();
      expect(refused.reduce((sum, text) => sum + Number(text), 0)).toBeGreaterThanOrEqual(6);
    }, 150_000);
  });

  describe('the log', () => {
    it('shows its head with the log’s own signature, checked here', async () => {
      await speak(page, 'en');
      await open('/log', '.log-head .signature');
      const outcomes = await page
        .locator('.log-head .signature')
        .evaluateAll((all) => all.map((one) => one.dataset.outcome));
      expect(outcomes).toEqual(['holds']);
    });

    it('proves what is asked for by its hash', async () => {
      const [premise = ''] = await premisesOf('meter-9');
      await page.locator('#prove-of').fill(premise);
      await page.keyboard.press('Enter');
      await page.locator('.proven .check-outcome[data-tier=affirming]').waitFor();
      expect(await page.locator('.proven').textContent()).toContain('a finding that rests on this evidence');
    });
  });

  describe('settings', () => {
    it('change a group with a reason, and show it when the site has confirmed it', async () => {
      await speak(page, 'en');
      await open('/settings', '.group-table tbody tr');
      await page.getByRole('button', { name: 'Change door' }).click();
      await page.locator('.edit-group select').selectOption('observe');
      await page.getByRole('checkbox', { name: 'configuration' }).check();
      await page.getByRole('button', { name: 'Save with a reason' }).click();
      await page.locator('dialog[open] textarea').fill('doors are looked at first');
      await page.locator('dialog[open] button[type=submit]').click();
      const row = page.locator('.group-table tr', {
        has: page.getByRole('link', { name: 'door', exact: true }),
      });
      await row.getByText('observe', { exact: true }).waitFor();
      const { groups } = (await (await site.fetch('/groups')).json()) as {
        groups: { name: string; mode: string; required: string[] }[];
      };
      expect(groups.find(({ name }) => name === 'door')).toMatchObject({
        ...{ mode: 'observe', required: expect.arrayContaining(['configuration']) },
      });
    });

    it('change how long things are kept, with a reason', async () => {
      await page.getByRole('button', { name: 'Change how long it is kept' }).click();
      await page.locator('dialog[open] input[name=trafficDays]').fill('7');
      await page.locator('dialog[open] textarea').fill('a week is enough');
      await page.locator('dialog[open] button[type=submit]').click();
      await page.locator('.retention').getByText('7 days', { exact: true }).waitFor();
      const retention = await (await site.fetch('/retention')).json();
      expect(retention).toMatchObject({ evidenceDays: 365, trafficDays: 7, isSet: true });
    });

    it('show the authorities’ expiry and what is kept', async () => {
      const text = (await page.locator('.settings').textContent()) ?? '';
      expect(text).toMatch(/Root CA · in use.*Valid until/);
      expect(text).toMatch(/gateway\s*well/);
      expect(text).toMatch(/What is kept.*evidence/);
    });
  });

  it('ask nobody but their own site, and complain of nothing', () => {
    expect([...watched.origins]).toEqual([new URL(site.ready.console).origin]);
    expect(watched.complaints).toEqual([]);
  });
});
