<?php
/**
 * What the plugin uses of WooCommerce 7.0 and later, Action Scheduler and WP-CLI, without bodies: symbols.ts compares
 * calls with it. Nobody runs this file. A function or class that is used anew is added here.
 *
 * @package Fiko_WooCommerce_Sync
 */

namespace {
	/** @return WC_Product|null|false */
	function wc_get_product( $the_product = false, $deprecated = array() ) {}
	function wc_get_products( $args ) {}
	function wc_get_logger() {}
	function wc_get_price_to_display( $product, $args = array() ) {}
	function wc_get_price_including_tax( $product, $args = array() ) {}
	function wc_get_price_excluding_tax( $product, $args = array() ) {}
	function wc_get_price_decimals() {}
	function wc_format_decimal( $number, $dp = false, $trim_zeros = false ) {}
	function wc_tax_enabled() {}
	function wc_prices_include_tax() {}
	function wc_attribute_label( $name, $product = '' ) {}
	function wc_attribute_taxonomy_name( $attribute_name ) {}
	function wc_get_attribute_taxonomy_names() {}
	function wc_get_attribute_taxonomies() {}
	function wc_delete_product_transients( $post_id = 0 ) {}
	function wc_get_page_screen_id( $for ) {}
	function wc_clean( $var ) {}
	function wc_bool_to_string( $bool ) {}
	function wc_string_to_bool( $string ) {}
	function wc_get_product_types() {}
	function wc_get_product_visibility_term_ids() {}
	function wc_get_container() {}
	function get_woocommerce_currency() {}
	function WC() {}

	class WC_Data {
		public function get_id() {}
		public function get_meta( $key = '', $single = true, $context = 'view' ) {}
		public function get_meta_data() {}
		public function get_data() {}
		public function get_changes() {}
		public function save() {}
		public function delete( $force_delete = false ) {}
		public function update_meta_data( $key, $value, $meta_id = 0 ) {}
		public function save_meta_data() {}
	}
	class WC_Product extends WC_Data {
		public function __construct( $product = 0 ) {}
		public function get_type() {}
		public function get_name( $context = 'view' ) {}
		public function get_slug( $context = 'view' ) {}
		public function get_date_created( $context = 'view' ) {}
		public function get_date_modified( $context = 'view' ) {}
		public function get_status( $context = 'view' ) {}
		public function get_featured( $context = 'view' ) {}
		public function get_catalog_visibility( $context = 'view' ) {}
		public function get_description( $context = 'view' ) {}
		public function get_short_description( $context = 'view' ) {}
		public function get_sku( $context = 'view' ) {}
		public function get_price( $context = 'view' ) {}
		public function get_regular_price( $context = 'view' ) {}
		public function get_sale_price( $context = 'view' ) {}
		public function get_date_on_sale_from( $context = 'view' ) {}
		public function get_date_on_sale_to( $context = 'view' ) {}
		public function get_tax_status( $context = 'view' ) {}
		public function get_tax_class( $context = 'view' ) {}
		public function get_manage_stock( $context = 'view' ) {}
		public function get_stock_quantity( $context = 'view' ) {}
		public function get_stock_status( $context = 'view' ) {}
		public function get_parent_id( $context = 'view' ) {}
		public function get_attributes( $context = 'view' ) {}
		public function get_attribute( $attribute ) {}
		public function get_category_ids( $context = 'view' ) {}
		public function get_tag_ids( $context = 'view' ) {}
		public function get_image_id( $context = 'view' ) {}
		public function get_gallery_image_ids( $context = 'view' ) {}
		public function get_children() {}
		public function get_permalink() {}
		public function get_post_password( $context = 'view' ) {}
		public function is_type( $type ) {}
		public function is_on_sale( $context = 'view' ) {}
		public function is_visible() {}
		public function is_taxable() {}
		public function is_in_stock() {}
		public function managing_stock() {}
		public function exists() {}
	}
	class WC_Product_Simple extends WC_Product {}
	class WC_Product_Grouped extends WC_Product {}
	class WC_Product_External extends WC_Product {}
	class WC_Product_Variable extends WC_Product {
		public function get_variation_prices( $for_display = false ) {}
		public function get_visible_children() {}
		public function get_available_variations( $return = 'array' ) {}
		public function get_variation_attributes() {}
	}
	class WC_Product_Variation extends WC_Product_Simple {
		public function get_variation_attributes( $with_prefix = true ) {}
		public function get_parent_data() {}
	}
	class WC_Product_Attribute {
		public function get_id() {}
		public function get_name() {}
		public function get_options() {}
		public function get_position() {}
		public function get_visible() {}
		public function get_variation() {}
		public function get_terms() {}
		public function get_slugs() {}
		public function get_taxonomy() {}
		public function get_taxonomy_object() {}
		public function is_taxonomy() {}
	}
	class WC_DateTime extends DateTime {}
	class WC_Logger {}

	function as_enqueue_async_action( $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {}
	function as_schedule_single_action( $timestamp, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {}
	function as_schedule_recurring_action( $timestamp, $interval_in_seconds, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {}
	function as_schedule_cron_action( $timestamp, $schedule, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {}
	function as_unschedule_action( $hook, $args = array(), $group = '' ) {}
	function as_unschedule_all_actions( $hook, $args = array(), $group = '' ) {}
	function as_next_scheduled_action( $hook, $args = null, $group = '' ) {}
	function as_has_scheduled_action( $hook, $args = null, $group = '' ) {}
	function as_get_scheduled_actions( $args = array(), $return_format = OBJECT ) {}
	class ActionScheduler {
		public static function is_initialized( $function_name = null ) {}
		public static function store() {}
		public static function runner() {}
	}
	class ActionScheduler_Store {
		const STATUS_COMPLETE = 'complete';
		const STATUS_PENDING  = 'pending';
		const STATUS_RUNNING  = 'in-progress';
		const STATUS_FAILED   = 'failed';
		const STATUS_CANCELED = 'canceled';
	}

	class WP_CLI {
		public static function add_command( $name, $callable, $args = array() ) {}
		public static function log( $message ) {}
		public static function line( $message = '' ) {}
		public static function success( $message ) {}
		public static function warning( $message ) {}
		public static function error( $message, $exit = true ) {}
		public static function halt( $return_code ) {}
		public static function confirm( $question, $assoc_args = array() ) {}
	}
}

namespace WP_CLI\Utils {
	function format_items( $format, $items, $fields ) {}
	function make_progress_bar( $message, $count, $interval = 100 ) {}
	function get_flag_value( $assoc_args, $flag, $default = null ) {}
}
