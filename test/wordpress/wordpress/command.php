<?php
/**
 * What a test does to a site from outside: php command.php SITE COMMAND, with JSON on the standard input.
 * Prints one line of JSON after a mark, as plugins may print too.
 */

list( , $fiko_folder, $fiko_command ) = $argv;
$fiko_input = json_decode( stream_get_contents( STDIN ), true );
$fiko_site  = json_decode( file_get_contents( dirname( $fiko_folder ) . '/site.json' ), true );

$_SERVER['HTTP_HOST']       = '127.0.0.1:' . $fiko_site['port'];
$_SERVER['SERVER_NAME']     = '127.0.0.1';
$_SERVER['SERVER_PORT']     = (string) $fiko_site['port'];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = isset( $fiko_input['path'] ) ? $fiko_input['path'] : '/';
$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
if ( isset( $fiko_input['scenario'] ) ) {
	$_SERVER['HTTP_X_FIKO_SCENARIO'] = $fiko_input['scenario'];
}
if ( 'install' === $fiko_command ) {
	define( 'WP_INSTALLING', true );
}
if ( 'uninstall' === $fiko_command || 'activate' === $fiko_command || 'deactivate' === $fiko_command ) {
	define( 'WP_ADMIN', true );
}
if ( 'cli' === $fiko_command ) {
	require __DIR__ . '/wp-cli.php';
}
require $fiko_folder . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

function fiko_command_install( array $input ) {
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	add_filter( 'pre_wp_mail', '__return_true' );
	wp_install( 'Test shop', 'admin', 'admin@example.test', true, '', 'password', $input['locale'] );
	update_option( 'permalink_structure', '/%postname%/' );
	update_option( 'timezone_string', 'Asia/Tehran' );
	update_option( 'WPLANG', $input['locale'] );
	if ( $input['multisite'] ) {
		// On the command line WordPress guesses them wrong.
		update_option( 'siteurl', 'http://' . $input['host'] );
		update_option( 'home', 'http://' . $input['host'] );
		$GLOBALS['wpdb']->set_prefix( $GLOBALS['wpdb']->base_prefix );
		foreach ( $GLOBALS['wpdb']->tables( 'ms_global' ) as $table => $prefixed ) {
			$GLOBALS['wpdb']->$table = $prefixed;
		}
		install_network();
		$done = populate_network( 1, $input['host'], 'admin@example.test', 'Test network', '/', false );
		if ( is_wp_error( $done ) ) {
			return $done;
		}
		file_put_contents( FIKO_TEST_DIR . '/network', '' );
	}
	return array(
		'wordpress' => $GLOBALS['wp_version'],
		'php'       => PHP_VERSION,
	);
}

/** A plugin's own file, by its folder. */
function fiko_command_plugin( $folder ) {
	$files = array_keys( get_plugins( '/' . $folder ) );
	return $files ? $folder . '/' . $files[0] : '';
}

function fiko_command_activate( array $input ) {
	wp_set_current_user( 1 );
	$plugin = fiko_command_plugin( $input['folder'] );
	$failed = activate_plugin( $plugin, '', ! empty( $input['network'] ) );
	if ( is_wp_error( $failed ) || ! is_plugin_active( $plugin ) ) {
		return is_wp_error( $failed ) ? $failed : new WP_Error( 'inactive', $input['folder'] . ' is not active' );
	}
	return empty( $input['people'] ) ? null : fiko_command_people();
}

function fiko_command_deactivate( array $input ) {
	wp_set_current_user( 1 );
	deactivate_plugins( fiko_command_plugin( $input['folder'] ), false, ! empty( $input['network'] ) );
}

/** As the plugins page does it: uninstall.php, then the files. */
function fiko_command_uninstall( array $input ) {
	wp_set_current_user( 1 );
	return delete_plugins( array( fiko_command_plugin( $input['folder'] ) ) );
}

function fiko_command_unzip( array $input ) {
	WP_Filesystem();
	$before = array_diff( scandir( WP_PLUGIN_DIR ), array( '.', '..' ) );
	$done   = unzip_file( $input['zip'], WP_PLUGIN_DIR );
	return is_wp_error( $done ) ? $done : array_values( array_diff( scandir( WP_PLUGIN_DIR ), $before, array( '.', '..' ) ) );
}

function fiko_command_site( array $input ) {
	return wpmu_create_blog( $input['host'], '/' . $input['name'] . '/', $input['name'], 1 );
}

/** People of every role, and their application passwords. */
function fiko_command_people() {
	// Made again by the next request, which knows the post types of WooCommerce.
	delete_option( 'rewrite_rules' );
	$passwords = array();
	foreach ( array(
		'admin'    => 'administrator',
		'manager'  => 'shop_manager',
		'customer' => 'customer',
	) as $name => $role ) {
		$user = get_user_by( 'login', $name );
		$id   = $user ? $user->ID : wp_insert_user(
			array(
				'user_login' => $name,
				'user_pass'  => 'password',
				'user_email' => $name . '@example.test',
				'role'       => get_role( $role ) ? $role : 'subscriber',
			)
		);
		list( $passwords[ $name ] ) = WP_Application_Passwords::create_new_application_password( $id, array( 'name' => 'tests' ) );
	}
	return $passwords;
}

function fiko_command_cli( array $input ) {
	return WP_CLI::run_for_test( $input['command'], $input['args'] );
}

function fiko_command_eval( array $input ) {
	wp_set_current_user( $input['user'] );
	if ( isset( $input['blog'] ) ) {
		switch_to_blog( $input['blog'] );
	}
	return eval( $input['code'] ); // phpcs:ignore Squiz.PHP.Eval.Discouraged -- it is what this command is for.
}

try {
	$fiko_answer = call_user_func( 'fiko_command_' . $fiko_command, $fiko_input );
	$fiko_answer = is_wp_error( $fiko_answer )
		? array( 'error' => $fiko_answer->get_error_code() . ': ' . $fiko_answer->get_error_message() )
		: array( 'value' => $fiko_answer );
} catch ( Throwable $fiko_error ) {
	$fiko_answer = array( 'error' => get_class( $fiko_error ) . ': ' . $fiko_error->getMessage() . ' in ' . $fiko_error->getFile() . ':' . $fiko_error->getLine() );
}
echo "\n\x1e" . json_encode( $fiko_answer, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PARTIAL_OUTPUT_ON_ERROR ) . "\n";
