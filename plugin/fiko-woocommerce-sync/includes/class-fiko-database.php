<?php
/**
 * Writing to the database.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Statements that change something. Two processes that lock the same rows in another order stop each other; the database
 * then gives one of them up, and expects it to be tried again. WordPress does not, and a change would go unnoted.
 */
final class Fiko_Database {

	const ATTEMPTS = 5;
	/**
	 * ER_LOCK_DEADLOCK; Galera answers so too where another node wrote first.
	 */
	const DEADLOCK = 1213;

	/**
	 * Runs a statement.
	 *
	 * @param string $sql Statement, prepared.
	 * @return int|false Rows that it changed; false where it failed.
	 */
	public static function query( $sql ) {
		global $wpdb;
		return self::attempt(
			function () use ( $wpdb, $sql ) {
				return $wpdb->query( $sql ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared -- by whoever wrote it
			}
		);
	}

	/**
	 * Makes rows where there are none, and changes them. Should that be given up for another within somebody's transaction,
	 * the rows that were made are gone with it: they are made again.
	 *
	 * @param string $insert Statement, prepared, that leaves alone what is there.
	 * @param string $update Statement, prepared, that changes each row.
	 * @param int    $rows   How many they are.
	 * @return bool Whether all were changed.
	 */
	public static function upsert( $insert, $update, $rows ) {
		for ( $tries = 0; $tries < 2; $tries++ ) {
			if ( false === self::query( $insert ) ) {
				return false;
			}
			$changed = self::query( $update );
			if ( false === $changed || $changed >= $rows ) {
				return false !== $changed;
			}
		}
		return false;
	}

	/**
	 * Sets columns of rows.
	 *
	 * @param string              $table Table.
	 * @param array<string,mixed> $data  Values by column.
	 * @param array<string,mixed> $where What the rows have, by column.
	 * @return int|false Rows that it changed; false where it failed.
	 */
	public static function update( $table, array $data, array $where ) {
		global $wpdb;
		return self::attempt(
			function () use ( $wpdb, $table, $data, $where ) {
				return $wpdb->update( $table, $data, $where );
			}
		);
	}

	/**
	 * Does something until the database takes it; the last failure is reported as WordPress does.
	 *
	 * @param callable $statement Gives what wpdb gives.
	 * @return int|false
	 */
	private static function attempt( callable $statement ) {
		global $wpdb;
		for ( $left = self::ATTEMPTS; $left > 0; $left-- ) {
			$shows  = $wpdb->suppress_errors();
			$result = $statement();
			$wpdb->suppress_errors( $shows );
			if ( false !== $result ) {
				return $result;
			}
			if ( ! self::was_deadlock() ) {
				break;
			}
			Fiko_Logger::warning( 'The database gave up a statement for another one. It is tried again; a transaction around it is gone.' );
			usleep( random_int( 2000, 30000 ) );
		}
		$wpdb->print_error( $wpdb->last_error );
		return false;
	}

	/**
	 * Whether the last statement was given up for another.
	 *
	 * @return bool
	 */
	private static function was_deadlock() {
		global $wpdb;
		// phpcs:ignore WordPress.DB.RestrictedClasses -- by its number, as the text may be in any language
		return $wpdb->dbh instanceof mysqli ? self::DEADLOCK === $wpdb->dbh->errno : false !== stripos( $wpdb->last_error, 'deadlock' );
	}
}
