<?php
/**
 * REST routes.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * The routes of the settings page and of the products list.
 */
final class Fiko_Rest {

	/**
	 * Registers the routes.
	 */
	public static function register() {
		Fiko_Schema::ensure();
		$text   = array( 'type' => 'string' );
		$flag   = array( 'type' => 'boolean' );
		$ids    = array(
			'type'     => 'array',
			'items'    => array(
				'type'    => 'integer',
				'minimum' => 1,
			),
			'maxItems' => Fiko_Contract::MAX_STATUS_IDS,
		);
		$form   = array(
			'api_url'        => $text + array( 'maxLength' => 2000 ),
			'api_token'      => $text + array( 'maxLength' => 500 ),
			'signing_secret' => $text + array( 'maxLength' => 2000 ),
		);
		$action = $text + array(
			'enum'     => array( 'start', 'pause', 'resume', 'stop' ),
			'required' => true,
		);
		self::route( 'overview', 'GET', 'overview', array() );
		self::route(
			'settings',
			'POST',
			'save',
			$form + array(
				'remove_signing_secret' => $flag,
				'enable_logging'        => $flag,
				'confirm_site'          => $flag,
			)
		);
		self::route( 'connection', 'POST', 'test', $form + array( 'remove_signing_secret' => $flag ) );
		self::route( 'bulk', 'POST', 'bulk', array( 'action' => $action ) );
		self::route( 'tick', 'POST', 'tick', array() );
		self::route( 'reconcile', 'POST', 'reconcile', array() );
		self::route( 'retry', 'POST', 'retry', array( 'ids' => $ids ) );
		self::route( 'product_status', 'POST', 'product_status', array( 'ids' => $ids + array( 'required' => true ) ) );
		self::route( 'product_sync', 'POST', 'product_sync', array( 'ids' => $ids + array( 'required' => true ) ) );
	}

	/**
	 * Whether the user may keep the shop.
	 *
	 * @return bool
	 */
	public static function may() {
		return current_user_can( 'manage_woocommerce' );
	}

	/**
	 * All that the settings page shows.
	 *
	 * @return array<string,mixed>
	 */
	public static function overview() {
		$errors = array();
		foreach ( Fiko_Figures::errors( 20 ) as $row ) {
			$name     = get_the_title( (int) $row->product_id );
			$errors[] = array(
				'id'       => (int) $row->product_id,
				'name'     => html_entity_decode( '' === $name ? '#' . $row->product_id : $name, ENT_QUOTES | ENT_HTML5, 'UTF-8' ),
				'edit_url' => 'trash' === get_post_status( (int) $row->product_id ) ? '' : (string) get_edit_post_link( (int) $row->product_id, 'raw' ),
				'error'    => (string) $row->error,
				'at'       => (int) $row->state_at,
			);
		}
		return array(
			'settings'   => array(
				'api_url'            => Fiko_Settings::api_url(),
				'has_token'          => '' !== Fiko_Settings::token(),
				'token_locked'       => Fiko_Settings::token_is_locked(),
				'has_signing_secret' => '' !== Fiko_Settings::signing_secret(),
				'logging'            => Fiko_Settings::is_logging(),
			),
			'connection' => Fiko_Connection::state(),
			'account'    => Fiko_Connection::known_account(),
			'totals'     => Fiko_Figures::totals(),
			'bulk'       => Fiko_Bulk_Sync::shown(),
			'reconcile'  => Fiko_Reconcile::shown(),
			'errors'     => $errors,
			'site'       => Fiko_Settings::site(),
		);
	}

	/**
	 * Saves the settings.
	 *
	 * @param WP_REST_Request $request Request.
	 * @return array<string,mixed>|WP_Error
	 */
	public static function save( WP_REST_Request $request ) {
		$wrong = Fiko_Settings::save( $request->get_params() );
		if ( $wrong ) {
			return new WP_Error(
				'fiko_invalid_settings',
				reset( $wrong ),
				array(
					'status' => 400,
					'params' => $wrong,
				)
			);
		}
		return self::overview();
	}

	/**
	 * Tries the connection.
	 *
	 * @param WP_REST_Request $request Request.
	 * @return array<string,mixed>
	 */
	public static function test( WP_REST_Request $request ) {
		return Fiko_Connection::test( $request->get_params() );
	}

	/**
	 * Begins, holds or ends the sync of all products.
	 *
	 * @param WP_REST_Request $request Request.
	 * @return array<string,mixed>|WP_Error
	 */
	public static function bulk( WP_REST_Request $request ) {
		switch ( $request['action'] ) {
			case 'start':
				$obstacle = self::obstacle();
				if ( $obstacle ) {
					return $obstacle;
				}
				if ( ! Fiko_Bulk_Sync::is_running() ) {
					Fiko_Bulk_Sync::start();
				}
				break;
			case 'stop':
				Fiko_Bulk_Sync::stop();
				break;
			default:
				Fiko_Bulk_Sync::pause( 'pause' === $request['action'] );
		}
		return self::overview();
	}

	/**
	 * Goes on with what is under way while somebody watches: some hosts run no background work unless there are visitors.
	 *
	 * @return array<string,mixed>
	 */
	public static function tick() {
		$seconds = Fiko_Contract::TIMING['tick_budget'];
		if ( Fiko_Bulk_Sync::is_running() ) {
			Fiko_Bulk_Sync::work( $seconds );
		} elseif ( Fiko_Reconcile::is_running() ) {
			Fiko_Reconcile::work( $seconds );
		} else {
			Fiko_Delivery::drain( $seconds );
		}
		Fiko_Status::refresh_due( 1 );
		return self::overview();
	}

	/**
	 * Compares the catalogues.
	 *
	 * @return array<string,mixed>|WP_Error
	 */
	public static function reconcile() {
		$obstacle = self::obstacle();
		if ( $obstacle ) {
			return $obstacle;
		}
		Fiko_Reconcile::start();
		return self::overview();
	}

	/**
	 * Sends again what failed.
	 *
	 * @param WP_REST_Request $request Request.
	 * @return array<string,mixed>|WP_Error
	 */
	public static function retry( WP_REST_Request $request ) {
		$obstacle = self::obstacle();
		if ( $obstacle ) {
			return $obstacle;
		}
		$failed = Fiko_Outbox::failed();
		$ids    = null === $request['ids'] ? $failed : array_values( array_intersect( $failed, array_map( 'intval', $request['ids'] ) ) );
		Fiko_Outbox::note_many( $ids, true );
		Fiko_Schedule::sweep_now();
		return self::overview();
	}

	/**
	 * What became of products, as the server says; as far as it is known here where it does not answer.
	 *
	 * @param WP_REST_Request $request Request.
	 * @return array<string,mixed>
	 */
	public static function product_status( WP_REST_Request $request ) {
		$ids = self::readable( $request['ids'] );
		if ( $ids && Fiko_Gate::is_open() ) {
			Fiko_Status::ask( $ids, Fiko_Contract::TIMING['connection_timeout'] );
		}
		return array( 'products' => Fiko_Status::shown( $ids ) );
	}

	/**
	 * Sends products now.
	 *
	 * @param WP_REST_Request $request Request.
	 * @return array<string,mixed>|WP_Error
	 */
	public static function product_sync( WP_REST_Request $request ) {
		$obstacle = self::obstacle();
		if ( $obstacle ) {
			return $obstacle;
		}
		$ids = self::readable( $request['ids'] );
		Fiko_Outbox::note_many( $ids, true );
		Fiko_Delivery::deliver( array_slice( $ids, 0, Fiko_Contract::BATCH['products'] ), Fiko_Contract::BATCH['products'] );
		Fiko_Schedule::sweep_now();
		return array( 'products' => Fiko_Status::shown( $ids ) );
	}

	/**
	 * Registers a route.
	 *
	 * @param string              $name     Key of Fiko_Contract::REST.
	 * @param string              $method   HTTP method.
	 * @param string              $callback Method of this class.
	 * @param array<string,mixed> $args     Parameters.
	 */
	private static function route( $name, $method, $callback, array $args ) {
		register_rest_route(
			Fiko_Contract::REST['namespace'],
			Fiko_Contract::REST[ $name ],
			array(
				'methods'             => $method,
				'callback'            => array( __CLASS__, $callback ),
				'permission_callback' => array( __CLASS__, 'may' ),
				'args'                => $args,
			)
		);
	}

	/**
	 * The products among ids.
	 *
	 * @param int[] $ids Ids.
	 * @return int[]
	 */
	private static function readable( array $ids ) {
		$products = array();
		foreach ( array_unique( array_map( 'intval', $ids ) ) as $id ) {
			if ( 'product' === get_post_type( $id ) ) {
				$products[] = $id;
			}
		}
		return $products;
	}

	/**
	 * Why nothing can be noted to be sent, if so.
	 *
	 * @return WP_Error|null
	 */
	private static function obstacle() {
		$why = Fiko_Connection::obstacle();
		return '' === $why ? null : new WP_Error( Fiko_Settings::is_connected() ? 'fiko_no_table' : 'fiko_not_connected', $why, array( 'status' => 409 ) );
	}
}
