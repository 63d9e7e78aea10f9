<?php
/**
 * Long work.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Work on the whole catalogue that goes on in steps, in background actions or while somebody watches, in one process
 * at a time. Its state is an option, so that it goes on wherever it was left.
 */
abstract class Fiko_Job {

	/**
	 * Key of Fiko_Contract::OPTIONS and of Fiko_Contract::ACTIONS.
	 */
	const NAME = '';

	/**
	 * The state before anything was done.
	 *
	 * @return array<string,mixed> With `state` (idle, running, paused, done, failed) and `run`.
	 */
	abstract protected static function initial();

	/**
	 * Does some of the work.
	 *
	 * @param array<string,mixed> $state State; what is changed in it is kept.
	 * @return int Seconds to wait before the next; 0 for none, -1 where the work has ended.
	 */
	abstract protected static function step( array &$state );

	/**
	 * The state.
	 *
	 * @return array<string,mixed>
	 */
	public static function state() {
		$option = Fiko_Contract::OPTIONS[ static::NAME ];
		Fiko_Settings::forget_cached( $option );
		$state = get_option( $option );
		return ( is_array( $state ) ? $state : array() ) + static::initial();
	}

	/**
	 * Whether it is under way.
	 *
	 * @return bool
	 */
	public static function is_running() {
		return 'running' === static::state()['state'];
	}

	/**
	 * The background action.
	 *
	 * @param string $run Which run; one that was stopped does not go on.
	 */
	public static function run( $run ) {
		if ( (string) static::state()['run'] === (string) $run ) {
			static::work( Fiko_Contract::TIMING['step_budget'] );
		}
	}

	/**
	 * Plans the action where it is missing, after a process died, say.
	 */
	public static function ensure_action() {
		$state = static::state();
		if ( 'running' === $state['state'] ) {
			Fiko_Schedule::go_on( static::NAME, $state['run'], (int) $state['next_at'] );
		}
	}

	/**
	 * The server is back: what waited for that goes on.
	 */
	public static function hurry() {
		$state = static::state();
		if ( 'running' === $state['state'] && (int) $state['next_at'] > Fiko_Clock::now() ) {
			$state['next_at'] = 0;
			static::write( $state );
			static::ensure_action();
		}
	}

	/**
	 * Does steps until the time is up, and plans what is left.
	 *
	 * @param int           $seconds How long it may go on.
	 * @param callable|null $heard   Is given the state after each step.
	 */
	public static function work( $seconds, $heard = null ) {
		$ends = microtime( true ) + $seconds;
		$lock = Fiko_Lock::take( Fiko_Contract::TIMING['claim'] );
		$held = Fiko_Clock::now();
		if ( '' === $lock ) {
			// The other process, or its successor, goes on.
			static::ensure_later();
			return;
		}
		try {
			do {
				$state = static::state();
				if ( 'running' !== $state['state'] || (int) $state['next_at'] > Fiko_Clock::now() ) {
					break;
				}
				$run              = $state['run'];
				$wait             = static::step( $state );
				$now              = Fiko_Clock::now();
				$state['next_at'] = $wait > 0 ? $now + $wait : 0;
				if ( $now > $held ) {
					if ( ! Fiko_Lock::keep( $lock, Fiko_Contract::TIMING['claim'] ) ) {
						// It took so long that another process has taken over, and may be further.
						break;
					}
					$held = $now;
				}
				if ( ! static::keep( $state, $run ) ) {
					break;
				}
				if ( $heard ) {
					call_user_func( $heard, $state );
				}
				Fiko_Memory::free();
			} while ( 0 === $wait && microtime( true ) < $ends && ! Fiko_Memory::is_scarce() );
		} finally {
			Fiko_Lock::give_back( $lock );
		}
		static::ensure_action();
	}

	/**
	 * Writes the state.
	 *
	 * @param array<string,mixed> $state State.
	 */
	protected static function write( array $state ) {
		update_option( Fiko_Contract::OPTIONS[ static::NAME ], $state, false );
	}

	/**
	 * Writes a state after a step, or within one, unless somebody stopped, paused or began anew meanwhile.
	 *
	 * @param array<string,mixed> $state State.
	 * @param string              $run   The run that the step was of.
	 * @return bool Whether it goes on.
	 */
	protected static function keep( array $state, $run ) {
		$now = static::state();
		if ( $now['run'] !== $run ) {
			return false;
		}
		if ( 'running' !== $now['state'] && 'running' === $state['state'] ) {
			$state['state'] = $now['state'];
		}
		static::write( $state );
		return 'running' === $state['state'];
	}

	/**
	 * Looks again once the other process must have ended.
	 */
	private static function ensure_later() {
		$state = static::state();
		if ( 'running' === $state['state'] ) {
			Fiko_Schedule::go_on( static::NAME, $state['run'], Fiko_Clock::now() + 30 );
		}
	}
}
