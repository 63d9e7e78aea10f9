<?php
/**
 * The sync of the whole catalogue.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sends all published products, batch by batch.
 */
final class Fiko_Bulk_Sync extends Fiko_Job {

	const NAME = 'bulk';

	/**
	 * Begins, from the first product.
	 */
	public static function start() {
		$now = Fiko_Clock::now();
		self::write(
			array(
				'state'      => 'running',
				'run'        => (string) Fiko_Clock::now_ms(),
				'total'      => Fiko_Catalogue::count(),
				'started_at' => $now,
				'since'      => $now,
			) + self::initial()
		);
		self::ensure_action();
	}

	/**
	 * Holds it, or lets it go on from where it was held.
	 *
	 * @param bool $pause Hold it.
	 */
	public static function pause( $pause ) {
		$state    = self::state();
		$expected = $pause ? 'running' : 'paused';
		if ( $expected !== $state['state'] ) {
			return;
		}
		$state['state'] = $pause ? 'paused' : 'running';
		if ( ! $pause ) {
			$state['since']      = Fiko_Clock::now();
			$state['since_done'] = $state['done'];
			$state['next_at']    = 0;
		}
		self::write( $state );
		self::ensure_action();
	}

	/**
	 * Ends it. What was sent stays sent.
	 */
	public static function stop() {
		self::write( self::initial() );
	}

	/**
	 * For the settings page.
	 *
	 * @return array{state:string,total:int,done:int,failed:int,seconds_left:int|null,started_at:int|null,finished_at:int|null}
	 */
	public static function shown() {
		$state = self::state();
		$done  = $state['done'] - $state['since_done'];
		$left  = null;
		if ( 'running' === $state['state'] && $done > 0 ) {
			$left = (int) round( ( Fiko_Clock::now() - $state['since'] ) / $done * max( 0, $state['total'] - $state['done'] ) );
		}
		return array(
			'state'        => $state['state'],
			'total'        => max( $state['total'], $state['done'] ),
			'done'         => $state['done'],
			'failed'       => $state['failed'],
			'seconds_left' => $left,
			'started_at'   => $state['started_at'],
			'finished_at'  => $state['finished_at'],
		);
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
			'cursor'      => 0,
			'batch'       => array(),
			'total'       => 0,
			'done'        => 0,
			'failed'      => 0,
			// Seconds between batches: longer while the server asks to slow down.
			'pace'        => 0,
			'calm'        => 0,
			'next_at'     => 0,
			'started_at'  => null,
			'finished_at' => null,
			'since'       => 0,
			'since_done'  => 0,
		);
	}

	/**
	 * Sends one batch.
	 *
	 * @param array<string,mixed> $state State.
	 * @return int Seconds to wait; -1 at the end.
	 */
	protected static function step( array &$state ) {
		if ( ! Fiko_Gate::is_open() ) {
			return self::until_gate_opens();
		}
		if ( ! $state['batch'] ) {
			$state['batch'] = Fiko_Catalogue::after( $state['cursor'], Fiko_Contract::BATCH['products'] );
			if ( ! $state['batch'] ) {
				$state['state']       = 'done';
				$state['finished_at'] = Fiko_Clock::now();
				// What the server has and the shop has not; a little later, as it compares what it has processed.
				Fiko_Schedule::go_on( 'daily', 'after ' . $state['run'], Fiko_Clock::now() + 600 );
				return -1;
			}
			if ( ! Fiko_Outbox::note_many( $state['batch'], true ) ) {
				// The database refuses: the batch is not sent yet, and looked for once more.
				$state['batch'] = array();
				return 60;
			}
			// Before it is sent: whoever goes on after a death goes on with what is left of it.
			if ( ! self::keep( $state, $state['run'] ) ) {
				return 0;
			}
		}
		$was_limited = 'rate_limited' === Fiko_Gate::state()['code'];
		$result      = Fiko_Delivery::deliver( $state['batch'], count( $state['batch'] ) );
		$rows        = Fiko_Outbox::rows( $state['batch'] );
		$left        = array();
		foreach ( $state['batch'] as $id ) {
			$row = isset( $rows[ $id ] ) ? $rows[ $id ] : null;
			// In the hands of another process, which may have died, or not tried yet.
			if ( $row && (int) $row->due_at > 0 && ( (int) $row->claimed_until > Fiko_Clock::now() || (int) $row->attempts <= ( 'unreachable' === $row->error_code ? 1 : 0 ) ) ) {
				$left[] = $id;
				continue;
			}
			// What failed for now is the outbox's to try again.
			++$state['done'];
			if ( $row && ( 'failed' === $row->state || (int) $row->attempts > 0 ) ) {
				++$state['failed'];
			}
			$state['cursor'] = max( $state['cursor'], $id );
		}
		$state['batch'] = $left;
		if ( 'rate_limited' === Fiko_Gate::state()['code'] && ! $was_limited ) {
			$state['pace'] = min( 30, max( 1, 2 * $state['pace'] ) );
			$state['calm'] = 0;
		} elseif ( ++$state['calm'] > 20 && $state['pace'] > 0 ) {
			$state['pace'] = intdiv( $state['pace'], 2 );
			$state['calm'] = 0;
		}
		if ( ! Fiko_Gate::is_open() ) {
			return self::until_gate_opens();
		}
		// Where nothing could be taken, what is left is in another process's hands.
		return $left && 0 === $result['taken'] ? max( 1, $state['pace'] ) : $state['pace'];
	}

	/**
	 * Seconds until the server may be asked again.
	 *
	 * @return int
	 */
	private static function until_gate_opens() {
		$opens = Fiko_Gate::opens_at();
		return null === $opens ? 60 : max( 1, $opens - Fiko_Clock::now() );
	}
}
