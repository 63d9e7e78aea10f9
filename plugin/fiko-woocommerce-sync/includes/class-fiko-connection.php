<?php
/**
 * The connection with the server, in words.
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * Tries the connection, and says what is wrong and how to mend it.
 */
final class Fiko_Connection {

	/**
	 * Tries values of the form, saved or not.
	 *
	 * @param array<string,mixed> $given api_url, api_token, signing_secret; blanks stand for what is saved.
	 *                                   remove_signing_secret: without one.
	 * @return array{ok:bool,code:string,message:string,hint:string,account:array<string,string>|null}
	 */
	public static function test( array $given ) {
		$url    = self::given( $given, 'api_url' );
		$token  = Fiko_Settings::token_is_locked() ? null : self::given( $given, 'api_token' );
		$secret = empty( $given['remove_signing_secret'] ) ? self::given( $given, 'signing_secret' ) : '';
		$wrong  = Fiko_Settings::check( $given );
		if ( $wrong ) {
			return self::verdict( 'invalid', reset( $wrong ) );
		}
		if ( ( null === $url ? Fiko_Settings::api_url() : $url ) === '' || ( null === $token ? Fiko_Settings::token() : $token ) === '' ) {
			return self::verdict( 'unset' );
		}
		$client   = new Fiko_Client( $url, $token, $secret );
		$answer   = $client->get( 'health', Fiko_Contract::TIMING['connection_timeout'] );
		$is_saved = ( null === $url || Fiko_Settings::normal_url( $url ) === Fiko_Settings::api_url() )
			&& ( null === $token || Fiko_Settings::token() === $token )
			&& ( null === $secret || Fiko_Settings::signing_secret() === $secret );
		if ( 'ok' !== $answer->code || ! isset( $answer->body['user'], $answer->body['token'] ) ) {
			if ( $is_saved && in_array( $answer->code, Fiko_Gate::STOPS, true ) ) {
				Fiko_Gate::heed( $answer );
			}
			return self::verdict( 'ok' === $answer->code ? 'not_fiko' : $answer->code, $answer->detail, $answer->status );
		}
		$account = self::account( $answer );
		if ( $is_saved ) {
			self::remember( $account );
			if ( ! Fiko_Settings::has_moved() ) {
				Fiko_Gate::heed( $answer );
			}
		}
		return array( 'account' => self::shown( $account ) ) + self::verdict( 'ok' );
	}

	/**
	 * Whether it is known whose the present token is. If not, the server is asked: another account than the one before
	 * knows nothing of what was sent.
	 *
	 * @return bool
	 */
	public static function is_known() {
		if ( null !== self::known_account() ) {
			return true;
		}
		$client = new Fiko_Client();
		$answer = $client->get( 'health', Fiko_Contract::TIMING['connection_timeout'] );
		if ( 'ok' === $answer->code && ! isset( $answer->body['user'], $answer->body['token'] ) ) {
			$answer->code = 'not_fiko';
		}
		Fiko_Gate::heed( $answer );
		if ( 'ok' !== $answer->code ) {
			return false;
		}
		self::remember( self::account( $answer ) );
		return true;
	}

	/**
	 * The present state, for the settings page.
	 *
	 * @return array{state:string,code:string,message:string,hint:string,until:int|null,since:int|null}
	 */
	public static function state() {
		$gate = Fiko_Gate::present();
		if ( ! Fiko_Settings::is_connected() ) {
			$code  = 'unset';
			$state = 'unset';
		} elseif ( Fiko_Settings::has_moved() ) {
			$code  = 'moved';
			$state = 'stopped';
		} elseif ( ! Fiko_Schema::is_made() ) {
			$code  = 'no_table';
			$state = 'stopped';
		} else {
			$code = $gate['code'];
			if ( '' === $code ) {
				$state = 'ok';
			} else {
				$state = in_array( $code, Fiko_Gate::STOPS, true ) ? 'stopped' : 'waiting';
			}
		}
		$verdict = self::verdict( '' === $code ? 'ok' : $code, $gate['detail'], $gate['status'] );
		return array(
			'state'   => $state,
			'code'    => 'unset' === $code ? '' : $code,
			'message' => $verdict['message'],
			'hint'    => $verdict['hint'],
			'until'   => 'waiting' === $state ? $gate['until'] : null,
			'since'   => in_array( $state, array( 'waiting', 'stopped' ), true ) && $gate['since'] ? $gate['since'] : null,
		);
	}

	/**
	 * Whether the server has been out of use for so long that the owner should know. What looks like a wrong address is
	 * told of sooner than a server that is away.
	 *
	 * @param array<string,mixed> $state    As `state` gives it.
	 * @param int                 $patience What is long, in seconds.
	 * @return bool
	 */
	public static function has_long_waited( array $state, $patience ) {
		if ( in_array( $state['code'], array( 'not_fiko', 'redirect' ), true ) ) {
			$patience = min( $patience, 15 * MINUTE_IN_SECONDS );
		}
		return 'waiting' === $state['state'] && $state['since'] && Fiko_Clock::now() - $state['since'] > $patience;
	}

	/**
	 * Whose the present token is, as far as it is known.
	 *
	 * @return array{email:string,username:string,token_name:string,shop:string}|null
	 */
	public static function known_account() {
		$account = get_option( Fiko_Contract::OPTIONS['account'] );
		$is_own  = is_array( $account ) && isset( $account['credentials'] ) && Fiko_Client::credentials_of( Fiko_Settings::token(), '' ) === $account['credentials'];
		return $is_own ? self::shown( $account ) : null;
	}

	/**
	 * Why nothing can be noted to be sent; '' where it can.
	 *
	 * @return string
	 */
	public static function obstacle() {
		if ( ! Fiko_Settings::is_connected() ) {
			return __( 'Connect the shop first: enter address and token, and save.', 'fiko-woocommerce-sync' );
		}
		return Fiko_Schema::is_made() ? '' : self::words( 'no_table', '', 0 )[0];
	}

	/**
	 * A state in words.
	 *
	 * @param string $code   Code of Fiko_Answer, or ok, unset, moved, no_table, invalid.
	 * @param string $detail The server's or the network's own words.
	 * @param int    $status HTTP status; 0 where there was no answer.
	 * @return array{ok:bool,code:string,message:string,hint:string,account:null}
	 */
	private static function verdict( $code, $detail = '', $status = 0 ) {
		list( $message, $hint ) = self::words( $code, $detail, $status );
		return array(
			'ok'      => 'ok' === $code,
			'code'    => $code,
			'message' => $message,
			'hint'    => $hint,
			'account' => null,
		);
	}

	/**
	 * What is the matter, and what to do about it.
	 *
	 * @param string $code   Code.
	 * @param string $detail The server's or the network's own words.
	 * @param int    $status HTTP status; 0 where there was no answer.
	 * @return array{0:string,1:string}
	 */
	private static function words( $code, $detail, $status ) {
		switch ( $code ) {
			case 'ok':
				return array( __( 'Connected.', 'fiko-woocommerce-sync' ), '' );
			case 'unset':
				return array( __( 'The shop is not connected yet.', 'fiko-woocommerce-sync' ), __( 'Enter the API address and the API token from your Fiko panel.', 'fiko-woocommerce-sync' ) );
			case 'moved':
				return array(
					/* translators: 1: address at which the shop was connected, 2: its address now */
					sprintf( __( 'This shop was connected as %1$s and is now at %2$s. Nothing is sent.', 'fiko-woocommerce-sync' ), Fiko_Settings::known_site(), Fiko_Settings::site() ),
					__( 'If the shop has moved, confirm its new address. If this is a copy of the shop or a test, leave it so, or deactivate the plugin here.', 'fiko-woocommerce-sync' ),
				);
			case 'no_table':
				return array(
					__( 'The plugin’s table could not be made in the database. Product changes are neither noted nor sent.', 'fiko-woocommerce-sync' ),
					__( 'Ask your host to allow WordPress’s database user to create tables (CREATE), and to look whether there is room left. Then open this page again.', 'fiko-woocommerce-sync' ),
				);
			case 'invalid':
				return array( $detail, '' );
			case 'unauthorized':
				return array(
					'' === $detail ? __( 'The server does not accept the token.', 'fiko-woocommerce-sync' ) : $detail,
					__( 'Generate a new token in your Fiko panel, enter it here and save. What has changed meanwhile is sent then.', 'fiko-woocommerce-sync' ),
				);
			case 'forbidden':
				return array(
					'' === $detail ? __( 'The server does not accept requests from this shop’s address.', 'fiko-woocommerce-sync' ) : $detail,
					__( 'Add the IP address of this web host to the allowed addresses of the token in your Fiko panel, or empty that list. Then test the connection.', 'fiko-woocommerce-sync' ),
				);
			case 'signature':
				return array(
					'' === $detail ? __( 'The server does not accept the signature.', 'fiko-woocommerce-sync' ) : $detail,
					__( 'Enter the signing secret that your Fiko panel shows for this token, and check that this server’s clock is right.', 'fiko-woocommerce-sync' ),
				);
			case 'not_fiko':
				return array(
					__( 'There is an answer at this address, but not from a Fiko server.', 'fiko-woocommerce-sync' ),
					__( 'Check the API address. A firewall or a maintenance page before the server answers so too.', 'fiko-woocommerce-sync' ),
				);
			case 'redirect':
				return array(
					__( 'The server redirects to another address.', 'fiko-woocommerce-sync' ),
					/* translators: %s: address */
					sprintf( __( 'Enter the address that it redirects to: %s', 'fiko-woocommerce-sync' ), '' === $detail ? '?' : $detail ),
				);
			case 'rate_limited':
				return array( __( 'The server asks to go slower.', 'fiko-woocommerce-sync' ), __( 'Nothing is to be done: sending goes on by itself.', 'fiko-woocommerce-sync' ) );
			case 'server_error':
				return array( __( 'The server has a fault.', 'fiko-woocommerce-sync' ), __( 'Nothing is lost: what changes is kept here and sent when the server works again.', 'fiko-woocommerce-sync' ) );
			case 'unreachable':
				if ( $status > 0 ) {
					return array(
						/* translators: %s: HTTP status, such as 502 */
						sprintf( __( 'The server is away for the moment (HTTP %s).', 'fiko-woocommerce-sync' ), $status ) . ( '' === $detail ? '' : " $detail" ),
						__( 'Nothing is to be done: sending goes on by itself.', 'fiko-woocommerce-sync' ),
					);
				}
				return array(
					/* translators: %s: the network's own words */
					sprintf( __( 'The server cannot be reached: %s', 'fiko-woocommerce-sync' ), '' === $detail ? '-' : $detail ),
					__( 'Check the API address, and whether this web host may open connections to it. What changes is kept here and sent when the server can be reached.', 'fiko-woocommerce-sync' ),
				);
			default:
				return array(
					/* translators: %s: the server's own words */
					sprintf( __( 'The server refuses: %s', 'fiko-woocommerce-sync' ), '' === $detail ? $code : $detail ),
					__( 'Update the plugin. If that does not help, tell your provider this message.', 'fiko-woocommerce-sync' ),
				);
		}
	}

	/**
	 * A value of the form; null where it was left blank.
	 *
	 * @param array<string,mixed> $given Form.
	 * @param string              $field Field.
	 * @return string|null
	 */
	private static function given( array $given, $field ) {
		$value = isset( $given[ $field ] ) ? trim( (string) $given[ $field ] ) : '';
		return '' === $value ? null : $value;
	}

	/**
	 * Whose the token is.
	 *
	 * @param Fiko_Answer $answer Of `health`.
	 * @return array{id:string,email:string,username:string,token_name:string}
	 */
	private static function account( Fiko_Answer $answer ) {
		$user  = (array) $answer->body['user'];
		$token = (array) $answer->body['token'];
		return array(
			'id'         => isset( $user['id'] ) ? (string) $user['id'] : '',
			'email'      => isset( $user['email'] ) ? (string) $user['email'] : '',
			'username'   => isset( $user['username'] ) ? (string) $user['username'] : '',
			'token_name' => isset( $token['name'] ) ? (string) $token['name'] : '',
		);
	}

	/**
	 * Keeps whose the token is. Another account knows nothing of what was sent to the one before.
	 *
	 * @param array<string,string> $account Account.
	 */
	private static function remember( array $account ) {
		$before                 = get_option( Fiko_Contract::OPTIONS['account'] );
		$account['credentials'] = Fiko_Client::credentials_of( Fiko_Settings::token(), '' );
		if ( is_array( $before ) && $before['id'] !== $account['id'] ) {
			Fiko_Outbox::begin_anew();
		}
		update_option( Fiko_Contract::OPTIONS['account'], $account, false );
	}

	/**
	 * For the settings page.
	 *
	 * @param array<string,string> $account Account.
	 * @return array{email:string,username:string,token_name:string,shop:string}
	 */
	private static function shown( array $account ) {
		return array(
			'email'      => $account['email'],
			'username'   => $account['username'],
			'token_name' => $account['token_name'],
			'shop'       => Fiko_Settings::site(),
		);
	}
}
