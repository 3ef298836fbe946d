import type { Argument, Command, Option } from 'commander';
import { examples } from '../../packages/kiten/src/cli/examples.ts';
import { exitCodes } from '../../packages/kiten/src/cli/exit-codes.ts';
import { commandLine } from '../../packages/kiten/src/cli/run.ts';
import { code, document, generatedNote, plain, table } from './markdown.ts';

const introduction = `\`npx kiten …\` and \`./node_modules/.bin/kiten …\` run the same program. Exit codes: ${exitCodes.done} done,
${exitCodes.refused} refused or failed (the reason is on standard error), ${exitCodes.usage} wrong usage. With \`--json\` the reason is
\`{"error":{"code":…,"message":…}}\`; [errors.md](errors.md) lists the codes.

終了コードは、${exitCodes.done} が成功、${exitCodes.refused} が拒否または失敗（理由は標準エラー出力）、${exitCodes.usage} が使い方の誤りです。\`--json\` を付けると、
理由も JSON で出力されます。コードの一覧は [errors.md](errors.md) にあります。`;

/** `docs/cli.md`: all commands with their options, from the command tree itself. */
export async function commandLineDocument(): Promise<string> {
  const program = await commandLine({});
  const commands = leaves(program, 'kiten');
  return document(
    generatedNote,
    '# Command line / コマンドライン',
    introduction,
    table(
      ['command', 'what it does'],
      commands.map(({ path, command }) => [
        `[\`${path}\`](#${path.replaceAll(' ', '-')})`,
        plain(command.description()),
      ]),
    ),
    ...commands.map(section),
  );
}

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

/** The commands that do something; those that only hold others together are named by their path. */
function leaves(command: Command, path: string): readonly Leaf[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((child) => leaves(child, `${path} ${child.name()}`));
}

function section({ path, command }: Leaf): string {
  const usage = [path, ...command.registeredArguments.map(placeholder), '[options]'].join(' ');
  const options = command.options.filter(({ hidden }) => !hidden);
  return [
    `## ${path}`,
    `${sentence(command.description())}`,
    `\`\`\`text\n${usage}\n\`\`\``,
    table(
      ['option', 'meaning', 'default'],
      options.map((option) => [code(option.flags), meaning(option), standard(option)]),
    ),
    ...shown(path),
  ].join('\n\n');
}

function shown(path: string): readonly string[] {
  const lines = examples[path]?.map(([purpose, line]) => `# ${purpose}\n${line}`);
  return lines === undefined ? [] : [`\`\`\`sh\n${lines.join('\n')}\n\`\`\``];
}

function placeholder(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function meaning(option: Option): string {
  const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
  return `${plain(option.description)}${choices}${option.mandatory ? '; required' : ''}`;
}

function standard({ defaultValue }: Option): string {
  if (defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0)) return '';
  return code(String(defaultValue));
}

function sentence(text: string): string {
  const line = plain(text);
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}.`;
}
