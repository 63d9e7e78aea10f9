<?php
/**
 * Changes of products with WordPress's own functions, and the hooks of WooCommerce in the recorded order.
 */

defined( 'ABSPATH' ) || exit;

/**
 * Does something of which no hook tells: what has to be before a test begins, or what a replayed hook tells of.
 *
 * @return mixed what the function returns
 */
function fiko_stand_in_silently( callable $change ) {
	global $wp_filter;
	$hooks     = $wp_filter;
	$wp_filter = array(); // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- that nothing hears.
	try {
		return $change();
	} finally {
		$wp_filter = $hooks; // phpcs:ignore WordPress.WP.GlobalVariablesOverride -- as it was.
		// Some caches are emptied by hooks.
		wp_cache_flush();
	}
}

/** @return int[] ids of the terms with these names, which are made if they are new */
function fiko_stand_in_terms( array $names, $taxonomy ) {
	$ids = array();
	foreach ( $names as $name ) {
		$known = term_exists( $name, $taxonomy );
		$term  = $known ? $known : wp_insert_term( wp_slash( $name ), $taxonomy );
		if ( is_wp_error( $term ) ) {
			throw new RuntimeException( $taxonomy . ' ' . $name . ': ' . $term->get_error_message() );
		}
		$ids[] = (int) $term['term_id'];
	}
	return $ids;
}

/** An image of the media library that has no file. */
function fiko_stand_in_image( $name ) {
	$known = get_posts(
		array(
			'post_type'   => 'attachment',
			'title'       => $name,
			'fields'      => 'ids',
			'post_status' => 'inherit',
		)
	);
	if ( $known ) {
		return $known[0];
	}
	$id = wp_insert_post(
		wp_slash(
			array(
				'post_type'      => 'attachment',
				'post_status'    => 'inherit',
				'post_title'     => $name,
				'post_mime_type' => 'image/jpeg',
			)
		)
	);
	update_post_meta( $id, '_wp_attached_file', wp_slash( $name ) );
	return $id;
}

/** The fields of the post among those of a product. */
function fiko_stand_in_post_fields( array $data, $variation ) {
	$names = array(
		'name'         => 'post_title',
		'status'       => 'post_status',
		'slug'         => 'post_name',
		'password'     => 'post_password',
		'menu_order'   => 'menu_order',
		'date_created' => 'post_date_gmt',
	);
	if ( ! $variation ) {
		$names += array(
			'description'       => 'post_content',
			'short_description' => 'post_excerpt',
		);
	}
	$fields = array();
	foreach ( $names as $name => $field ) {
		if ( isset( $data[ $name ] ) ) {
			$fields[ $field ] = $data[ $name ];
		}
	}
	return $fields;
}

/** Everything of a product that is not in its post. */
function fiko_stand_in_write( $id, array $data ) {
	$variation = 'product_variation' === get_post_type( $id );
	foreach ( array(
		'sku'                => '_sku',
		'regular_price'      => '_regular_price',
		'sale_price'         => '_sale_price',
		'date_on_sale_from'  => '_sale_price_dates_from',
		'date_on_sale_to'    => '_sale_price_dates_to',
		'stock_status'       => '_stock_status',
	) as $name => $key ) {
		if ( array_key_exists( $name, $data ) ) {
			update_post_meta( $id, $key, wp_slash( (string) $data[ $name ] ) );
		}
	}
	if ( isset( $data['manage_stock'] ) ) {
		update_post_meta( $id, '_manage_stock', wc_bool_to_string( $data['manage_stock'] ) );
	}
	if ( array_key_exists( 'stock_quantity', $data ) ) {
		update_post_meta( $id, '_stock', null === $data['stock_quantity'] ? '' : (string) $data['stock_quantity'] );
	}
	if ( 'yes' === get_post_meta( $id, '_manage_stock', true ) && array_key_exists( 'stock_quantity', $data ) ) {
		update_post_meta( $id, '_stock_status', 0 < (int) $data['stock_quantity'] ? 'instock' : 'outofstock' );
	}
	if ( $variation && isset( $data['description'] ) ) {
		update_post_meta( $id, '_variation_description', wp_slash( $data['description'] ) );
	}
	foreach ( array(
		'categories' => 'product_cat',
		'tags'       => 'product_tag',
		'brands'     => 'product_brand',
	) as $name => $taxonomy ) {
		if ( isset( $data[ $name ] ) ) {
			wp_set_object_terms( $id, fiko_stand_in_terms( $data[ $name ], $taxonomy ), $taxonomy );
		}
	}
	if ( array_key_exists( 'image', $data ) ) {
		update_post_meta( $id, '_thumbnail_id', null === $data['image'] ? '' : (string) fiko_stand_in_image( $data['image'] ) );
	}
	if ( isset( $data['gallery'] ) ) {
		update_post_meta( $id, '_product_image_gallery', implode( ',', array_map( 'fiko_stand_in_image', $data['gallery'] ) ) );
	}
	if ( isset( $data['catalog_visibility'] ) ) {
		$terms = array(
			'visible' => array(),
			'catalog' => array( 'exclude-from-search' ),
			'search'  => array( 'exclude-from-catalog' ),
			'hidden'  => array( 'exclude-from-search', 'exclude-from-catalog' ),
		);
		wp_set_object_terms( $id, $terms[ $data['catalog_visibility'] ], 'product_visibility' );
	}
	if ( isset( $data['type'] ) && ! $variation ) {
		wp_set_object_terms( $id, $data['type'], 'product_type' );
	}
	if ( isset( $data['attributes'] ) ) {
		$variation ? fiko_stand_in_write_choices( $id, $data['attributes'] ) : fiko_stand_in_write_attributes( $id, $data['attributes'] );
	}
	foreach ( isset( $data['meta'] ) ? $data['meta'] : array() as $key => $value ) {
		update_post_meta( $id, $key, wp_slash( $value ) );
	}
	if ( $variation || 'variable' !== WC_Product::type_of( $id ) ) {
		$product = wc_get_product( $id );
		update_post_meta( $id, '_price', $product->is_on_sale( 'edit' ) ? $product->get_sale_price( 'edit' ) : $product->get_regular_price( 'edit' ) );
	} else {
		fiko_stand_in_sync( $id );
	}
}

/** Of a product: [{name, options, variation, visible}]. Names with `pa_` are of the whole shop. */
function fiko_stand_in_write_attributes( $id, array $attributes ) {
	$stored = array();
	foreach ( $attributes as $position => $attribute ) {
		$shared = taxonomy_is_product_attribute( $attribute['name'] );
		if ( $shared ) {
			wp_set_object_terms( $id, fiko_stand_in_terms( $attribute['options'], $attribute['name'] ), $attribute['name'] );
		}
		$stored[ sanitize_title( $attribute['name'] ) ] = array(
			'name'         => $attribute['name'],
			'value'        => $shared ? '' : implode( ' | ', $attribute['options'] ),
			'position'     => $position,
			'is_visible'   => (int) ( isset( $attribute['visible'] ) ? $attribute['visible'] : true ),
			'is_variation' => (int) ! empty( $attribute['variation'] ),
			'is_taxonomy'  => (int) $shared,
		);
	}
	update_post_meta( $id, '_product_attributes', wp_slash( $stored ) );
}

/** Of a variation: the slug, or the text, by taxonomy or name. */
function fiko_stand_in_write_choices( $id, array $choices ) {
	foreach ( $choices as $name => $value ) {
		update_post_meta( $id, 'attribute_' . sanitize_title( $name ), wp_slash( $value ) );
	}
}

/** What a variable product has of its variations. */
function fiko_stand_in_sync( $id ) {
	$product = new WC_Product_Variable( $id );
	$prices  = array();
	$status  = 'outofstock';
	foreach ( $product->get_visible_children() as $child ) {
		$price  = (string) get_post_meta( $child, '_price', true );
		$status = 'instock' === wc_get_product( $child )->get_stock_status( 'edit' ) ? 'instock' : $status;
		if ( '' !== $price ) {
			$prices[ $price ] = $price;
		}
	}
	sort( $prices, SORT_NUMERIC );
	delete_post_meta( $id, '_price' );
	foreach ( $prices as $price ) {
		add_post_meta( $id, '_price', $price );
	}
	update_post_meta( $id, '_stock_status', $status );
}

/** A post for a product or, with a parent, a variation; nothing else of it. */
function fiko_stand_in_insert( array $data ) {
	$variation = ! empty( $data['parent'] );
	$title     = $variation ? get_post( $data['parent'] )->post_title . ' - ' . implode( ', ', isset( $data['attributes'] ) ? $data['attributes'] : array() ) : 'Product';
	$id        = wp_insert_post(
		wp_slash(
			array_merge(
				array(
					'post_type'    => $variation ? 'product_variation' : 'product',
					'post_parent'  => $variation ? $data['parent'] : 0,
					'post_status'  => 'publish',
					'post_title'   => $title,
					'post_author'  => 1,
					'ping_status'  => 'closed',
				),
				fiko_stand_in_post_fields( $data, $variation )
			)
		),
		true
	);
	if ( is_wp_error( $id ) ) {
		throw new RuntimeException( $id->get_error_message() );
	}
	return $id;
}

/** Fires what WooCommerce fires when stock was written. */
function fiko_stand_in_tell_stock( WC_Product $product, $quantity, $status ) {
	$kind = $product->is_type( 'variation' ) ? 'variation' : 'product';
	if ( $quantity ) {
		do_action( "woocommerce_{$kind}_set_stock", $product );
	}
	if ( $status ) {
		do_action( "woocommerce_{$kind}_set_stock_status", $product->get_id(), $product->get_stock_status(), $product );
	}
}

/** The parent of a changed variation is brought up to date when the request ends. */
function fiko_stand_in_defer_sync( $parent ) {
	static $parents = array();
	if ( ! $parents ) {
		add_action(
			'shutdown',
			function () use ( &$parents ) {
				foreach ( $parents as $id ) {
					if ( ! get_post( $id ) ) {
						continue;
					}
					$before = wc_get_product( $id )->get_stock_status();
					fiko_stand_in_sync( $id );
					fiko_stand_in_touch( $id );
					$product = wc_get_product( $id );
					fiko_stand_in_tell_stock( $product, false, $before !== $product->get_stock_status() );
					do_action( 'woocommerce_product_object_updated_props', $product, $before !== $product->get_stock_status() ? array( 'stock_status' ) : array() );
					do_action( 'woocommerce_update_product', $id, $product );
				}
			}
		);
	}
	$parents[ $parent ] = $parent;
}

/** Any change dates a product anew, also where nothing of its post changes. */
function fiko_stand_in_touch( $id ) {
	global $wpdb;
	$wpdb->update(
		$wpdb->posts,
		array(
			'post_modified'     => current_time( 'mysql' ),
			'post_modified_gmt' => current_time( 'mysql', true ),
		),
		array( 'ID' => $id )
	);
	clean_post_cache( $id );
}

/**
 * As saving a new product does it. Its variations, if the data has any, follow as if they were added one by one.
 *
 * @return array ids: of the product and of its variations
 */
function fiko_stand_in_create_product( array $data ) {
	$create = function ( array $data ) {
		$id = fiko_stand_in_insert( $data );
		fiko_stand_in_write(
			$id,
			array_merge(
				array(
					'type'         => 'simple',
					'stock_status' => isset( $data['type'] ) && 'variable' === $data['type'] ? 'outofstock' : 'instock',
				),
				$data
			)
		);
		$product = wc_get_product( $id );
		fiko_stand_in_tell_stock( $product, true, true );
		do_action( 'woocommerce_product_object_updated_props', $product, array_keys( $data ) );
		do_action( $product->is_type( 'variation' ) ? 'woocommerce_new_product_variation' : 'woocommerce_new_product', $id, $product );
		if ( ! empty( $data['parent'] ) ) {
			fiko_stand_in_defer_sync( $data['parent'] );
		}
		return $id;
	};
	$make   = function () use ( $create, $data ) {
		$id = $create( array_diff_key( $data, array( 'variations' => 0 ) ) );
		return array(
			'id'         => $id,
			'variations' => array_map(
				function ( $variation ) use ( $create, $id ) {
					return $create( array( 'parent' => $id ) + $variation );
				},
				isset( $data['variations'] ) ? $data['variations'] : array()
			),
		);
	};
	if ( empty( $data['silently'] ) ) {
		return $make();
	}
	return fiko_stand_in_silently(
		function () use ( $make ) {
			$made = $make();
			foreach ( $made['variations'] ? array( $made['id'] ) : array() as $id ) {
				fiko_stand_in_sync( $id );
			}
			return $made;
		}
	);
}

/** Many at once and unheard, for shops that were there before the plugin. @return int[] */
function fiko_stand_in_create_products( array $input ) {
	wp_defer_term_counting( true );
	$ids = fiko_stand_in_silently(
		function () use ( $input ) {
			return array_map(
				function ( $data ) {
					return fiko_stand_in_create_product( $data )['id'];
				},
				$input['products']
			);
		}
	);
	wp_defer_term_counting( false );
	return $ids;
}

/** As saving a product does it: {id, data}. */
function fiko_stand_in_update_product( array $input ) {
	$id     = $input['id'];
	$data   = $input['data'];
	$before = wc_get_product( $id );
	if ( ! $before ) {
		throw new RuntimeException( 'no product ' . $id );
	}
	$was = array( $before->get_stock_quantity( 'edit' ), $before->get_stock_status( 'edit' ) );
	$change = function () use ( $id, $data, $before ) {
		$fields = fiko_stand_in_post_fields( $data, $before->is_type( 'variation' ) );
		if ( $fields ) {
			wp_update_post( wp_slash( array( 'ID' => $id ) + $fields ) );
		} else {
			fiko_stand_in_touch( $id );
		}
		fiko_stand_in_write( $id, $data );
		clean_post_cache( $id );
	};
	if ( ! empty( $input['silently'] ) ) {
		fiko_stand_in_silently( $change );
		return $id;
	}
	$change();
	$product = wc_get_product( $id );
	fiko_stand_in_tell_stock( $product, $was[0] !== $product->get_stock_quantity( 'edit' ), $was[1] !== $product->get_stock_status( 'edit' ) );
	do_action( 'woocommerce_product_object_updated_props', $product, array_keys( $data ) );
	do_action( $product->is_type( 'variation' ) ? 'woocommerce_update_product_variation' : 'woocommerce_update_product', $id, $product );
	if ( $product->is_type( 'variation' ) ) {
		fiko_stand_in_defer_sync( $product->get_parent_id() );
	}
	return $id;
}

/** {id, crud}: from wp-admin, or by the object's delete(), which tells more. */
function fiko_stand_in_trash_product( array $input ) {
	wp_trash_post( $input['id'] );
	if ( ! empty( $input['crud'] ) ) {
		do_action( 'woocommerce_trash_product', $input['id'] );
	}
}

function fiko_stand_in_untrash_product( array $input ) {
	wp_untrash_post( $input['id'] );
}

/** {id, crud}, as above. */
function fiko_stand_in_delete_product( array $input ) {
	$product   = wc_get_product( $input['id'] );
	$variation = $product && $product->is_type( 'variation' );
	$parent    = $product ? $product->get_parent_id() : 0;
	wp_delete_post( $input['id'], true );
	if ( $variation ) {
		do_action( 'woocommerce_delete_product_variation', $input['id'] );
		fiko_stand_in_defer_sync( $parent );
	} elseif ( ! empty( $input['crud'] ) ) {
		do_action( 'woocommerce_delete_product', $input['id'] );
	}
}

/** {name, taxonomy, to} */
function fiko_stand_in_rename_term( array $input ) {
	$term = get_term_by( 'name', $input['name'], $input['taxonomy'] );
	$done = wp_update_term( $term->term_id, $input['taxonomy'], array( 'name' => wp_slash( $input['to'] ) ) );
	if ( is_wp_error( $done ) ) {
		throw new RuntimeException( $done->get_error_message() );
	}
	return $term->term_id;
}

/** What the getters say: {id}; null where there is no such product. */
function fiko_stand_in_read_product( array $input ) {
	$product = wc_get_product( $input['id'] );
	if ( ! $product ) {
		return null;
	}
	$read = array( 'class' => get_class( $product ) );
	foreach ( array( 'get_id', 'get_type', 'get_status', 'get_name', 'get_sku', 'get_description', 'get_short_description', 'get_price', 'get_regular_price', 'get_sale_price', 'is_on_sale', 'get_manage_stock', 'get_stock_quantity', 'get_stock_status', 'get_category_ids', 'get_tag_ids', 'get_image_id', 'get_gallery_image_ids', 'get_permalink', 'get_parent_id', 'get_children', 'get_catalog_visibility', 'is_visible' ) as $getter ) {
		$read[ $getter ] = $product->$getter();
	}
	$read['get_attributes'] = array();
	foreach ( $product->get_attributes() as $key => $attribute ) {
		$read['get_attributes'][ $key ] = is_string( $attribute ) ? $attribute : array(
			'name'      => $attribute->get_name(),
			'options'   => $attribute->get_options(),
			'slugs'     => $attribute->get_slugs(),
			'taxonomy'  => $attribute->get_taxonomy(),
			'variation' => $attribute->get_variation(),
			'visible'   => $attribute->get_visible(),
		);
	}
	$read['get_attributes']    = (object) $read['get_attributes'];
	$read['get_date_modified'] = $product->get_date_modified() ? $product->get_date_modified()->getTimestamp() : null;
	return $read;
}

/*
 * What WooCommerce does when WordPress itself trashes or deletes. Not while hooks are replayed: those tell of it already.
 */

$GLOBALS['fiko_stand_in_replaying'] = false;

function fiko_stand_in_variations_of( $id, $status ) {
	return $GLOBALS['fiko_stand_in_replaying'] || 'product' !== get_post_type( $id ) ? array() : get_posts(
		array(
			'post_type'   => 'product_variation',
			'post_parent' => $id,
			'post_status' => $status,
			'numberposts' => -1,
			'fields'      => 'ids',
			'orderby'     => 'ID',
			'order'       => 'ASC',
		)
	);
}

add_action(
	'wp_trash_post',
	function ( $id ) {
		foreach ( fiko_stand_in_variations_of( $id, array( 'publish', 'private' ) ) as $variation ) {
			wp_trash_post( $variation );
			do_action( 'woocommerce_trash_product_variation', $variation );
		}
	}
);
add_action(
	'untrashed_post',
	function ( $id ) {
		if ( $GLOBALS['fiko_stand_in_replaying'] || 'product' !== get_post_type( $id ) ) {
			return;
		}
		foreach ( fiko_stand_in_variations_of( $id, 'trash' ) as $variation ) {
			wp_untrash_post( $variation );
		}
		$product = wc_get_product( $id );
		do_action( 'woocommerce_product_object_updated_props', $product, array() );
		do_action( 'woocommerce_update_product', $id, $product );
	}
);
add_action(
	'before_delete_post',
	function ( $id ) {
		foreach ( fiko_stand_in_variations_of( $id, array( 'publish', 'private', 'trash' ) ) as $variation ) {
			wp_delete_post( $variation, true );
			do_action( 'woocommerce_delete_product_variation', $variation );
		}
	}
);
add_filter(
	'wp_untrash_post_status',
	function ( $status, $id, $previous ) {
		return in_array( get_post_type( $id ), array( 'product', 'product_variation' ), true ) ? $previous : $status;
	},
	10,
	3
);
