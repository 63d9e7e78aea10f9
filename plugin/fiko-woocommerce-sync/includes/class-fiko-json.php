<?php
/**
 * JSON, and digests of it.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * The one form of JSON in which shop and server compare products.
 */
final class Fiko_Json {

	const FLAGS = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_LINE_TERMINATORS | JSON_INVALID_UTF8_SUBSTITUTE;

	/**
	 * JSON as it is sent. Not `wp_json_encode`, which repairs text in a way that the digest would not.
	 *
	 * @param mixed $value Value.
	 * @return string
	 * @throws RuntimeException Where it cannot be said in JSON.
	 */
	public static function encode( $value ) {
		// phpcs:ignore WordPress.WP.AlternativeFunctions.json_encode_json_encode
		$json = json_encode( $value, self::FLAGS );
		if ( false === $json ) {
			throw new RuntimeException( json_last_error_msg() );
		}
		return $json;
	}

	/**
	 * The digest of a product as it is sent: 32 hexadecimal digits.
	 *
	 * @param array<string,mixed> $product The event's `product`, without floating-point numbers.
	 * @return string
	 */
	public static function digest( array $product ) {
		unset( $product['date_modified'] );
		return substr( hash( 'sha256', self::encode( self::canonical( $product ) ) ), 0, 32 );
	}

	/**
	 * Of a product's digest, to be combined by XOR: 8 bytes.
	 *
	 * @param int    $id     Product.
	 * @param string $digest Its digest.
	 * @return string
	 */
	public static function fingerprint( $id, $digest ) {
		return substr( hash( 'sha256', $id . ':' . $digest, true ), 0, 8 );
	}

	/**
	 * Keys in the order of their bytes, numbers as text.
	 *
	 * @param mixed $value Value.
	 * @return mixed
	 */
	private static function canonical( $value ) {
		if ( is_int( $value ) ) {
			return (string) $value;
		}
		$is_object = $value instanceof stdClass;
		if ( $is_object ) {
			$value = (array) $value;
		}
		if ( ! is_array( $value ) ) {
			return $value;
		}
		$is_map = $is_object || ( $value && array_keys( $value ) !== range( 0, count( $value ) - 1 ) );
		if ( $is_map ) {
			ksort( $value, SORT_STRING );
		}
		$canonical = array_map( array( __CLASS__, 'canonical' ), $value );
		return $is_map ? (object) $canonical : $canonical;
	}
}
