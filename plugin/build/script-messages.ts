import ts from 'typescript';
import { type Extraction, merge, messageOf, SCRIPT_FUNCTIONS } from './messages';
import { commentText } from './php';

const I18N = '@wordpress/i18n';

/** The texts of a TypeScript file. */
export function scriptMessages(file: { path: string; source: string }, domain: string): Extraction {
  const source = ts.createSourceFile(file.path, file.source, ts.ScriptTarget.Latest, true);
  const functions = importedFunctions(source);
  const found: Extraction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const line = lineAt(source, node.getStart(source));
      const reference = `${file.path}:${line}`;
      if (ts.isIdentifier(node.expression)) {
        const name = functions.get(node.expression.text);
        if (name) {
          const comments = translatorComments(source, node, line);
          found.push(messageOf(name, node.arguments.map(literal), { reference, domain, comments }));
        } else if (Object.hasOwn(SCRIPT_FUNCTIONS, node.expression.text)) {
          found.push(fault(`${reference}: ${node.expression.text}() must be imported from ${I18N}`));
        }
      } else if (
        ts.isPropertyAccessExpression(node.expression) &&
        Object.hasOwn(SCRIPT_FUNCTIONS, node.expression.name.text)
      ) {
        found.push(fault(`${reference}: import ${node.expression.name.text} from ${I18N} by its name`));
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return merge(found);
}

function fault(text: string): Extraction {
  return { messages: [], faults: [text] };
}

/** gettext's functions by the names that they have here. */
function importedFunctions(source: ts.SourceFile): Map<string, string> {
  const functions = new Map<string, string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || literal(statement.moduleSpecifier) !== I18N) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    for (const element of bindings.elements) {
      const name = (element.propertyName ?? element.name).text;
      if (Object.hasOwn(SCRIPT_FUNCTIONS, name)) functions.set(element.name.text, name);
    }
  }
  return functions;
}

function literal(node: ts.Expression): string | undefined {
  return ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? node.text : undefined;
}

function lineAt(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}

/** Comments before the call or before what it is part of, that end on its line or on the one above. */
function translatorComments(source: ts.SourceFile, call: ts.Node, line: number): string[] {
  const texts = new Set<string>();
  for (let node = call; !ts.isSourceFile(node); node = node.parent) {
    for (const { pos, end } of ts.getLeadingCommentRanges(source.text, node.pos) ?? []) {
      const text = commentText(source.text.slice(pos, end));
      const last = lineAt(source, end);
      if (/^translators:/i.test(text) && (last === line || last === line - 1)) texts.add(text);
    }
    if (lineAt(source, node.getStart(source)) < line - 1) break;
  }
  return [...texts];
}
