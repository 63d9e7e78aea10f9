<?php
/**
 * Digests of the catalogue.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * The digests that a comparison of catalogues has made so far, beside the products in the outbox.
 */
final class Fiko_Scan {

	/**
	 * Keeps the digests of a comparison.
	 *
	 * @param array<int,string> $digests By product.
	 * @param int               $scan    Which comparison.
	 */
	public static function keep( array $digests, $scan ) {
		global $wpdb;
		if ( ! $digests ) {
			return;
		}
		$table = Fiko_Schema::table();
		$list  = implode( ',', array_map( 'intval', array_keys( $digests ) ) );
		$cases = '';
		foreach ( $digests as $id => $digest ) {
			$cases .= $wpdb->prepare( ' WHEN %d THEN %s', $id, $digest );
		}
		Fiko_Database::query( "INSERT IGNORE INTO `$table` (product_id, state) VALUES (" . str_replace( ',', ",'never'),(", $list ) . ",'never')" );
		Fiko_Database::query( $wpdb->prepare( "UPDATE `$table` SET scan_id = %d, scan_digest = CASE product_id", $scan ) . $cases . " ELSE scan_digest END WHERE product_id IN ($list)" );
	}

	/**
	 * The digests of a comparison, read part by part.
	 *
	 * @param int $scan Which comparison.
	 * @return Generator<int,string> Digest by product.
	 */
	public static function each( $scan ) {
		global $wpdb;
		$table = Fiko_Schema::table();
		$after = 0;
		do {
			$rows = $wpdb->get_results( $wpdb->prepare( "SELECT product_id, scan_digest FROM `$table` WHERE scan_id = %d AND product_id > %d ORDER BY product_id LIMIT 5000", $scan, $after ) );
			foreach ( $rows as $row ) {
				$after = (int) $row->product_id;
				yield $after => $row->scan_digest;
			}
		} while ( $rows );
	}

	/**
	 * The products of a comparison, part by part.
	 *
	 * @param int $scan Which comparison.
	 * @param int $size Products in a part.
	 * @return Generator<int,int[]>
	 */
	public static function in_parts( $scan, $size ) {
		$part = array();
		foreach ( self::each( $scan ) as $id => $digest ) {
			$part[] = $id;
			if ( count( $part ) === $size ) {
				yield $part;
				$part = array();
			}
		}
		if ( $part ) {
			yield $part;
		}
	}
}
