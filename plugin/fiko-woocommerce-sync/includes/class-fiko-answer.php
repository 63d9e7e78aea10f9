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
	 * The server's own words, or those of the network; '' where there are none.
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
			$this->detail = self::network_words( str_replace( $secrets, '***', $response->get_error_message() ) );
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
		return Fiko_Client::present_credentials() === $this->credentials;
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
	 * Why it did not take something in, for people.
	 *
	 * @param array<string,mixed>|null $verdict On one event of several; null for that on the request.
	 * @return string Never ''.
	 */
	public function reason( $verdict = null ) {
		$said = self::reasons( null === $verdict ? $this->body : $verdict );
		if ( '' !== $said ) {
			return $said;
		}
		if ( '' !== $this->detail && 'redirect' !== $this->code ) {
			return $this->detail;
		}
		switch ( $this->code ) {
			case 'ok':
				return __( 'The server’s answer could not be read.', 'fiko-woocommerce-sync' );
			case 'unreachable':
				/* translators: %s: HTTP status, such as 502 */
				return sprintf( __( 'The server was away (HTTP %s).', 'fiko-woocommerce-sync' ), $this->status );
			case 'server_error':
				/* translators: %s: HTTP status, such as 500 */
				return sprintf( __( 'The server had a fault (HTTP %s).', 'fiko-woocommerce-sync' ), $this->status );
			case 'rejected':
			case 'too_large':
			case 'conflict':
				/* translators: %s: HTTP status, such as 409 */
				return sprintf( __( 'The server refused it without a reason (HTTP %s).', 'fiko-woocommerce-sync' ), $this->status );
			default:
				/* translators: %s: HTTP status, such as 404 */
				return sprintf( __( 'The answer was not that of a Fiko server (HTTP %s).', 'fiko-woocommerce-sync' ), $this->status );
		}
	}

	/**
	 * What is wrong with each field, as one text; the detail where no field is named.
	 *
	 * @param array<string,mixed>|null $body An answer, or the verdict of one event.
	 * @return string
	 */
	private static function reasons( $body ) {
		$lines = array();
		foreach ( isset( $body['errors'] ) && is_array( $body['errors'] ) ? $body['errors'] : array() as $error ) {
			if ( isset( $error['field'], $error['message'] ) ) {
				$lines[] = Fiko_Fields::label( (string) $error['field'] ) . ': ' . $error['message'];
			}
		}
		if ( ! $lines && isset( $body['detail'] ) && is_string( $body['detail'] ) ) {
			$lines[] = $body['detail'];
		}
		return mb_substr( implode( ' · ', $lines ), 0, 1000 );
	}

	/**
	 * What cURL says, in the shop's language, with its own words behind: a host's support asks for those.
	 *
	 * @param string $message As WordPress gives it.
	 * @return string
	 */
	private static function network_words( $message ) {
		if ( ! preg_match( '/^cURL error (\d+)/', $message, $number ) ) {
			return $message;
		}
		$words = array(
			6  => __( 'The server’s name was not found', 'fiko-woocommerce-sync' ),
			7  => __( 'The server did not accept the connection', 'fiko-woocommerce-sync' ),
			28 => __( 'The server did not answer in time', 'fiko-woocommerce-sync' ),
			35 => __( 'No secure connection (SSL) came about', 'fiko-woocommerce-sync' ),
			51 => __( 'The server’s SSL certificate was not accepted', 'fiko-woocommerce-sync' ),
			52 => __( 'The server hung up', 'fiko-woocommerce-sync' ),
			56 => __( 'The server hung up', 'fiko-woocommerce-sync' ),
			60 => __( 'The server’s SSL certificate was not accepted', 'fiko-woocommerce-sync' ),
		);
		return isset( $words[ (int) $number[1] ] ) ? sprintf( '%1$s (%2$s)', $words[ (int) $number[1] ], $message ) : $message;
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
