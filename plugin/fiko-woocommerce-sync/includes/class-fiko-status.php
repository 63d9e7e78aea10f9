<?php
/**
 * What became of products.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks the server what became of products. That it has taken an event in is not yet that buyers are told of it.
 */
final class Fiko_Status {

	/**
	 * Asks for those products that are due.
	 *
	 * @param int $seconds How long it may go on.
	 */
	public static function refresh_due( $seconds ) {
		$ends = microtime( true ) + $seconds;
		while ( Fiko_Gate::is_open() && microtime( true ) < $ends ) {
			$ids = Fiko_Outbox::take_to_refresh( Fiko_Contract::MAX_STATUS_IDS );
			if ( ! $ids || ! self::ask( $ids, Fiko_Contract::TIMING['request_timeout'] ) ) {
				return;
			}
		}
	}

	/**
	 * Asks for some products, and keeps what the server says.
	 *
	 * @param int[] $ids     At most Fiko_Contract::MAX_STATUS_IDS products.
	 * @param int   $timeout Seconds.
	 * @return bool Whether it answered.
	 */
	public static function ask( array $ids, $timeout ) {
		$client = new Fiko_Client();
		$answer = $client->post( 'status', array( 'ids' => array_values( $ids ) ), $timeout );
		Fiko_Gate::heed( $answer );
		if ( 'ok' !== $answer->code || ! isset( $answer->body['results'] ) || ! is_array( $answer->body['results'] ) ) {
			return false;
		}
		$rows  = Fiko_Outbox::rows( $ids );
		$heard = array();
		foreach ( $answer->body['results'] as $result ) {
			$id = isset( $result['id'] ) ? (int) $result['id'] : 0;
			if ( in_array( $id, $ids, true ) ) {
				$heard[ $id ] = $result;
			}
		}
		foreach ( $heard as $id => $result ) {
			if ( ! isset( $rows[ $id ] ) ) {
				if ( 'unknown' === $result['state'] || 'deleted' === $result['state'] ) {
					continue;
				}
				// An older plugin sent it.
				Fiko_Outbox::adopt( $id );
			}
			self::keep( $id, isset( $rows[ $id ] ) ? $rows[ $id ] : null, $result );
		}
		return true;
	}

	/**
	 * What the products list shows.
	 *
	 * @param int[] $ids Products.
	 * @return array<int,array{id:int,state:string,icon:string,text:string,note:string,at:int|null}> `note`: what is to be
	 *                                                                                            read without asking.
	 */
	public static function shown( array $ids ) {
		$rows = Fiko_Outbox::rows( $ids );
		$list = array();
		foreach ( $ids as $id ) {
			$row    = isset( $rows[ $id ] ) ? $rows[ $id ] : null;
			$state  = self::state_of( $id, $row );
			$list[] = array(
				'id'    => (int) $id,
				'state' => $state,
				'icon'  => Fiko_Contract::STATES[ $state ],
				'text'  => self::text( $state, $row ),
				'note'  => self::note( $state, $row ),
				'at'    => $row && (int) $row->state_at ? (int) $row->state_at : null,
			);
		}
		return $list;
	}

	/**
	 * The state of a product.
	 *
	 * @param int         $id  Product.
	 * @param object|null $row Its row.
	 * @return string Key of Fiko_Contract::STATES.
	 */
	private static function state_of( $id, $row ) {
		if ( $row && isset( Fiko_Contract::STATES[ $row->state ] ) ) {
			return $row->state;
		}
		return 'publish' === get_post_status( $id ) ? 'never' : 'excluded';
	}

	/**
	 * A state in words.
	 *
	 * @param string      $state Key of Fiko_Contract::STATES.
	 * @param object|null $row   The product's row.
	 * @return string
	 */
	private static function text( $state, $row ) {
		switch ( $state ) {
			case 'synced':
				if ( ! $row || ! (int) $row->state_at ) {
					return __( 'The assistant knows this product.', 'fiko-woocommerce-sync' );
				}
				/* translators: %s: date and time */
				return sprintf( __( 'The assistant knows this product. Last update: %s', 'fiko-woocommerce-sync' ), Fiko_Clock::shown( (int) $row->state_at ) );
			case 'waiting':
				if ( $row && '' !== (string) $row->error ) {
					/* translators: %s: reason */
					return sprintf( __( 'Waiting to be sent again: %s', 'fiko-woocommerce-sync' ), $row->error );
				}
				return $row && (int) $row->pending_since ? __( 'Waiting to be sent.', 'fiko-woocommerce-sync' ) : __( 'Sent; the assistant is learning it.', 'fiko-woocommerce-sync' );
			case 'failed':
				/* translators: %s: reason */
				return sprintf( __( 'Failed: %s', 'fiko-woocommerce-sync' ), $row ? $row->error : '' );
			case 'excluded':
				return __( 'Not told to the assistant: the product is a draft, private, hidden or protected by a password, or was left out.', 'fiko-woocommerce-sync' );
			default:
				return __( 'Never sent.', 'fiko-woocommerce-sync' );
		}
	}

	/**
	 * What the list says of a product without being asked.
	 *
	 * @param string      $state Key of Fiko_Contract::STATES.
	 * @param object|null $row   The product's row.
	 * @return string
	 */
	private static function note( $state, $row ) {
		switch ( $state ) {
			case 'failed':
				return self::text( $state, $row );
			case 'excluded':
				return __( 'Left out', 'fiko-woocommerce-sync' );
			case 'never':
				return __( 'Not sent', 'fiko-woocommerce-sync' );
			default:
				return '';
		}
	}

	/**
	 * Keeps what the server says of one product.
	 *
	 * @param int                 $id     Product.
	 * @param object|null         $row    Its row.
	 * @param array<string,mixed> $result As the server answered.
	 */
	private static function keep( $id, $row, array $result ) {
		$said       = isset( $result['state'] ) ? $result['state'] : '';
		$error      = isset( $result['error'] ) && is_string( $result['error'] ) ? $result['error'] : '';
		$at         = isset( $result['synced_at'] ) ? (int) strtotime( (string) $result['synced_at'] ) : 0;
		$is_removed = $row && (int) $row->acknowledged && Fiko_Payload::DELETED === $row->event_digest;
		$delays     = Fiko_Contract::TIMING['refresh_delays'];
		$later      = $delays[ min( $row ? (int) $row->refreshes : 0, count( $delays ) - 1 ) ];
		if ( 'failed' === $said ) {
			Fiko_Outbox::report( $id, 'failed', Fiko_Clock::now(), $error, 0 );
		} elseif ( 'synced' === $said && ! empty( $result['searchable'] ) ) {
			Fiko_Outbox::report( $id, 'synced', $at, '', 0 );
		} elseif ( 'synced' === $said || 'queued' === $said ) {
			Fiko_Outbox::report( $id, 'waiting', $at, $error, $later );
		} elseif ( 'deleted' === $said ) {
			Fiko_Outbox::report( $id, $is_removed || 'publish' !== get_post_status( $id ) ? 'excluded' : 'never', 0, '', 0 );
		} elseif ( 'unknown' === $said ) {
			Fiko_Outbox::report( $id, $is_removed ? 'excluded' : 'never', 0, '', 0 );
		}
	}
}
