<?php
/**
 * Notices in wp-admin.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Says what only the owner can mend.
 */
final class Fiko_Notices {

	/**
	 * Without WooCommerce there is nothing to do.
	 */
	public static function woocommerce_is_missing() {
		if ( current_user_can( 'activate_plugins' ) ) {
			printf(
				'<div class="notice notice-warning"><p>%s</p></div>',
				esc_html__( 'Fiko WooCommerce Sync needs WooCommerce. Install and activate WooCommerce to use it.', 'fiko-woocommerce-sync' )
			);
		}
	}

	/**
	 * Nothing is sent until somebody does something, or for long already.
	 */
	public static function connection_is_stopped() {
		if ( ! current_user_can( 'manage_woocommerce' ) || Fiko_Settings_Page::is_shown() ) {
			return;
		}
		$state = Fiko_Connection::state();
		if ( 'stopped' !== $state['state'] && ! Fiko_Connection::has_long_waited( $state, 6 * HOUR_IN_SECONDS ) ) {
			return;
		}
		printf(
			'<div class="notice notice-error" id="fiko-sync-stopped"><p><strong>%1$s</strong> %2$s %3$s <a href="%4$s">%5$s</a></p></div>',
			esc_html__( 'Product changes are not sent to Fiko.', 'fiko-woocommerce-sync' ),
			esc_html( $state['message'] ),
			esc_html( $state['hint'] ),
			esc_url( Fiko_Settings_Page::url() ),
			esc_html__( 'Open the settings', 'fiko-woocommerce-sync' )
		);
	}
}
