<?php
/**
 * Loaded before PHP_CodeSniffer: the coding standard's sniffs give some messages one value instead of a list of values,
 * which PHP 7 took and PHP 8 does not.
 *
 * @package Fiko_WooCommerce_Sync
 */

namespace PHP_CodeSniffer\Files;

/**
 * Takes the place of PHP's function in this namespace.
 *
 * @param string $format Text with placeholders.
 * @param mixed  $values Values, or one value.
 * @return string
 */
function vsprintf( $format, $values ) {
	return \vsprintf( $format, (array) $values );
}
