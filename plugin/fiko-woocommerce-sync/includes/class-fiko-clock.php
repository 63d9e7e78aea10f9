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
	 * A moment for people, in the shop's time zone; in Persian by the Persian calendar, as the settings page has it.
	 *
	 * @param int $seconds Seconds since 1970.
	 * @return string
	 */
	public static function shown( $seconds ) {
		if ( 0 === strpos( determine_locale(), 'fa' ) && class_exists( 'IntlDateFormatter' ) ) {
			$persian = new IntlDateFormatter( 'fa_IR@calendar=persian', IntlDateFormatter::MEDIUM, IntlDateFormatter::SHORT, wp_timezone(), IntlDateFormatter::TRADITIONAL );
			$text    = $persian->format( $seconds );
			if ( is_string( $text ) && '' !== $text ) {
				return $text;
			}
		}
		return (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $seconds );
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
