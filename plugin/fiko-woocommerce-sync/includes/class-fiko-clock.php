<?php
/**
 * The time.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * The shop's clock.
 */
final class Fiko_Clock {

	/**
	 * Milliseconds since 1970.
	 *
	 * @return int
	 */
	public static function now_ms() {
		/**
		 * Sets the clock forward, for tests of what happens later.
		 *
		 * @param int $seconds Seconds.
		 */
		$offset = (int) apply_filters( 'fiko_clock_offset', 0 );
		return (int) floor( microtime( true ) * 1000 ) + $offset * 1000;
	}

	/**
	 * Seconds since 1970.
	 *
	 * @return int
	 */
	public static function now() {
		return (int) floor( self::now_ms() / 1000 );
	}

	/**
	 * ISO 8601 with milliseconds, in UTC.
	 *
	 * @param int $ms Milliseconds since 1970.
	 * @return string
	 */
	public static function iso( $ms ) {
		return gmdate( 'Y-m-d\TH:i:s', intdiv( $ms, 1000 ) ) . sprintf( '.%03dZ', $ms % 1000 );
	}
}
