import { parser } from '@prometheus-io/lezer-promql';

/** A metric as an expression asks for it. */
export interface Selector {
  name: string;
  /** Labels that it is chosen by, with the value where it is given whole. */
  matchers: { label: string; value: string | null }[];
}

export interface Expression {
  selectors: Selector[];
  /** Labels by which its parts are grouped. */
  grouping: string[];
}

/** What Grafana puts in before it asks. */
const VARIABLES: Record<string, string> = { $__rate_interval: '1m', $job: 'fiko' };

/** @throws Error where it is no PromQL */
export function parseExpression(text: string): Expression {
  const expression = text.replace(/\$\w+/g, (name) => VARIABLES[name] ?? name);
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  const of = (node: { from: number; to: number }) => expression.slice(node.from, node.to);
  parser.parse(expression).iterate({
    enter: (cursor) => {
      const { node } = cursor;
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expression}`);
      if (node.name === 'VectorSelector') {
        const name = node.getChild('Identifier');
        if (!name) throw new Error(`a selector without a name: ${expression}`);
        const matchers = node.getChild('LabelMatchers');
        selectors.push({
          name: of(name),
          matchers: [
            ...(matchers?.getChildren('UnquotedLabelMatcher') ?? []),
            ...(matchers?.getChildren('QuotedLabelMatcher') ?? []),
          ].map((matcher) => ({
            label: of(matcher.getChild('LabelName')!),
            value:
              of(matcher.getChild('MatchOp')!) === '='
                ? of(matcher.getChild('StringLiteral')!).slice(1, -1)
                : null,
          })),
        });
      }
      if (node.name === 'GroupingLabels') {
        grouping.push(...node.getChildren('LabelName').map(of));
      }
    },
  });
  return { selectors, grouping };
}
