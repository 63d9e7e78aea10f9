<?php
/**
 * Memory of long work.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Keeps long work within a small host's memory.
 */
final class Fiko_Memory {

	/**
	 * Forgets what WordPress has read; what is needed again is read anew.
	 */
	public static function free() {
		if ( ! wp_using_ext_object_cache() ) {
			wp_cache_flush();
		} elseif ( function_exists( 'wp_cache_supports' ) && wp_cache_supports( 'flush_runtime' ) ) {
			wp_cache_flush_runtime();
		}
		// PHP keeps what is free for itself, and it would count as used.
		gc_mem_caches();
	}

	/**
	 * Forgets what was read of a product, where `free` could not: a cache that outlives the process may have what others
	 * have changed since.
	 *
	 * @param int $id Product.
	 */
	public static function free_product( $id ) {
		if ( ! wp_using_ext_object_cache() || ( function_exists( 'wp_cache_supports' ) && wp_cache_supports( 'flush_runtime' ) ) ) {
			return;
		}
		clean_post_cache( $id );
		foreach ( (array) get_children(
			array(
				'post_parent' => $id,
				'post_type'   => 'product_variation',
				'post_status' => 'any',
				'fields'      => 'ids',
			)
		) as $variation ) {
			clean_post_cache( $variation );
		}
	}

	/**
	 * Whether so much is used that the work should go on in another process.
	 *
	 * @return bool
	 */
	public static function is_scarce() {
		$limit = wp_convert_hr_to_bytes( (string) ini_get( 'memory_limit' ) );
		return $limit > 0 && memory_get_usage( true ) > 0.75 * $limit;
	}
}
