<?php
/**
 * Plugin Name:          Fiko WooCommerce Sync
 * Description:          Keeps the knowledge of your Fiko shop assistant in step with your WooCommerce products.
 * Version:              0.1.0
 * Requires at least:    6.0
 * Requires PHP:         7.4
 * Author:               Fiko
 * License:              GPL-2.0-or-later
 * License URI:          https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:          fiko-woocommerce-sync
 * Domain Path:          /languages
 * WC requires at least: 7.0
 * WC tested up to:      11.0
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

define( 'FIKO_WC_VERSION', '0.1.0' );
define( 'FIKO_WC_FILE', __FILE__ );

spl_autoload_register(
	static function ( $name ) {
		if ( 0 !== strpos( $name, 'Fiko_' ) ) {
			return;
		}
		$file = __DIR__ . '/includes/class-' . strtolower( str_replace( '_', '-', $name ) ) . '.php';
		if ( is_file( $file ) ) {
			require $file;
		}
	}
);

register_activation_hook( __FILE__, array( 'Fiko_Plugin', 'activate' ) );
register_deactivation_hook( __FILE__, array( 'Fiko_Plugin', 'deactivate' ) );
add_action( 'before_woocommerce_init', array( 'Fiko_Plugin', 'declare_compatibility' ) );
add_action( 'plugins_loaded', array( 'Fiko_Plugin', 'boot' ) );
