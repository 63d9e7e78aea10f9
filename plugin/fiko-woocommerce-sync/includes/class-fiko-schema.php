<?php
/**
 * What the plugin keeps in the database.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Makes and removes the table of products.
 *
 * A table of its own, and not post meta, since a product that is deleted for good takes its meta along, and that is
 * when its deletion has to be sent.
 */
final class Fiko_Schema {

	const VERSION = 2;

	/**
	 * The table's name on the current site.
	 *
	 * @return string
	 */
	public static function table() {
		global $wpdb;
		return $wpdb->prefix . Fiko_Contract::TABLE;
	}

	/**
	 * Makes the table where it is missing or of an older version. Cheap where there is nothing to do.
	 */
	public static function ensure() {
		if ( ! self::is_made() ) {
			self::create();
		}
	}

	/**
	 * Whether the table was made, as far as is known without a look at it.
	 *
	 * @return bool
	 */
	public static function is_made() {
		return self::VERSION === (int) get_option( Fiko_Contract::OPTIONS['schema'] );
	}

	/**
	 * Makes the table if it is gone: a backup that was restored has WordPress's own tables alone.
	 *
	 * @return bool Whether something was missing, and is there now.
	 */
	public static function mend() {
		return ! self::is_whole() && self::create();
	}

	/**
	 * Whether the table is there, and the row of the lock in it.
	 *
	 * @return bool
	 */
	public static function is_whole() {
		global $wpdb;
		$shows  = $wpdb->suppress_errors();
		$locked = $wpdb->get_var( 'SELECT COUNT(*) FROM `' . self::table() . '` WHERE product_id = 0' );
		$wpdb->suppress_errors( $shows );
		return 1 === (int) $locked;
	}

	/**
	 * Makes the table. A database that refuses is asked again after a minute.
	 *
	 * @return bool Whether it is there.
	 */
	private static function create() {
		global $wpdb;
		$refused = Fiko_Contract::TRANSIENTS['table_refused'];
		if ( get_transient( $refused ) ) {
			return false;
		}
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$table   = self::table();
		$charset = $wpdb->get_charset_collate();

		/*
		 * revision:      counts the changes of a product; a send that ends finds by it whether there was another meanwhile.
		 * changed_at:    of the last change, in milliseconds.
		 * pending_since: in seconds, as all times below; 0 where nothing is to be sent.
		 * due_at:        when it is to be sent; 0 where nothing is.
		 * stalls:        claims that came to nothing: whoever had them died, over this product or another one.
		 * event_*:       what was sent last, or is being tried; `acknowledged` once the server has taken it in.
		 * known:         the server has taken in the product, and no deletion since.
		 * refresh_*:     when to ask the server what became of it.
		 * scan_*:        its digest at the last comparison of catalogues.
		 */
		dbDelta(
			"CREATE TABLE $table (
  product_id bigint(20) NOT NULL,
  revision bigint(20) NOT NULL DEFAULT 0,
  changed_at bigint(20) NOT NULL DEFAULT 0,
  pending_since bigint(20) NOT NULL DEFAULT 0,
  due_at bigint(20) NOT NULL DEFAULT 0,
  attempts int(11) NOT NULL DEFAULT 0,
  claimed_by varchar(40) NOT NULL DEFAULT '',
  claimed_until bigint(20) NOT NULL DEFAULT 0,
  stalls int(11) NOT NULL DEFAULT 0,
  event_id varchar(100) NOT NULL DEFAULT '',
  event_digest varchar(40) NOT NULL DEFAULT '',
  event_at bigint(20) NOT NULL DEFAULT 0,
  acknowledged int(11) NOT NULL DEFAULT 0,
  known int(11) NOT NULL DEFAULT 0,
  state varchar(20) NOT NULL DEFAULT 'waiting',
  state_at bigint(20) NOT NULL DEFAULT 0,
  error_code varchar(40) NOT NULL DEFAULT '',
  error text NULL,
  refresh_at bigint(20) NOT NULL DEFAULT 0,
  refreshes int(11) NOT NULL DEFAULT 0,
  scan_id bigint(20) NOT NULL DEFAULT 0,
  scan_digest varchar(40) NOT NULL DEFAULT '',
  PRIMARY KEY  (product_id),
  KEY due_at (due_at),
  KEY state (state,state_at),
  KEY refresh_at (refresh_at),
  KEY scan_id (scan_id,product_id)
) $charset;"
		);
		// Product 0 is no product: its claim is the lock of long work.
		$wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO `$table` (product_id, state) VALUES (0, %s)", '' ) );
		if ( ! self::is_whole() ) {
			set_transient( $refused, 1, MINUTE_IN_SECONDS );
			delete_option( Fiko_Contract::OPTIONS['schema'] );
			return false;
		}
		update_option( Fiko_Contract::OPTIONS['schema'], self::VERSION, true );
		Fiko_Settings::take_over();
		// What changed while there was no table was not noted.
		Fiko_Schedule::compare_soon();
		return true;
	}

	/**
	 * Removes all that the plugin wrote on the current site.
	 */
	public static function remove() {
		global $wpdb;
		foreach ( Fiko_Contract::OPTIONS as $option ) {
			delete_option( $option );
		}
		foreach ( Fiko_Contract::TRANSIENTS as $transient ) {
			delete_transient( $transient );
		}
		$wpdb->query( 'DROP TABLE IF EXISTS `' . esc_sql( self::table() ) . '`' );
		self::remove_actions();
	}

	/**
	 * Takes the plugin's actions away, those that ran too: Action Scheduler keeps a month of them.
	 */
	private static function remove_actions() {
		global $wpdb;
		if ( function_exists( 'as_unschedule_all_actions' ) ) {
			foreach ( Fiko_Contract::ACTIONS as $hook ) {
				as_unschedule_all_actions( $hook );
			}
		}
		$actions = $wpdb->prefix . 'actionscheduler_actions';
		$logs    = $wpdb->prefix . 'actionscheduler_logs';
		$groups  = $wpdb->prefix . 'actionscheduler_groups';
		if ( $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $actions ) ) ) !== $actions ) {
			return;
		}
		foreach ( Fiko_Contract::ACTIONS as $hook ) {
			$ids = $wpdb->get_col( $wpdb->prepare( "SELECT action_id FROM `$actions` WHERE hook = %s", $hook ) );
			foreach ( array_chunk( array_map( 'intval', $ids ), 500 ) as $some ) {
				$list = implode( ',', $some );
				$wpdb->query( "DELETE FROM `$logs` WHERE action_id IN ($list)" );
				$wpdb->query( "DELETE FROM `$actions` WHERE action_id IN ($list)" );
			}
		}
		$wpdb->query( $wpdb->prepare( "DELETE FROM `$groups` WHERE slug = %s", Fiko_Contract::ACTION_GROUP ) );
	}
}
