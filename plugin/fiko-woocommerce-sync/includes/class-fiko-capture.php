<?php
/**
 * Changes of products.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Notes every way in which a product changes. WooCommerce's own hooks are not enough: those of trash and deletion do
 * not fire in wp-admin, that of a new product does not either, and nothing tells of a term that was renamed.
 */
final class Fiko_Capture {

	/**
	 * Meta of products and variations that is told. Plugins that reprice a catalogue, with the exchange rate say, write it
	 * without a word to WooCommerce.
	 */
	const META = array( '_price', '_regular_price', '_sale_price', '_sale_price_dates_from', '_sale_price_dates_to', '_stock', '_stock_status', '_manage_stock', '_sku', '_thumbnail_id', '_product_image_gallery', '_product_attributes', '_tax_status', '_tax_class' );

	/**
	 * Settings of the shop that change what is told of all products.
	 */
	const OPTIONS = array(
		'woocommerce_currency',
		'woocommerce_price_num_decimals',
		'woocommerce_tax_display_shop',
		'woocommerce_prices_include_tax',
		'woocommerce_calc_taxes',
		'woocommerce_default_country',
		'woocommerce_store_postcode',
		'woocommerce_store_city',
		'woocommerce_manage_stock',
		'woocommerce_permalinks',
		'permalink_structure',
	);

	/**
	 * Taxonomies of attributes that were renamed in this request, by site.
	 *
	 * @var array<int,array<string,bool>>
	 */
	private static $renamed = array();

	/**
	 * How often settings of the shop changed in this request, by site.
	 *
	 * @var array<int,int>
	 */
	private static $shop_changes = array();

	/**
	 * Posts whose meta of one key is deleted, whichever post has it, by site.
	 *
	 * @var array<int,int[]>
	 */
	private static $stripped = array();

	/**
	 * Attaches the hooks.
	 */
	public static function listen() {
		foreach ( array( 'new_product', 'update_product', 'new_product_variation', 'update_product_variation', 'process_product_meta' ) as $hook ) {
			add_action( 'woocommerce_' . $hook, array( __CLASS__, 'on_saved' ), 20 );
		}
		add_action( 'woocommerce_product_set_stock', array( __CLASS__, 'on_stock' ), 20 );
		add_action( 'woocommerce_variation_set_stock', array( __CLASS__, 'on_stock' ), 20 );
		add_action( 'transition_post_status', array( __CLASS__, 'on_status' ), 20, 3 );
		add_action( 'trashed_post', array( __CLASS__, 'on_removed' ), 20 );
		add_action( 'untrashed_post', array( __CLASS__, 'on_saved' ), 20 );
		add_action( 'deleted_post', array( __CLASS__, 'on_removed' ), 20, 2 );
		add_action( 'edited_term', array( __CLASS__, 'on_term_edited' ), 20, 3 );
		add_action( 'delete_term', array( __CLASS__, 'on_term_deleted' ), 20, 5 );
		add_action( 'woocommerce_attribute_updated', array( __CLASS__, 'on_attribute_edited' ), 20, 3 );
		add_action( 'set_object_terms', array( __CLASS__, 'on_terms_set' ), 20, 6 );
		add_action( 'deleted_term_relationships', array( __CLASS__, 'on_terms_taken' ), 20, 3 );
		add_action( 'delete_post_meta', array( __CLASS__, 'on_meta_deletion' ), 20, 3 );
		foreach ( array( 'added', 'updated', 'deleted' ) as $change ) {
			add_action( 'woocommerce_tax_rate_' . $change, array( __CLASS__, 'on_taxes_changed' ), 20, 0 );
			add_action( $change . '_post_meta', array( __CLASS__, 'on_meta' ), 20, 3 );
		}
		foreach ( self::OPTIONS as $option ) {
			add_action( 'update_option_' . $option, array( __CLASS__, 'on_shop_changed' ), 20, 2 );
			add_action( 'add_option_' . $option, array( __CLASS__, 'on_shop_changed' ), 20, 2 );
		}
		// WooCommerce saves the parents of variations at shutdown.
		add_action( 'shutdown', array( __CLASS__, 'on_shutdown' ), PHP_INT_MAX );
	}

	/**
	 * The request ends. Where it noted nothing, as most do, nothing is loaded for that.
	 */
	public static function on_shutdown() {
		foreach ( array_keys( self::$renamed + self::$stripped + self::$shop_changes ) as $blog ) {
			$is_elsewhere = get_current_blog_id() !== $blog;
			if ( $is_elsewhere ) {
				switch_to_blog( $blog );
			}
			self::note_at_the_end( $blog );
			if ( $is_elsewhere ) {
				restore_current_blog();
			}
		}
		self::$renamed      = array();
		self::$stripped     = array();
		self::$shop_changes = array();
		if ( class_exists( 'Fiko_Outbox', false ) ) {
			Fiko_Outbox::flush();
		}
	}

	/**
	 * Notes what could not be noted when it was told of.
	 *
	 * @param int $blog The current site.
	 */
	private static function note_at_the_end( $blog ) {
		foreach ( array_keys( isset( self::$renamed[ $blog ] ) ? self::$renamed[ $blog ] : array() ) as $taxonomy ) {
			Fiko_Terms::note_all( $taxonomy );
			Fiko_Schedule::sweep_now();
		}
		if ( isset( self::$stripped[ $blog ] ) ) {
			Fiko_Schema::ensure();
			Fiko_Outbox::note_many( self::products_of( self::$stripped[ $blog ] ), false );
			Fiko_Schedule::sweep_now();
		}
		if ( isset( self::$shop_changes[ $blog ] ) && self::$shop_changes[ $blog ] > 1 ) {
			self::send_all_anew();
		}
	}

	/**
	 * A product or a variation was saved.
	 *
	 * @param int $id Post.
	 */
	public static function on_saved( $id ) {
		self::note( get_post( $id ) );
	}

	/**
	 * Its stock was set.
	 *
	 * @param WC_Product $product Product or variation.
	 */
	public static function on_stock( $product ) {
		self::note( get_post( $product->get_id() ) );
	}

	/**
	 * Meta of a post was written.
	 *
	 * @param int|int[] $meta_ids Rows.
	 * @param int       $id       Post.
	 * @param string    $key      Meta key.
	 */
	public static function on_meta( $meta_ids, $id, $key ) {
		if ( $id && in_array( $key, self::META, true ) ) {
			self::note_details( $id );
		}
	}

	/**
	 * Meta is about to be deleted. Of whichever posts have it, where no post is named: afterwards nobody knows which.
	 *
	 * @param int[]  $meta_ids Rows.
	 * @param int    $id       Post; 0 for all.
	 * @param string $key      Meta key.
	 */
	public static function on_meta_deletion( $meta_ids, $id, $key ) {
		global $wpdb;
		if ( $id || ! $meta_ids || ! in_array( $key, self::META, true ) ) {
			return;
		}
		$blog = get_current_blog_id();
		$list = implode( ',', array_map( 'intval', (array) $meta_ids ) );
		$ids  = array_map( 'intval', $wpdb->get_col( "SELECT DISTINCT post_id FROM $wpdb->postmeta WHERE meta_id IN ($list)" ) );

		self::$stripped[ $blog ] = array_merge( isset( self::$stripped[ $blog ] ) ? self::$stripped[ $blog ] : array(), $ids );
	}

	/**
	 * A post was given terms.
	 *
	 * @param int    $id       Post.
	 * @param array  $terms    Terms.
	 * @param int[]  $tt_ids   Terms in their taxonomy.
	 * @param string $taxonomy Taxonomy.
	 * @param bool   $append   They were added to those that it had.
	 * @param int[]  $before   Those that it had.
	 */
	public static function on_terms_set( $id, $terms, $tt_ids, $taxonomy, $append, $before ) {
		if ( self::is_told( $taxonomy ) && ( array_diff( $tt_ids, $before ) || ( ! $append && array_diff( $before, $tt_ids ) ) ) ) {
			self::note_details( $id );
		}
	}

	/**
	 * Terms were taken from a post.
	 *
	 * @param int    $id       Post.
	 * @param int[]  $tt_ids   Terms in their taxonomy.
	 * @param string $taxonomy Taxonomy.
	 */
	public static function on_terms_taken( $id, $tt_ids, $taxonomy ) {
		if ( self::is_told( $taxonomy ) ) {
			self::note_details( $id );
		}
	}

	/**
	 * Notes a post of which some detail was written. Of a draft nothing is told, whatever is written.
	 *
	 * @param int $id Post.
	 */
	private static function note_details( $id ) {
		$post = get_post( $id );
		if ( $post && ( 'publish' === $post->post_status || 'product_variation' === $post->post_type ) ) {
			self::note( $post );
		}
	}

	/**
	 * A post has another status: published by the clock, say, which WooCommerce does not tell of.
	 *
	 * @param string  $status New status.
	 * @param string  $before Old status.
	 * @param WP_Post $post   Post.
	 */
	public static function on_status( $status, $before, $post ) {
		self::note( $post );
	}

	/**
	 * It was put into the trash, or deleted for good.
	 *
	 * @param int          $id   Post.
	 * @param WP_Post|null $post The post that was; in the trash it can still be read.
	 */
	public static function on_removed( $id, $post = null ) {
		$post = $post instanceof WP_Post ? $post : get_post( $id );
		if ( ! $post ) {
			return;
		}
		if ( 'product_variation' === $post->post_type ) {
			self::note( $post );
		} elseif ( 'product' === $post->post_type && 'auto-draft' !== $post->post_status ) {
			// WordPress does so only after this, and another process may send the deletion at once.
			clean_post_cache( $post );
			self::note_removal( (int) $id );
		}
	}

	/**
	 * A category, tag, brand or value of an attribute was edited: its products tell its name.
	 *
	 * @param int    $term_id  Term.
	 * @param int    $tt_id    Term in its taxonomy.
	 * @param string $taxonomy Taxonomy.
	 */
	public static function on_term_edited( $term_id, $tt_id, $taxonomy ) {
		if ( self::is_told( $taxonomy ) ) {
			Fiko_Terms::note( array( $tt_id ) );
			Fiko_Schedule::sweep_now();
		}
	}

	/**
	 * A term was deleted: its products no longer have it.
	 *
	 * @param int     $term_id  Term.
	 * @param int     $tt_id    Term in its taxonomy.
	 * @param string  $taxonomy Taxonomy.
	 * @param WP_Term $term     The term that was.
	 * @param int[]   $ids      Its products.
	 */
	public static function on_term_deleted( $term_id, $tt_id, $taxonomy, $term, $ids = array() ) {
		if ( self::is_told( $taxonomy ) && $ids ) {
			Fiko_Schema::ensure();
			Fiko_Outbox::note_many( self::products_of( $ids ), false );
			Fiko_Schedule::sweep_now();
		}
	}

	/**
	 * A setting changed that all products tell of, such as the currency.
	 *
	 * @param mixed $before Value before; the option's name where it had none.
	 * @param mixed $after  Value after.
	 */
	public static function on_shop_changed( $before, $after ) {
		// Of many in one request, such as imported tax rates, the first and the last count.
		if ( $before === $after || ! Fiko_Settings::is_connected() ) {
			return;
		}
		$blog = get_current_blog_id();

		self::$shop_changes[ $blog ] = 1 + ( isset( self::$shop_changes[ $blog ] ) ? self::$shop_changes[ $blog ] : 0 );
		if ( 1 === self::$shop_changes[ $blog ] ) {
			self::send_all_anew();
		}
	}

	/**
	 * A tax rate was changed.
	 */
	public static function on_taxes_changed() {
		if ( wc_tax_enabled() ) {
			self::on_shop_changed( false, true );
		}
	}

	/**
	 * An attribute has another name. WooCommerce renames its taxonomy and what products have of it after this, so that its
	 * products are noted at the end of the request.
	 *
	 * @param int                 $id     Attribute.
	 * @param array<string,mixed> $data   Its data.
	 * @param string              $before Its slug before.
	 */
	public static function on_attribute_edited( $id, $data, $before = '' ) {
		foreach ( array( isset( $data['attribute_name'] ) ? $data['attribute_name'] : '', $before ) as $slug ) {
			if ( '' !== (string) $slug ) {
				self::$renamed[ get_current_blog_id() ][ wc_attribute_taxonomy_name( $slug ) ] = true;
			}
		}
	}

	/**
	 * Sends the whole catalogue from its beginning; if the owner is holding that, it stays held.
	 */
	private static function send_all_anew() {
		$is_held = 'paused' === Fiko_Bulk_Sync::state()['state'];
		Fiko_Bulk_Sync::start();
		if ( $is_held ) {
			Fiko_Bulk_Sync::pause( true );
		}
	}

	/**
	 * Notes a product, or the product that a variation is one of.
	 *
	 * @param WP_Post|null $post Post.
	 */
	private static function note( $post ) {
		if ( ! $post ) {
			return;
		}
		if ( 'product_variation' === $post->post_type ) {
			if ( $post->post_parent ) {
				Fiko_Outbox::note( (int) $post->post_parent );
			}
			return;
		}
		// An importer has only begun with a product of this status.
		if ( 'product' !== $post->post_type || in_array( $post->post_status, array( 'auto-draft', 'importing' ), true ) ) {
			return;
		}
		if ( 'trash' === $post->post_status || self::is_withdrawn( $post ) ) {
			self::note_removal( $post->ID );
		} else {
			Fiko_Outbox::note( $post->ID );
		}
	}

	/**
	 * Whether buyers no longer find it.
	 *
	 * @param WP_Post $post Post.
	 * @return bool
	 */
	private static function is_withdrawn( $post ) {
		if ( 'publish' !== $post->post_status || '' !== $post->post_password ) {
			return true;
		}
		return has_term( 'exclude-from-catalog', 'product_visibility', $post->ID ) && has_term( 'exclude-from-search', 'product_visibility', $post->ID );
	}

	/**
	 * A deletion waits for no further edit. One that the server knows of is not told again.
	 *
	 * @param int $id Product.
	 */
	private static function note_removal( $id ) {
		Fiko_Schema::ensure();
		$row = Fiko_Outbox::row( $id );
		if ( $row && 0 === (int) $row->pending_since && (int) $row->acknowledged && Fiko_Payload::DELETED === $row->event_digest ) {
			return;
		}
		Fiko_Outbox::note( $id, true );
	}

	/**
	 * Whether products tell the names of this taxonomy.
	 *
	 * @param string $taxonomy Taxonomy.
	 * @return bool
	 */
	private static function is_told( $taxonomy ) {
		return 0 === strpos( $taxonomy, 'pa_' ) || in_array( $taxonomy, array_merge( array( 'product_cat', 'product_tag', 'product_type', 'product_visibility' ), Fiko_Payload::BRANDS ), true );
	}

	/**
	 * The products among posts, and those that variations among them are of.
	 *
	 * @param int[] $ids Posts.
	 * @return int[]
	 */
	private static function products_of( array $ids ) {
		global $wpdb;
		$list = implode( ',', array_map( 'intval', $ids ) );
		if ( '' === $list ) {
			return array();
		}
		return array_map( 'intval', $wpdb->get_col( "SELECT DISTINCT CASE WHEN post_type = 'product_variation' THEN post_parent ELSE ID END FROM $wpdb->posts WHERE ID IN ($list) AND post_type IN ('product', 'product_variation') AND post_status NOT IN ('auto-draft', 'importing', 'trash')" ) );
	}
}
