<?php
/**
 * Sending.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sends products that are due, and records what the server answered.
 */
final class Fiko_Delivery {

	/**
	 * Sends some products in one request, or as few as their size asks for.
	 *
	 * @param int[] $ids   Those that must be among them, as far as they are due; others that are due fill the request.
	 * @param int   $limit At most so many in all.
	 * @return array{taken:int,sent:int,unchanged:int,failed:int,closed:bool} `taken`: how many were looked at; `closed`: the
	 *                                                                       rest has to wait.
	 */
	public static function deliver( array $ids, $limit ) {
		$result = array(
			'taken'     => 0,
			'sent'      => 0,
			'unchanged' => 0,
			'failed'    => 0,
			'closed'    => false,
		);
		if ( ! Fiko_Gate::is_open() || ! Fiko_Connection::is_known() ) {
			$result['closed'] = true;
			return $result;
		}
		if ( Fiko_Gate::is_probing() ) {
			// One that failed least: should the server fail for one product alone, it is not that one which finds out.
			$limit = 1;
			$ids   = array();
		}
		$rows = $ids ? Fiko_Outbox::claim( $ids, $limit ) : array();
		if ( count( $rows ) < $limit ) {
			$rows += Fiko_Outbox::claim( array(), $limit - count( $rows ) );
		}
		// Long-lived processes have read products that others have saved since.
		Fiko_Memory::free();
		$result['taken'] = count( $rows );

		$events = array();
		$size   = 0;
		// A claim must outlast what is done under it.
		$ends = microtime( true ) + Fiko_Contract::TIMING['claim'] / 2;
		foreach ( $rows as $id => $row ) {
			if ( ! Fiko_Gate::is_open() || microtime( true ) > $ends ) {
				Fiko_Outbox::release( $row );
				continue;
			}
			if ( Fiko_Memory::is_scarce() ) {
				self::send( $events, $result );
				$events = array();
				$size   = 0;
				Fiko_Memory::free();
			}
			$event = self::prepare( $row, $result );
			if ( null === $event ) {
				continue;
			}
			// One that was in a request which failed goes alone: it may be the one that the request failed for. A server that
			// does not answer is first believed to be away.
			if ( (int) $row->attempts > ( 'unreachable' === $row->error_code ? 1 : 0 ) ) {
				self::send( array( array( $row, $event ) ), $result );
				continue;
			}
			// Room for the envelope and the commas.
			if ( $events && $size + strlen( $event ) + 64 > Fiko_Contract::BATCH_BYTES - 1024 ) {
				self::send( $events, $result );
				$events = array();
				$size   = 0;
			}
			$events[ $id ] = array( $row, $event );
			$size         += strlen( $event ) + 1;
		}
		self::send( $events, $result );
		self::deliver_suspects( $ids, $limit, $result );
		$result['closed'] = ! Fiko_Gate::is_open();
		return $result;
	}

	/**
	 * Sends products that a process may have died over. They come last, and each is taken, read and sent before the next
	 * one is taken: whoever dies over one leaves nothing else behind.
	 *
	 * @param int[]             $ids    Products, or none for any.
	 * @param int               $limit  At most so many in all.
	 * @param array<string,int> $result Counts.
	 */
	private static function deliver_suspects( array $ids, $limit, array &$result ) {
		$ends = microtime( true ) + Fiko_Contract::TIMING['tick_budget'];
		while ( $result['taken'] < $limit && Fiko_Gate::is_open() && microtime( true ) < $ends ) {
			$row = Fiko_Outbox::claim_suspect( $ids );
			if ( ! $row ) {
				return;
			}
			++$result['taken'];
			Fiko_Memory::free();
			$event = self::prepare( $row, $result );
			if ( null !== $event ) {
				self::send( array( array( $row, $event ) ), $result );
			}
		}
	}

	/**
	 * Sends what is due, request by request.
	 *
	 * @param int $seconds How long it may go on.
	 * @return bool Whether there is more that could be sent now.
	 */
	public static function drain( $seconds ) {
		$ends = microtime( true ) + $seconds;
		if ( ! Fiko_Gate::is_open() || ! Fiko_Connection::is_known() ) {
			return false;
		}
		while ( Fiko_Figures::count_due() > 0 ) {
			$result = self::deliver( array(), Fiko_Contract::BATCH['products'] );
			if ( $result['closed'] || 0 === $result['taken'] ) {
				return false;
			}
			Fiko_Memory::free();
			if ( microtime( true ) > $ends || Fiko_Memory::is_scarce() ) {
				return Fiko_Figures::count_due() > 0;
			}
		}
		return false;
	}

	/**
	 * What would be sent of a product now, for a look before the leap.
	 *
	 * @param int $id Product.
	 * @return array{event:string,digest:string,changed:bool}
	 */
	public static function preview( $id ) {
		$row     = Fiko_Outbox::row( $id );
		$payload = self::payload( $id );
		$digest  = null === $payload ? Fiko_Payload::DELETED : Fiko_Json::digest( $payload );
		if ( null === $payload ) {
			$event = 'product.deleted';
		} else {
			$event = $row && (int) $row->known ? 'product.updated' : 'product.created';
		}
		return array(
			'event'   => $event,
			'digest'  => $digest,
			'changed' => ! $row || ! (int) $row->acknowledged || $row->event_digest !== $digest,
		);
	}

	/**
	 * Reads a product and makes its event, unless there is nothing to tell.
	 *
	 * @param object            $row    Claimed row.
	 * @param array<string,int> $result Counts.
	 * @return string|null JSON.
	 */
	private static function prepare( $row, array &$result ) {
		$id     = (int) $row->product_id;
		$status = get_post_status( $id );
		if ( 'auto-draft' === $status ) {
			Fiko_Outbox::drop( $row );
			++$result['unchanged'];
			return null;
		}
		if ( 'importing' === $status ) {
			// The importer has it in its hands, and says so when it is done, unless it died.
			if ( Fiko_Clock::now() - (int) $row->pending_since > HOUR_IN_SECONDS ) {
				Fiko_Outbox::drop( $row );
			} else {
				Fiko_Outbox::release( $row, 60 );
			}
			++$result['unchanged'];
			return null;
		}
		if ( (int) $row->stalls > Fiko_Outbox::STALLS && $status && 'trash' !== $status ) {
			Fiko_Outbox::refuse( $row, 'unreadable', __( 'Reading this product was cut short several times; perhaps PHP has too little memory, or another plugin stops it.', 'fiko-woocommerce-sync' ) );
			++$result['failed'];
			return null;
		}
		try {
			$payload = self::payload( $id );
			$digest  = null === $payload ? Fiko_Payload::DELETED : Fiko_Json::digest( $payload );
			if ( (int) $row->acknowledged && $row->event_digest === $digest ) {
				Fiko_Outbox::unchanged( $row );
				++$result['unchanged'];
				return null;
			}
			if ( ! Fiko_Outbox::begin_event( $row, $digest ) ) {
				// Under an id that is not written down the server could not know a second time for one.
				Fiko_Outbox::release( $row, 60 );
				return null;
			}
			$event = Fiko_Payload::event( $row, $payload );
		} catch ( Throwable $error ) {
			// Other plugins take part in reading a product.
			/* translators: %s: what a plugin says, often in English */
			Fiko_Outbox::refuse( $row, 'unreadable', sprintf( __( 'The product could not be read; perhaps another plugin is in the way: %s', 'fiko-woocommerce-sync' ), $error->getMessage() ) );
			++$result['failed'];
			return null;
		}
		if ( strlen( $event ) > Fiko_Contract::EVENT_BYTES ) {
			/* translators: 1: size of the product's data, 2: largest size, both such as "2 MB" */
			Fiko_Outbox::refuse( $row, 'too_large', sprintf( __( 'The product’s texts are too long: %1$s, at most %2$s can be sent.', 'fiko-woocommerce-sync' ), size_format( strlen( $event ), 1 ), size_format( Fiko_Contract::EVENT_BYTES ) ) );
			++$result['failed'];
			return null;
		}
		return $event;
	}

	/**
	 * The product as it is to be sent; null where it is not, or no longer, in the knowledge base.
	 *
	 * @param int $id Product.
	 * @return array<string,mixed>|null
	 */
	private static function payload( $id ) {
		Fiko_Memory::free_product( $id );
		$product = Fiko_Catalogue::product( $id );
		return $product && Fiko_Payload::is_public( $product ) ? Fiko_Payload::of( $product ) : null;
	}

	/**
	 * Sends events and heeds the answer.
	 *
	 * @param array<int,array{0:object,1:string}> $events Row and JSON, by product.
	 * @param array<string,int>                   $result Counts.
	 */
	private static function send( array $events, array &$result ) {
		if ( ! $events ) {
			return;
		}
		$client  = new Fiko_Client();
		$timeout = Fiko_Contract::TIMING['request_timeout'];
		if ( 1 === count( $events ) ) {
			list( $row, $event ) = reset( $events );
			$answer              = $client->post_json( 'webhook', $event, $timeout );
			self::heed_verdict( $row, $answer, $answer->body, $result );
		} else {
			$answer   = $client->post_json( 'batch', '{"events":[' . implode( ',', array_column( $events, 1 ) ) . ']}', $timeout );
			$verdicts = array();
			foreach ( isset( $answer->body['results'] ) && is_array( $answer->body['results'] ) ? $answer->body['results'] : array() as $verdict ) {
				if ( isset( $verdict['event_id'] ) ) {
					$verdicts[ $verdict['event_id'] ] = $verdict;
				}
			}
			foreach ( $events as $pair ) {
				self::heed_verdict( $pair[0], $answer, isset( $verdicts[ $pair[0]->event_id ] ) ? $verdicts[ $pair[0]->event_id ] : null, $result );
			}
		}
		Fiko_Gate::heed( $answer );
		Fiko_Schedule::refresh();
	}

	/**
	 * Records what became of one event.
	 *
	 * @param object                   $row     Claimed row.
	 * @param Fiko_Answer              $answer  Of the request.
	 * @param array<string,mixed>|null $verdict On this event.
	 * @param array<string,int>        $result  Counts.
	 */
	private static function heed_verdict( $row, Fiko_Answer $answer, $verdict, array &$result ) {
		$status = isset( $verdict['status'] ) ? $verdict['status'] : '';
		$is_own = isset( $verdict['event_id'] ) && $verdict['event_id'] === $row->event_id;
		if ( 'ok' === $answer->code && $is_own && in_array( $status, array( 'accepted', 'skipped' ), true ) ) {
			Fiko_Outbox::acknowledge( $row, Fiko_Payload::DELETED === $row->event_digest );
			++$result['sent'];
		} elseif ( 'ok' === $answer->code && 'rejected' === $status ) {
			Fiko_Outbox::refuse( $row, 'rejected', $answer->reason( $verdict ) );
			++$result['failed'];
		} elseif ( in_array( $answer->code, array( 'rejected', 'too_large', 'conflict' ), true ) && null !== $verdict ) {
			Fiko_Outbox::refuse( $row, $answer->code, $answer->reason( $verdict ) );
			++$result['failed'];
		} elseif ( 'rate_limited' === $answer->code || in_array( $answer->code, Fiko_Gate::STOPS, true ) ) {
			// The gate keeps it until the server has room, or until the owner has mended it.
			Fiko_Outbox::put_back( $row );
		} elseif ( $answer->is_fault_of_connection() ) {
			Fiko_Outbox::retry( $row, Fiko_Gate::delay( $answer, (int) $row->attempts + 1 ), $answer->code, $answer->reason() );
		} else {
			Fiko_Outbox::retry( $row, Fiko_Gate::delay( $answer, (int) $row->attempts + 1 ), 'no_verdict', $answer->reason() );
		}
	}
}
