<?php
/**
 * Terms whose products have changed by them.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Marks products in the outbox whose categories, tags, brands or attributes were renamed: they may be the whole catalogue.
 */
final class Fiko_Terms {

	/**
	 * Marks all products that have a term of a taxonomy.
	 *
	 * @param string $taxonomy Taxonomy.
	 */
	public static function note_all( $taxonomy ) {
		global $wpdb;
		self::note( array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT term_taxonomy_id FROM $wpdb->term_taxonomy WHERE taxonomy = %s", $taxonomy ) ) ) );
	}

	/**
	 * Marks all products of terms, and those that variations among them are of. By their ids: a database that is asked to
	 * find and to mark them at once locks the shop's posts for long.
	 *
	 * @param int[] $tt_ids Terms in their taxonomies.
	 */
	public static function note( array $tt_ids ) {
		global $wpdb;
		if ( ! $tt_ids ) {
			return;
		}
		Fiko_Schema::ensure();
		self::remember( $tt_ids, true );
		$table = Fiko_Schema::table();
		$terms = implode( ',', array_map( 'intval', $tt_ids ) );
		$ids   = array_map( 'intval', $wpdb->get_col( "SELECT DISTINCT CASE WHEN p.post_type = 'product_variation' THEN p.post_parent ELSE p.ID END FROM $wpdb->posts p INNER JOIN $wpdb->term_relationships r ON r.object_id = p.ID WHERE r.term_taxonomy_id IN ($terms) AND p.post_type IN ('product', 'product_variation') AND p.post_status NOT IN ('auto-draft', 'importing', 'trash')" ) );
		$done  = '' === (string) $wpdb->last_error;
		sort( $ids );
		foreach ( array_chunk( $ids, 500 ) as $some ) {
			$ms     = Fiko_Clock::now_ms();
			$now    = intdiv( $ms, 1000 );
			$list   = implode( ',', $some );
			$values = implode( '),(', $some );
			$noted  = Fiko_Database::upsert(
				"INSERT IGNORE INTO `$table` (product_id) VALUES ($values)",
				$wpdb->prepare(
					"UPDATE `$table` SET
						due_at = CASE WHEN pending_since = 0 OR attempts > 0 THEN %d ELSE due_at END,
						pending_since = CASE WHEN pending_since = 0 OR attempts > 0 THEN %d ELSE pending_since END,
						attempts = 0,
						changed_at = CASE WHEN changed_at >= %d THEN changed_at + 1 ELSE %d END,
						revision = revision + 1,
						state = 'waiting',
						error = ''
					WHERE product_id IN ($list)",
					$now,
					$now,
					$ms,
					$ms
				),
				count( $some )
			);
			$done   = $done && $noted;
		}
		if ( $done ) {
			self::remember( $tt_ids, false );
		}
	}

	/**
	 * Marks the products of terms that somebody died over.
	 */
	public static function resume() {
		$terms = get_option( Fiko_Contract::OPTIONS['terms'] );
		if ( is_array( $terms ) && $terms ) {
			self::note( array_keys( $terms ) );
		}
	}

	/**
	 * Keeps which terms are to be noted: a process may die over a large catalogue.
	 *
	 * @param int[] $tt_ids Terms in their taxonomies.
	 * @param bool  $begins They are to be noted; otherwise they are.
	 */
	private static function remember( array $tt_ids, $begins ) {
		$option = Fiko_Contract::OPTIONS['terms'];
		Fiko_Settings::forget_cached( $option );
		$terms = (array) get_option( $option, array() );
		$these = array_fill_keys( array_map( 'intval', $tt_ids ), true );
		$terms = $begins ? $terms + $these : array_diff_key( $terms, $these );
		if ( $terms ) {
			update_option( $option, $terms, false );
		} else {
			delete_option( $option );
		}
	}
}
