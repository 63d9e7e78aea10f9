<?php
/**
 * For PHP's own web server: files as they are, everything else to WordPress.
 */

$fiko_root = $_SERVER['DOCUMENT_ROOT'];
$fiko_path = rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
// In a network the files of all its sites are those of the first.
if ( ! file_exists( $fiko_root . $fiko_path ) ) {
	$fiko_path = preg_replace( '#^/[a-z0-9-]+(/wp-(?:admin|includes|content)(?:/.*)?|/wp-[a-z-]+\.php)$#', '$1', $fiko_path );
}
if ( is_dir( $fiko_root . $fiko_path ) && is_file( rtrim( $fiko_root . $fiko_path, '/' ) . '/index.php' ) ) {
	if ( '/' !== substr( $fiko_path, -1 ) ) {
		header( 'Location: ' . $fiko_path . '/' );
		return true;
	}
	$fiko_path .= 'index.php';
}
if ( ! is_file( $fiko_root . $fiko_path ) ) {
	$fiko_path = '/index.php';
} elseif ( '.php' !== substr( $fiko_path, -4 ) ) {
	if ( rawurldecode( (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) ) === $fiko_path ) {
		return false;
	}
	$fiko_types = array(
		'css' => 'text/css',
		'js'  => 'application/javascript',
		'svg' => 'image/svg+xml',
	);
	header( 'Content-Type: ' . ( $fiko_types[ pathinfo( $fiko_path, PATHINFO_EXTENSION ) ] ?? 'application/octet-stream' ) );
	readfile( $fiko_root . $fiko_path );
	return true;
}
$_SERVER['SCRIPT_NAME']     = $fiko_path;
$_SERVER['PHP_SELF']        = $fiko_path;
$_SERVER['SCRIPT_FILENAME'] = $fiko_root . $fiko_path;
chdir( dirname( $fiko_root . $fiko_path ) );
require $fiko_root . $fiko_path;
return true;
