<?php
/**
 * The log.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Writes to WooCommerce's log, under the source `fiko-sync`, while the owner has switched that on. Never tokens, keys or
 * the content of products.
 */
final class Fiko_Logger {

	/**
	 * Something that went as it should.
	 *
	 * @param string $message Message.
	 */
	public static function info( $message ) {
		self::write( 'info', $message );
	}

	/**
	 * Something that did not.
	 *
	 * @param string $message Message.
	 */
	public static function warning( $message ) {
		self::write( 'warning', $message );
	}

	/**
	 * Writes a line.
	 *
	 * @param string $level   Level of WC_Logger.
	 * @param string $message Message.
	 */
	private static function write( $level, $message ) {
		if ( ! Fiko_Settings::is_logging() || ! function_exists( 'wc_get_logger' ) ) {
			return;
		}
		// What a server or a proxy says may repeat what it was sent.
		$secrets = array_filter( array_merge( array( Fiko_Settings::token() ), preg_split( '/\s+/', Fiko_Settings::signing_secret() ) ) );
		wc_get_logger()->log( $level, str_replace( $secrets, '***', $message ), array( 'source' => 'fiko-sync' ) );
	}
}
