<?php
/**
 * Plugin Name: WooCommerce (stand-in for tests)
 * Description: The names of WooCommerce that a plugin may use, for tests on machines that have no WooCommerce.
 * Version: 11.0.1
 *
 * It is not WooCommerce and has none of its code. Products are posts with the meta keys of WooCommerce, getters answer as
 * its getters do, actions wait and fail as those of Action Scheduler, and hooks fire in the order that was recorded from
 * the real one. There are no orders, carts, taxes or pages.
 */

defined( 'ABSPATH' ) || exit;

define( 'WC_VERSION', '11.0.1' );
define( 'WC_PLUGIN_FILE', __FILE__ );

require __DIR__ . '/includes/class-featuresutil.php';
require __DIR__ . '/includes/action-scheduler.php';
require __DIR__ . '/includes/functions.php';
require __DIR__ . '/includes/classes.php';
require __DIR__ . '/includes/store.php';
require __DIR__ . '/includes/replay.php';

final class WooCommerce {
	public $version = WC_VERSION;

	/** @return WooCommerce */
	public static function instance() {
		static $instance = null;
		if ( null === $instance ) {
			$instance = new self();
		}
		return $instance;
	}

	public function plugin_path() {
		return untrailingslashit( plugin_dir_path( WC_PLUGIN_FILE ) );
	}

	public function plugin_url() {
		return untrailingslashit( plugins_url( '/', WC_PLUGIN_FILE ) );
	}
}

function WC() { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName -- the name of the real one.
	return WooCommerce::instance();
}

/** Capabilities of the post types, beside those of WordPress. */
function fiko_stand_in_capabilities() {
	$capabilities = array( 'manage_woocommerce', 'view_woocommerce_reports' );
	foreach ( array( 'edit_%s', 'read_%s', 'delete_%s', 'edit_%ss', 'edit_others_%ss', 'publish_%ss', 'read_private_%ss', 'delete_%ss', 'delete_private_%ss', 'delete_published_%ss', 'delete_others_%ss', 'edit_private_%ss', 'edit_published_%ss', 'manage_%s_terms', 'edit_%s_terms', 'delete_%s_terms', 'assign_%s_terms' ) as $capability ) {
		$capabilities[] = sprintf( $capability, 'product' );
	}
	return $capabilities;
}

function fiko_stand_in_install() {
	add_role( 'customer', 'Customer', array( 'read' => true ) );
	add_role( 'shop_manager', 'Shop manager', array_merge( get_role( 'editor' )->capabilities, array( 'list_users' => true ) ) );
	foreach ( array( 'administrator', 'shop_manager' ) as $role ) {
		foreach ( fiko_stand_in_capabilities() as $capability ) {
			get_role( $role )->add_cap( $capability );
		}
	}
	add_option( 'woocommerce_currency', 'IRT' );
	add_option( 'woocommerce_manage_stock', 'yes' );
	add_option( 'woocommerce_calc_taxes', 'no' );
	add_option( 'woocommerce_hide_out_of_stock_items', 'no' );
	fiko_stand_in_actions_install();
}
register_activation_hook( __FILE__, 'fiko_stand_in_install' );
add_action( 'wp_initialize_site', 'fiko_stand_in_install_on', 20 );

/** A site that comes into a network in which the plugin is active. */
function fiko_stand_in_install_on( WP_Site $site ) {
	if ( is_plugin_active_for_network( plugin_basename( __FILE__ ) ) ) {
		switch_to_blog( $site->blog_id );
		fiko_stand_in_install();
		restore_current_blog();
	}
}

add_action(
	'plugins_loaded',
	function () {
		do_action( 'woocommerce_loaded' );
	},
	-1
);

add_action(
	'init',
	function () {
		do_action( 'before_woocommerce_init' );
		do_action( 'woocommerce_init' );
	},
	0
);

add_action( 'init', 'fiko_stand_in_register', 5 );

function fiko_stand_in_register() {
	$terms = array(
		'manage_terms' => 'manage_product_terms',
		'edit_terms'   => 'edit_product_terms',
		'delete_terms' => 'delete_product_terms',
		'assign_terms' => 'assign_product_terms',
	);
	foreach ( array( 'product_type', 'product_visibility' ) as $taxonomy ) {
		register_taxonomy(
			$taxonomy,
			'product',
			array(
				'public'    => false,
				'query_var' => false,
				'rewrite'   => false,
			)
		);
	}
	foreach ( array(
		'product_cat'   => array( 'Product categories', true, 'product-category' ),
		'product_brand' => array( 'Brands', true, 'brand' ),
		'product_tag'   => array( 'Product tags', false, 'product-tag' ),
	) as $taxonomy => list( $label, $hierarchical, $slug ) ) {
		register_taxonomy(
			$taxonomy,
			'product',
			array(
				'label'        => $label,
				'hierarchical' => $hierarchical,
				'capabilities' => $terms,
				'rewrite'      => array( 'slug' => $slug ),
			)
		);
	}
	foreach ( wc_get_attribute_taxonomies() as $attribute ) {
		register_taxonomy(
			'pa_' . $attribute->attribute_name,
			'product',
			array(
				'label'        => $attribute->attribute_label,
				'public'       => false,
				'show_ui'      => true,
				'show_in_menu' => false,
				'capabilities' => $terms,
				'rewrite'      => false,
			)
		);
	}
	register_post_type(
		'product',
		array(
			'label'           => 'Products',
			'labels'          => array( 'singular_name' => 'Product' ),
			'public'          => true,
			'show_ui'         => true,
			'capability_type' => 'product',
			'map_meta_cap'    => true,
			'supports'        => array( 'title', 'editor', 'excerpt', 'thumbnail' ),
			'has_archive'     => true,
			'rewrite'         => array( 'slug' => 'product' ),
		)
	);
	register_post_type(
		'product_variation',
		array(
			'label'           => 'Variations',
			'public'          => false,
			'hierarchical'    => false,
			'supports'        => false,
			'capability_type' => 'product',
		)
	);
}

add_action(
	'admin_menu',
	function () {
		add_menu_page( 'WooCommerce', 'WooCommerce', 'manage_woocommerce', 'woocommerce', 'fiko_stand_in_page', '', '55.5' );
	},
	9
);

function fiko_stand_in_page() {
	echo '<div class="wrap"><h1>WooCommerce</h1></div>';
}

add_filter(
	'manage_edit-product_columns',
	function ( $columns ) {
		return array_merge(
			array(
				'cb'    => $columns['cb'],
				'name'  => 'Name',
				'sku'   => 'SKU',
				'price' => 'Price',
			),
			array_diff_key( $columns, array( 'title' => 0 ) )
		);
	}
);
add_filter(
	'list_table_primary_column',
	function ( $column, $screen ) {
		return 'edit-product' === $screen ? 'name' : $column;
	},
	10,
	2
);
add_action(
	'manage_product_posts_custom_column',
	function ( $column, $id ) {
		$product = wc_get_product( $id );
		if ( 'name' === $column ) {
			echo '<strong><a class="row-title" href="' . esc_url( get_edit_post_link( $id ) ) . '">' . esc_html( $product->get_name() ) . '</a></strong>';
		} elseif ( 'sku' === $column || 'price' === $column ) {
			echo esc_html( 'sku' === $column ? $product->get_sku() : $product->get_price() );
		}
	},
	10,
	2
);
