<?php
/**
 * Fields of a product, as people call them.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Names of what is sent, for reasons why the server refuses a product.
 */
final class Fiko_Fields {

	/**
	 * The name of a field.
	 *
	 * @param string $path As the server names it, such as `events.0.product.variations.2.price`.
	 * @return string
	 */
	public static function label( $path ) {
		$path   = preg_replace( '/^(events\.\d+\.)?(product\.)?/', '', $path );
		$labels = self::labels();
		if ( preg_match( '/^variations\.(\d+)\.(\w+)/', $path, $part ) ) {
			/* translators: 1: which variation of a product, counted from one, 2: field, such as price */
			return sprintf( __( 'variation %1$s, %2$s', 'fiko-woocommerce-sync' ), number_format_i18n( $part[1] + 1 ), isset( $labels[ $part[2] ] ) ? $labels[ $part[2] ] : $part[2] );
		}
		$field = strtok( $path, '.' );
		if ( 'store' === $field ) {
			return __( 'address of the shop', 'fiko-woocommerce-sync' );
		}
		return isset( $labels[ $field ] ) ? $labels[ $field ] : $path;
	}

	/**
	 * All names.
	 *
	 * @return array<string,string>
	 */
	private static function labels() {
		return array(
			'id'                => __( 'product number', 'fiko-woocommerce-sync' ),
			'sku'               => __( 'SKU', 'fiko-woocommerce-sync' ),
			'name'              => __( 'name', 'fiko-woocommerce-sync' ),
			'type'              => __( 'product type', 'fiko-woocommerce-sync' ),
			'status'            => __( 'status', 'fiko-woocommerce-sync' ),
			'short_description' => __( 'short description', 'fiko-woocommerce-sync' ),
			'description'       => __( 'description', 'fiko-woocommerce-sync' ),
			'price'             => __( 'price', 'fiko-woocommerce-sync' ),
			'regular_price'     => __( 'regular price', 'fiko-woocommerce-sync' ),
			'sale_price'        => __( 'sale price', 'fiko-woocommerce-sync' ),
			'on_sale'           => __( 'on sale', 'fiko-woocommerce-sync' ),
			'currency'          => __( 'currency', 'fiko-woocommerce-sync' ),
			'stock_quantity'    => __( 'stock quantity', 'fiko-woocommerce-sync' ),
			'stock_status'      => __( 'stock status', 'fiko-woocommerce-sync' ),
			'categories'        => __( 'categories', 'fiko-woocommerce-sync' ),
			'tags'              => __( 'tags', 'fiko-woocommerce-sync' ),
			'brand'             => __( 'brand', 'fiko-woocommerce-sync' ),
			'image'             => __( 'image', 'fiko-woocommerce-sync' ),
			'gallery'           => __( 'gallery', 'fiko-woocommerce-sync' ),
			'permalink'         => __( 'permalink', 'fiko-woocommerce-sync' ),
			'attributes'        => __( 'attributes', 'fiko-woocommerce-sync' ),
			'variations'        => __( 'variations', 'fiko-woocommerce-sync' ),
			'date_modified'     => __( 'date of the last change', 'fiko-woocommerce-sync' ),
		);
	}
}
