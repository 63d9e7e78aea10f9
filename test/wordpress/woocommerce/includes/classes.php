<?php
/**
 * Products as WooCommerce gives them: prices are text and '' where there is none, an unset quantity is null, images are ids
 * in text, dates are objects or null.
 */

defined( 'ABSPATH' ) || exit;

class WC_DateTime extends DateTime {
	protected $utc_offset = 0;

	public function set_utc_offset( $offset ) {
		$this->utc_offset = (int) $offset;
	}

	public function getOffset(): int {
		return $this->utc_offset ? $this->utc_offset : parent::getOffset();
	}

	public function getOffsetTimestamp() {
		return $this->getTimestamp() + $this->getOffset();
	}

	public function date( $format ) {
		return gmdate( $format, $this->getOffsetTimestamp() );
	}

	public function __toString() {
		return $this->format( DATE_ATOM );
	}
}

class WC_Product_Attribute {
	protected $data = array();

	public function __construct( array $data ) {
		$this->data = $data;
	}

	public function get_id() {
		return $this->data['id'];
	}

	public function get_name() {
		return $this->data['name'];
	}

	/** Ids of terms, or the texts of an attribute of this product alone. */
	public function get_options() {
		return $this->data['options'];
	}

	public function get_position() {
		return $this->data['position'];
	}

	public function get_visible() {
		return $this->data['visible'];
	}

	public function get_variation() {
		return $this->data['variation'];
	}

	public function is_taxonomy() {
		return 0 < $this->get_id();
	}

	public function get_taxonomy() {
		return $this->is_taxonomy() ? $this->get_name() : '';
	}

	public function get_terms() {
		if ( ! $this->is_taxonomy() || ! taxonomy_exists( $this->get_name() ) ) {
			return null;
		}
		return array_values( array_filter( array_map( 'get_term', $this->get_options() ) ) );
	}

	public function get_slugs() {
		return $this->is_taxonomy() ? wp_list_pluck( (array) $this->get_terms(), 'slug' ) : $this->get_options();
	}
}

class WC_Product {
	protected $id   = 0;
	protected $post = null;

	/** @throws Exception if there is no such product */
	public function __construct( $product = 0 ) {
		$this->id   = $product instanceof self ? $product->get_id() : (int) $product;
		$this->post = $this->id ? get_post( $this->id ) : null;
		if ( $this->id && ( ! $this->post || ! in_array( $this->post->post_type, array( 'product', 'product_variation' ), true ) ) ) {
			throw new Exception( 'Invalid product.' );
		}
	}

	/** The type that a product is stored with. */
	public static function type_of( $id ) {
		$terms = get_the_terms( $id, 'product_type' );
		return $terms && ! is_wp_error( $terms ) ? sanitize_title( current( $terms )->name ) : 'simple';
	}

	/** As it leaves a getter: through the filter of its name, unless it is wanted for a form. */
	protected function prop( $name, $value, $context ) {
		return 'view' === $context ? apply_filters( $this->get_hook_prefix() . $name, $value, $this ) : $value;
	}

	protected function get_hook_prefix() {
		return 'woocommerce_product_get_';
	}

	protected function meta( $key ) {
		return (string) get_post_meta( $this->id, $key, true );
	}

	public function exists() {
		return null !== $this->post;
	}

	public function get_id() {
		return $this->id;
	}

	public function get_tax_status( $context = 'view' ) {
		$status = $this->meta( '_tax_status' );
		return $this->prop( 'tax_status', '' === $status ? 'taxable' : $status, $context );
	}

	public function get_type() {
		return 'simple';
	}

	public function is_type( $type ) {
		return $this->get_type() === $type || ( is_array( $type ) && in_array( $this->get_type(), $type, true ) );
	}

	public function get_name( $context = 'view' ) {
		return $this->prop( 'name', $this->post ? $this->post->post_title : '', $context );
	}

	public function get_title() {
		return apply_filters( 'woocommerce_product_title', $this->get_name(), $this );
	}

	public function get_slug( $context = 'view' ) {
		return $this->prop( 'slug', $this->post ? $this->post->post_name : '', $context );
	}

	public function get_status( $context = 'view' ) {
		return $this->prop( 'status', $this->post ? $this->post->post_status : 'publish', $context );
	}

	public function get_post_password( $context = 'view' ) {
		return $this->prop( 'post_password', $this->post ? $this->post->post_password : '', $context );
	}

	public function get_parent_id( $context = 'view' ) {
		return $this->prop( 'parent_id', $this->post ? (int) $this->post->post_parent : 0, $context );
	}

	public function get_menu_order( $context = 'view' ) {
		return $this->prop( 'menu_order', $this->post ? (int) $this->post->menu_order : 0, $context );
	}

	public function get_description( $context = 'view' ) {
		return $this->prop( 'description', $this->post ? $this->post->post_content : '', $context );
	}

	public function get_short_description( $context = 'view' ) {
		return $this->prop( 'short_description', $this->post ? $this->post->post_excerpt : '', $context );
	}

	public function get_sku( $context = 'view' ) {
		return $this->prop( 'sku', $this->meta( '_sku' ), $context );
	}

	public function get_price( $context = 'view' ) {
		return $this->prop( 'price', $this->meta( '_price' ), $context );
	}

	public function get_regular_price( $context = 'view' ) {
		return $this->prop( 'regular_price', $this->meta( '_regular_price' ), $context );
	}

	public function get_sale_price( $context = 'view' ) {
		return $this->prop( 'sale_price', $this->meta( '_sale_price' ), $context );
	}

	public function get_date_on_sale_from( $context = 'view' ) {
		return $this->prop( 'date_on_sale_from', self::date( $this->meta( '_sale_price_dates_from' ) ), $context );
	}

	public function get_date_on_sale_to( $context = 'view' ) {
		return $this->prop( 'date_on_sale_to', self::date( $this->meta( '_sale_price_dates_to' ) ), $context );
	}

	public function is_on_sale( $context = 'view' ) {
		$regular = $this->get_regular_price( $context );
		$sale    = $this->get_sale_price( $context );
		$on_sale = '' !== (string) $sale && $regular > $sale;
		$from    = $this->get_date_on_sale_from( $context );
		$to      = $this->get_date_on_sale_to( $context );
		if ( $on_sale && $from && $from->getTimestamp() > time() || $on_sale && $to && $to->getTimestamp() < time() ) {
			$on_sale = false;
		}
		return 'view' === $context ? apply_filters( 'woocommerce_product_is_on_sale', $on_sale, $this ) : $on_sale;
	}

	public function get_manage_stock( $context = 'view' ) {
		return $this->prop( 'manage_stock', wc_string_to_bool( $this->meta( '_manage_stock' ) ), $context );
	}

	public function managing_stock() {
		return 'yes' === get_option( 'woocommerce_manage_stock' ) && $this->get_manage_stock();
	}

	public function get_stock_quantity( $context = 'view' ) {
		$stock = $this->meta( '_stock' );
		return $this->prop( 'stock_quantity', '' === $stock ? null : wc_stock_amount( $stock ), $context );
	}

	public function get_stock_status( $context = 'view' ) {
		$status = $this->meta( '_stock_status' );
		return $this->prop( 'stock_status', '' === $status ? 'instock' : $status, $context );
	}

	public function is_in_stock() {
		return apply_filters( 'woocommerce_product_is_in_stock', 'outofstock' !== $this->get_stock_status(), $this );
	}

	public function get_category_ids( $context = 'view' ) {
		return $this->prop( 'category_ids', $this->term_ids( 'product_cat' ), $context );
	}

	public function get_tag_ids( $context = 'view' ) {
		return $this->prop( 'tag_ids', $this->term_ids( 'product_tag' ), $context );
	}

	public function get_brand_ids( $context = 'view' ) {
		return $this->prop( 'brand_ids', $this->term_ids( 'product_brand' ), $context );
	}

	public function get_image_id( $context = 'view' ) {
		return $this->prop( 'image_id', $this->meta( '_thumbnail_id' ), $context );
	}

	public function get_gallery_image_ids( $context = 'view' ) {
		return $this->prop( 'gallery_image_ids', array_values( array_filter( wp_parse_id_list( $this->meta( '_product_image_gallery' ) ) ) ), $context );
	}

	public function get_permalink() {
		return get_permalink( $this->id );
	}

	public function get_children() {
		return array();
	}

	public function get_date_created( $context = 'view' ) {
		return $this->prop( 'date_created', self::date( $this->post ? $this->post->post_date_gmt : '' ), $context );
	}

	public function get_date_modified( $context = 'view' ) {
		return $this->prop( 'date_modified', self::date( $this->post ? $this->post->post_modified_gmt : '' ), $context );
	}

	public function get_catalog_visibility( $context = 'view' ) {
		$terms = get_the_terms( $this->id, 'product_visibility' );
		$names = is_array( $terms ) ? wp_list_pluck( $terms, 'name' ) : array();
		$from  = array( in_array( 'exclude-from-search', $names, true ), in_array( 'exclude-from-catalog', $names, true ) );
		$shown = $from[0] ? ( $from[1] ? 'hidden' : 'catalog' ) : ( $from[1] ? 'search' : 'visible' );
		return $this->prop( 'catalog_visibility', $shown, $context );
	}

	public function is_visible() {
		$visible = 'visible' === $this->get_catalog_visibility() || ( is_search() && 'search' === $this->get_catalog_visibility() ) || ( ! is_search() && 'catalog' === $this->get_catalog_visibility() );
		if ( 'trash' === $this->get_status() || ( 'publish' !== $this->get_status() && ! current_user_can( 'edit_post', $this->id ) ) ) {
			$visible = false;
		}
		if ( 'yes' === get_option( 'woocommerce_hide_out_of_stock_items' ) && ! $this->is_in_stock() ) {
			$visible = false;
		}
		return apply_filters( 'woocommerce_product_is_visible', $visible, $this->id );
	}

	/** By name, or by taxonomy: objects. */
	public function get_attributes( $context = 'view' ) {
		$attributes = array();
		foreach ( (array) get_post_meta( $this->id, '_product_attributes', true ) as $key => $stored ) {
			if ( empty( $stored['name'] ) || ( ! empty( $stored['is_taxonomy'] ) && ! taxonomy_exists( $stored['name'] ) ) ) {
				continue;
			}
			$id = 0;
			foreach ( wc_get_attribute_taxonomies() as $attribute ) {
				$id = ! empty( $stored['is_taxonomy'] ) && 'pa_' . $attribute->attribute_name === $stored['name'] ? (int) $attribute->attribute_id : $id;
			}
			$attributes[ $key ] = new WC_Product_Attribute(
				array(
					'id'        => $id,
					'name'      => $stored['name'],
					'options'   => $id ? $this->term_ids( $stored['name'] ) : array_map( 'trim', explode( '|', $stored['value'] ) ),
					'position'  => (int) $stored['position'],
					'visible'   => (bool) $stored['is_visible'],
					'variation' => (bool) $stored['is_variation'],
				)
			);
		}
		return $this->prop( 'attributes', $attributes, $context );
	}

	public function get_attribute( $name ) {
		$attributes = $this->get_attributes();
		$name       = sanitize_title( $name );
		$attribute  = isset( $attributes[ $name ] ) ? $attributes[ $name ] : ( isset( $attributes[ 'pa_' . $name ] ) ? $attributes[ 'pa_' . $name ] : null );
		return $attribute ? implode( ', ', $attribute->is_taxonomy() ? wp_list_pluck( $attribute->get_terms(), 'name' ) : $attribute->get_options() ) : '';
	}

	public function get_meta( $key = '', $single = true ) {
		return get_post_meta( $this->id, $key, $single );
	}

	/** In the order of their names, as WordPress has terms. */
	protected function term_ids( $taxonomy ) {
		$terms = get_the_terms( $this->id, $taxonomy );
		return is_array( $terms ) ? array_map( 'intval', array_values( wp_list_pluck( $terms, 'term_id' ) ) ) : array();
	}

	/** @param string $value a stamp, or a date of a post in UTC */
	protected static function date( $value ) {
		if ( '' === $value || 0 === strpos( $value, '0000-00-00' ) ) {
			return null;
		}
		$date = new WC_DateTime( is_numeric( $value ) ? '@' . $value : $value, new DateTimeZone( 'UTC' ) );
		$zone = get_option( 'timezone_string' );
		if ( $zone ) {
			$date->setTimezone( new DateTimeZone( $zone ) );
		} else {
			$date->set_utc_offset( (int) ( (float) get_option( 'gmt_offset', 0 ) * HOUR_IN_SECONDS ) );
		}
		return $date;
	}
}

class WC_Product_Simple extends WC_Product {}

class WC_Product_Grouped extends WC_Product {
	public function get_type() {
		return 'grouped';
	}

	public function get_children() {
		return array_map( 'intval', (array) get_post_meta( $this->id, '_children', true ) );
	}
}

class WC_Product_External extends WC_Product {
	public function get_type() {
		return 'external';
	}

	public function get_product_url() {
		return $this->meta( '_product_url' );
	}
}

/** Its `_price` has a row for each price of its variations, the lowest first; a regular price of its own it has not. */
class WC_Product_Variable extends WC_Product {
	public function get_type() {
		return 'variable';
	}

	/** All that are enabled or private, in their order. */
	public function get_children() {
		return array_map(
			'intval',
			get_posts(
				array(
					'post_parent'      => $this->id,
					'post_type'        => 'product_variation',
					'orderby'          => array(
						'menu_order' => 'ASC',
						'ID'         => 'ASC',
					),
					'fields'           => 'ids',
					'post_status'      => array( 'publish', 'private' ),
					'numberposts'      => -1,
					'suppress_filters' => false,
				)
			)
		);
	}

	public function get_visible_children() {
		return array_values(
			array_filter(
				$this->get_children(),
				function ( $id ) {
					return 'publish' === get_post_status( $id );
				}
			)
		);
	}

	public function get_variation_attributes() {
		$attributes = array();
		foreach ( $this->get_attributes() as $attribute ) {
			if ( $attribute->get_variation() ) {
				$attributes[ $attribute->get_name() ] = $attribute->get_slugs();
			}
		}
		return $attributes;
	}

	public function get_variation_price( $min_or_max = 'min' ) {
		$prices = array_filter(
			array_map(
				function ( $id ) {
					return (string) get_post_meta( $id, '_price', true );
				},
				$this->get_visible_children()
			),
			'strlen'
		);
		return $prices ? ( 'min' === $min_or_max ? min( $prices ) : max( $prices ) ) : '';
	}

	public function is_on_sale( $context = 'view' ) {
		$on_sale = false;
		foreach ( $this->get_visible_children() as $id ) {
			$variation = wc_get_product( $id );
			$on_sale   = $on_sale || ( $variation && $variation->is_on_sale( 'edit' ) );
		}
		return 'view' === $context ? apply_filters( 'woocommerce_product_is_on_sale', $on_sale, $this ) : $on_sale;
	}
}

/** What it has not itself, it has of its parent. */
class WC_Product_Variation extends WC_Product_Simple {
	protected $parent = null;

	public function __construct( $product = 0 ) {
		parent::__construct( $product );
		$parent       = $this->post ? get_post( $this->post->post_parent ) : null;
		$this->parent = $parent && 'product' === $parent->post_type ? new WC_Product( $parent->ID ) : null;
	}

	protected function get_hook_prefix() {
		return 'woocommerce_product_variation_get_';
	}

	public function get_type() {
		return 'variation';
	}

	public function get_title() {
		return apply_filters( 'woocommerce_product_title', $this->parent ? $this->parent->get_name( 'edit' ) : '', $this );
	}

	public function get_sku( $context = 'view' ) {
		$own = parent::get_sku( $context );
		return 'view' === $context && '' === $own && $this->parent ? $this->prop( 'sku', $this->parent->get_sku( 'edit' ), $context ) : $own;
	}

	public function get_description( $context = 'view' ) {
		return $this->prop( 'description', $this->meta( '_variation_description' ), $context );
	}

	public function get_image_id( $context = 'view' ) {
		$own = parent::get_image_id( $context );
		return 'view' === $context && ! $own && $this->parent ? $this->prop( 'image_id', $this->parent->get_image_id( 'edit' ), $context ) : $own;
	}

	/** 'parent' where the stock of the whole product is counted. */
	public function get_manage_stock( $context = 'view' ) {
		$own = parent::get_manage_stock( $context );
		return 'view' === $context && false === $own && $this->parent && $this->parent->get_manage_stock( 'edit' ) ? 'parent' : $own;
	}

	/** Of a variation an unset quantity is 0, even where nobody counts: the newest WooCommerce has it so. */
	public function get_stock_quantity( $context = 'view' ) {
		$value = parent::get_stock_quantity( $context );
		if ( 'view' === $context && 'parent' === $this->get_manage_stock() ) {
			$value = $this->prop( 'stock_quantity', $this->parent->get_stock_quantity( 'edit' ), $context );
		}
		return null === $value ? 0 : $value;
	}

	public function get_catalog_visibility( $context = 'view' ) {
		return $this->prop( 'catalog_visibility', $this->parent ? $this->parent->get_catalog_visibility( 'edit' ) : 'visible', $context );
	}

	/** Texts by taxonomy or name; '' stands for any. */
	public function get_attributes( $context = 'view' ) {
		$attributes = array();
		foreach ( (array) get_post_meta( $this->id ) as $key => $values ) {
			if ( 0 === strpos( $key, 'attribute_' ) ) {
				$attributes[ substr( $key, 10 ) ] = $values[0];
			}
		}
		return $this->prop( 'attributes', $attributes, $context );
	}

	public function get_attribute( $name ) {
		$attributes = $this->get_attributes();
		foreach ( array( sanitize_title( $name ), 'pa_' . sanitize_title( $name ) ) as $key ) {
			if ( isset( $attributes[ $key ] ) ) {
				$term = taxonomy_exists( $key ) ? get_term_by( 'slug', $attributes[ $key ], $key ) : null;
				return $term ? $term->name : $attributes[ $key ];
			}
		}
		return '';
	}

	public function get_variation_attributes( $with_prefix = true ) {
		$attributes = array();
		foreach ( $this->get_attributes() as $key => $value ) {
			$attributes[ ( $with_prefix ? 'attribute_' : '' ) . $key ] = $value;
		}
		return $attributes;
	}

	public function get_permalink() {
		$chosen = array_filter( $this->get_variation_attributes(), 'strlen' );
		$url    = get_permalink( $this->get_parent_id() );
		return $chosen ? add_query_arg( array_combine( array_map( 'urlencode', array_keys( $chosen ) ), array_map( 'urlencode', $chosen ) ), $url ) : $url;
	}
}
