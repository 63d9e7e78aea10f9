<?php
/**
 * Whether the server may be asked.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * One place that knows that the server is away, is busy, or refuses us: while it is closed, nothing is sent, however
 * many products wait.
 */
final class Fiko_Gate {

	/**
	 * Codes that only the owner can mend.
	 */
	const STOPS = array( 'unauthorized', 'forbidden', 'signature' );

	const OPEN = array(
		'code'        => '',
		'detail'      => '',
		'status'      => 0,
		'since'       => 0,
		'until'       => null,
		'failures'    => 0,
		'credentials' => '',
	);

	/**
	 * Whether something may be sent now.
	 *
	 * @return bool
	 */
	public static function is_open() {
		if ( ! self::may_open() ) {
			return false;
		}
		$state = self::present();
		return '' === $state['code'] || ( null !== $state['until'] && $state['until'] <= Fiko_Clock::now() );
	}

	/**
	 * Whether there is a server to ask, a shop that it knows, and a place to note what was sent.
	 *
	 * @return bool
	 */
	private static function may_open() {
		return Fiko_Settings::is_connected() && ! Fiko_Settings::has_moved() && Fiko_Schema::is_made();
	}

	/**
	 * Whether the next request is to find out if the server is back: then one product is enough.
	 *
	 * @return bool
	 */
	public static function is_probing() {
		return '' !== self::state()['code'];
	}

	/**
	 * When it opens by itself: Unix seconds; null where the owner has to do something first.
	 *
	 * @return int|null
	 */
	public static function opens_at() {
		if ( ! self::may_open() ) {
			return null;
		}
		$state = self::present();
		return '' === $state['code'] ? Fiko_Clock::now() : $state['until'];
	}

	/**
	 * Why it is closed now. What was refused to another token, which wp-config.php had until a moment ago, closes nothing.
	 *
	 * @return array{code:string,detail:string,status:int,since:int,until:int|null,failures:int}
	 */
	public static function present() {
		$state = self::state();
		if ( in_array( $state['code'], self::STOPS, true ) && Fiko_Client::present_credentials() !== $state['credentials'] ) {
			return self::OPEN;
		}
		return $state;
	}

	/**
	 * Why it is closed, as it was last written.
	 *
	 * @return array{code:string,detail:string,status:int,since:int,until:int|null,failures:int,credentials:string}
	 */
	public static function state() {
		Fiko_Settings::forget_cached( Fiko_Contract::OPTIONS['gate'] );
		$state = get_option( Fiko_Contract::OPTIONS['gate'] );
		return ( is_array( $state ) ? $state : array() ) + self::OPEN;
	}

	/**
	 * Heeds an answer: a good one opens, one that tells of a fault of the connection closes.
	 *
	 * @param Fiko_Answer $answer Of the server.
	 */
	public static function heed( Fiko_Answer $answer ) {
		if ( ! $answer->is_fault_of_connection() ) {
			self::open();
			return;
		}
		$before   = self::state();
		$now      = Fiko_Clock::now();
		$failures = $before['failures'] + 1;
		$stops    = in_array( $answer->code, self::STOPS, true );
		if ( $stops && ! $answer->is_of_present_settings() ) {
			// The owner has saved another token while the server refused the one before.
			return;
		}
		update_option(
			Fiko_Contract::OPTIONS['gate'],
			array(
				'code'        => $answer->code,
				'detail'      => $answer->detail,
				'status'      => $answer->status,
				'since'       => $before['since'] ? $before['since'] : $now,
				'until'       => $stops ? null : $now + self::delay( $answer, $failures ),
				'failures'    => $failures,
				'credentials' => $answer->credentials,
			),
			false
		);
		Fiko_Logger::warning( sprintf( 'The server cannot be used (%s): %s', $answer->code, $answer->detail ) );
	}

	/**
	 * Opens it, and takes up again what had been given up while it was closed.
	 */
	public static function open() {
		$state = self::state();
		if ( '' === $state['code'] ) {
			return;
		}
		delete_option( Fiko_Contract::OPTIONS['gate'] );
		Fiko_Outbox::hurry( null === $state['until'] || Fiko_Clock::now() - $state['since'] > HOUR_IN_SECONDS );
		Fiko_Bulk_Sync::hurry();
		Fiko_Reconcile::hurry();
		Fiko_Schedule::sweep_now();
		Fiko_Logger::info( 'The server can be used again.' );
	}

	/**
	 * Seconds until the next try: longer each time, not all shops at the same moment, and not before the server said.
	 *
	 * @param Fiko_Answer $answer   Of the server.
	 * @param int         $failures In a row, this one among them.
	 * @return int
	 */
	public static function delay( Fiko_Answer $answer, $failures ) {
		$asked = null === $answer->retry_after ? 0 : max( 1, min( 6 * HOUR_IN_SECONDS, $answer->retry_after ) );
		if ( $asked && 'rate_limited' === $answer->code ) {
			return $asked;
		}
		$delays = Fiko_Contract::TIMING['retry_delays'];
		$delay  = $delays[ min( $failures, count( $delays ) ) - 1 ];
		return max( $asked, $delay + wp_rand( 0, (int) ( $delay / 10 ) ) );
	}
}
