<?php
/**
 * Background work.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Action Scheduler, and what it does not promise: an action that throws or dies is not run again. The outbox knows what is
 * to be done; the sweep finds what has no action. Its own `unique` is not used: up to 3.9 it looks at the hook and not at
 * the arguments, so that the action of one product would keep out those of all others.
 */
final class Fiko_Schedule {

	/**
	 * Attaches what the actions do.
	 */
	public static function listen() {
		$actions = Fiko_Contract::ACTIONS;
		add_action( $actions['send'], array( __CLASS__, 'run_send' ) );
		add_action( $actions['sweep'], array( __CLASS__, 'run_sweep' ) );
		add_action( $actions['refresh'], array( __CLASS__, 'run_refresh' ) );
		add_action( $actions['bulk'], array( 'Fiko_Bulk_Sync', 'run' ) );
		add_action( $actions['reconcile'], array( 'Fiko_Reconcile', 'run' ) );
		add_action( $actions['daily'], array( 'Fiko_Reconcile', 'run_daily' ) );
	}

	/**
	 * Sees to it that each recurring action is there once; looks every few minutes, as one whose process died is not planned
	 * again.
	 */
	public static function ensure() {
		if ( ! self::is_available() || get_transient( Fiko_Contract::TRANSIENTS['ensured'] ) ) {
			return;
		}
		set_transient( Fiko_Contract::TRANSIENTS['ensured'], 1, Fiko_Contract::TIMING['sweep_every'] );
		Fiko_Schema::mend();
		$lock = Fiko_Lock::take( MINUTE_IN_SECONDS, Fiko_Lock::PLANNING );
		if ( '' === $lock ) {
			// Another process looks at this very moment, and two would plan them twice.
			return;
		}
		$every = array(
			'sweep' => array( time() + 60, Fiko_Contract::TIMING['sweep_every'] ),
			// At night, and not all shops at the same minute.
			'daily' => array( strtotime( 'tomorrow 02:00', time() ) + crc32( Fiko_Settings::site() ) % ( 3 * HOUR_IN_SECONDS ), DAY_IN_SECONDS ),
		);
		foreach ( $every as $action => list( $first, $interval ) ) {
			$hook = Fiko_Contract::ACTIONS[ $action ];
			if ( false === as_next_scheduled_action( $hook, array(), Fiko_Contract::ACTION_GROUP ) ) {
				if ( 'daily' === $action ) {
					// The plugin was off for a while, and changes were not noted.
					self::compare_soon();
				}
				as_schedule_recurring_action( $first, $interval, $hook, array(), Fiko_Contract::ACTION_GROUP );
			}
			self::thin_out( $hook );
		}
		Fiko_Lock::give_back( $lock );
	}

	/**
	 * Leaves one of a recurring action. There are two where it was missed in the moment between a run and the planning of the
	 * next.
	 *
	 * @param string $hook Action.
	 */
	private static function thin_out( $hook ) {
		$planned = as_get_scheduled_actions(
			array(
				'hook'     => $hook,
				'args'     => array(),
				'group'    => Fiko_Contract::ACTION_GROUP,
				'status'   => 'pending',
				'per_page' => 10,
			),
			'ids'
		);
		for ( $surplus = count( $planned ) - 1; $surplus > 0; $surplus-- ) {
			as_unschedule_action( $hook, array(), Fiko_Contract::ACTION_GROUP );
		}
	}

	/**
	 * Takes all actions away.
	 */
	public static function clear() {
		if ( self::is_available() ) {
			foreach ( Fiko_Contract::ACTIONS as $hook ) {
				as_unschedule_all_actions( $hook );
			}
		}
		delete_transient( Fiko_Contract::TRANSIENTS['ensured'] );
	}

	/**
	 * Sends a product later, unless that is planned.
	 *
	 * @param int $id   Product.
	 * @param int $when Unix seconds.
	 */
	public static function send_at( $id, $when ) {
		$opens = Fiko_Gate::opens_at();
		// While only the owner can help, actions would run in vain. Opening the gate sweeps.
		if ( null === $opens || ! self::is_available() ) {
			return;
		}
		self::plan( Fiko_Contract::ACTIONS['send'], array( (int) $id ), max( $when, $opens ) );
	}

	/**
	 * Sends a product as soon as the background runs.
	 *
	 * @param int $id Product.
	 */
	public static function send_now( $id ) {
		if ( ! Fiko_Gate::is_open() || ! self::is_available() ) {
			self::send_at( $id, Fiko_Clock::now() );
			return;
		}
		self::plan( Fiko_Contract::ACTIONS['send'], array( (int) $id ), 0 );
	}

	/**
	 * Sends all that is due as soon as the background runs.
	 */
	public static function sweep_now() {
		if ( self::is_available() ) {
			self::plan( Fiko_Contract::ACTIONS['sweep'], array( 'now' ), 0 );
		}
	}

	/**
	 * Asks the server what became of what it has taken in, once that is due.
	 */
	public static function refresh() {
		$next  = Fiko_Outbox::next_refresh();
		$opens = Fiko_Gate::opens_at();
		if ( $next && null !== $opens && self::is_available() ) {
			// Never at once, as what was just asked in vain would be asked again and again.
			self::plan( Fiko_Contract::ACTIONS['refresh'], array(), max( $next, $opens, Fiko_Clock::now() + 10 ) );
		}
	}

	/**
	 * Compares the catalogues in two minutes, since changes may have gone unnoted. A shop that was never connected has
	 * nothing to compare.
	 */
	public static function compare_soon() {
		if ( self::is_available() && false !== get_option( Fiko_Contract::OPTIONS['account'] ) ) {
			self::plan( Fiko_Contract::ACTIONS['daily'], array( 'back' ), Fiko_Clock::now() + 120 );
		}
	}

	/**
	 * Goes on with long work.
	 *
	 * @param string $action Key of Fiko_Contract::ACTIONS.
	 * @param string $run    Which run of it.
	 * @param int    $when   Unix seconds; 0 for at once.
	 */
	public static function go_on( $action, $run, $when = 0 ) {
		if ( self::is_available() ) {
			self::plan( Fiko_Contract::ACTIONS[ $action ], array( $run ), $when );
		}
	}

	/**
	 * The action of one product.
	 *
	 * @param int $id Product.
	 */
	public static function run_send( $id ) {
		$row = Fiko_Outbox::row( (int) $id );
		if ( ! $row || 0 === (int) $row->due_at ) {
			return;
		}
		if ( (int) $row->due_at <= Fiko_Clock::now() ) {
			Fiko_Delivery::deliver( array( (int) $id ), Fiko_Contract::BATCH['products'] );
			$row = Fiko_Outbox::row( (int) $id );
		}
		// Edited again, to be tried again, or in another process's hands that may die.
		if ( $row && (int) $row->due_at > 0 ) {
			self::send_at( (int) $id, max( (int) $row->due_at, (int) $row->claimed_until ) );
		}
	}

	/**
	 * The action that sends whatever is due.
	 */
	public static function run_sweep() {
		// First, as the process may die over a product.
		Fiko_Bulk_Sync::ensure_action();
		Fiko_Reconcile::ensure_action();
		Fiko_Terms::resume();
		if ( Fiko_Delivery::drain( Fiko_Contract::TIMING['step_budget'] ) ) {
			self::sweep_now();
		}
		self::refresh();
	}

	/**
	 * The action that asks what became of products.
	 */
	public static function run_refresh() {
		Fiko_Status::refresh_due( Fiko_Contract::TIMING['step_budget'] );
		self::refresh();
	}

	/**
	 * Whether there is an Action Scheduler, and it is ready.
	 *
	 * @return bool
	 */
	private static function is_available() {
		if ( ! function_exists( 'as_schedule_single_action' ) ) {
			return false;
		}
		return ! is_callable( array( 'ActionScheduler', 'is_initialized' ) ) || ActionScheduler::is_initialized();
	}

	/**
	 * Plans an action, unless it is planned, and not for later. One that is running has read the outbox already, so that
	 * another is planned beside it, under a second name.
	 *
	 * @param string  $hook Action.
	 * @param mixed[] $args Arguments.
	 * @param int     $when Unix seconds; 0 for at once.
	 */
	private static function plan( $hook, array $args, $when ) {
		foreach ( array( $args, array_merge( $args, array( 'again' ) ) ) as $name ) {
			$planned = as_next_scheduled_action( $hook, $name, Fiko_Contract::ACTION_GROUP );
			if ( is_int( $planned ) && $planned > $when ) {
				as_unschedule_action( $hook, $name, Fiko_Contract::ACTION_GROUP );
				$planned = false;
			}
			if ( false === $planned ) {
				if ( 0 === $when ) {
					as_enqueue_async_action( $hook, $name, Fiko_Contract::ACTION_GROUP );
				} else {
					as_schedule_single_action( $when, $hook, $name, Fiko_Contract::ACTION_GROUP );
				}
				return;
			}
			if ( true !== $planned || ! self::is_running( $hook, $name ) ) {
				return;
			}
		}
	}

	/**
	 * Whether the very action is running.
	 *
	 * @param string  $hook Action.
	 * @param mixed[] $args Arguments.
	 * @return bool
	 */
	private static function is_running( $hook, array $args ) {
		return (bool) as_get_scheduled_actions(
			array(
				'hook'     => $hook,
				'args'     => $args,
				'group'    => Fiko_Contract::ACTION_GROUP,
				'status'   => 'in-progress',
				'per_page' => 1,
			),
			'ids'
		);
	}
}
