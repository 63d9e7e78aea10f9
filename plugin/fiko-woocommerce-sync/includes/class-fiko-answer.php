<?php
/**
 * An answer of the server.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * What a request came to.
 */
final class Fiko_Answer {

	/**
	 * HTTP status; 0 where there was no answer.
	 *
	 * @var int
	 */
	public $status;

	/**
	 * The body; null where it is no JSON object.
	 *
	 * @var array<string,mixed>|null
	 */
	public $body;

	/**
	 * What kind of answer it is: ok, rejected, too_large, conflict, unauthorized, forbidden, signature, not_fiko,
	 * redirect, rate_limited, server_error, unreachable.
	 *
	 * @var string
	 */
	public $code;

	/**
	 * The server's own words, or those of the network.
	 *
	 * @var string
	 */
	public $detail;

	/**
	 * Seconds that the server asks to wait, or null.
	 *
	 * @var int|null
	 */
	public $retry_after;

	/**
	 * Reads what WordPress's HTTP functions return.
	 *
	 * @param array|WP_Error $response Response.
	 * @param string[]       $secrets  What it was asked with, and may repeat: its words are shown and kept.
	 */
	public function __construct( $response, array $secrets = array() ) {
		if ( is_wp_error( $response ) ) {
			$this->status = 0;
			$this->code   = 'unreachable';
			$this->detail = str_replace( $secrets, '***', $response->get_error_message() );
			return;
		}
		$this->status = (int) wp_remote_retrieve_response_code( $response );
		$decoded      = json_decode( wp_remote_retrieve_body( $response ), true, 64, JSON_BIGINT_AS_STRING );
		if ( is_array( $decoded ) ) {
			array_walk_recursive(
				$decoded,
				static function ( &$value ) use ( $secrets ) {
					$value = is_string( $value ) ? str_replace( $secrets, '***', $value ) : $value;
				}
			);
			$this->body = $decoded;
		}
		$this->detail = isset( $this->body['detail'] ) && is_string( $this->body['detail'] ) ? $this->body['detail'] : '';
		$this->code   = $this->kind( str_replace( $secrets, '***', (string) wp_remote_retrieve_header( $response, 'location' ) ) );
		$wait         = wp_remote_retrieve_header( $response, 'retry-after' );
		if ( is_string( $wait ) && '' !== $wait ) {
			$date              = is_numeric( $wait ) ? false : strtotime( $wait );
			$this->retry_after = is_numeric( $wait ) ? (int) ceil( (float) $wait ) : ( false === $date ? null : $date - time() );
		}
	}

	/**
	 * Stands for the token and key that it was asked with.
	 *
	 * @var string
	 */
	public $credentials = '';

	/**
	 * Whether it was asked with the token and key that are saved now.
	 *
	 * @return bool
	 */
	public function is_of_present_settings() {
		foreach ( array( 'api_token', 'signing_secret' ) as $option ) {
			Fiko_Settings::forget_cached( Fiko_Contract::OPTIONS[ $option ] );
		}
		return Fiko_Client::credentials_of( Fiko_Settings::token(), Fiko_Settings::signing_secret() ) === $this->credentials;
	}

	/**
	 * Whether no request would fare better now.
	 *
	 * @return bool
	 */
	public function is_fault_of_connection() {
		return ! in_array( $this->code, array( 'ok', 'rejected', 'too_large', 'conflict' ), true );
	}

	/**
	 * What is wrong with each field, as one text; the detail where no field is named.
	 *
	 * @param array<string,mixed>|null $body An answer, or the verdict of one event.
	 * @return string
	 */
	public static function reasons( $body ) {
		$lines = array();
		foreach ( isset( $body['errors'] ) && is_array( $body['errors'] ) ? $body['errors'] : array() as $error ) {
			if ( isset( $error['field'], $error['message'] ) ) {
				$lines[] = preg_replace( '/^(events\.\d+\.)?product\./', '', (string) $error['field'] ) . ': ' . $error['message'];
			}
		}
		if ( ! $lines && isset( $body['detail'] ) ) {
			$lines[] = (string) $body['detail'];
		}
		return mb_substr( implode( ' · ', $lines ), 0, 1000 );
	}

	/**
	 * The kind of answer.
	 *
	 * @param string $location Where a redirect leads.
	 * @return string
	 */
	private function kind( $location ) {
		$error = isset( $this->body['error'] ) && is_string( $this->body['error'] ) ? $this->body['error'] : '';
		if ( $this->status >= 200 && $this->status < 300 ) {
			// A page of a provider or of a parked domain says 200 too, and has taken nothing in.
			return null === $this->body ? 'not_fiko' : 'ok';
		}
		if ( $this->status >= 300 && $this->status < 400 ) {
			$this->detail = $location;
			return 'redirect';
		}
		// A 500 may be about this one request; the others say that the server is away.
		if ( in_array( $this->status, array( 408, 502, 503, 504 ), true ) ) {
			return 'unreachable';
		}
		if ( $this->status >= 500 ) {
			return 'server_error';
		}
		if ( 429 === $this->status ) {
			return 'rate_limited';
		}
		// Other refusals without our server's own words come from something before it.
		if ( '' === $error ) {
			return 'not_fiko';
		}
		if ( 401 === $this->status ) {
			return 0 === strpos( $error, 'signature_' ) ? 'signature' : 'unauthorized';
		}
		$kinds = array(
			403 => 'forbidden',
			404 => 'not_fiko',
			405 => 'not_fiko',
			409 => 'conflict',
			413 => 'too_large',
		);
		return isset( $kinds[ $this->status ] ) ? $kinds[ $this->status ] : 'rejected';
	}
}
