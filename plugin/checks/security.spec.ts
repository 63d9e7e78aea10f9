import { securityFaults } from './security';

/** The body of a method, in a class that has a handler which asks and one which does not. */
function faultsIn(body: string): string[] {
  const source = `<?php
class Fiko_Sample {
public function sample( $id, array $ids ) { global $wpdb; $table = Fiko_Schema::table();
${body}
}
public static function may() { return current_user_can( 'manage_woocommerce' ); }
public static function anybody() { return true; }
public static function handle() { check_admin_referer( 'fiko' ); if ( current_user_can( 'manage_woocommerce' ) ) { self::go(); } }
public static function unasked() { check_admin_referer( 'fiko' ); }
}`;
  return securityFaults([{ path: 'a.php', source }]);
}

it.each([
  ['a variable', 'echo $id;', '4: printed without esc_html()'],
  ['a variable in a string', 'echo "<b>$id</b>";', 'printed without'],
  ['one of several', "echo esc_html( $id ) . '<br>' . $id;", 'printed without'],
  ['one branch', 'echo $id ? esc_html( $id ) : $id;', 'printed without'],
  ['a short condition', "echo $id ?: 'x';", 'printed without'],
  ['a translation', "echo __( 'a', 'fiko-woocommerce-sync' );", 'printed without'],
  [
    'a translation that prints',
    "_e( 'a', 'fiko-woocommerce-sync' );",
    '_e() prints unescaped: use esc_html_e()',
  ],
  ['an argument of printf', "printf( '<b>%s</b>', $id );", 'printed without'],
  ['an argument of sprintf', "echo sprintf( '<b>%s</b>', $id );", 'printed without'],
  ['print', 'print $id;', 'printed without'],
  ['HTML with a short tag', '?><b><?= $id ?></b><?php', 'printed without'],
  ['a method', 'echo self::text( $id );', 'printed without'],
  [
    'SQL with a parameter',
    '$wpdb->query( "DELETE FROM $table WHERE id = $id" );',
    '$wpdb->query() with a value',
  ],
  ['SQL put together', "$wpdb->get_results( 'SELECT * FROM x WHERE id = ' . $id );", '$wpdb->get_results()'],
  [
    'SQL in prepare()',
    '$wpdb->query( $wpdb->prepare( "DELETE FROM $table WHERE a = $id AND b = %d", 1 ) );',
    'prepare() with',
  ],
  [
    'SQL that the database class runs',
    'Fiko_Database::query( "DELETE FROM $table WHERE id = $id" );',
    '$wpdb->query() with a value',
  ],
  [
    'the second statement of two',
    'Fiko_Database::upsert( \'INSERT IGNORE INTO x\', "UPDATE x SET a = $id", 1 );',
    '$wpdb->upsert() with a value',
  ],
  ['SQL from elsewhere', '$wpdb->get_var( self::sql() );', '$wpdb->get_var()'],
  [
    'a placeholder of later versions',
    "$wpdb->query( $wpdb->prepare( 'DROP TABLE %i', $id ) );",
    '%i needs WordPress 6.2',
  ],
  [
    'a list of anything',
    '$list = implode( \',\', $ids ); $wpdb->get_col( "SELECT 1 WHERE a IN ($list)" );',
    'get_col()',
  ],
  [
    'a list that is not always integers',
    "if ( $id ) { $ids = array_map( 'intval', $ids ); } else { $ids = $id; } $wpdb->query( 'DELETE ' . implode( ',', $ids ) );",
    'query()',
  ],
  [
    'a route for all',
    "register_rest_route( 'a', '/b', array( 'callback' => 'c', 'permission_callback' => '__return_true' ) );",
    'permission_callback does not ask',
  ],
  [
    'a route without',
    "register_rest_route( 'a', '/b', array( 'callback' => 'c' ) );",
    'a REST route without permission_callback',
  ],
  [
    'a route of several',
    "register_rest_route( 'a', '/b', array( array( 'callback' => 'c' ) ) );",
    'a REST route without',
  ],
  [
    'a route that asks nobody',
    "register_rest_route( 'a', '/b', array( 'callback' => 'c', 'permission_callback' => array( $this, 'anybody' ) ) );",
    'does not ask current_user_can()',
  ],
  ['a route in a variable', "register_rest_route( 'a', '/b', $ids );", 'needs its options written out'],
  [
    'a handler without a nonce',
    "add_action( 'admin_post_fiko', array( __CLASS__, 'may' ) );",
    'admin_post_fiko does not check a nonce',
  ],
  [
    'a handler that asks nobody',
    "add_action( 'wp_ajax_' . $id, array( __CLASS__, 'unasked' ) );",
    'does not ask current_user_can()',
  ],
  [
    'a handler for anybody',
    "add_action( 'wp_ajax_nopriv_fiko', array( __CLASS__, 'handle' ) );",
    'is open to anybody',
  ],
  ['eval', 'eval( $id );', 'eval is forbidden'],
  ['unserialize', '$x = unserialize( $id );', 'unserialize() is forbidden'],
  ['a command', '$x = `ls $id`;', 'commands are forbidden'],
  ['a hidden error', '$x = @file( $id );', '@ hides errors'],
])('finds %s', (_, body, expected) => {
  const faults = faultsIn(body);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(expected);
  expect(faults[0]).toMatch(/^a\.php:\d+: /);
});

it.each([
  [
    'escaped output',
    "echo '<b>' . esc_html( $id ) . '</b>', wp_json_encode( $ids ), (int) $id, absint( $id );",
  ],
  ['translations', "esc_html_e( 'a', 'b' ); echo esc_html__( 'a', 'b' ) . esc_attr_x( 'a', 'b', 'c' );"],
  ['printf with escaped values', 'printf( \'<a href="%s">%s</a>\', esc_url( $id ), esc_html( $id ) );'],
  ['text outside of PHP', '?><div id="fiko-sync-root"></div><?php'],
  [
    'SQL with names of tables',
    '$wpdb->query( "SELECT 1 FROM `$table` JOIN {$wpdb->posts} JOIN {$wpdb->prefix}x" );',
  ],
  ['SQL that is prepared', '$wpdb->query( $wpdb->prepare( "DELETE FROM `$table` WHERE id = %d", $id ) );'],
  [
    'a list of integers',
    "$list = implode( ',', array_map( 'intval', $ids ) ); $wpdb->query( \"DELETE FROM $table WHERE id IN ($list)\" );",
  ],
  [
    'parts of a list of integers',
    "foreach ( array_chunk( array_map( 'absint', $ids ), 9 ) as $some ) { $wpdb->query( 'DELETE ' . implode( ',', $some ) ); }",
  ],
  [
    'as many placeholders',
    "$marks = implode( ',', array_fill( 0, count( $ids ), '%d' ) ); $wpdb->query( $wpdb->prepare( \"DELETE WHERE id IN ($marks)\", $ids ) );",
  ],
  [
    'a route that asks',
    "register_rest_route( 'a', '/b', array( 'callback' => 'c', 'permission_callback' => array( __CLASS__, 'may' ) ) );",
  ],
  [
    'a route of several',
    "register_rest_route( 'a', '/b', array( array( 'callback' => 'c', 'permission_callback' => array( $this, 'may' ) ), 'schema' => null ) );",
  ],
  [
    'a route with a closure',
    "register_rest_route( 'a', '/b', array( 'callback' => 'c', 'permission_callback' => static function () { return current_user_can( 'x' ); } ) );",
  ],
  [
    'a handler',
    "add_action( 'admin_post_fiko', array( 'Fiko_Sample', 'handle' ) ); add_action( 'init', $id );",
  ],
])('takes %s', (_, body) => {
  expect(faultsIn(body)).toEqual([]);
});
