import ts from 'typescript';

/** What an expression says, `…` for each part that is filled in; undefined if it is no text. */
export function textOf(node: ts.Node | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return `${node.head.text}${node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')}`;
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return textOf(node.expression);
  if (ts.isConditionalExpression(node)) return textOf(node.whenTrue) ?? textOf(node.whenFalse);
  if (ts.isBinaryExpression(node)) return sum(node);
  if (ts.isIdentifier(node)) return textOf(constantNamed(node));
  if (ts.isArrayLiteralExpression(node)) return node.elements.map(textOf).find(isText);
  return ts.isObjectLiteralExpression(node) ? textOf(messageOf(node)) : undefined;
}

/** Whether it is a sentence, not a name: several words, ending as a sentence or with what is filled in. */
export const isText = (text: string | undefined): text is string =>
  text !== undefined && /\s.*[.…)]$/s.test(text);

/** The first sentence behind a place in a list of arguments or elements. */
export function nextText(list: readonly ts.Node[], place: ts.Node): string | undefined {
  return list
    .slice(list.indexOf(place) + 1)
    .map(textOf)
    .find(isText);
}

/** What another property of the same object says. */
export function siblingText(property: ts.PropertyAssignment, name: string): string | undefined {
  const sibling = property.parent.properties.find((each) => each.name?.getText() === name);
  if (sibling === undefined) return undefined;
  if (ts.isPropertyAssignment(sibling)) return textOf(sibling.initializer);
  return ts.isShorthandPropertyAssignment(sibling) ? textOf(sibling.name) : undefined;
}

export function parameterIndex(scope: ts.SignatureDeclaration, name: string): number {
  return scope.parameters.findIndex((parameter) => parameter.name.getText() === name);
}

function sum({ left, operatorToken, right }: ts.BinaryExpression): string | undefined {
  if (operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [first, second] = [textOf(left), textOf(right)];
  return first === undefined && second === undefined ? undefined : `${first ?? '…'}${second ?? '…'}`;
}

function messageOf(object: ts.ObjectLiteralExpression): ts.Node | undefined {
  return object.properties
    .filter(ts.isPropertyAssignment)
    .find(({ name }) => ['message', 'sentence'].includes(name.getText()))?.initializer;
}

/** The initializer of the constant that a name stands for: the nearest one, outwards. */
function constantNamed(name: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node | undefined = name.parent; scope !== undefined; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find((each) => each.name.getText() === name.text);
      if (found?.initializer !== undefined) return found.initializer;
    }
  }
  return undefined;
}
