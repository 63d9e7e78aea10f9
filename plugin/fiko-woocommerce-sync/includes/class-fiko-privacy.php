<?php
/**
 * Privacy.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * What a shop's privacy policy should say.
 */
final class Fiko_Privacy {

	/**
	 * Suggests a text.
	 */
	public static function add_policy() {
		wp_add_privacy_policy_content(
			__( 'Fiko WooCommerce Sync', 'fiko-woocommerce-sync' ),
			wp_kses_post(
				'<p>' . __( 'We send the data of our published products (names, texts, prices, stock, pictures) to the Fiko service, so that its assistant can answer questions about them. No data of customers or orders is sent.', 'fiko-woocommerce-sync' ) . '</p>'
			)
		);
	}
}
