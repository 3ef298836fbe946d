import ts from 'typescript';
import { isText, nextText, parameterIndex, siblingText, textOf } from './sentences.ts';

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A code as it stands in the sources, and the sentence beside it, if there is one. */
export interface CodeUse {
  readonly code: string;
  readonly sentence: string | undefined;
}

const packages =
  'codec|wire|trust|policy|ledger|checker|identity|attestation|gateway|measurement|update|agent|kiten';
const wholeCode = new RegExp(`^(?:${packages})/[a-z0-9]+(?:-[a-z0-9]+)*$`);
const startOfCode = new RegExp(`^(?:${packages})/[a-z0-9-]*$`);

/**
 * All codes in the sources of one package. A code counts where it stands as an argument, beside a sentence, in a type,
 * or as a key of a table. `domain/${word}` is looked up where the word comes from: the calls of the function whose
 * parameter it is, or the list that is gone through; what then remains open stays `{word}`.
 */
export function codesIn(sources: readonly Source[]): readonly CodeUse[] {
  const files = sources.map(({ file, text }) =>
    ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true),
  );
  const found: CodeUse[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteral(node) && wholeCode.test(node.text)) found.push(...literalUses(node, files));
    if (ts.isTemplateExpression(node) && startOfCode.test(node.head.text))
      found.push(...templateUses(node, files));
    ts.forEachChild(node, visit);
  };
  for (const file of files) visit(file);
  return found;
}

function literalUses(node: ts.StringLiteral, files: readonly ts.SourceFile[]): readonly CodeUse[] {
  const use = { code: node.text, sentence: undefined };
  const place = outermost(node);
  const { parent } = place;
  if (ts.isLiteralTypeNode(parent)) return [use];
  if (ts.isVariableDeclaration(parent)) return parent.name.getText() === 'code' ? [use] : [];
  if (ts.isPropertyAssignment(parent)) {
    if (parent.name === place) return [{ ...use, sentence: textOf(parent.initializer) }];
    return parent.name.getText() === 'code' ? [{ ...use, sentence: siblingText(parent, 'message') }] : [];
  }
  if (ts.isArrayLiteralExpression(parent)) {
    const sentence = nextText(parent.elements, place);
    return sentence === undefined ? [] : [{ ...use, sentence }];
  }
  if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return [];
  const sentence = nextText(parent.arguments ?? [], place) ?? sentenceWithin(parent, place, files);
  if (sentence !== undefined) return [{ ...use, sentence }];
  const handedIn = sentencesHandedIn(parent, place, files);
  return handedIn.length === 0 ? [use] : handedIn.map((said) => ({ ...use, sentence: said }));
}

/** The sentences that callers give where the code's own is a parameter. */
function sentencesHandedIn(
  call: ts.CallExpression | ts.NewExpression,
  place: ts.Node,
  files: readonly ts.SourceFile[],
): readonly string[] {
  const scope = enclosingFunction(call);
  const given = [...(call.arguments ?? [])];
  const next = given[given.indexOf(place as ts.Expression) + 1];
  if (scope === undefined || next === undefined) return [];
  const index = parameterIndex(scope, next.getText());
  return index < 0
    ? []
    : callsOf(scope, files)
        .map((each) => textOf(each.arguments[index]))
        .filter(isText);
}

/** The sentence that a called function puts beside the code it is given. */
function sentenceWithin(
  call: ts.CallExpression | ts.NewExpression,
  place: ts.Node,
  files: readonly ts.SourceFile[],
): string | undefined {
  const called = functionsNamed(nameOf(call.expression), files)[0];
  const parameter = called?.parameters[[...(call.arguments ?? [])].indexOf(place as ts.Expression)];
  if (called === undefined || parameter === undefined) return undefined;
  return identifiers(called, parameter.name.getText())
    .map(({ parent }) => parent)
    .filter((parent) => ts.isCallExpression(parent) || ts.isNewExpression(parent))
    .map(({ arguments: given }) => (given ?? []).map(textOf).find(isText))
    .find(isText);
}

function templateUses(template: ts.TemplateExpression, files: readonly ts.SourceFile[]): readonly CodeUse[] {
  const [span, ...others] = template.templateSpans;
  const { head } = template;
  const sentence = besideTemplate(template);
  if (span !== undefined && others.length === 0 && ts.isIdentifier(span.expression)) {
    const words = wordsOf(span.expression, sentence, files);
    if (words.length > 0)
      return words.map(({ word, said }) => ({
        code: `${head.text}${word}${span.literal.text}`,
        sentence: said ?? textOf(sentence),
      }));
  }
  if (ts.isTypeNode(template.parent)) return [];
  const open = template.templateSpans.map(({ expression, literal }) => {
    const [name = 'word'] = /^\w+/.exec(expression.getText()) ?? [];
    return `{${name}}${literal.text}`;
  });
  return [{ code: `${head.text}${open.join('')}`, sentence: textOf(sentence) }];
}

/** The expression of the sentence that goes with a code made from a template. */
function besideTemplate(template: ts.TemplateExpression): ts.Expression | undefined {
  const place = outermost(template);
  const { parent } = place;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    const all = [...(parent.arguments ?? [])];
    return all[all.indexOf(place as ts.Expression) + 1];
  }
  if (!ts.isPropertyAssignment(parent)) return undefined;
  const sibling = parent.parent.properties.find((property) => property.name?.getText() === 'message');
  if (sibling === undefined) return undefined;
  return ts.isPropertyAssignment(sibling)
    ? sibling.initializer
    : (sibling as ts.ShorthandPropertyAssignment).name;
}

type Word = { readonly word: string; readonly said: string | undefined };

/** What a name within a code can be, each with the sentence that comes along with it. */
function wordsOf(
  name: ts.Identifier,
  sentence: ts.Expression | undefined,
  files: readonly ts.SourceFile[],
): readonly Word[] {
  const scope = enclosingFunction(name);
  const index = scope === undefined ? -1 : parameterIndex(scope, name.text);
  if (scope === undefined || index < 0) return wordsOfLoop(name, sentence);
  const table = tableOfKeys(scope.parameters[index]?.type, name.getSourceFile());
  if (table !== undefined) {
    const chosen = sentence !== undefined && ts.isElementAccessExpression(sentence);
    return table.properties.filter(ts.isPropertyAssignment).map((property) => ({
      word: property.name.getText().replaceAll(/['"]/g, ''),
      said: chosen ? textOf(property.initializer) : undefined,
    }));
  }
  const said = sentence === undefined ? undefined : innerParameter(scope, sentence);
  return callsOf(scope, files).flatMap(({ arguments: given }) => {
    const word = given[index];
    if (word === undefined || !ts.isStringLiteral(word)) return [];
    return [{ word: word.text, said: said === undefined ? undefined : textOf(given[said]) }];
  });
}

/** Words that are destructured, in a loop, from a list of lists in the same file. */
function wordsOfLoop(name: ts.Identifier, sentence: ts.Expression | undefined): readonly Word[] {
  const loop = ancestor(name, ts.isForOfStatement);
  const binding = loop === undefined ? undefined : bindingNames(loop);
  if (loop === undefined || binding === undefined || !ts.isIdentifier(loop.expression)) return [];
  const [at, saidAt] = [binding.indexOf(name.text), binding.indexOf(sentence?.getText() ?? '')];
  const list = initializerOf(loop.expression.text, name.getSourceFile());
  if (at < 0 || list === undefined || !ts.isArrayLiteralExpression(list)) return [];
  return list.elements.filter(ts.isArrayLiteralExpression).flatMap(({ elements }) => {
    const word = textOf(elements[at]);
    return word === undefined ? [] : [{ word, said: textOf(elements[saidAt]) }];
  });
}

function bindingNames({ initializer }: ts.ForOfStatement): readonly string[] | undefined {
  if (!ts.isVariableDeclarationList(initializer)) return undefined;
  const pattern = initializer.declarations[0]?.name;
  return pattern !== undefined && ts.isArrayBindingPattern(pattern)
    ? pattern.elements.map((element) => element.getText())
    : undefined;
}

/** The object of `keyof typeof object`. */
function tableOfKeys(
  type: ts.TypeNode | undefined,
  file: ts.SourceFile,
): ts.ObjectLiteralExpression | undefined {
  const [, name] = /^keyof typeof (\w+)$/.exec(type?.getText() ?? '') ?? [];
  const value = name === undefined ? undefined : initializerOf(name, file);
  return value !== undefined && ts.isObjectLiteralExpression(value) ? value : undefined;
}

/** Which parameter the sentence is, or begins with. */
function innerParameter(scope: ts.SignatureDeclaration, sentence: ts.Expression): number | undefined {
  const name = ts.isTemplateExpression(sentence) ? sentence.templateSpans[0]?.expression : sentence;
  const index = name === undefined ? -1 : parameterIndex(scope, name.getText());
  return index < 0 ? undefined : index;
}

function callsOf(
  scope: ts.SignatureDeclaration,
  files: readonly ts.SourceFile[],
): readonly ts.CallExpression[] {
  const name = functionName(scope);
  const local = !ts.isMethodDeclaration(scope);
  return (local ? [scope.getSourceFile()] : files).flatMap((file) =>
    all(file, ts.isCallExpression).filter(({ expression }) => nameOf(expression) === name),
  );
}

/** An arrow function has the name of the constant that it is. */
function functionName(scope: ts.SignatureDeclaration): string | undefined {
  const named = ts.isArrowFunction(scope) && ts.isVariableDeclaration(scope.parent) ? scope.parent : scope;
  return named.name?.getText();
}

function functionsNamed(
  name: string | undefined,
  files: readonly ts.SourceFile[],
): readonly ts.SignatureDeclaration[] {
  return files.flatMap((file) =>
    all(
      file,
      (node): node is ts.FunctionDeclaration | ts.MethodDeclaration =>
        ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node),
    ).filter((declaration) => declaration.name?.getText() === name),
  );
}

function initializerOf(name: string, file: ts.SourceFile): ts.Expression | undefined {
  const declaration = all(file, ts.isVariableDeclaration).find((each) => each.name.getText() === name);
  let value = declaration?.initializer;
  while (value !== undefined && (ts.isAsExpression(value) || ts.isSatisfiesExpression(value)))
    value = value.expression;
  return value;
}

/** Up through what only wraps or chooses: parentheses, casts, `a ? b : c`, `a ?? b`. */
function outermost(node: ts.Node): ts.Node {
  const { parent } = node;
  const wraps =
    ts.isParenthesizedExpression(parent) ||
    ts.isAsExpression(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition !== node) ||
    (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken);
  return wraps ? outermost(parent) : node;
}

function enclosingFunction(node: ts.Node): ts.SignatureDeclaration | undefined {
  return ancestor(
    node,
    (each): each is ts.FunctionDeclaration | ts.MethodDeclaration | ts.ArrowFunction =>
      ts.isFunctionDeclaration(each) ||
      ts.isMethodDeclaration(each) ||
      (ts.isArrowFunction(each) && ts.isVariableDeclaration(each.parent)),
  );
}

function ancestor<T extends ts.Node>(node: ts.Node, is: (node: ts.Node) => node is T): T | undefined {
  for (let each = node.parent; each !== undefined; each = each.parent) if (is(each)) return each;
  return undefined;
}

function all<T extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is T): readonly T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

const identifiers = (root: ts.Node, name: string): readonly ts.Identifier[] =>
  all(root, ts.isIdentifier).filter(({ text }) => text === name);

function nameOf(expression: ts.Expression): string | undefined {
  if (ts.isIdentifier(expression)) return expression.text;
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : undefined;
}
