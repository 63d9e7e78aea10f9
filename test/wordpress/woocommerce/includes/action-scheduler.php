<?php
/**
 * Actions as those of Action Scheduler, with what was measured of it: unique means the same hook, arguments and group
 * waiting or running; what throws or has no callback has failed and is not tried again; nothing runs by itself, only when
 * a test says so.
 */

defined( 'ABSPATH' ) || exit;

class ActionScheduler {
	private static $initialized = false;

	public static function init() {
		self::$initialized = true;
		do_action( 'action_scheduler_init' );
	}

	public static function is_initialized( $function_name = null ) {
		if ( ! self::$initialized && $function_name ) {
			_doing_it_wrong( $function_name, $function_name . '() was called before the Action Scheduler data store was initialized', '3.1.6' );
		}
		return self::$initialized;
	}
}
add_action( 'init', array( 'ActionScheduler', 'init' ), 1 );

/** As as_get_scheduled_actions() gives it. */
class ActionScheduler_Action {
	private $row;

	public function __construct( $row ) {
		$this->row = $row;
	}

	public function get_hook() {
		return $this->row->hook;
	}

	public function get_args() {
		return json_decode( $this->row->args, true );
	}

	public function get_group() {
		return $this->row->action_group;
	}
}

class ActionScheduler_Store {
	const STATUS_COMPLETE = 'complete';
	const STATUS_PENDING  = 'pending';
	const STATUS_RUNNING  = 'in-progress';
	const STATUS_FAILED   = 'failed';
	const STATUS_CANCELED = 'canceled';
}

function fiko_stand_in_actions_table() {
	return $GLOBALS['wpdb']->prefix . 'fiko_stand_in_actions';
}

function fiko_stand_in_actions_install() {
	global $wpdb;
	$table = fiko_stand_in_actions_table();
	$wpdb->query(
		"CREATE TABLE IF NOT EXISTS $table (
			id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
			hook varchar(191) NOT NULL,
			args longtext NOT NULL,
			args_hash char(32) NOT NULL,
			action_group varchar(191) NOT NULL,
			status varchar(20) NOT NULL,
			due bigint(20) NOT NULL,
			started bigint(20) NOT NULL,
			priority int(11) NOT NULL,
			every int(11) NOT NULL,
			error text NOT NULL,
			PRIMARY KEY  (id),
			KEY hook_args (hook, args_hash, status),
			KEY status_due (status, due)
		)"
	);
}

/** The condition of a question, ready for use after WHERE. */
function fiko_stand_in_actions_where( $hook, $args, $group, array $statuses ) {
	global $wpdb;
	$where = array( "status IN ('" . implode( "', '", array_map( 'esc_sql', $statuses ) ) . "')" );
	if ( '' !== (string) $hook ) {
		$where[] = $wpdb->prepare( 'hook = %s', $hook );
	}
	if ( is_array( $args ) ) {
		$where[] = $wpdb->prepare( 'args_hash = %s', md5( wp_json_encode( $args ) ) );
	}
	if ( '' !== (string) $group ) {
		$where[] = $wpdb->prepare( 'action_group = %s', $group );
	}
	return implode( ' AND ', $where );
}

/** @return int its id; 0 where the same is waiting or running, or cannot be stored */
function fiko_stand_in_actions_add( $due, $every, $hook, $args, $group, $unique, $priority ) {
	global $wpdb;
	$json = wp_json_encode( $args );
	if ( strlen( $json ) > 8000 ) {
		return 0;
	}
	// The real one decides within one statement; a lock does it for every database.
	$lock = fopen( FIKO_TEST_DIR . '/actions.lock', 'c' );
	flock( $lock, LOCK_EX );
	try {
		$same = fiko_stand_in_actions_where( $hook, $args, '', array( 'pending', 'in-progress' ) ) . $wpdb->prepare( ' AND action_group = %s', $group );
		if ( $unique && $wpdb->get_var( 'SELECT id FROM ' . fiko_stand_in_actions_table() . " WHERE $same LIMIT 1" ) ) {
			return 0;
		}
		$wpdb->insert(
			fiko_stand_in_actions_table(),
			array(
				'hook'         => $hook,
				'args'         => $json,
				'args_hash'    => md5( $json ),
				'action_group' => $group,
				'status'       => 'pending',
				'due'          => $due,
				'started'      => 0,
				'priority'     => $priority,
				'every'        => $every,
				'error'        => '',
			)
		);
		return (int) $wpdb->insert_id;
	} finally {
		fclose( $lock );
	}
}

function as_schedule_single_action( $timestamp, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {
	return ActionScheduler::is_initialized( __FUNCTION__ ) ? fiko_stand_in_actions_add( (int) $timestamp, 0, $hook, $args, $group, $unique, $priority ) : 0;
}

function as_enqueue_async_action( $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {
	return ActionScheduler::is_initialized( __FUNCTION__ ) ? fiko_stand_in_actions_add( 0, 0, $hook, $args, $group, $unique, $priority ) : 0;
}

function as_schedule_recurring_action( $timestamp, $interval_in_seconds, $hook, $args = array(), $group = '', $unique = false, $priority = 10 ) {
	return ActionScheduler::is_initialized( __FUNCTION__ ) ? fiko_stand_in_actions_add( (int) $timestamp, (int) $interval_in_seconds, $hook, $args, $group, $unique, $priority ) : 0;
}

/** Cancels the next one. Its arguments have to be exactly these, also when none are given. */
function as_unschedule_action( $hook, $args = array(), $group = '' ) {
	if ( ! ActionScheduler::is_initialized( __FUNCTION__ ) ) {
		return 0;
	}
	global $wpdb;
	$table = fiko_stand_in_actions_table();
	$id    = $wpdb->get_var( "SELECT id FROM $table WHERE " . fiko_stand_in_actions_where( $hook, $args, $group, array( 'pending' ) ) . ' ORDER BY due, id LIMIT 1' );
	if ( $id ) {
		$wpdb->query( $wpdb->prepare( "UPDATE $table SET status = 'canceled' WHERE id = %d AND status = 'pending'", $id ) );
	}
	return $id ? (int) $id : null;
}

/** With a hook alone, or a group alone, whatever the arguments; otherwise with exactly these. */
function as_unschedule_all_actions( $hook, $args = array(), $group = '' ) {
	if ( ! ActionScheduler::is_initialized( __FUNCTION__ ) ) {
		return;
	}
	global $wpdb;
	$any = empty( $args ) && ( empty( $group ) || empty( $hook ) );
	$wpdb->query( 'UPDATE ' . fiko_stand_in_actions_table() . " SET status = 'canceled' WHERE " . fiko_stand_in_actions_where( $hook, $any ? null : $args, $group, array( 'pending' ) ) );
}

/** Its time; true for one that runs or that waits without a time; false for none. */
function as_next_scheduled_action( $hook, $args = null, $group = '' ) {
	if ( ! ActionScheduler::is_initialized( __FUNCTION__ ) ) {
		return false;
	}
	global $wpdb;
	$table = fiko_stand_in_actions_table();
	if ( $wpdb->get_var( "SELECT id FROM $table WHERE " . fiko_stand_in_actions_where( $hook, $args, $group, array( 'in-progress' ) ) . ' LIMIT 1' ) ) {
		return true;
	}
	$due = $wpdb->get_var( "SELECT due FROM $table WHERE " . fiko_stand_in_actions_where( $hook, $args, $group, array( 'pending' ) ) . ' ORDER BY due, id LIMIT 1' );
	return null === $due ? false : ( $due ? (int) $due : true );
}

function as_has_scheduled_action( $hook, $args = null, $group = '' ) {
	global $wpdb;
	return ActionScheduler::is_initialized( __FUNCTION__ )
		&& null !== $wpdb->get_var( 'SELECT id FROM ' . fiko_stand_in_actions_table() . ' WHERE ' . fiko_stand_in_actions_where( $hook, $args, $group, array( 'pending', 'in-progress' ) ) . ' LIMIT 1' );
}

/** Of the arguments: hook, args, group, status, per_page, offset, order. */
function as_get_scheduled_actions( $args = array(), $return_format = OBJECT ) {
	if ( ! ActionScheduler::is_initialized( __FUNCTION__ ) ) {
		return array();
	}
	global $wpdb;
	$args     = array_merge(
		array(
			'hook'     => '',
			'args'     => null,
			'group'    => '',
			'status'   => '',
			'per_page' => 5,
			'offset'   => 0,
			'order'    => 'ASC',
		),
		$args
	);
	$statuses = $args['status'] ? (array) $args['status'] : array( 'pending', 'in-progress', 'complete', 'failed', 'canceled' );
	$limit    = 0 < (int) $args['per_page'] ? $wpdb->prepare( ' LIMIT %d OFFSET %d', $args['per_page'], $args['offset'] ) : '';
	$order    = 'DESC' === strtoupper( $args['order'] ) ? 'DESC' : 'ASC';
	$actions  = array();
	foreach ( $wpdb->get_results( 'SELECT * FROM ' . fiko_stand_in_actions_table() . ' WHERE ' . fiko_stand_in_actions_where( $args['hook'], $args['args'], $args['group'], $statuses ) . " ORDER BY due $order, id $order$limit" ) as $row ) {
		$actions[ $row->id ] = new ActionScheduler_Action( $row );
	}
	return 'ids' === $return_format || 'int' === $return_format ? array_map( 'strval', array_keys( $actions ) ) : ( ARRAY_A === $return_format ? array_map( 'get_object_vars', $actions ) : $actions );
}

/**
 * Runs what is due, and what becomes due by that. An action belongs to the runner that its row says has taken it.
 *
 * @param array $input now (Unix seconds), limit
 * @return array the ids of what was run
 */
function fiko_stand_in_run_queue( array $input ) {
	global $wpdb;
	$table = fiko_stand_in_actions_table();
	$ran   = array();
	// Whoever ran them has died.
	fiko_stand_in_actions_write( $wpdb->prepare( "UPDATE $table SET status = 'failed', error = 'timed out' WHERE status = 'in-progress' AND started < %d", $input['now'] - 300 ) );
	while ( count( $ran ) < $input['limit'] ) {
		$rows = $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table WHERE status = 'pending' AND due <= %d ORDER BY priority, due, id LIMIT 25", $input['now'] ) );
		if ( ! $rows ) {
			break;
		}
		foreach ( $rows as $row ) {
			if ( count( $ran ) >= $input['limit'] ) {
				break;
			}
			if ( 1 !== fiko_stand_in_actions_write( $wpdb->prepare( "UPDATE $table SET status = 'in-progress', started = %d WHERE id = %d AND status = 'pending'", $input['now'], $row->id ) ) ) {
				continue;
			}
			fiko_stand_in_run_action( $row, $input['now'] );
			$ran[] = (int) $row->id;
		}
	}
	return $ran;
}

/** Runners of the queue may lock each other out: the one that the database gives up tries again. */
function fiko_stand_in_actions_write( $sql ) {
	global $wpdb;
	$shows = $wpdb->suppress_errors();
	do {
		$rows = $wpdb->query( $sql );
	} while ( false === $rows && false !== strpos( $wpdb->last_error, 'Deadlock' ) );
	$wpdb->suppress_errors( $shows );
	if ( false === $rows ) {
		throw new Exception( $wpdb->last_error );
	}
	return $rows;
}

/** @param int $now Unix seconds, as the site believes it to be */
function fiko_stand_in_run_action( $row, $now ) {
	global $wpdb;
	$after = array(
		'status' => 'complete',
		'error'  => '',
	);
	try {
		do_action( 'action_scheduler_before_execute', (int) $row->id, 'Test' );
		if ( ! has_action( $row->hook ) ) {
			throw new Exception( 'no callbacks are registered for ' . $row->hook );
		}
		do_action_ref_array( $row->hook, array_values( json_decode( $row->args, true ) ) );
		do_action( 'action_scheduler_after_execute', (int) $row->id );
	} catch ( Throwable $error ) {
		$after = array(
			'status' => 'failed',
			'error'  => get_class( $error ) . ': ' . $error->getMessage(),
		);
		do_action( 'action_scheduler_failed_execution', (int) $row->id, $error );
	}
	fiko_stand_in_actions_write( $wpdb->prepare( 'UPDATE ' . fiko_stand_in_actions_table() . ' SET status = %s, error = %s WHERE id = %d', $after['status'], $after['error'], $row->id ) );
	if ( 0 < (int) $row->every ) {
		fiko_stand_in_actions_add( $now + (int) $row->every, (int) $row->every, $row->hook, json_decode( $row->args, true ), $row->action_group, false, (int) $row->priority );
	}
}

/** For tests: all of them, or those of a hook. */
function fiko_stand_in_list_actions( array $input ) {
	global $wpdb;
	$table = fiko_stand_in_actions_table();
	$where = empty( $input['hook'] ) ? '' : $wpdb->prepare( ' WHERE hook = %s', $input['hook'] );
	return array_map(
		function ( $row ) {
			return array(
				'id'     => (int) $row->id,
				'hook'   => $row->hook,
				'args'   => json_decode( $row->args, true ),
				'group'  => $row->action_group,
				'status' => $row->status,
				'at'     => (int) $row->due,
				'every'  => (int) $row->every,
				'error'  => $row->error,
			);
		},
		$wpdb->get_results( "SELECT * FROM $table$where ORDER BY id" )
	);
}
