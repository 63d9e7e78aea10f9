<?php
/**
 * The products list.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * The column that tells whether the assistant knows a product, its filter, and «Sync now».
 */
final class Fiko_Products_List {

	const ACTION = 'fiko_sync';
	const FILTER = 'fiko_state';
	// Parameters of the page that follows an action.
	const QUEUED   = 'fiko_queued';
	const OBSTACLE = 'fiko_obstacle';

	/**
	 * What is known of the products that are shown.
	 *
	 * @var array<int,array<string,mixed>>|null
	 */
	private static $shown = null;

	/**
	 * Attaches the column.
	 */
	public static function listen() {
		add_filter( 'manage_edit-product_columns', array( __CLASS__, 'add_column' ), 20 );
		add_action( 'manage_product_posts_custom_column', array( __CLASS__, 'render_column' ), 10, 2 );
		add_action( 'restrict_manage_posts', array( __CLASS__, 'render_filter' ) );
		add_filter( 'posts_clauses', array( __CLASS__, 'filter' ), 10, 2 );
		add_filter( 'post_row_actions', array( __CLASS__, 'add_row_action' ), 20, 2 );
		add_filter( 'bulk_actions-edit-product', array( __CLASS__, 'add_bulk_action' ) );
		add_filter( 'handle_bulk_actions-edit-product', array( __CLASS__, 'handle_bulk_action' ), 10, 3 );
		add_action( 'admin_post_' . self::ACTION, array( __CLASS__, 'handle_row_action' ) );
		add_action( 'admin_notices', array( __CLASS__, 'render_notice' ) );
		add_filter( 'removable_query_args', array( __CLASS__, 'add_passing_args' ) );
		add_action( 'admin_enqueue_scripts', array( __CLASS__, 'enqueue' ) );
	}

	/**
	 * Adds the column, before the date.
	 *
	 * @param array<string,string> $columns Columns.
	 * @return array<string,string>
	 */
	public static function add_column( $columns ) {
		$column = array( 'fiko' => __( 'Fiko', 'fiko-woocommerce-sync' ) );
		$place  = array_search( 'date', array_keys( $columns ), true );
		return false === $place ? $columns + $column : array_slice( $columns, 0, $place, true ) + $column + array_slice( $columns, $place, null, true );
	}

	/**
	 * Prints a cell: what is known here. The script asks the server for the present state. The sign is excluded from
	 * what WordPress replaces with pictures of another server, which may be slow or out of reach.
	 *
	 * @param string $column Column.
	 * @param int    $id     Product.
	 */
	public static function render_column( $column, $id ) {
		if ( 'fiko' !== $column ) {
			return;
		}
		$shown = self::shown( (int) $id );
		// A tooltip is for a mouse alone: what somebody has to see is written out.
		$note = $shown['note'];
		printf(
			'<span class="fiko-state fiko-state--%1$s" data-fiko-id="%2$d" data-fiko-state="%1$s" title="%3$s"><span class="wp-exclude-emoji" aria-hidden="true">%4$s</span>%5$s</span>',
			esc_attr( $shown['state'] ),
			(int) $id,
			esc_attr( $shown['text'] ),
			esc_html( $shown['icon'] ),
			sprintf( '' === $note ? '<span class="screen-reader-text">%s</span>' : '<span class="fiko-state-note">%s</span>', esc_html( '' === $note ? $shown['text'] : $note ) )
		);
	}

	/**
	 * Prints the filter above the list.
	 *
	 * @param string $post_type Post type.
	 */
	public static function render_filter( $post_type ) {
		if ( 'product' !== $post_type ) {
			return;
		}
		$labels = array(
			'synced'   => __( 'Fiko: known to the assistant', 'fiko-woocommerce-sync' ),
			'waiting'  => __( 'Fiko: waiting', 'fiko-woocommerce-sync' ),
			'failed'   => __( 'Fiko: failed', 'fiko-woocommerce-sync' ),
			'never'    => __( 'Fiko: not sent', 'fiko-woocommerce-sync' ),
			'excluded' => __( 'Fiko: not for the assistant', 'fiko-woocommerce-sync' ),
		);
		$chosen = self::chosen();
		printf( '<label class="screen-reader-text" for="fiko-state-filter">%s</label>', esc_html__( 'Filter by state in Fiko', 'fiko-woocommerce-sync' ) );
		printf( '<select name="%s" id="fiko-state-filter"><option value="">%s</option>', esc_attr( self::FILTER ), esc_html__( 'Fiko: all', 'fiko-woocommerce-sync' ) );
		foreach ( $labels as $state => $label ) {
			printf( '<option value="%s"%s>%s</option>', esc_attr( $state ), selected( $chosen, $state, false ), esc_html( $label ) );
		}
		echo '</select>';
	}

	/**
	 * Applies the filter.
	 *
	 * @param array<string,string> $clauses Clauses of the query.
	 * @param WP_Query             $query   Query.
	 * @return array<string,string>
	 */
	public static function filter( $clauses, $query ) {
		global $wpdb;
		$state = self::chosen();
		if ( '' === $state || ! Fiko_Schema::is_made() || ! $query->is_main_query() || 'product' !== $query->get( 'post_type' ) ) {
			return $clauses;
		}
		$clauses['join'] .= ' LEFT JOIN `' . Fiko_Schema::table() . "` fiko ON fiko.product_id = $wpdb->posts.ID";
		$is_state         = $wpdb->prepare( 'fiko.state = %s', $state );
		if ( 'never' === $state ) {
			$clauses['where'] .= " AND ($is_state OR (fiko.product_id IS NULL AND $wpdb->posts.post_status = 'publish'))";
		} elseif ( 'excluded' === $state ) {
			$clauses['where'] .= " AND ($is_state OR (fiko.product_id IS NULL AND $wpdb->posts.post_status <> 'publish'))";
		} else {
			$clauses['where'] .= " AND $is_state";
		}
		return $clauses;
	}

	/**
	 * Adds «Sync now» to a row.
	 *
	 * @param array<string,string> $actions Actions.
	 * @param WP_Post              $post    Post.
	 * @return array<string,string>
	 */
	public static function add_row_action( $actions, $post ) {
		if ( 'product' !== $post->post_type || 'trash' === $post->post_status || ! current_user_can( 'manage_woocommerce' ) ) {
			return $actions;
		}
		$url = wp_nonce_url( admin_url( 'admin-post.php?action=' . self::ACTION . '&product=' . $post->ID ), self::ACTION . $post->ID );
		return $actions + array(
			self::ACTION => sprintf(
				'<a href="%s" class="fiko-sync-now" data-fiko-id="%d" aria-label="%s">%s</a>',
				esc_url( $url ),
				$post->ID,
				/* translators: %s: product */
				esc_attr( sprintf( __( 'Sync “%s” with Fiko now', 'fiko-woocommerce-sync' ), $post->post_title ) ),
				esc_html__( 'Sync now', 'fiko-woocommerce-sync' )
			),
		);
	}

	/**
	 * Adds «Sync now» to the bulk actions.
	 *
	 * @param array<string,string> $actions Actions.
	 * @return array<string,string>
	 */
	public static function add_bulk_action( $actions ) {
		return current_user_can( 'manage_woocommerce' ) ? $actions + array( self::ACTION => __( 'Sync with Fiko now', 'fiko-woocommerce-sync' ) ) : $actions;
	}

	/**
	 * Does the bulk action; WordPress has checked the nonce.
	 *
	 * @param string $redirect Where to go on.
	 * @param string $action   Action.
	 * @param int[]  $ids      Products.
	 * @return string
	 */
	public static function handle_bulk_action( $redirect, $action, $ids ) {
		if ( self::ACTION !== $action || ! current_user_can( 'manage_woocommerce' ) ) {
			return $redirect;
		}
		return self::queue( $ids, $redirect );
	}

	/**
	 * Does the row's action where the script did not.
	 */
	public static function handle_row_action() {
		$id = isset( $_GET['product'] ) ? absint( $_GET['product'] ) : 0;
		check_admin_referer( self::ACTION . $id );
		if ( ! current_user_can( 'manage_woocommerce' ) || 'product' !== get_post_type( $id ) ) {
			wp_die( esc_html__( 'You may not do this.', 'fiko-woocommerce-sync' ), 403 );
		}
		// Back to the page of the list, and what it was filtered by.
		$from = (string) wp_get_referer();
		wp_safe_redirect( self::queue( array( $id ), false === strpos( $from, '/edit.php?' ) ? admin_url( 'edit.php?post_type=product' ) : $from ) );
		exit;
	}

	/**
	 * Puts products into the outbox, if they can be sent from there.
	 *
	 * @param int[]  $ids      Products.
	 * @param string $redirect Where to go on.
	 * @return string There, with what is to be said.
	 */
	private static function queue( array $ids, $redirect ) {
		$redirect = remove_query_arg( array( self::QUEUED, self::OBSTACLE ), $redirect );
		if ( '' !== Fiko_Connection::obstacle() ) {
			return add_query_arg( self::OBSTACLE, 1, $redirect );
		}
		Fiko_Outbox::note_many( $ids, true );
		Fiko_Schedule::sweep_now();
		return add_query_arg( self::QUEUED, count( $ids ), $redirect );
	}

	/**
	 * What is said once: WordPress takes it out of the address.
	 *
	 * @param string[] $args Names.
	 * @return string[]
	 */
	public static function add_passing_args( $args ) {
		return array_merge( $args, array( self::QUEUED, self::OBSTACLE ) );
	}

	/**
	 * Says that products were queued, or why not.
	 */
	public static function render_notice() {
		$screen = get_current_screen();
		if ( ! $screen || 'edit-product' !== $screen->id ) {
			return;
		}
		$count = absint( self::asked( self::QUEUED ) );
		if ( isset( $_SERVER['REQUEST_URI'] ) ) {
			// What the list's links are made of.
			$_SERVER['REQUEST_URI'] = remove_query_arg( array( self::QUEUED, self::OBSTACLE ), esc_url_raw( wp_unslash( $_SERVER['REQUEST_URI'] ) ) );
		}
		$why = '' === self::asked( self::OBSTACLE ) ? '' : Fiko_Connection::obstacle();
		if ( '' !== $why ) {
			printf( '<div class="notice notice-error is-dismissible"><p>%s <a href="%s">%s</a></p></div>', esc_html( $why ), esc_url( Fiko_Settings_Page::url() ), esc_html__( 'Open the settings', 'fiko-woocommerce-sync' ) );
		} elseif ( $count && Fiko_Gate::is_open() ) {
			/* translators: %s: number of products */
			printf( '<div class="notice notice-success is-dismissible"><p>%s</p></div>', esc_html( sprintf( _n( '%s product will be sent to Fiko.', '%s products will be sent to Fiko.', $count, 'fiko-woocommerce-sync' ), number_format_i18n( $count ) ) ) );
		} elseif ( $count ) {
			/* translators: %s: number of products */
			printf( '<div class="notice notice-warning is-dismissible"><p>%s</p></div>', esc_html( sprintf( _n( '%s product waits, and is sent once the server can be used again.', '%s products wait, and are sent once the server can be used again.', $count, 'fiko-woocommerce-sync' ), number_format_i18n( $count ) ) ) );
		}
	}

	/**
	 * Loads the script, on the list alone.
	 */
	public static function enqueue() {
		$screen = get_current_screen();
		if ( $screen && 'edit-product' === $screen->id && current_user_can( 'manage_woocommerce' ) ) {
			Fiko_Settings_Page::enqueue_script( 'products' );
		}
	}

	/**
	 * What is known of a product; of all on the page by one query.
	 *
	 * @param int $id Product.
	 * @return array<string,mixed>
	 */
	private static function shown( $id ) {
		global $wp_query;
		if ( null === self::$shown ) {
			self::$shown = array_column( Fiko_Status::shown( array_map( 'intval', wp_list_pluck( (array) $wp_query->posts, 'ID' ) ) ), null, 'id' );
		}
		if ( ! isset( self::$shown[ $id ] ) ) {
			self::$shown[ $id ] = Fiko_Status::shown( array( $id ) )[0];
		}
		return self::$shown[ $id ];
	}

	/**
	 * The state that is filtered by, or ''.
	 *
	 * @return string
	 */
	private static function chosen() {
		$state = is_admin() ? sanitize_key( self::asked( self::FILTER ) ) : '';
		return isset( Fiko_Contract::STATES[ $state ] ) ? $state : '';
	}

	/**
	 * A parameter of the list, which changes nothing and so has no nonce.
	 *
	 * @param string $name Name.
	 * @return string
	 */
	private static function asked( $name ) {
		$value = filter_input( INPUT_GET, $name );
		return is_string( $value ) ? $value : '';
	}
}
