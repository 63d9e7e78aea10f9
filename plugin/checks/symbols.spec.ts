import { symbolFaults } from './symbols';

const CONTRACT = {
  path: 'includes/class-fiko-contract.php',
  source: '<?php class Fiko_Contract { const TIMING = array( 1 ); const BATCH_BYTES = 1; }',
};

function faultsIn(body: string, members = ''): string[] {
  const source = `<?php
class Fiko_Other {
	const A = 1;
	/** @return WC_Product|null */
	public static function product( $id ) { return wc_get_product( $id ); }
	public function go( $a, $b = 1 ) {}
	public function __construct( $a ) {}
}
class Fiko_Sample extends Fiko_Other {
	/**
	 * A method.
	 *
	 * @param WC_Product $product A product.
	 */
	public function sample( $product, WP_REST_Request $request, array $list = array() ) {
		global $wpdb;
${body}
	}
	${members}
}`;
  return symbolFaults([CONTRACT, { path: 'a.php', source }]);
}

it.each([
  ['a function that is not there', 'wp_get_nothing( 1 );', 'there is no function wp_get_nothing()'],
  ['a function of a later PHP', 'array_is_list( $list );', 'there is no function array_is_list()'],
  [
    'a function of a later WordPress',
    "wp_get_admin_notice( 'a' );",
    'there is no function wp_get_admin_notice()',
  ],
  [
    'a function of WooCommerce that is not there',
    'wc_get_nothing();',
    'there is no function wc_get_nothing()',
  ],
  ['too few arguments', 'str_replace( 1, 2 );', 'str_replace() needs 3 arguments, not 2'],
  ['too many arguments', 'get_option( 1, 2, 3 );', 'get_option() takes 2 arguments, not 3'],
  ['a class that is not there', 'new Fiko_Nothing();', 'there is no class Fiko_Nothing'],
  ['a constructor without its argument', 'new Fiko_Other();', 'new Fiko_Other() needs 1 arguments, not 0'],
  ['a static method that is not there', 'Fiko_Other::nothing();', 'there is no method Fiko_Other::nothing()'],
  [
    'a static method without its argument',
    'self::product();',
    'Fiko_Sample::product() needs 1 arguments, not 0',
  ],
  ['an own method that is not there', '$this->nothing();', 'there is no method Fiko_Sample::nothing()'],
  ['an inherited one with too many', '$this->go( 1, 2, 3 );', 'Fiko_Sample::go() takes 2 arguments, not 3'],
  [
    'a method of a documented parameter',
    '$product->get_nothing();',
    'there is no method WC_Product::get_nothing()',
  ],
  [
    'a method of a typed parameter',
    '$request->get_nothing();',
    'there is no method WP_REST_Request::get_nothing()',
  ],
  ['a method of the database', '$wpdb->get_all( 1 );', 'there is no method wpdb::get_all()'],
  [
    'a method of what was made',
    '$a = new WP_Error(); $a->nothing();',
    'there is no method WP_Error::nothing()',
  ],
  [
    'a method of what was returned',
    '$a = self::product( 1 ); $a->nothing();',
    'there is no method WC_Product::nothing()',
  ],
  ['a constant of a class', 'f_( Fiko_Other::B );', 'there is no constant Fiko_Other::B'],
  ['a constant', 'return ABSPATHS;', 'there is no constant ABSPATHS'],
  [
    'a constant of the contract',
    'return Fiko_Contract::NOTHING;',
    'there is no constant Fiko_Contract::NOTHING',
  ],
  [
    'a key of the contract',
    "return Fiko_Contract::TIMING['debounced'];",
    "there is no Fiko_Contract::TIMING['debounced']",
  ],
  [
    'a callback',
    "add_action( 'init', array( $this, 'nothing' ) );",
    'no method Fiko_Sample::nothing() to call back',
  ],
  [
    'a callback by class',
    "add_action( 'init', array( 'Fiko_Nothing', 'a' ) );",
    'there is no class Fiko_Nothing',
  ],
  [
    'a callback of the own class',
    "add_action( 'init', array( __CLASS__, 'nothing' ) );",
    'Fiko_Sample::nothing()',
  ],
  ['a variable that nothing sets', 'return $lists;', '$lists is set nowhere in Fiko_Sample::sample'],
  [
    'a variable outside of a closure',
    '$a = 1; return static function () { return $a; };',
    '$a is set nowhere in a closure',
  ],
])('finds %s', (_, body, expected) => {
  expect(faultsIn(body).filter((fault) => !fault.includes('f_()'))).toEqual([
    expect.stringContaining(expected),
  ]);
});

it('finds private methods that nothing calls', () => {
  expect(faultsIn('', 'private static function idle() {}')).toEqual([
    'a.php:19: nothing calls the private idle()',
  ]);
});

it.each([
  ['what is asked for first', "if ( function_exists( 'wp_later' ) ) { wp_later( 1 ); }"],
  ['a class that is asked for', "if ( class_exists( 'Later' ) ) { Later::go(); }"],
  ['a constant that is asked for', "return defined( 'FIKO_LATER' ) ? FIKO_LATER : HOUR_IN_SECONDS;"],
  ['spread arguments', 'str_replace( ...$list );'],
  ['arguments by reference', "preg_match( '/a/', 'a', $found ); return $found;"],
  [
    'keys of the contract',
    "return Fiko_Contract::TIMING['debounce'] + Fiko_Contract::TIMING['retry_delays'][ 0 ];",
  ],
  ['keys that are computed', 'return Fiko_Contract::TIMING[ $list[0] ];'],
  [
    'destructuring',
    'list( $a, $b ) = $list; foreach ( $list as $c => list( $d ) ) { return $a . $b . $c . $d; }',
  ],
  [
    'catch, static and closures',
    'static $a; try { f_(); } catch ( Exception $e ) { return function () use ( $a, $e ) { return $a . $e; }; }',
  ],
  ['questions after variables', 'return isset( $a ) || empty( $b );'],
  ['a variable of several classes', '$a = new WP_Error(); $a = $request; $a->anything();'],
  [
    'callbacks',
    "add_action( 'a', array( $this, 'go' ) ); add_action( 'a', array( 'Fiko_Other', 'product' ) );",
  ],
  ['static properties', 'return self::$anything;'],
  ['names in any case', 'TRIM( $list ); $this->GO( 1 ); return TRUE === NULL;'],
  ['types', 'return $product instanceof WC_Product_Variable ? (int) $list : WC_Product::class;'],
  ['functions in namespaces', "WP_CLI\\Utils\\format_items( 'table', $list, $list );"],
])('takes %s', (_, body) => {
  expect(faultsIn(body).filter((fault) => !fault.includes('f_()'))).toEqual([]);
});
