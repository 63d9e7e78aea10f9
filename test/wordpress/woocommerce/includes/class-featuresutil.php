<?php
/**
 * What plugins declare of themselves.
 */

namespace Automattic\WooCommerce\Utilities;

defined( 'ABSPATH' ) || exit;

class FeaturesUtil {
	/** @var array<string, array<string, bool>> by plugin and feature */
	private static $declared = array();

	public static function declare_compatibility( string $feature_id, string $plugin_file, bool $positive_compatibility = true ): bool {
		if ( ! doing_action( 'before_woocommerce_init' ) ) {
			_doing_it_wrong( __METHOD__, 'This should be called from before_woocommerce_init.', '7.1' );
			return false;
		}
		self::$declared[ plugin_basename( $plugin_file ) ][ $feature_id ] = $positive_compatibility;
		return true;
	}

	/** For tests. */
	public static function declared() {
		return self::$declared;
	}
}
