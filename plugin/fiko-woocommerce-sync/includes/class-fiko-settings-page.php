<?php
/**
 * The settings page.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * The page under WooCommerce, which its script fills.
 */
final class Fiko_Settings_Page {

	const SLUG = 'fiko-sync';

	/**
	 * Attaches the page.
	 */
	public static function listen() {
		add_action( 'admin_menu', array( __CLASS__, 'add' ), 60 );
		add_action( 'admin_enqueue_scripts', array( __CLASS__, 'enqueue' ) );
	}

	/**
	 * Adds it to the menu.
	 */
	public static function add() {
		add_submenu_page( 'woocommerce', __( 'Fiko Sync', 'fiko-woocommerce-sync' ), __( 'Fiko Sync', 'fiko-woocommerce-sync' ), 'manage_woocommerce', self::SLUG, array( __CLASS__, 'render' ) );
	}

	/**
	 * Its address.
	 *
	 * @return string
	 */
	public static function url() {
		return admin_url( 'admin.php?page=' . self::SLUG );
	}

	/**
	 * Whether it is being shown.
	 *
	 * @return bool
	 */
	public static function is_shown() {
		$screen = function_exists( 'get_current_screen' ) ? get_current_screen() : null;
		return $screen && self::SLUG === substr( $screen->id, -strlen( self::SLUG ) );
	}

	/**
	 * Adds a link to it beside the plugin's name.
	 *
	 * @param string[] $links Links.
	 * @return string[]
	 */
	public static function add_link( $links ) {
		array_unshift( $links, sprintf( '<a href="%s">%s</a>', esc_url( self::url() ), esc_html__( 'Settings', 'fiko-woocommerce-sync' ) ) );
		return $links;
	}

	/**
	 * Prints it.
	 */
	public static function render() {
		printf(
			'<div class="wrap"><h1>%s</h1><hr class="wp-header-end"><div id="fiko-sync-root"><noscript><p>%s</p></noscript></div></div>',
			esc_html__( 'Fiko Sync', 'fiko-woocommerce-sync' ),
			esc_html__( 'This page needs JavaScript.', 'fiko-woocommerce-sync' )
		);
	}

	/**
	 * Loads its script and styles, on this page alone.
	 */
	public static function enqueue() {
		if ( self::is_shown() ) {
			self::enqueue_script( 'settings' );
		}
	}

	/**
	 * Loads a built script with its translations, and its styles.
	 *
	 * @param string $name `settings` or `products`.
	 */
	public static function enqueue_script( $name ) {
		$handle = 'fiko-sync-' . $name;
		$asset  = require dirname( FIKO_WC_FILE ) . "/assets/$name.asset.php";
		wp_enqueue_script( $handle, plugins_url( "assets/$name.js", FIKO_WC_FILE ), $asset['dependencies'], $asset['version'], true );
		wp_set_script_translations( $handle, 'fiko-woocommerce-sync', dirname( FIKO_WC_FILE ) . '/languages' );
		wp_enqueue_style( $handle, plugins_url( "assets/$name.css", FIKO_WC_FILE ), in_array( 'wp-components', $asset['dependencies'], true ) ? array( 'wp-components' ) : array(), $asset['version'] );
	}
}
