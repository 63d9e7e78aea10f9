import { fault, ok, skipped, warning, type Group } from './finding';
import { asText, masked, summarise, withoutSecrets } from './report';

const groups: Group[] = [
  { name: 'Node.js', findings: [ok('Node.js', 'v24.0.0')] },
  {
    name: 'Queue',
    findings: [
      fault('Reachable', 'no', 'start Redis'),
      warning('Policy', 'lru', 'set it'),
      skipped('Depth', 'no Redis'),
    ],
  },
  { name: 'Nothing', findings: [] },
];

describe('the report', () => {
  it('has a line for each finding, what mends it below, and a sum at the end', () => {
    expect(asText(groups)).toBe(
      [
        'Node.js',
        '  ✓ Node.js    v24.0.0',
        '',
        'Queue',
        '  ✗ Reachable  no',
        '               → start Redis',
        '  ! Policy     lru',
        '               → set it',
        '  - Depth      no Redis',
        '',
        '1 ok, 1 warning, 1 fault, 1 not checked.',
        '',
      ].join('\n'),
    );
    expect(summarise(groups)).toEqual({ ok: 1, warnings: 1, faults: 1, not_checked: 1 });
  });

  it('has no secret, wherever one stands', () => {
    const told = [{ name: 'A', findings: [fault('T', 'refused hunter22 twice: hunter22', 'not hunter22')] }];
    expect(withoutSecrets(told, ['hunter22'])).toEqual([
      { name: 'A', findings: [fault('T', 'refused *** twice: ***', 'not ***')] },
    ]);
  });

  it.each([
    ['postgres://fiko:hunter22@db:5432/fiko', 'postgres://db:5432/fiko'],
    ['redis://:hunter22@redis:6379', 'redis://redis:6379'],
    ['https://api.openai.com/v1?key=hunter22', 'https://api.openai.com/v1'],
    ['hunter22', '(not an address)'],
  ])('shows of the address %s only %s', (address, shown) => expect(masked(address)).toBe(shown));
});
