<?php
/**
 * Figures.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * How many products are in which state, for the settings page, WP-CLI and Site Health.
 */
final class Fiko_Figures {

	/**
	 * Products by state, those of which nothing was ever sent among them. `waiting` and `failed` count deletions too, of
	 * products that no list has any more: waiting_deletions, failed_deletions.
	 *
	 * @return array<string,int>
	 */
	public static function totals() {
		global $wpdb;
		$table  = Fiko_Schema::table();
		$totals = array_fill_keys( array_merge( array_keys( Fiko_Contract::STATES ), array( 'waiting_deletions', 'failed_deletions' ) ), 0 );
		if ( ! Fiko_Schema::is_made() ) {
			return array( 'products' => (int) $wpdb->get_var( "SELECT COUNT(*) FROM `$wpdb->posts` WHERE post_type = 'product' AND post_status NOT IN ('auto-draft', 'trash')" ) ) + $totals;
		}
		$counts = $wpdb->get_results( "SELECT t.state AS state, COUNT(*) AS n FROM `$table` t INNER JOIN `$wpdb->posts` p ON p.ID = t.product_id WHERE p.post_type = 'product' AND p.post_status NOT IN ('auto-draft', 'trash') GROUP BY t.state" );
		foreach ( $counts as $count ) {
			if ( isset( $totals[ $count->state ] ) ) {
				$totals[ $count->state ] = (int) $count->n;
			}
		}
		// Deletions that wait, and those that failed, are of posts that are gone or in the trash.
		$gone = $wpdb->get_results( "SELECT t.state AS state, COUNT(*) AS n FROM `$table` t LEFT JOIN `$wpdb->posts` p ON p.ID = t.product_id AND p.post_type = 'product' AND p.post_status NOT IN ('auto-draft', 'trash') WHERE t.product_id > 0 AND p.ID IS NULL AND t.state IN ('waiting', 'failed') GROUP BY t.state" );
		foreach ( $gone as $count ) {
			$totals[ $count->state ]               += (int) $count->n;
			$totals[ $count->state . '_deletions' ] = (int) $count->n;
		}
		$all                 = (int) $wpdb->get_var( "SELECT COUNT(*) FROM `$wpdb->posts` WHERE post_type = 'product' AND post_status NOT IN ('auto-draft', 'trash')" );
		$unpublished         = (int) $wpdb->get_var( "SELECT COUNT(*) FROM `$wpdb->posts` p LEFT JOIN `$table` t ON t.product_id = p.ID WHERE p.post_type = 'product' AND p.post_status NOT IN ('auto-draft', 'trash', 'publish') AND t.product_id IS NULL" );
		$published           = (int) $wpdb->get_var( "SELECT COUNT(*) FROM `$wpdb->posts` p LEFT JOIN `$table` t ON t.product_id = p.ID WHERE p.post_type = 'product' AND p.post_status = 'publish' AND t.product_id IS NULL" );
		$totals['excluded'] += $unpublished;
		$totals['never']    += $published;
		return array( 'products' => $all ) + $totals;
	}

	/**
	 * The latest failures.
	 *
	 * @param int $limit At most so many.
	 * @return object[]
	 */
	public static function errors( $limit ) {
		global $wpdb;
		if ( ! Fiko_Schema::is_made() ) {
			return array();
		}
		return $wpdb->get_results( $wpdb->prepare( 'SELECT product_id, error_code, error, state_at FROM `' . Fiko_Schema::table() . "` WHERE state = 'failed' ORDER BY state_at DESC, product_id DESC LIMIT %d", $limit ) );
	}

	/**
	 * Since when the product that has waited longest waits to be sent, or 0.
	 *
	 * @return int
	 */
	public static function oldest_pending() {
		global $wpdb;
		if ( ! Fiko_Schema::is_made() ) {
			return 0;
		}
		return (int) $wpdb->get_var( 'SELECT MIN(pending_since) FROM `' . Fiko_Schema::table() . '` WHERE pending_since > 0' );
	}

	/**
	 * Since when something is due that nobody has taken up, or 0: what is to be tried again later is not.
	 *
	 * @return int
	 */
	public static function oldest_due() {
		global $wpdb;
		$now = Fiko_Clock::now();
		return Fiko_Schema::is_made() ? (int) $wpdb->get_var( $wpdb->prepare( 'SELECT MIN(due_at) FROM `' . Fiko_Schema::table() . '` WHERE due_at > 0 AND due_at <= %d AND claimed_until <= %d', $now, $now ) ) : 0;
	}

	/**
	 * How many products are due and in nobody's hands.
	 *
	 * @return int
	 */
	public static function count_due() {
		global $wpdb;
		$now = Fiko_Clock::now();
		return (int) $wpdb->get_var( $wpdb->prepare( 'SELECT COUNT(*) FROM `' . Fiko_Schema::table() . '` WHERE due_at > 0 AND due_at <= %d AND claimed_until <= %d', $now, $now ) );
	}
}
