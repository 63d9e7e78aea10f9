<?php
/**
 * All products, by key.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Walks the published products in the order of their ids. By key and not by offset, so that one which is added or
 * removed meanwhile makes no other be passed over.
 */
final class Fiko_Catalogue {

	/**
	 * The next products.
	 *
	 * @param int $after Id of the last one before them.
	 * @param int $limit At most so many.
	 * @return int[]
	 */
	public static function after( $after, $limit ) {
		global $wpdb;
		return array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_type = 'product' AND post_status = 'publish' AND ID > %d ORDER BY ID LIMIT %d", $after, $limit ) ) );
	}

	/**
	 * How many there are.
	 *
	 * @return int
	 */
	public static function count() {
		global $wpdb;
		return (int) $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts WHERE post_type = 'product' AND post_status = 'publish'" );
	}
}
