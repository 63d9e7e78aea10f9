<?php
/**
 * Locks.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * What one process at a time may do. A lock is the claim of a row in the outbox that is of no product, and ends by itself
 * should its holder die.
 */
final class Fiko_Lock {

	/**
	 * Rows: that of work on the whole catalogue, and that of planning recurring actions.
	 */
	const LONG_WORK = 0;
	const PLANNING  = -1;

	/**
	 * Takes a lock.
	 *
	 * @param int $seconds It ends by itself after so many.
	 * @param int $which   LONG_WORK or PLANNING.
	 * @return string What to give it back with; '' where another holds it.
	 */
	public static function take( $seconds, $which = self::LONG_WORK ) {
		global $wpdb;
		if ( ! Fiko_Schema::is_made() && ! Fiko_Schema::mend() ) {
			return '';
		}
		$table = Fiko_Schema::table();
		$now   = Fiko_Clock::now();
		$mine  = wp_generate_uuid4();
		$sql   = $wpdb->prepare( "UPDATE `$table` SET claimed_by = %s, claimed_until = %d WHERE product_id = %d AND claimed_until <= %d", $mine, $now + $seconds, $which, $now );
		if ( self::LONG_WORK !== $which ) {
			Fiko_Database::query( $wpdb->prepare( "INSERT IGNORE INTO `$table` (product_id, state) VALUES (%d, '')", $which ) );
		}
		$got = Fiko_Database::query( $sql );
		if ( ! $got && Fiko_Schema::mend() ) {
			$got = Fiko_Database::query( $sql );
		}
		return $got ? $mine : '';
	}

	/**
	 * Keeps the lock of long work for longer. Not twice within the same second: MySQL counts a row that is written as it was
	 * as none.
	 *
	 * @param string $mine    What `take` gave.
	 * @param int    $seconds It ends by itself after so many from now.
	 * @return bool Whether it is still held.
	 */
	public static function keep( $mine, $seconds ) {
		global $wpdb;
		return (bool) Fiko_Database::query( $wpdb->prepare( 'UPDATE `' . Fiko_Schema::table() . '` SET claimed_until = %d WHERE product_id = 0 AND claimed_by = %s', Fiko_Clock::now() + $seconds, $mine ) );
	}

	/**
	 * Gives a lock back.
	 *
	 * @param string $mine What `take` gave.
	 */
	public static function give_back( $mine ) {
		global $wpdb;
		Fiko_Database::query( $wpdb->prepare( 'UPDATE `' . Fiko_Schema::table() . "` SET claimed_by = '', claimed_until = 0 WHERE product_id <= 0 AND claimed_by = %s", $mine ) );
	}
}
