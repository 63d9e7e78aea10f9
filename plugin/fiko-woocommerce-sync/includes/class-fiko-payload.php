<?php
/**
 * Products as they are sent.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Reads a product through WooCommerce's getters, by the field map of Fiko_Contract.
 */
final class Fiko_Payload {

	/**
	 * Stands for the digest of a product that is not in the knowledge base.
	 */
	const DELETED = 'deleted';

	/**
	 * Taxonomies of brands: WooCommerce's own since 9.6, and those of the plugins before it.
	 */
	const BRANDS = array( 'product_brand', 'pwb-brand', 'yith_product_brand' );

	/**
	 * Whether buyers can find the product in the shop: what they cannot, the assistant must not offer.
	 *
	 * @param WC_Product $product Product.
	 * @return bool
	 */
	public static function is_public( $product ) {
		return self::as_visitor(
			static function () use ( $product ) {
				return self::is_shown( $product );
			}
		);
	}

	/**
	 * As `is_public`, for whoever is asking.
	 *
	 * @param WC_Product $product Product.
	 * @return bool
	 */
	private static function is_shown( $product ) {
		$post      = get_post( $product->get_id() );
		$is_public = $post
			&& 'publish' === $post->post_status
			&& '' === $post->post_password
			&& 'hidden' !== $product->get_catalog_visibility()
			&& ! $product->is_type( 'variation' );
		/**
		 * Whether a product belongs into the knowledge base. One that does not is sent as a deletion.
		 *
		 * @param bool       $is_public It is published, without a password, and not hidden in the catalogue.
		 * @param WC_Product $product   Product.
		 */
		return (bool) apply_filters( Fiko_Contract::FILTERS['should_sync'], $is_public, $product );
	}

	/**
	 * The `product` of an event.
	 *
	 * @param WC_Product $product Product.
	 * @return array<string,mixed>
	 */
	public static function of( $product ) {
		return self::as_visitor(
			static function () use ( $product ) {
				return self::build( $product );
			}
		);
	}

	/**
	 * Reads as a buyer would who has not logged in. Background work runs as whoever's visit started it, and plugins for
	 * wholesale or members show them prices of their own.
	 *
	 * @param callable $read Reads.
	 * @return mixed What it gives.
	 */
	private static function as_visitor( callable $read ) {
		$user = get_current_user_id();
		if ( $user ) {
			wp_set_current_user( 0 );
		}
		add_filter( 'woocommerce_get_tax_location', array( __CLASS__, 'tax_location' ), PHP_INT_MAX );
		try {
			return $read();
		} finally {
			remove_filter( 'woocommerce_get_tax_location', array( __CLASS__, 'tax_location' ), PHP_INT_MAX );
			if ( $user ) {
				wp_set_current_user( $user );
			}
		}
	}

	/**
	 * Prices with tax are those of a buyer at the shop's own address. In the background there is no buyer, and without
	 * one WooCommerce would count no tax.
	 *
	 * @return string[] Country, state, postcode, city.
	 */
	public static function tax_location() {
		$countries = WC()->countries;
		return array( $countries->get_base_country(), $countries->get_base_state(), $countries->get_base_postcode(), $countries->get_base_city() );
	}

	/**
	 * The `product` of an event.
	 *
	 * @param WC_Product $product Product.
	 * @return array<string,mixed>
	 */
	private static function build( $product ) {
		$payload = self::read( Fiko_Contract::PRODUCT_FIELDS, $product, $product );
		if ( null === $payload['variations'] ) {
			unset( $payload['variations'] );
		}
		/**
		 * What is sent of a product. Fields that the server does not know are kept in its log.
		 *
		 * @param array<string,mixed> $payload By field, as docs/shop-api.md lists them.
		 * @param WC_Product          $product Product.
		 */
		$payload       = (array) apply_filters( Fiko_Contract::FILTERS['payload'], $payload, $product );
		$payload['id'] = $product->get_id();
		// A filter may have added objects: as JSON has them.
		return self::without_floats( json_decode( Fiko_Json::encode( $payload ), true ) );
	}

	/**
	 * The event of a product's present state, in JSON.
	 *
	 * @param object                   $row     Its row in the outbox, with the event's id and time.
	 * @param array<string,mixed>|null $payload The product; null for a deletion.
	 * @return string
	 */
	public static function event( $row, $payload ) {
		if ( null === $payload ) {
			$type = 'product.deleted';
		} else {
			$type = (int) $row->known ? 'product.updated' : 'product.created';
		}
		return Fiko_Json::encode(
			array(
				'event_id'    => $row->event_id,
				'event_type'  => $type,
				'occurred_at' => Fiko_Clock::iso( (int) $row->event_at ),
				'store'       => self::store(),
				'product'     => null === $payload ? array( 'id' => (int) $row->product_id ) : $payload,
			)
		);
	}

	/**
	 * A price as a decimal string, never as a floating-point number, which would round large ones.
	 *
	 * @param mixed $value As WooCommerce keeps it: text, '' for none.
	 * @return string|null
	 */
	public static function decimal( $value ) {
		if ( is_float( $value ) ) {
			$value = rtrim( rtrim( sprintf( '%.6F', $value ), '0' ), '.' );
		}
		$value = is_scalar( $value ) ? trim( (string) $value ) : '';
		return '' === $value ? null : $value;
	}

	/**
	 * Reads all fields of a map.
	 *
	 * @param array<string,array{getter:string,kind:string}> $fields  Field map.
	 * @param WC_Product                                     $product Product or variation.
	 * @param WC_Product                                     $parent_product The product that it is a variation of, or itself.
	 * @return array<string,mixed>
	 */
	private static function read( array $fields, $product, $parent_product ) {
		$read = array();
		foreach ( $fields as $field => $from ) {
			$value          = '' === $from['getter'] ? null : call_user_func( array( $product, $from['getter'] ) );
			$read[ $field ] = self::convert( $from['kind'], $value, $product, $parent_product );
		}
		return $read;
	}

	/**
	 * Makes a value of what a getter gives.
	 *
	 * @param string     $kind    Kind of the field.
	 * @param mixed      $value   What the getter gave.
	 * @param WC_Product $product Product or variation.
	 * @param WC_Product $parent_product The product that it is a variation of, or itself.
	 * @return mixed
	 */
	private static function convert( $kind, $value, $product, $parent_product ) {
		switch ( $kind ) {
			case 'id':
				return (int) $value;
			case 'price':
				return self::price( $product, $value );
			case 'sale_price':
				// One that is planned for later is no price yet.
				return $product->is_on_sale() ? self::price( $product, $value ) : null;
			case 'flag':
				return (bool) $value;
			case 'quantity':
				// A variation whose stock is not counted says 0, and not that it is unknown.
				return ! $product->managing_stock() || ! is_numeric( $value ) ? null : $value + 0;
			case 'stock_status':
				// Other plugins add statuses of their own.
				return in_array( $value, Fiko_Contract::STOCK_STATUSES, true ) ? $value : ( $product->is_in_stock() ? 'instock' : 'outofstock' );
			case 'date':
				return $value instanceof DateTimeInterface ? gmdate( 'Y-m-d\TH:i:s\Z', $value->getTimestamp() ) : null;
			case 'currency':
				return get_woocommerce_currency();
			case 'link':
				return self::address( (string) $value );
			case 'image':
				return self::image( $value );
			case 'images':
				return array_values( array_filter( array_map( array( __CLASS__, 'image' ), (array) $value ) ) );
			case 'terms':
				return self::terms( (array) $value );
			case 'brand':
				return self::brand( $product->get_id() );
			case 'attributes':
				return self::attributes( (array) $value, $product );
			case 'variation_attributes':
				return self::variation_attributes( (array) $value, $parent_product );
			case 'variations':
				return self::variations( (array) $value, $product );
			default:
				return is_scalar( $value ) ? (string) $value : null;
		}
	}

	/**
	 * What a buyer sees: with tax where the shop shows prices with it and enters them without, or the other way.
	 *
	 * @param WC_Product $product Product or variation.
	 * @param mixed      $value   Price as it is kept.
	 * @return string|null
	 */
	private static function price( $product, $value ) {
		$price = self::decimal( $value );
		if ( null === $price || ! wc_tax_enabled() || 'taxable' !== $product->get_tax_status() ) {
			return $price;
		}
		if ( wc_prices_include_tax() === ( 'incl' === get_option( 'woocommerce_tax_display_shop' ) ) ) {
			return $price;
		}
		return self::decimal( wc_format_decimal( wc_get_price_to_display( $product, array( 'price' => $price ) ), wc_get_price_decimals() ) );
	}

	/**
	 * The address of a picture.
	 *
	 * @param mixed $id Attachment.
	 * @return string|null
	 */
	private static function image( $id ) {
		$url = $id ? wp_get_attachment_url( (int) $id ) : false;
		return $url ? self::address( $url ) : null;
	}

	/**
	 * An address in the shop, by the protocol that the shop has: WordPress takes that of the request, which in the
	 * background is another one.
	 *
	 * @param string $url Address.
	 * @return string
	 */
	private static function address( $url ) {
		$home = wp_parse_url( Fiko_Settings::site() );
		return isset( $home['scheme'], $home['host'] ) && wp_parse_url( $url, PHP_URL_HOST ) === $home['host'] ? set_url_scheme( $url, $home['scheme'] ) : $url;
	}

	/**
	 * Names of categories or tags.
	 *
	 * @param int[] $ids Terms.
	 * @return string[]
	 */
	private static function terms( array $ids ) {
		$names = array();
		foreach ( $ids as $id ) {
			$term = get_term( (int) $id );
			if ( $term instanceof WP_Term ) {
				$names[] = self::label( $term->name );
			}
		}
		return $names;
	}

	/**
	 * The brand's name.
	 *
	 * @param int $id Product.
	 * @return string|null
	 */
	private static function brand( $id ) {
		foreach ( self::BRANDS as $taxonomy ) {
			$terms = taxonomy_exists( $taxonomy ) ? get_the_terms( $id, $taxonomy ) : false;
			if ( is_array( $terms ) && $terms ) {
				return self::label( $terms[0]->name );
			}
		}
		return null;
	}

	/**
	 * What a buyer reads of the attributes, and those that variations differ by.
	 *
	 * @param array<string,WC_Product_Attribute> $attributes Attributes.
	 * @param WC_Product                         $product    Product.
	 * @return array<int,array{name:string,options:string[]}>
	 */
	private static function attributes( array $attributes, $product ) {
		$list = array();
		foreach ( $attributes as $attribute ) {
			if ( ! $attribute instanceof WC_Product_Attribute || ! ( $attribute->get_visible() || $attribute->get_variation() ) ) {
				continue;
			}
			$options = $attribute->is_taxonomy() ? self::terms( $attribute->get_options() ) : array_map( array( __CLASS__, 'label' ), $attribute->get_options() );
			$list[]  = array(
				'name'    => self::label( wc_attribute_label( $attribute->get_name(), $product ) ),
				'options' => array_values( $options ),
			);
		}
		return $list;
	}

	/**
	 * What tells a variation from the others; '' stands for any.
	 *
	 * @param array<string,string> $attributes Slugs by the attribute's key.
	 * @param WC_Product           $product    The product that it is a variation of.
	 * @return array<int,array{name:string,option:string}>
	 */
	private static function variation_attributes( array $attributes, $product ) {
		$list = array();
		foreach ( $attributes as $key => $value ) {
			$value = (string) $value;
			// WooCommerce keeps the keys of taxonomies with Persian names percent-encoded.
			$taxonomy = taxonomy_exists( $key ) ? $key : urldecode( $key );
			$term     = '' !== $value && taxonomy_exists( $taxonomy ) ? get_term_by( 'slug', $value, $taxonomy ) : false;
			$list[]   = array(
				'name'   => self::label( wc_attribute_label( taxonomy_exists( $taxonomy ) ? $taxonomy : $key, $product ) ),
				'option' => self::label( $term instanceof WP_Term ? $term->name : $value ),
			);
		}
		return $list;
	}

	/**
	 * All variations of a product that can have some. Of more than an event may have none is told: then the product's own
	 * price and stock speak for it.
	 *
	 * @param int[]      $ids     Children.
	 * @param WC_Product $product Product.
	 * @return array<int,array<string,mixed>>|null
	 */
	private static function variations( array $ids, $product ) {
		// A grouped product has children too, which are products of their own.
		if ( ! $product instanceof WC_Product_Variable ) {
			return null;
		}
		if ( count( $ids ) > Fiko_Contract::LIMITS['variations'] ) {
			return array();
		}
		$list = array();
		foreach ( $ids as $id ) {
			$variation = Fiko_Catalogue::variation( (int) $id );
			if ( $variation && $variation->is_type( array( 'variation', 'subscription_variation' ) ) ) {
				$list[] = self::read( Fiko_Contract::VARIATION_FIELDS, $variation, $product );
			}
		}
		return $list;
	}

	/**
	 * A name without the entities that WordPress keeps it with.
	 *
	 * @param string $text Name.
	 * @return string
	 */
	private static function label( $text ) {
		return trim( html_entity_decode( (string) $text, ENT_QUOTES | ENT_HTML5, 'UTF-8' ) );
	}

	/**
	 * Floating-point numbers, of which a filter may have added some, as text: shop and server would write them
	 * differently.
	 *
	 * @param mixed $value Value.
	 * @return mixed
	 */
	private static function without_floats( $value ) {
		if ( is_array( $value ) ) {
			return array_map( array( __CLASS__, 'without_floats' ), $value );
		}
		return is_float( $value ) ? self::decimal( $value ) : $value;
	}

	/**
	 * Which shop it is, and what runs there.
	 *
	 * @return array<string,string>
	 */
	private static function store() {
		return array(
			'url'         => Fiko_Settings::site(),
			'name'        => self::label( get_bloginfo( 'name' ) ),
			'plugin'      => FIKO_WC_VERSION,
			'wordpress'   => get_bloginfo( 'version' ),
			'woocommerce' => WC()->version,
			'php'         => PHP_VERSION,
		);
	}
}
