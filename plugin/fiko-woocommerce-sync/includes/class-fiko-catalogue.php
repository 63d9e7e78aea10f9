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
	 * @throws RuntimeException Where the database does not answer: that is not the end of the catalogue.
	 */
	public static function after( $after, $limit ) {
		global $wpdb;
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_type = 'product' AND post_status = 'publish' AND ID > %d ORDER BY ID LIMIT %d", $after, $limit ) );
		if ( '' !== (string) $wpdb->last_error ) {
			throw new RuntimeException( 'The database does not answer.' );
		}
		return array_map( 'intval', $ids );
	}

	/**
	 * A product as WooCommerce reads it, or null where it is gone.
	 *
	 * @param int $id Product.
	 * @return WC_Product|null
	 * @throws RuntimeException Where it is there and cannot be read: that is no deletion.
	 */
	public static function product( $id ) {
		return self::read( $id, 'product' );
	}

	/**
	 * A variation as WooCommerce reads it, or null where it is gone.
	 *
	 * @param int $id Variation.
	 * @return WC_Product|null
	 * @throws RuntimeException Where it is there and cannot be read: left out, it would be taken for gone.
	 */
	public static function variation( $id ) {
		return self::read( $id, 'product_variation' );
	}

	/**
	 * A product or variation, or null where it is gone.
	 *
	 * @param int    $id        Post.
	 * @param string $post_type Its post type.
	 * @return WC_Product|null
	 * @throws RuntimeException Where it is there and cannot be read.
	 */
	private static function read( $id, $post_type ) {
		global $wpdb;
		$product = wc_get_product( $id );
		if ( $product ) {
			return $product;
		}
		$status = $wpdb->get_var( $wpdb->prepare( "SELECT post_status FROM $wpdb->posts WHERE ID = %d AND post_type = %s", $id, $post_type ) );
		if ( '' !== (string) $wpdb->last_error || 'publish' === $status ) {
			throw new RuntimeException( __( 'WooCommerce cannot read it.', 'fiko-woocommerce-sync' ) );
		}
		return null;
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
