import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Told {
  readonly length: number;
  readonly told: readonly {
    readonly id: string;
    readonly device?: string;
    readonly title: { readonly en: string; readonly ja: string };
    readonly commands: readonly string[];
  }[];
}

describe.skipIf(!requireTool('mosquitto_pub', 'mosquitto-clients'))('the story of the demonstration', () => {
  it('is told as it comes about, and each step can be repeated by hand', { timeout: 180_000 }, async () => {
    await using site = await TestSite.start(undefined, 'demo', ['--pace', '1']);
    const seen = new Map<string, string>();
    for (let next = 0, length = 1; next < length; next++) {
      const chapter = await site.until(
        async () => {
          const story = (await (await site.fetch('/story')).json()) as Told;
          length = story.length;
          return story.told[next];
        },
        `chapter ${next + 1}`,
      );
      expect(chapter.title.ja).not.toBe(chapter.title.en);
      seen.set(chapter.id, await repeat(site, chapter.commands));
    }
    expect([...seen.keys()]).toEqual([
      'at-work',
      'copied-key',
      'new-key',
      'probing',
      'search',
      'maintenance',
      'observe',
      'brake',
      'broken-glass',
    ]);
    expect(seen.get('at-work')).toMatch(/Not authorized/);
    expect(seen.get('copied-key')).toMatch(/gateway\/credential-in-two-places/);
    expect(seen.get('probing')).toMatch(/c\/\S+\/(set|mode) /);
    expect(seen.get('search')).toMatch(/contraindicated/);
    const devices = await site.json<{ id: string; status: string; standing: string }[]>('device', 'list');
    const now = new Map(devices.map(({ id, status, standing }) => [id, `${standing} ${status}`]));
    expect(now.get('door-west')).toBe('admitted contraindicated');
    expect(now.get('door-east')).toBe('admitted affirming');
    expect(now.get('meter-2')).toBe('admitted contraindicated');
    expect(seen.get('observe')).toMatch(/plant\/power\/meter-4/);
    expect(seen.get('brake')).toMatch(/cold-room-\d/);
    expect(seen.get('broken-glass')).toMatch(/shift-lead/);
    const brakes = (await (await site.fetch('/brakes')).json()) as {
      brakes: { code: string; state: string }[];
    };
    expect(brakes.brakes.find(({ code }) => code === 'gateway/topic-search')?.state).toBe('confirmed');
    expect(now.get('pump-4')).toBe('admitted affirming');
  });
});

/** As a reader would: one line after the other, in the folder of the repository. @returns all that was printed */
async function repeat(site: TestSite, commands: readonly string[]): Promise<string> {
  let printed = '';
  for (const command of commands) {
    const line = command
      .replaceAll('meter-2.cbor', `${site.directory}/bundle`)
      .replaceAll('trust.json', `${site.directory}/trust`);
    const { stdout, stderr, code } = await run('bash', ['-c', `cd ${root} && ${line}`], { env: site.env });
    printed += `${stdout}${stderr}`;
    if (command.startsWith('npx')) expect([command, code, stderr]).toEqual([command, 0, '']);
  }
  return printed;
}
