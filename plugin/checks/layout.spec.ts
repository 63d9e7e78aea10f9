import { layoutFaults } from './layout';

const GUARD = "defined( 'ABSPATH' ) || exit;\n";

function faultsOf(code: string, path = 'includes/class-fiko-a.php'): string[] {
  return layoutFaults({ path, source: `<?php\n${code}` });
}

it('takes a guarded file with one class', () => {
  expect(
    faultsOf(
      `${GUARD}final class Fiko_A { private $x = 1; public function f( ?int $a ): ?string { return null; } }`,
    ),
  ).toEqual([]);
  expect(faultsOf(`defined( 'WP_UNINSTALL_PLUGIN' ) || exit;\nf();`, 'uninstall.php')).toEqual([]);
});

it.each([
  ['no guard', 'class Fiko_A {}', "begins without defined( 'ABSPATH' ) || exit;"],
  ['a guard that does not end it', "defined( 'ABSPATH' ) || f();\nclass Fiko_A {}", 'begins without'],
  ['a guard of something else', "defined( 'WPINC' ) || exit;\nclass Fiko_A {}", 'begins without'],
  ['two classes', `${GUARD}class Fiko_A {} interface Fiko_B {}`, 'has 2 classes: Fiko_A, Fiko_B'],
  ['a class of another name', `${GUARD}class Fiko_B_C {}`, 'Fiko_B_C belongs into class-fiko-b-c.php'],
  ['no class', `${GUARD}function f() {}`, 'has no class'],
  [
    'match',
    `${GUARD}class Fiko_A { function f( $a ) { return match ( $a ) { 1 => 2 }; } }`,
    'PHP 7.4 has no match',
  ],
  ['?->', `${GUARD}class Fiko_A { function f( $a ) { return $a?->b; } }`, 'PHP 7.4 has no ?->'],
  [
    'named arguments',
    `${GUARD}class Fiko_A { function f( $a ) { return f( a: 1 ); } }`,
    'PHP 7.4 has no named argument',
  ],
  ['a union', `${GUARD}class Fiko_A { function f( int|string $a ) {} }`, 'PHP 7.4 has no union of types'],
  [
    'promoted properties',
    `${GUARD}class Fiko_A { function __construct( private $a ) {} }`,
    'no promoted properties',
  ],
  ['an attribute', `${GUARD}#[Attr]\nclass Fiko_A {}`, 'PHP 7.4 has no attribute'],
  ['a readonly property', `${GUARD}class Fiko_A { public readonly int $a; }`, 'PHP 7.4 has no readonly'],
])('finds %s', (_, code, expected) => {
  expect(faultsOf(code).join('\n')).toContain(expected);
});
