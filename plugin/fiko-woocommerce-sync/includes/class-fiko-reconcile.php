<?php
/**
 * The comparison of catalogues.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Compares the shop's catalogue with the server's by digests, and sends what differs. Finds what no hook told of: prices
 * that were written to the database, products that changed while the plugin was off.
 */
final class Fiko_Reconcile extends Fiko_Job {

	const NAME = 'reconcile';

	/**
	 * Stands for the digest of a product that is there and cannot be read: that is no reason to delete it on the server. It
	 * is no digest of the server's, so that the product is sent, and its row tells what is wrong.
	 */
	const UNREAD = '00000000000000000000000000000000';

	/**
	 * Begins, unless one is under way.
	 */
	public static function start() {
		if ( self::is_running() ) {
			return;
		}
		self::write(
			array(
				'state' => 'running',
				'run'   => (string) Fiko_Clock::now_ms(),
				'total' => Fiko_Catalogue::count(),
			) + self::initial()
		);
		self::ensure_action();
	}

	/**
	 * The daily action. It also finds out whether a server that refused us does so still.
	 */
	public static function run_daily() {
		if ( ! Fiko_Settings::is_connected() || Fiko_Settings::has_moved() ) {
			return;
		}
		if ( ! Fiko_Gate::is_open() ) {
			$client = new Fiko_Client();
			Fiko_Gate::heed( $client->get( 'health', Fiko_Contract::TIMING['connection_timeout'] ) );
		}
		if ( Fiko_Gate::is_open() && ! Fiko_Bulk_Sync::is_running() ) {
			self::start();
		}
	}

	/**
	 * For the settings page.
	 *
	 * @return array{state:string,scanned:int,total:int,sent:int,deleted:int,error:string,finished_at:int|null}
	 */
	public static function shown() {
		return array_intersect_key( self::state(), array_flip( array( 'state', 'scanned', 'total', 'sent', 'deleted', 'error', 'finished_at' ) ) );
	}

	/**
	 * The state before anything was done.
	 *
	 * @return array<string,mixed>
	 */
	protected static function initial() {
		return array(
			'state'       => 'idle',
			'run'         => '',
			'phase'       => 'scan',
			'cursor'      => 0,
			// First product of the part that is being read; whoever finds it set goes on after a death.
			'reading'     => 0,
			// Up to this product they are read one by one.
			'alone_to'    => 0,
			'buckets'     => array(),
			'scanned'     => 0,
			'total'       => 0,
			'sent'        => 0,
			'deleted'     => 0,
			'error'       => '',
			'next_at'     => 0,
			'finished_at' => null,
		);
	}

	/**
	 * Makes some digests, or asks the server one question.
	 *
	 * @param array<string,mixed> $state State.
	 * @return int Seconds to wait; -1 at the end.
	 */
	protected static function step( array &$state ) {
		if ( 'scan' === $state['phase'] ) {
			return self::scan( $state );
		}
		if ( ! Fiko_Gate::is_open() ) {
			$opens = Fiko_Gate::opens_at();
			return null === $opens ? self::end( $state, __( 'The server refuses this shop.', 'fiko-woocommerce-sync' ) ) : max( 1, $opens - Fiko_Clock::now() );
		}
		return 'buckets' === $state['phase'] ? self::compare_buckets( $state ) : self::compare_entries( $state );
	}

	/**
	 * Makes the digests of the next products. After a process died over some of them they are read one by one, and that over
	 * which a second one dies is not read again.
	 *
	 * @param array<string,mixed> $state State.
	 * @return int
	 */
	private static function scan( array &$state ) {
		$ids = Fiko_Catalogue::after( $state['cursor'], Fiko_Contract::BATCH['scanned'] );
		if ( ! $ids ) {
			$state['phase'] = 'buckets';
			return 0;
		}
		$died_of = 0;
		if ( $state['reading'] && $ids[0] <= $state['alone_to'] ) {
			$died_of = $state['reading'];
		} elseif ( $state['reading'] ) {
			$state['alone_to'] = end( $ids );
		}
		if ( $ids[0] <= $state['alone_to'] ) {
			$ids = array( $ids[0] );
		}
		$state['reading'] = $ids[0];
		if ( ! self::keep( $state, $state['run'] ) ) {
			return 0;
		}
		$digests = self::digests( $ids, $died_of );
		Fiko_Scan::keep( array_filter( $digests ), (int) $state['run'] );
		$state['reading']  = 0;
		$state['cursor']   = max( array_keys( $digests ) );
		$state['scanned'] += count( $digests );
		return 0;
	}

	/**
	 * Digests of products: of as many as there are time and memory for, and of at least one.
	 *
	 * @param int[] $ids     Products.
	 * @param int   $died_of One that is not to be read.
	 * @return array<int,string> By product; '' where it is not public.
	 */
	private static function digests( array $ids, $died_of ) {
		$ends    = microtime( true ) + Fiko_Contract::TIMING['tick_budget'];
		$rows    = Fiko_Outbox::rows( $ids );
		$digests = array();
		_prime_post_caches( $ids );
		foreach ( $ids as $id ) {
			if ( $digests && ( microtime( true ) > $ends || Fiko_Memory::is_scarce() ) ) {
				break;
			}
			if ( $id === $died_of || ( isset( $rows[ $id ] ) && (int) $rows[ $id ]->stalls > 1 ) ) {
				$digests[ $id ] = self::UNREAD;
				continue;
			}
			try {
				$product        = Fiko_Catalogue::product( $id );
				$digests[ $id ] = $product && Fiko_Payload::is_public( $product ) ? Fiko_Json::digest( Fiko_Payload::of( $product ) ) : '';
			} catch ( Throwable $error ) {
				$digests[ $id ] = self::UNREAD;
			}
		}
		return $digests;
	}

	/**
	 * First round: which buckets differ.
	 *
	 * @param array<string,mixed> $state State.
	 * @return int
	 */
	private static function compare_buckets( array &$state ) {
		$count   = Fiko_Contract::BATCH['buckets'];
		$digests = array_fill( 0, $count, str_repeat( "\0", 8 ) );
		foreach ( Fiko_Scan::each( (int) $state['run'] ) as $id => $digest ) {
			$digests[ $id % $count ] ^= Fiko_Json::fingerprint( $id, $digest );
		}
		$answer = self::ask(
			array(
				'bucket_count' => $count,
				'buckets'      => array_map( 'bin2hex', $digests ),
			)
		);
		if ( 'conflict' === $answer->code ) {
			// Nothing of this shop has ever arrived.
			foreach ( Fiko_Scan::in_parts( (int) $state['run'], 500 ) as $ids ) {
				Fiko_Outbox::note_many( $ids, true );
				$state['sent'] += count( $ids );
			}
			return self::end( $state );
		}
		if ( 'ok' !== $answer->code || ! isset( $answer->body['buckets'] ) || ! is_array( $answer->body['buckets'] ) ) {
			return self::wait_or_fail( $state, $answer );
		}
		$state['buckets'] = array_map( 'intval', $answer->body['buckets'] );
		$state['phase']   = 'entries';
		return $state['buckets'] ? 0 : self::end( $state );
	}

	/**
	 * Second round: which products of these buckets differ. As many buckets in one request as it has room for.
	 *
	 * @param array<string,mixed> $state State.
	 * @return int
	 */
	private static function compare_entries( array &$state ) {
		$count = Fiko_Contract::BATCH['buckets'];
		$of    = array_fill_keys( $state['buckets'], array() );
		foreach ( Fiko_Scan::each( (int) $state['run'] ) as $id => $digest ) {
			if ( isset( $of[ $id % $count ] ) ) {
				$of[ $id % $count ][] = array( $id, $digest );
			}
		}
		$entries = array();
		$size    = 0;
		foreach ( $of as $bucket => $products ) {
			$size += count( $products );
			if ( $entries && $size > Fiko_Contract::MAX_MANIFEST_ENTRIES ) {
				break;
			}
			$entries[ $bucket ] = $products;
		}
		$answer = self::ask(
			array(
				'bucket_count' => $count,
				'entries'      => (object) $entries,
			)
		);
		if ( 'ok' !== $answer->code || ! isset( $answer->body['missing'], $answer->body['different'], $answer->body['orphaned'] ) ) {
			return self::wait_or_fail( $state, $answer );
		}
		$to_send = Fiko_Outbox::without_unreadable( array_map( 'intval', array_merge( $answer->body['missing'], $answer->body['different'] ) ) );
		$orphans = array_map( 'intval', $answer->body['orphaned'] );
		Fiko_Outbox::note_many( array_merge( $to_send, $orphans ), true );
		$state['sent']    += count( $to_send );
		$state['deleted'] += count( $orphans );
		$state['buckets']  = array_values( array_diff( $state['buckets'], array_keys( $entries ) ) );
		return $state['buckets'] ? 0 : self::end( $state );
	}

	/**
	 * Asks the server to compare.
	 *
	 * @param array<string,mixed> $manifest Either round.
	 * @return Fiko_Answer
	 */
	private static function ask( array $manifest ) {
		$client = new Fiko_Client();
		$answer = $client->post( 'manifest', $manifest, Fiko_Contract::TIMING['request_timeout'] );
		Fiko_Gate::heed( $answer );
		return $answer;
	}

	/**
	 * After an answer that is none.
	 *
	 * @param array<string,mixed> $state  State.
	 * @param Fiko_Answer         $answer Of the server.
	 * @return int
	 */
	private static function wait_or_fail( array &$state, Fiko_Answer $answer ) {
		$opens = Fiko_Gate::opens_at();
		if ( $answer->is_fault_of_connection() && null !== $opens ) {
			return max( 1, $opens - Fiko_Clock::now() );
		}
		return self::end( $state, $answer->reason() );
	}

	/**
	 * Ends the comparison, and sends what it found.
	 *
	 * @param array<string,mixed> $state State.
	 * @param string|null         $error Why it failed; null where it did not.
	 * @return int
	 */
	private static function end( array &$state, $error = null ) {
		$state['state']       = null === $error ? 'done' : 'failed';
		$state['error']       = (string) $error;
		$state['finished_at'] = Fiko_Clock::now();
		if ( $state['sent'] + $state['deleted'] > 0 ) {
			Fiko_Schedule::sweep_now();
		}
		return -1;
	}
}
