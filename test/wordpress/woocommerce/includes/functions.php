<?php
/**
 * Functions of WooCommerce that are no class.
 */

defined( 'ABSPATH' ) || exit;

function get_woocommerce_currency() {
	return apply_filters( 'woocommerce_currency', get_option( 'woocommerce_currency' ) );
}

function wc_tax_enabled() {
	return apply_filters( 'wc_tax_enabled', 'yes' === get_option( 'woocommerce_calc_taxes' ) );
}

function wc_prices_include_tax() {
	return wc_tax_enabled() && 'yes' === get_option( 'woocommerce_prices_include_tax' );
}

function wc_get_price_decimals() {
	return absint( apply_filters( 'wc_get_price_decimals', get_option( 'woocommerce_price_num_decimals', 2 ) ) );
}

/** Without taxes: what is shown is the price. Of no price it is zero, or '' for a price that is asked for by itself. */
function wc_get_price_to_display( $product, $args = array() ) {
	$price = isset( $args['price'] ) && '' !== $args['price'] ? max( 0.0, (float) $args['price'] ) : $product->get_price();
	return '' === $price ? '' : apply_filters( 'woocommerce_get_price_to_display', (float) $price * ( isset( $args['qty'] ) ? (float) $args['qty'] : 1 ), $product );
}

function wc_clean( $value ) {
	return is_array( $value ) ? array_map( 'wc_clean', $value ) : ( is_scalar( $value ) ? sanitize_text_field( $value ) : $value );
}

function wc_string_to_bool( $value ) {
	$value = null === $value ? '' : $value;
	return is_bool( $value ) ? $value : ( 'yes' === strtolower( $value ) || 1 === $value || 'true' === strtolower( $value ) || '1' === $value );
}

function wc_bool_to_string( $value ) {
	return wc_string_to_bool( $value ) ? 'yes' : 'no';
}

function wc_stock_amount( $amount ) {
	return apply_filters( 'woocommerce_stock_amount', intval( $amount ) );
}

/** A number as it is stored: with a point, and without what is no digit. */
function wc_format_decimal( $number, $dp = false, $trim_zeros = false ) {
	$number = is_null( $number ) ? '' : $number;
	if ( ! is_float( $number ) ) {
		$number = str_replace( ',', '.', (string) $number );
		// Of several points the last one counts.
		$number = preg_replace( '/\.(?![^.]+$)|[^0-9.-]/', '', wc_clean( $number ) );
	}
	if ( false !== $dp ) {
		$number = number_format( (float) $number, '' === $dp ? wc_get_price_decimals() : (int) $dp, '.', '' );
	} elseif ( is_float( $number ) ) {
		$number = preg_replace( '/\.?0+$/', '', number_format( $number, 6, '.', '' ) );
	}
	return $trim_zeros && false !== strpos( $number, '.' ) ? rtrim( rtrim( $number, '0' ), '.' ) : $number;
}

/** Attributes of the whole shop: id, name without `pa_`, and label. */
function wc_get_attribute_taxonomies() {
	$attributes = array();
	foreach ( get_option( 'fiko_stand_in_attributes', array( 'color' => 'Colour', 'size' => 'Size' ) ) as $name => $label ) {
		$attributes[ 'id:' . ( count( $attributes ) + 1 ) ] = (object) array(
			'attribute_id'    => (string) ( count( $attributes ) + 1 ),
			'attribute_name'  => $name,
			'attribute_label' => $label,
			'attribute_type'  => 'select',
		);
	}
	return $attributes;
}

function taxonomy_is_product_attribute( $name ) {
	return 0 === strpos( $name, 'pa_' ) && taxonomy_exists( $name );
}

function wc_attribute_taxonomy_name( $name ) {
	return $name ? 'pa_' . wc_sanitize_taxonomy_name( $name ) : '';
}

function wc_sanitize_taxonomy_name( $name ) {
	return urldecode( sanitize_title( urldecode( $name ) ) );
}

function wc_attribute_label( $name, $product = '' ) {
	if ( taxonomy_is_product_attribute( $name ) ) {
		$label = $name;
		foreach ( wc_get_attribute_taxonomies() as $attribute ) {
			$label = 'pa_' . $attribute->attribute_name === $name ? $attribute->attribute_label : $label;
		}
	} else {
		$label = $name;
		if ( $product ) {
			$product    = $product->is_type( 'variation' ) ? wc_get_product( $product->get_parent_id() ) : $product;
			$attributes = $product ? $product->get_attributes() : array();
			$key        = sanitize_title( $name );
			if ( isset( $attributes[ $key ] ) ) {
				$label = $attributes[ $key ]->get_name();
			}
		}
	}
	return apply_filters( 'woocommerce_attribute_label', $label, $name, $product );
}

/** Of the arguments only those that plugins for products use. */
function wc_get_products( $args ) {
	$ids      = get_posts(
		array(
			'post_type'      => 'product',
			'post_status'    => isset( $args['status'] ) ? $args['status'] : array( 'draft', 'pending', 'private', 'publish' ),
			'posts_per_page' => isset( $args['limit'] ) ? $args['limit'] : get_option( 'posts_per_page' ),
			'paged'          => isset( $args['page'] ) ? $args['page'] : 1,
			'offset'         => isset( $args['offset'] ) ? $args['offset'] : '',
			'post__in'       => isset( $args['include'] ) ? $args['include'] : array(),
			'orderby'        => isset( $args['orderby'] ) ? $args['orderby'] : 'date',
			'order'          => isset( $args['order'] ) ? $args['order'] : 'DESC',
			'fields'         => 'ids',
		)
	);
	return isset( $args['return'] ) && 'ids' === $args['return'] ? $ids : array_values( array_filter( array_map( 'wc_get_product', $ids ) ) );
}

function wc_get_product( $the_product = false ) {
	if ( ! did_action( 'woocommerce_init' ) ) {
		_doing_it_wrong( __FUNCTION__, 'wc_get_product should not be called before the woocommerce_init action.', '3.9' );
		return false;
	}
	$given = false === $the_product && isset( $GLOBALS['post'] ) ? $GLOBALS['post'] : $the_product;
	$id    = $given instanceof WC_Product ? $given->get_id() : ( $given instanceof WP_Post ? $given->ID : (int) $given );
	$post  = $id ? get_post( $id ) : null;
	if ( ! $post || ! in_array( $post->post_type, array( 'product', 'product_variation' ), true ) ) {
		return false;
	}
	$type    = 'product_variation' === $post->post_type ? 'variation' : WC_Product::type_of( $id );
	$classes = array(
		'variation' => 'WC_Product_Variation',
		'variable'  => 'WC_Product_Variable',
		'grouped'   => 'WC_Product_Grouped',
		'external'  => 'WC_Product_External',
	);
	$class   = apply_filters( 'woocommerce_product_class', isset( $classes[ $type ] ) ? $classes[ $type ] : 'WC_Product_Simple', $type, $post->post_type, $id );
	try {
		return new $class( $id );
	} catch ( Exception $error ) {
		return false;
	}
}

/** Writes where tests read it: one line of JSON for each entry. */
class WC_Logger {
	public function log( $level, $message, $context = array() ) {
		fiko_test_log(
			'woocommerce.jsonl',
			array(
				'level'   => $level,
				'message' => $message,
				'context' => (object) $context,
			)
		);
	}

	public function __call( $level, $arguments ) {
		if ( ! in_array( $level, array( 'emergency', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug' ), true ) ) {
			throw new BadMethodCallException( 'WC_Logger::' . $level );
		}
		$this->log( $level, $arguments[0], isset( $arguments[1] ) ? $arguments[1] : array() );
	}
}

function wc_get_logger() {
	static $logger = null;
	if ( null === $logger ) {
		$logger = new WC_Logger();
	}
	return $logger;
}
