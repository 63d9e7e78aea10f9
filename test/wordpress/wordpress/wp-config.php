<?php
/**
 * Configuration of a throw-away site. What differs between sites is in site.json beside the site's folder.
 */

define( 'FIKO_TEST_DIR', dirname( __DIR__ ) );
$fiko_site = json_decode( file_get_contents( FIKO_TEST_DIR . '/site.json' ), true );
define( 'FIKO_TEST_SECRET', $fiko_site['secret'] );

define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:' . FIKO_TEST_DIR . '/mariadb.sock' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
if ( 'sqlite' === $fiko_site['database'] ) {
	define( 'DB_DIR', FIKO_TEST_DIR . '/' );
	define( 'DB_FILE', 'wordpress.sqlite' );
}
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $fiko_name ) {
	define( $fiko_name . '_KEY', 'key of a test ' . $fiko_name );
	define( $fiko_name . '_SALT', 'salt of a test ' . $fiko_name );
}
$table_prefix = 'wp_';

$fiko_host = '127.0.0.1:' . $fiko_site['port'];
if ( $fiko_site['multisite'] ) {
	define( 'WP_ALLOW_MULTISITE', true );
	// Absent during the installation, which begins with a single site.
	if ( is_file( FIKO_TEST_DIR . '/network' ) ) {
		define( 'MULTISITE', true );
		define( 'SUBDOMAIN_INSTALL', false );
		define( 'DOMAIN_CURRENT_SITE', $fiko_host );
		define( 'PATH_CURRENT_SITE', '/' );
		define( 'SITE_ID_CURRENT_SITE', 1 );
		define( 'BLOG_ID_CURRENT_SITE', 1 );
	}
} else {
	define( 'WP_HOME', 'http://' . $fiko_host );
	define( 'WP_SITEURL', 'http://' . $fiko_host );
}

// Application passwords work without TLS only here.
define( 'WP_ENVIRONMENT_TYPE', 'local' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
// Tests say when scheduled events run.
define( 'DISABLE_WP_CRON', true );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', FIKO_TEST_DIR . '/log/debug.log' );
define( 'SCRIPT_DEBUG', false );
define( 'WP_MEMORY_LIMIT', '512M' );
foreach ( $fiko_site['constants'] as $fiko_name => $fiko_value ) {
	define( $fiko_name, $fiko_value );
}

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
