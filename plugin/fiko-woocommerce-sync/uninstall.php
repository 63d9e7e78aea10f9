<?php
/**
 * Removes all that the plugin wrote, on every site of a network.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/includes/class-fiko-contract.php';
require_once __DIR__ . '/includes/class-fiko-schema.php';

if ( is_multisite() ) {
	$fiko_sites = get_sites(
		array(
			'fields' => 'ids',
			'number' => 0,
		)
	);
	foreach ( $fiko_sites as $fiko_site ) {
		switch_to_blog( $fiko_site );
		Fiko_Schema::remove();
		restore_current_blog();
	}
} else {
	Fiko_Schema::remove();
}
