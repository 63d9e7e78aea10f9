<?php
/**
 * Site Health.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * A test under Tools → Site Health, and a section of its debug information.
 */
final class Fiko_Site_Health {

	const TEST = 'fiko_sync';

	/**
	 * Attaches both.
	 */
	public static function listen() {
		add_filter( 'site_status_tests', array( __CLASS__, 'add_test' ) );
		add_filter( 'debug_information', array( __CLASS__, 'add_information' ) );
	}

	/**
	 * Adds the test.
	 *
	 * @param array<string,mixed> $tests Tests.
	 * @return array<string,mixed>
	 */
	public static function add_test( $tests ) {
		$tests['direct'][ self::TEST ] = array(
			'label' => __( 'Fiko Sync', 'fiko-woocommerce-sync' ),
			'test'  => array( __CLASS__, 'test' ),
		);
		return $tests;
	}

	/**
	 * Tests whether changes of products reach the server.
	 *
	 * @return array<string,mixed>
	 */
	public static function test() {
		$state   = Fiko_Connection::state();
		$oldest  = Fiko_Figures::oldest_due();
		$idle    = $oldest ? Fiko_Clock::now() - $oldest : 0;
		$status  = 'good';
		$label   = __( 'Product changes reach Fiko', 'fiko-woocommerce-sync' );
		$message = __( 'The shop is connected, and no change has waited for long.', 'fiko-woocommerce-sync' );
		if ( 'unset' === $state['state'] ) {
			$status  = 'recommended';
			$label   = __( 'The shop is not connected with Fiko', 'fiko-woocommerce-sync' );
			$message = $state['hint'];
		} elseif ( 'stopped' === $state['state'] || Fiko_Connection::has_long_waited( $state, HOUR_IN_SECONDS ) ) {
			$status  = 'stopped' === $state['state'] ? 'critical' : 'recommended';
			$label   = __( 'Product changes do not reach Fiko', 'fiko-woocommerce-sync' );
			$message = $state['message'] . ' ' . $state['hint'];
		} elseif ( 'ok' === $state['state'] && $idle > HOUR_IN_SECONDS ) {
			$status  = 'recommended';
			$label   = __( 'Product changes wait for long before they are sent to Fiko', 'fiko-woocommerce-sync' );
			$message = __( 'The background work of this site does not run often enough. See WooCommerce → Status → Scheduled Actions, and let your host call wp-cron.php every minute.', 'fiko-woocommerce-sync' );
		}
		return array(
			'label'       => $label,
			'status'      => $status,
			'badge'       => array(
				'label' => __( 'Fiko', 'fiko-woocommerce-sync' ),
				'color' => 'blue',
			),
			'description' => '<p>' . esc_html( $message ) . '</p>',
			'actions'     => sprintf( '<p><a href="%s">%s</a></p>', esc_url( Fiko_Settings_Page::url() ), esc_html__( 'Open the settings', 'fiko-woocommerce-sync' ) ),
			'test'        => self::TEST,
		);
	}

	/**
	 * Adds the section.
	 *
	 * @param array<string,mixed> $information Debug information.
	 * @return array<string,mixed>
	 */
	public static function add_information( $information ) {
		$state  = Fiko_Connection::state();
		$oldest = Fiko_Figures::oldest_pending();
		$fields = array(
			'version'    => array( __( 'Version', 'fiko-woocommerce-sync' ), FIKO_WC_VERSION ),
			'server'     => array( __( 'Server', 'fiko-woocommerce-sync' ), Fiko_Settings::api_url() ),
			'token'      => array( __( 'Token', 'fiko-woocommerce-sync' ), '' === Fiko_Settings::token() ? __( 'none', 'fiko-woocommerce-sync' ) : __( 'saved', 'fiko-woocommerce-sync' ) ),
			'signing'    => array( __( 'Signed requests', 'fiko-woocommerce-sync' ), '' === Fiko_Settings::signing_secret() ? __( 'no', 'fiko-woocommerce-sync' ) : __( 'yes', 'fiko-woocommerce-sync' ) ),
			'connection' => array( __( 'Connection', 'fiko-woocommerce-sync' ), $state['message'], trim( $state['state'] . ' ' . $state['code'] ) ),
			'waiting'    => array( __( 'Longest wait', 'fiko-woocommerce-sync' ), $oldest ? human_time_diff( $oldest, Fiko_Clock::now() ) : __( 'none', 'fiko-woocommerce-sync' ) ),
		);
		$names  = array(
			'products'          => __( 'Products', 'fiko-woocommerce-sync' ),
			'synced'            => __( 'Synced', 'fiko-woocommerce-sync' ),
			'waiting'           => __( 'Waiting', 'fiko-woocommerce-sync' ),
			'failed'            => __( 'Failed', 'fiko-woocommerce-sync' ),
			'excluded'          => __( 'Left out', 'fiko-woocommerce-sync' ),
			'never'             => __( 'Not sent', 'fiko-woocommerce-sync' ),
			'waiting_deletions' => __( 'Waiting deletions', 'fiko-woocommerce-sync' ),
			'failed_deletions'  => __( 'Failed deletions', 'fiko-woocommerce-sync' ),
		);
		foreach ( Fiko_Figures::totals() as $name => $count ) {
			$fields[ 'total_' . $name ] = array( $names[ $name ], $count );
		}
		$information['fiko-woocommerce-sync'] = array(
			'label'  => __( 'Fiko Sync', 'fiko-woocommerce-sync' ),
			'fields' => array_map(
				static function ( $field ) {
					return array(
						'label' => $field[0],
						'value' => $field[1],
						// What is copied for a support, in no language.
						'debug' => isset( $field[2] ) ? $field[2] : $field[1],
					);
				},
				$fields
			),
		);
		return $information;
	}
}
