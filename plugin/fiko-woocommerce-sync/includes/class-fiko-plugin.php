<?php
/**
 * The plugin.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Attaches the parts to WordPress.
 */
final class Fiko_Plugin {

	/**
	 * Attaches what the present request needs: on the shop's own pages no more than the hooks of changes.
	 */
	public static function boot() {
		load_plugin_textdomain( 'fiko-woocommerce-sync', false, dirname( plugin_basename( FIKO_WC_FILE ) ) . '/languages' );
		if ( is_multisite() ) {
			add_filter( 'wpmu_drop_tables', array( __CLASS__, 'drop_with_site' ) );
		}
		if ( ! class_exists( 'WooCommerce', false ) ) {
			add_action( 'admin_notices', array( 'Fiko_Notices', 'woocommerce_is_missing' ) );
			return;
		}
		Fiko_Capture::listen();
		Fiko_Schedule::listen();
		add_action( 'rest_api_init', array( 'Fiko_Rest', 'register' ) );
		if ( is_admin() || wp_doing_cron() || ( defined( 'WP_CLI' ) && WP_CLI ) ) {
			add_action( 'init', array( 'Fiko_Schema', 'ensure' ) );
			add_action( 'init', array( 'Fiko_Schedule', 'ensure' ), 20 );
		}
		if ( is_admin() ) {
			Fiko_Settings_Page::listen();
			Fiko_Products_List::listen();
			add_action( 'admin_notices', array( 'Fiko_Notices', 'connection_is_stopped' ) );
			add_action( 'admin_init', array( 'Fiko_Privacy', 'add_policy' ) );
			add_filter( 'plugin_action_links_' . plugin_basename( FIKO_WC_FILE ), array( 'Fiko_Settings_Page', 'add_link' ) );
		}
		// WordPress counts what is wrong once a week, by its cron.
		if ( is_admin() || wp_doing_cron() ) {
			Fiko_Site_Health::listen();
		}
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			WP_CLI::add_command( 'fiko', 'Fiko_CLI' );
		}
	}

	/**
	 * Tells WooCommerce what the plugin gets on with.
	 */
	public static function declare_compatibility() {
		if ( ! class_exists( '\Automattic\WooCommerce\Utilities\FeaturesUtil' ) ) {
			return;
		}
		foreach ( array( 'custom_order_tables', 'product_block_editor', 'cart_checkout_blocks' ) as $feature ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, FIKO_WC_FILE, true );
		}
	}

	/**
	 * On activation. On a network each site makes its own table when it is first needed.
	 */
	public static function activate() {
		Fiko_Schema::ensure();
		delete_transient( Fiko_Contract::TRANSIENTS['ensured'] );
	}

	/**
	 * On deactivation nothing is lost but the background actions, which come back with the plugin.
	 *
	 * @param bool $network_wide On all sites of the network.
	 */
	public static function deactivate( $network_wide ) {
		if ( ! is_multisite() || ! $network_wide ) {
			Fiko_Schedule::clear();
			return;
		}
		$sites = get_sites(
			array(
				'fields' => 'ids',
				'number' => 0,
			)
		);
		foreach ( $sites as $site ) {
			switch_to_blog( $site );
			Fiko_Schedule::clear();
			restore_current_blog();
		}
	}

	/**
	 * The table of a site goes with the site.
	 *
	 * @param string[] $tables Tables to be dropped.
	 * @return string[]
	 */
	public static function drop_with_site( $tables ) {
		$tables[] = Fiko_Schema::table();
		return $tables;
	}
}
