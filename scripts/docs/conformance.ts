import { type Evidence, gatherEvidence, keyOf } from './conformance/evidence.ts';
import { type Standard, type Statement, standards, statementsOf } from './conformance/statements.ts';
import { code, document, generatedNote, table } from './markdown.ts';

const introduction = `Every numbered normative statement of MQTT 5.0 and MQTT 3.1.1 (appendix B of each), in our own short words. The code
that fulfils a statement and the test that shows it name it: \`[MQTT-3.1.2-4]\` is one of MQTT 5.0, and of 3.1.1 where
\`3.1.1:\` stands before it. \`npm run docs\` makes this list of those tags, and a test fails while a statement lacks
code or test.`;

/** `docs/mqtt-conformance.md`: what binds a server, where it is fulfilled, and what shows it. */
export async function conformanceDocument(): Promise<string> {
  const evidence = await gatherEvidence();
  const parts = await Promise.all(
    standards.map(async (standard) => sections(standard, await statementsOf(standard), evidence)),
  );
  return document(generatedNote, '# MQTT conformance', introduction, ...parts.flat());
}

function sections(standard: Standard, statements: readonly Statement[], evidence: Evidence): string[] {
  const of = (binds: Statement['binds']) => statements.filter((statement) => statement.binds === binds);
  const rows = of('server').map((statement) => [
    statement.id,
    statement.text,
    files(evidence.code.get(keyOf(statement))),
    files(evidence.tests.get(keyOf(statement))),
  ]);
  return [
    `## MQTT ${standard}`,
    table(['statement', 'what it asks for', 'code', 'test'], rows),
    'What nothing here could break:',
    table(
      ['statement', 'why'],
      of('moot').map(({ id, text }) => [id, text]),
    ),
    `Binding clients alone: ${of('client')
      .map(({ id }) => id)
      .join(', ')}.`,
  ];
}

/** `packages/wire/src/mqtt/connect.ts` is shown as `wire/connect`. */
function files(paths: readonly string[] | undefined): string {
  if (paths === undefined) return '—';
  const names = paths.map((path) => `${path.split('/')[1]}/${path.split('/').at(-1)}`);
  return names.map((name) => code(name.replace(/(\.test)?\.ts$/, ''))).join(' ');
}
