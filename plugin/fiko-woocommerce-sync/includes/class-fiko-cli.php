<?php
/**
 * WP-CLI.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sends products to Fiko, and compares.
 */
final class Fiko_CLI {

	/**
	 * Sends products now.
	 *
	 * ## OPTIONS
	 *
	 * [--all]
	 * : All published products.
	 *
	 * [--ids=<ids>]
	 * : These products: ids, separated by commas; that of a variation stands for its product. Without --all and --ids,
	 * what waits is sent.
	 *
	 * [--dry-run]
	 * : Shows what would be sent, and sends nothing.
	 *
	 * ## EXAMPLES
	 *
	 *     wp fiko sync
	 *     wp fiko sync --ids=414,415
	 *     wp fiko sync --all --dry-run
	 *
	 * @param string[]             $args    None.
	 * @param array<string,string> $options Options.
	 */
	public function sync( $args, $options ) {
		Fiko_Schema::ensure();
		$all = ! empty( $options['all'] );
		$ids = isset( $options['ids'] ) ? array_filter( wp_parse_id_list( $options['ids'] ) ) : array();
		if ( isset( $options['ids'] ) && ( $all || ! $ids ) ) {
			WP_CLI::error( $all ? __( 'Either --all or --ids.', 'fiko-woocommerce-sync' ) : __( 'No product is named. Use --ids=1,2,3.', 'fiko-woocommerce-sync' ) );
		}
		$ids = self::products( $ids );
		if ( ! empty( $options['dry-run'] ) ) {
			$this->preview( $all, $ids );
			return;
		}
		self::must_be_open();
		if ( $all ) {
			Fiko_Bulk_Sync::start();
			$state = self::follow( 'Fiko_Bulk_Sync', __( 'Sending products', 'fiko-woocommerce-sync' ), 'done' );
			/* translators: 1: number of products sent, 2: number of products that failed */
			$summary = sprintf( __( '%1$d products sent, %2$d failed.', 'fiko-woocommerce-sync' ), $state['done'] - $state['failed'], $state['failed'] );
			self::end( 'done' === $state['state'] && 0 === $state['failed'], $summary );
			return;
		}
		if ( $ids ) {
			Fiko_Outbox::note_many( $ids, true );
		}
		list( $is_good, $summary ) = self::send_due();
		self::end( $is_good, $summary );
	}

	/**
	 * Shows the connection and how many products are synced.
	 *
	 * ## OPTIONS
	 *
	 * [--format=<format>]
	 * : table, json, csv or yaml.
	 * ---
	 * default: table
	 * ---
	 *
	 * @param string[]             $args    None.
	 * @param array<string,string> $options Options.
	 */
	public function status( $args, $options ) {
		Fiko_Schema::ensure();
		$state = Fiko_Connection::state();
		$rows  = array(
			array(
				'name'  => 'server',
				'value' => Fiko_Settings::api_url(),
			),
			array(
				'name'  => 'connection',
				'value' => trim( $state['state'] . ' ' . $state['code'] ),
			),
		);
		foreach ( Fiko_Figures::totals() as $name => $count ) {
			$rows[] = array(
				'name'  => $name,
				'value' => $count,
			);
		}
		\WP_CLI\Utils\format_items( isset( $options['format'] ) ? $options['format'] : 'table', $rows, array( 'name', 'value' ) );
		if ( 'ok' !== $state['state'] ) {
			WP_CLI::warning( $state['message'] . ' ' . $state['hint'] );
		}
	}

	/**
	 * Compares the catalogue with the server's, and sends what differs.
	 *
	 * @param string[]             $args    None.
	 * @param array<string,string> $options None.
	 */
	public function reconcile( $args, $options ) {
		Fiko_Schema::ensure();
		self::must_be_open();
		Fiko_Reconcile::start();
		$state = self::follow( 'Fiko_Reconcile', __( 'Comparing products', 'fiko-woocommerce-sync' ), 'scanned' );
		if ( 'done' !== $state['state'] ) {
			WP_CLI::error( '' === $state['error'] ? __( 'The comparison did not end.', 'fiko-woocommerce-sync' ) : $state['error'] );
		}
		list( $is_good, $summary ) = self::send_due();
		if ( ! $is_good ) {
			self::end( false, $summary );
		}
		/* translators: 1: number of products that were sent, 2: number of products that were removed on the server */
		WP_CLI::success( sprintf( __( 'Compared: %1$d products differed and were sent, %2$d that the shop no longer has were removed.', 'fiko-woocommerce-sync' ), $state['sent'], $state['deleted'] ) );
	}

	/**
	 * The products that ids stand for. One that is gone counts where it was ever noted: its deletion can be sent.
	 *
	 * @param int[] $ids As they were entered.
	 * @return int[]
	 */
	private static function products( array $ids ) {
		$products = array();
		$others   = array();
		foreach ( $ids as $id ) {
			$type = get_post_type( $id );
			if ( 'product' === $type || ( false === $type && Fiko_Outbox::row( $id ) ) ) {
				$products[] = (int) $id;
			} elseif ( 'product_variation' === $type ) {
				$products[] = (int) wp_get_post_parent_id( $id );
			} else {
				$others[] = $id;
			}
		}
		if ( $others ) {
			/* translators: %s: ids, separated by commas */
			WP_CLI::warning( sprintf( __( 'No products: %s.', 'fiko-woocommerce-sync' ), implode( ', ', $others ) ) );
		}
		if ( $others && ! $products ) {
			WP_CLI::error( __( 'No product is named. Use --ids=1,2,3.', 'fiko-woocommerce-sync' ) );
		}
		return array_values( array_unique( array_filter( $products ) ) );
	}

	/**
	 * Sends all that is due.
	 *
	 * @return array{0:bool,1:string} Whether all of it was taken in, and a summary.
	 */
	private static function send_due() {
		$total  = Fiko_Figures::count_due();
		$bar    = \WP_CLI\Utils\make_progress_bar( __( 'Sending products', 'fiko-woocommerce-sync' ), $total );
		$sent   = 0;
		$failed = 0;
		do {
			$result  = Fiko_Delivery::deliver( array(), Fiko_Contract::BATCH['products'] );
			$handled = $result['sent'] + $result['unchanged'] + $result['failed'];
			$sent   += $result['sent'] + $result['unchanged'];
			$failed += $result['failed'];
			$bar->tick( $handled );
		} while ( $handled > 0 && ! $result['closed'] );
		$bar->finish();
		// What was sent in vain is due later, and so no longer among what is due.
		$left = max( Fiko_Figures::count_due(), $total - $sent - $failed );
		/* translators: 1: number of products sent, 2: number of products that failed, 3: number of products that wait */
		return array( ! $result['closed'] && 0 === $failed + $left, sprintf( __( '%1$d products sent, %2$d failed, %3$d waiting.', 'fiko-woocommerce-sync' ), $sent, $failed, $left ) );
	}

	/**
	 * Shows what would be sent.
	 *
	 * @param bool  $all All published products.
	 * @param int[] $ids These products.
	 */
	private function preview( $all, array $ids ) {
		$rows  = array();
		$after = 0;
		do {
			$some = $all ? Fiko_Catalogue::after( $after, Fiko_Contract::BATCH['scanned'] ) : ( $ids ? $ids : Fiko_Outbox::due( 1000 ) );
			foreach ( $some as $id ) {
				$rows[] = array( 'id' => $id ) + Fiko_Delivery::preview( $id );
				$after  = $id;
			}
			Fiko_Memory::free();
		} while ( $all && $some );
		foreach ( $rows as &$row ) {
			$row['changed'] = $row['changed'] ? 'yes' : 'no';
		}
		\WP_CLI\Utils\format_items( 'table', $rows, array( 'id', 'event', 'changed' ) );
	}

	/**
	 * Works until a job has ended.
	 *
	 * @param string $job     Class of the job.
	 * @param string $label   Of the progress bar.
	 * @param string $counter Field of its state that counts.
	 * @return array<string,mixed> Its state.
	 */
	private static function follow( $job, $label, $counter ) {
		$state = call_user_func( array( $job, 'state' ) );
		$bar   = \WP_CLI\Utils\make_progress_bar( $label, $state['total'] );
		$shown = 0;
		$heard = static function ( $state ) use ( $bar, &$shown, $counter ) {
			$bar->tick( $state[ $counter ] - $shown );
			$shown = $state[ $counter ];
		};
		while ( call_user_func( array( $job, 'is_running' ) ) ) {
			call_user_func( array( $job, 'work' ), HOUR_IN_SECONDS, $heard );
			if ( call_user_func( array( $job, 'is_running' ) ) ) {
				if ( null === Fiko_Gate::opens_at() ) {
					break;
				}
				sleep( 1 );
			}
		}
		$bar->finish();
		return call_user_func( array( $job, 'state' ) );
	}

	/**
	 * Ends with an error where nothing can be sent.
	 */
	private static function must_be_open() {
		$state = Fiko_Connection::state();
		if ( in_array( $state['state'], array( 'unset', 'stopped' ), true ) ) {
			WP_CLI::error( $state['message'] . ' ' . $state['hint'] );
		}
	}

	/**
	 * Ends with a summary.
	 *
	 * @param bool   $is_good Whether all went well.
	 * @param string $summary Summary.
	 */
	private static function end( $is_good, $summary ) {
		if ( $is_good ) {
			WP_CLI::success( $summary );
		} else {
			$state = Fiko_Connection::state();
			WP_CLI::error( $summary . ( 'ok' === $state['state'] ? '' : ' ' . $state['message'] ) );
		}
	}
}
