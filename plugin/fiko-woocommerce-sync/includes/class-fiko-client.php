<?php
/**
 * Requests to the server.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Sends requests as the shop, signed where there is a key.
 */
final class Fiko_Client {

	/**
	 * The server's address.
	 *
	 * @var string
	 */
	private $url;

	/**
	 * The integration token.
	 *
	 * @var string
	 */
	private $token;

	/**
	 * The key to sign with, or ''.
	 *
	 * @var string
	 */
	private $secret;

	/**
	 * With the saved settings, or others that are to be tried.
	 *
	 * @param string|null $url    Address, as it was entered.
	 * @param string|null $token  Token.
	 * @param string|null $secret Signing secret.
	 */
	public function __construct( $url = null, $token = null, $secret = null ) {
		$this->url    = null === $url ? Fiko_Settings::api_url() : Fiko_Settings::normal_url( $url );
		$this->token  = null === $token ? Fiko_Settings::token() : $token;
		$this->secret = null === $secret ? Fiko_Settings::signing_secret() : $secret;
	}

	/**
	 * Asks for something.
	 *
	 * @param string $endpoint Key of Fiko_Contract::API.
	 * @param int    $timeout  Seconds.
	 * @return Fiko_Answer
	 */
	public function get( $endpoint, $timeout ) {
		return $this->request( 'GET', $endpoint, '', $timeout );
	}

	/**
	 * Sends an object.
	 *
	 * @param string              $endpoint Key of Fiko_Contract::API.
	 * @param array<string,mixed> $body     What is sent, with the shop's address added.
	 * @param int                 $timeout  Seconds.
	 * @return Fiko_Answer
	 */
	public function post( $endpoint, array $body, $timeout ) {
		return $this->post_json( $endpoint, Fiko_Json::encode( $body + array( 'store' => array( 'url' => Fiko_Settings::site() ) ) ), $timeout );
	}

	/**
	 * Sends JSON as it is.
	 *
	 * @param string $endpoint Key of Fiko_Contract::API.
	 * @param string $json     Body.
	 * @param int    $timeout  Seconds.
	 * @return Fiko_Answer
	 */
	public function post_json( $endpoint, $json, $timeout ) {
		return $this->request( 'POST', $endpoint, $json, $timeout );
	}

	/**
	 * What token and key are recognised by.
	 *
	 * @param string $token  Token.
	 * @param string $secret Signing secret.
	 * @return string
	 */
	public static function credentials_of( $token, $secret ) {
		return hash( 'sha256', $token . "\n" . $secret );
	}

	/**
	 * Those of the saved token and key.
	 *
	 * @return string
	 */
	public static function present_credentials() {
		return self::credentials_of( Fiko_Settings::token(), Fiko_Settings::signing_secret() );
	}

	/**
	 * The bytes of a signing secret.
	 *
	 * @param string $secret `whsec_` and the key in base64.
	 * @return string|null Null where it is none.
	 */
	public static function signing_key( $secret ) {
		$prefix = Fiko_Contract::SIGNING_SECRET_PREFIX;
		if ( 0 !== strpos( $secret, $prefix ) ) {
			return null;
		}
		$key = base64_decode( substr( $secret, strlen( $prefix ) ), true );
		return false === $key || '' === $key ? null : $key;
	}

	/**
	 * The value of `webhook-signature`: Standard Webhooks, HMAC-SHA256 over id, time and the body as it is sent.
	 *
	 * @param string $secret    Secret, or several separated by white space while they are being changed.
	 * @param string $id        `webhook-id`.
	 * @param int    $timestamp Unix seconds.
	 * @param string $body      Body.
	 * @return string
	 */
	public static function sign( $secret, $id, $timestamp, $body ) {
		$signatures = array();
		foreach ( preg_split( '/\s+/', $secret, -1, PREG_SPLIT_NO_EMPTY ) as $one ) {
			$key = self::signing_key( $one );
			if ( null !== $key ) {
				$signatures[] = 'v1,' . base64_encode( hash_hmac( 'sha256', "$id.$timestamp.$body", $key, true ) );
			}
		}
		return implode( ' ', $signatures );
	}

	/**
	 * What no answer may bring to light: token and keys, the latter without their prefix too.
	 *
	 * @return string[]
	 */
	private function secrets() {
		$secrets = array( $this->token );
		foreach ( preg_split( '/\s+/', $this->secret, -1, PREG_SPLIT_NO_EMPTY ) as $one ) {
			$secrets[] = $one;
			$secrets[] = substr( $one, strlen( Fiko_Contract::SIGNING_SECRET_PREFIX ) );
		}
		return array_filter( $secrets );
	}

	/**
	 * Sends a request and waits for its answer.
	 *
	 * @param string $method   Method.
	 * @param string $endpoint Key of Fiko_Contract::API.
	 * @param string $body     Body.
	 * @param int    $timeout  Seconds.
	 * @return Fiko_Answer
	 */
	private function request( $method, $endpoint, $body, $timeout ) {
		$headers = array(
			'Authorization'               => 'Bearer ' . $this->token,
			'Accept'                      => 'application/json',
			// The reasons that the server gives are shown to whoever keeps the shop.
			'Accept-Language'             => 0 === strpos( determine_locale(), 'fa' ) ? 'fa' : 'en',
			Fiko_Contract::SENT_AT_HEADER => Fiko_Clock::iso( Fiko_Clock::now_ms() ),
			'X-Fiko-Plugin'               => FIKO_WC_VERSION,
		);
		if ( '' !== $body ) {
			$headers['Content-Type'] = 'application/json; charset=utf-8';
		}
		if ( '' !== $this->secret ) {
			$id                           = 'msg_' . bin2hex( random_bytes( 12 ) );
			$time                         = time();
			$headers['webhook-id']        = $id;
			$headers['webhook-timestamp'] = (string) $time;
			$headers['webhook-signature'] = self::sign( $this->secret, $id, $time, $body );
		}
		$began  = microtime( true );
		$answer = new Fiko_Answer(
			wp_remote_request(
				$this->url . '/' . Fiko_Contract::API['base'] . '/' . Fiko_Contract::API[ $endpoint ] . '/',
				array(
					'method'              => $method,
					'timeout'             => $timeout,
					// A redirected POST would arrive without its body.
					'redirection'         => 0,
					'headers'             => $headers,
					'body'                => '' === $body ? null : $body,
					'user-agent'          => 'WordPress/' . get_bloginfo( 'version' ) . '; ' . Fiko_Settings::site(),
					'limit_response_size' => 8 * MB_IN_BYTES,
				)
			),
			$this->secrets()
		);

		$answer->credentials = self::credentials_of( $this->token, $this->secret );
		Fiko_Logger::info( sprintf( '%s %s: %d %s, %d ms', $method, Fiko_Contract::API[ $endpoint ], $answer->status, $answer->code, ( microtime( true ) - $began ) * 1000 ) );
		return $answer;
	}
}
